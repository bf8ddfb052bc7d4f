//! A node of IPFS, over the HTTP API that Kubo and others serve.

use {
    super::{Letter, Pending, Store, StoreError, http, verified},
    crate::Hash,
    data_encoding::BASE32_NOPAD,
    reqwest::{
        Client, Response,
        multipart::{Form, Part},
    },
    url::Url,
};

/// Largest document here: what fits one block, so that its address follows from its hash. Nodes exchange no larger ones.
pub const MAX_BLOCK: usize = 1 << 20;

/// How long a node looks for a document at others. Without it a node looks for as long as the connection stays, and what
/// nobody has would look like a node that does not answer: it is shorter than our wait.
const SEARCH: &str = "25s";
/// How nodes say that they do not have a document, or looked for it in vain.
const MISSING: [&str; 4] = ["not found", "could not find", "deadline exceeded", "timed out"];

/// The address of a document in IPFS: CID version 1, raw codec, SHA-256.
pub fn cid(hash: &Hash) -> String {
    let head = [1u8, 0x55, 0x12, 32];
    let bytes = [head.as_slice(), &hash.0].concat();
    format!("b{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// A node of IPFS.
#[derive(Clone, Debug)]
pub struct Ipfs {
    client: Client,
    api: Url,
}

impl Ipfs {
    /// The node whose API is at `api`, for example `http://127.0.0.1:5001`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if that is no address, or there is no TLS.
    pub fn new(api: &str) -> Result<Self, StoreError> {
        let unusable = |reason| StoreError::Unusable { store: "the node of IPFS".into(), reason };
        // Without the address, where secrets may be.
        let mut api = Url::parse(api).map_err(|error| unusable(format!("its address is none: {error}")))?;
        if !api.path().ends_with('/') {
            // What is joined to it goes below its path.
            api.set_path(&format!("{}/", api.path()));
        }
        Ok(Self { client: http::client().map_err(unusable)?, api })
    }

    fn unusable(&self, reason: String) -> StoreError {
        StoreError::Unusable { store: self.name(), reason }
    }

    fn url(&self, method: &str, query: &[(&str, &str)]) -> Result<Url, StoreError> {
        let mut url = self
            .api
            .join(&format!("api/v0/{method}"))
            .map_err(|error| self.unusable(format!("no address for {method}: {error}")))?;
        url.query_pairs_mut().extend_pairs(query);
        Ok(url)
    }

    async fn post(&self, url: Url, form: Option<Form>) -> Result<Response, StoreError> {
        let request = self.client.post(url);
        let request = form.into_iter().fold(request, |request, form| request.multipart(form));
        request.send().await.map_err(|error| self.unusable(http::reason(&error)))
    }

    /// An answer that is not a success: the node says why in `Message`.
    async fn refusal(&self, response: Response) -> (StoreError, String) {
        let status = response.status();
        let said = serde_json::from_slice::<serde_json::Value>(&http::answer(response).await).unwrap_or_default();
        let message = said.get("Message").and_then(|message| message.as_str()).unwrap_or_default();
        (self.unusable(http::refusal(status, message)), message.to_owned())
    }

    /// Adds a document as one raw block and checks that the node calls it what its hash says.
    async fn add(&self, document: &[u8]) -> Result<Hash, StoreError> {
        let hash = Hash::of(document);
        if document.len() > MAX_BLOCK {
            return Err(StoreError::TooLarge { what: hash.to_string(), limit: MAX_BLOCK });
        }
        let chunker = format!("size-{MAX_BLOCK}");
        // Nodes differ in the base that they write addresses in.
        let query = [
            ("cid-version", "1"),
            ("cid-base", "base32"),
            ("raw-leaves", "true"),
            ("pin", "true"),
            ("chunker", &chunker),
        ];
        let part = Part::bytes(document.to_vec()).file_name("document").mime_str("application/octet-stream");
        let part = part.map_err(|error| self.unusable(http::reason(&error)))?;
        let form = Form::new().part("file", part);
        let response = self.post(self.url("add", &query)?, Some(form)).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await.0);
        }
        let added: serde_json::Value = serde_json::from_slice(&http::answer(response).await)
            .map_err(|error| self.unusable(error.to_string()))?;
        match added.get("Hash").and_then(|name| name.as_str()) {
            Some(name) if name == cid(&hash) => Ok(hash),
            name => Err(self.unusable(format!("it calls the document {name:?}, not {}", cid(&hash)))),
        }
    }

    async fn cat(&self, hash: Hash, limit: usize) -> Result<Vec<u8>, StoreError> {
        let name = cid(&hash);
        let response = self.post(self.url("cat", &[("arg", &name), ("timeout", SEARCH)])?, None).await?;
        if !response.status().is_success() {
            let (refusal, message) = self.refusal(response).await;
            let is_missing = MISSING.iter().any(|words| message.contains(words));
            return Err(if is_missing { StoreError::Missing { store: self.name(), what: name } } else { refusal });
        }
        verified(self.name(), hash, http::body(&self.name(), &name, response, limit).await?)
    }
}

impl Store for Ipfs {
    fn name(&self) -> String {
        format!("the node of IPFS at {}", self.api.host_str().unwrap_or_default())
    }

    fn put<'a>(&'a self, document: &'a [u8]) -> Pending<'a, Hash> {
        Box::pin(self.add(document))
    }

    fn get<'a>(&'a self, hash: Hash, limit: usize) -> Pending<'a, Vec<u8>> {
        Box::pin(self.cat(hash, limit))
    }

    fn largest(&self) -> usize {
        MAX_BLOCK
    }

    fn require_letters(&self) -> Result<(), StoreError> {
        Err(StoreError::NoLetters { store: self.name() })
    }

    fn send<'a>(&'a self, _: Letter, _: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async { self.require_letters() })
    }

    fn receive(&self, _: Letter, _: usize) -> Pending<'_, Vec<u8>> {
        Box::pin(async { Err(StoreError::NoLetters { store: self.name() }) })
    }
}
