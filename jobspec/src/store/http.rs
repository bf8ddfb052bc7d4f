//! What the stores that are reached over HTTP share.

use {
    super::StoreError,
    reqwest::{Client, Response, StatusCode},
    std::time::Duration,
};

/// Longest wait for one answer, and for the next part of it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes that are read of an answer that is not a document.
const MAX_ANSWER: usize = 4_096;

/// A client without redirects, which would go where nobody configured.
pub(super) fn client() -> Result<Client, String> {
    let builder = Client::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
    builder.redirect(reqwest::redirect::Policy::none()).build().map_err(|error| reason(&error))
}

/// The body of an answer, of at most `limit` bytes: more is not read.
pub(super) async fn body(
    store: &str,
    what: &str,
    mut response: Response,
    limit: usize,
) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let unusable = |error: reqwest::Error| StoreError::Unusable { store: store.into(), reason: reason(&error) };
    while let Some(part) = response.chunk().await.map_err(unusable)? {
        if bytes.len().saturating_add(part.len()) > limit {
            return Err(StoreError::TooLarge { what: what.into(), limit });
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// The beginning of an answer that is not a document, as far as it comes. A long page that stands between us and a service
/// is no reason to forget the status that it came with.
pub(super) async fn answer(mut response: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(part)) = response.chunk().await {
        bytes.extend_from_slice(&part);
        if bytes.len() >= MAX_ANSWER {
            bytes.truncate(MAX_ANSWER);
            break;
        }
    }
    bytes
}

/// A status that is not a success, with what the service said of it, if it said anything.
pub(super) fn refusal(status: StatusCode, said: &str) -> String {
    format!("HTTP status {status} {said}").trim_end().to_owned()
}

/// What went wrong, with its causes and without the address, where secrets may be.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| (*cause).source());
    let outermost = if error.is_timeout() { "no answer in time" } else { "no connection" };
    causes.fold(outermost.to_owned(), |text, cause| format!("{text}: {cause}"))
}
