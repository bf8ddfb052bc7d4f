//! Storage that speaks the protocol of S3.

use {
    super::{Letter, Pending, Store, StoreError, http, verified},
    crate::{Hash, MAX_DOCUMENT, sealing::OVERHEAD},
    reqwest::{Client, Response, StatusCode},
    rusty_s3::{Bucket, Credentials, S3Action, UrlStyle},
    std::time::Duration,
    url::Url,
};

/// Largest object: a sealed document of the largest size.
const MAX_OBJECT: usize = MAX_DOCUMENT.saturating_add(OVERHEAD);
/// What a service says of a bucket that does not exist.
const NO_BUCKET: &str = "NoSuchBucket";
/// How long a signed address may be used.
const SIGNED_FOR: Duration = Duration::from_secs(300);

/// Where a bucket is and who may use it.
#[derive(Clone)]
pub struct S3Settings {
    /// Address of the service, for example of a region.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Whether the bucket's name is part of the host name, as at Amazon, or of the path, as at most others.
    pub bucket_in_host: bool,
    /// What every name in the bucket begins with, for example `gpu-market/`; may be empty.
    pub prefix: String,
    /// Public part of the access key.
    pub access_key: String,
    /// Its secret part.
    pub secret_key: String,
    /// What belongs to an access key that is valid for a while only.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for S3Settings {
    /// Where the bucket is, and nothing of who may use it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "S3Settings({}, {}, {}, {:?})", self.endpoint, self.bucket, self.region, self.prefix)
    }
}

/// A bucket.
pub struct S3 {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
}

impl S3 {
    /// The bucket of these settings. Nothing is sent before the first call.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if the settings name no bucket, or there is no TLS.
    pub fn new(settings: S3Settings) -> Result<Self, StoreError> {
        let unusable = |reason| StoreError::Unusable { store: format!("the bucket {}", settings.bucket), reason };
        let endpoint =
            Url::parse(&settings.endpoint).map_err(|error| unusable(format!("its address is none: {error}")))?;
        let style = if settings.bucket_in_host { UrlStyle::VirtualHost } else { UrlStyle::Path };
        let bucket = Bucket::new(endpoint, style, settings.bucket.clone(), settings.region.clone())
            .map_err(|error| unusable(error.to_string()))?;
        let client = http::client().map_err(unusable)?;
        let credentials = match settings.session_token {
            Some(token) => Credentials::new_with_token(settings.access_key, settings.secret_key, token),
            None => Credentials::new(settings.access_key, settings.secret_key),
        };
        Ok(Self { client, bucket, credentials, prefix: settings.prefix })
    }

    fn unusable(&self, reason: String) -> StoreError {
        StoreError::Unusable { store: self.name(), reason }
    }

    fn object(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        if bytes.len() > MAX_OBJECT {
            return Err(StoreError::TooLarge { what: name.into(), limit: MAX_OBJECT });
        }
        let object = self.object(name);
        let url = self.bucket.put_object(Some(&self.credentials), &object).sign(SIGNED_FOR);
        let sent = self.client.put(url).body(bytes.to_vec()).send().await;
        let response = sent.map_err(|error| self.unusable(http::reason(&error)))?;
        if response.status().is_success() { Ok(()) } else { Err(self.refusal(response).await.0) }
    }

    async fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, StoreError> {
        let object = self.object(name);
        let url = self.bucket.get_object(Some(&self.credentials), &object).sign(SIGNED_FOR);
        let response = self.client.get(url).send().await.map_err(|error| self.unusable(http::reason(&error)))?;
        let status = response.status();
        if status.is_success() {
            return http::body(&self.name(), name, response, limit).await;
        }
        let (refusal, code) = self.refusal(response).await;
        let is_missing = status == StatusCode::NOT_FOUND && code != NO_BUCKET;
        Err(if is_missing { StoreError::Missing { store: self.name(), what: name.into() } } else { refusal })
    }

    /// An answer that is not a success: the service says why in a code.
    async fn refusal(&self, response: Response) -> (StoreError, String) {
        let status = response.status();
        let code = code(&http::answer(response).await);
        (self.unusable(http::refusal(status, &code)), code)
    }
}

/// The code in an answer of XML; empty if there is none.
fn code(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let is_code = |code: &&str| code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    code.map(|(code, _)| code).filter(is_code).unwrap_or_default().to_owned()
}

impl Store for S3 {
    fn name(&self) -> String {
        format!("the bucket {}", self.bucket.name())
    }

    fn put<'a>(&'a self, document: &'a [u8]) -> Pending<'a, Hash> {
        Box::pin(async move {
            let hash = Hash::of(document);
            self.write(&hash.to_string(), document).await?;
            Ok(hash)
        })
    }

    fn get<'a>(&'a self, hash: Hash, limit: usize) -> Pending<'a, Vec<u8>> {
        Box::pin(async move { verified(self.name(), hash, self.read(&hash.to_string(), limit).await?) })
    }

    fn send<'a>(&'a self, letter: Letter, envelope: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async move { self.write(&letter.file_name(), envelope).await })
    }

    fn receive(&self, letter: Letter, limit: usize) -> Pending<'_, Vec<u8>> {
        Box::pin(async move { self.read(&letter.file_name(), limit).await })
    }
}
