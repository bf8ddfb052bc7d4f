//! Which store: a line of text, as it is typed or set in the environment.

use {
    super::{Folder, Store, StoreError},
    std::{path::PathBuf, sync::Arc},
};

/// Environment variable of the public part of an access key to S3.
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
/// Of its secret part.
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// Of what belongs to a key that is valid for a while only.
#[cfg(feature = "s3")]
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
/// Of the region, in the order in which they count.
#[cfg(feature = "s3")]
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// The region where none is named, as services that have none expect.
#[cfg(feature = "s3")]
const REGION: &str = "us-east-1";
/// The service that has the bucket's name in the host name.
#[cfg(feature = "s3")]
const AMAZON: &str = ".amazonaws.com";

/// A store that was chosen.
#[derive(Clone, Debug)]
pub enum Choice {
    /// A local folder.
    Folder(PathBuf),
    /// A node of IPFS: the address of its HTTP API.
    #[cfg(feature = "ipfs")]
    Ipfs(String),
    /// A bucket.
    #[cfg(feature = "s3")]
    S3(super::S3Settings),
}

/// Why a text chooses no store. Addresses are not repeated: people write secrets into them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No such kind.
    #[error("{0:?} is no kind of store; allowed: folder:PATH, ipfs:URL, s3:URL/BUCKET or s3:URL/BUCKET/PREFIX")]
    Unknown(
        /// What was named.
        String,
    ),
    /// A folder without a path.
    #[error("the store is a folder without a path; allowed: folder:PATH")]
    NoPath,
    /// This build has no such store.
    #[error("this build has no store of the kind {0:?}; build gpu-market-jobspec with the feature of that name")]
    NotBuilt(
        /// The kind.
        &'static str,
    ),
    /// Something else than an address of HTTP.
    #[error("what follows {kind}: is no address; allowed: http://HOST or https://HOST, with a port and a path")]
    NoAddress {
        /// The kind.
        kind: &'static str,
    },
    /// More in the address than belongs there.
    #[error(
        "the address after {kind}: has a user, a password, a query or a fragment; allowed: none of them{}",
        if *.kind == "s3" { ", who may use a bucket is said by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" } else { "" }
    )]
    MoreThanAnAddress {
        /// The kind.
        kind: &'static str,
    },
    /// No bucket, or one that no service has.
    #[error(
        "the address after s3: names no bucket; allowed: URL/BUCKET or URL/BUCKET/PREFIX, of letters, digits, '-', '.' \
         and '_'"
    )]
    NoBucket,
    /// Nothing says who may use the bucket.
    #[error("a store in S3 needs an access key, and {variable} is not set; set {ACCESS_KEY} and {SECRET_KEY}")]
    NoCredentials {
        /// What is not set.
        variable: &'static str,
    },
}

impl Choice {
    /// Reads a choice: `folder:PATH`, or a path alone, which has no colon before its first slash; `ipfs:URL`;
    /// `s3:URL/BUCKET/PREFIX`. `variable` reads the environment, where S3 alone looks.
    ///
    /// # Errors
    ///
    /// [`ChoiceError`] says what is allowed.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ChoiceError> {
        let is_path = text.starts_with(['/', '.', '~']);
        match text.split_once(':').filter(|_| !is_path) {
            None => folder(text),
            Some(("folder", path)) => folder(path),
            Some(("ipfs", address)) => ipfs(address),
            Some(("s3", address)) => s3(address, variable),
            Some((kind, _)) => Err(ChoiceError::Unknown(kind.to_owned())),
        }
    }

    /// The store. Nothing is sent before its first call.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if there is no TLS.
    pub fn open(self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Folder(path) => Arc::new(Folder::new(path)),
            #[cfg(feature = "ipfs")]
            Self::Ipfs(address) => Arc::new(super::Ipfs::new(&address)?),
            #[cfg(feature = "s3")]
            Self::S3(settings) => Arc::new(super::S3::new(settings)?),
        })
    }
}

fn folder(path: &str) -> Result<Choice, ChoiceError> {
    if path.is_empty() { Err(ChoiceError::NoPath) } else { Ok(Choice::Folder(path.into())) }
}

#[cfg(not(feature = "ipfs"))]
fn ipfs(_: &str) -> Result<Choice, ChoiceError> {
    Err(ChoiceError::NotBuilt("ipfs"))
}

#[cfg(feature = "ipfs")]
fn ipfs(address: &str) -> Result<Choice, ChoiceError> {
    Ok(Choice::Ipfs(parse_address("ipfs", address)?.into()))
}

#[cfg(not(feature = "s3"))]
fn s3(_: &str, _: impl Fn(&str) -> Option<String>) -> Result<Choice, ChoiceError> {
    Err(ChoiceError::NotBuilt("s3"))
}

#[cfg(feature = "s3")]
fn s3(address: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Choice, ChoiceError> {
    let url = parse_address("s3", address)?;
    let path = url.path().trim_matches('/');
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    if bucket.is_empty() || !path.bytes().all(is_allowed) {
        return Err(ChoiceError::NoBucket);
    }
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let needed = |name: &'static str| set(name).ok_or(ChoiceError::NoCredentials { variable: name });
    Ok(Choice::S3(super::S3Settings {
        endpoint: url.origin().ascii_serialization(),
        bucket: bucket.to_owned(),
        region: REGIONS.into_iter().find_map(set).unwrap_or_else(|| REGION.to_owned()),
        bucket_in_host: url.host_str().is_some_and(|host| host.ends_with(AMAZON)),
        prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        access_key: needed(ACCESS_KEY)?,
        secret_key: needed(SECRET_KEY)?,
        session_token: set(SESSION_TOKEN),
    }))
}

/// An address of HTTP and nothing more.
#[cfg(any(feature = "ipfs", feature = "s3"))]
fn parse_address(kind: &'static str, address: &str) -> Result<url::Url, ChoiceError> {
    let url = url::Url::parse(address).map_err(|_| ChoiceError::NoAddress { kind })?;
    if !["http", "https"].contains(&url.scheme()) || url.host_str().is_none() {
        return Err(ChoiceError::NoAddress { kind });
    }
    let has_more =
        !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some();
    if has_more { Err(ChoiceError::MoreThanAnAddress { kind }) } else { Ok(url) }
}
