//! The store in S3, against a real HTTP server that keeps objects and checks every signature by the rules of AWS Signature
//! Version 4, written again here. No storage service runs here.

mod common;

use {
    axum::{
        Router,
        body::Bytes,
        extract::State,
        http::{HeaderMap, Method, StatusCode, Uri},
        response::{IntoResponse, Response},
        routing::any,
    },
    common::{Kept, nobody, serve, serve_only},
    data_encoding::HEXLOWER,
    gpu_market_jobspec::{
        Hash,
        sealing::Content,
        store::{Letter, S3, S3Settings, Store, StoreError},
    },
    hmac::{Hmac, Mac},
    sha2::{Digest, Sha256},
    std::collections::BTreeMap,
};

const ACCESS: &str = "an-access-key";
const SECRET: &str = "a-secret-key";

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    hmac.update(message.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

/// The signature of a presigned request, from its parts.
fn signature(method: &Method, path: &str, query: &BTreeMap<&str, &str>, host: &str) -> String {
    let signed: Vec<_> = query.iter().filter(|(key, _)| **key != "X-Amz-Signature").collect();
    let signed: Vec<_> = signed.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    let request = format!("{method}\n{path}\n{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD", signed.join("&"));
    let time = query["X-Amz-Date"];
    let scope = format!("{}/here/s3/aws4_request", &time[..8]);
    let digest = HEXLOWER.encode(&Sha256::digest(request));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
    let parts = scope.split('/');
    let key = parts.fold(format!("AWS4{SECRET}").into_bytes(), |key, part| hmac(&key, part));
    HEXLOWER.encode(&hmac(&key, &to_sign))
}

async fn object(State(kept): State<Kept>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let query = uri.query().unwrap_or_default();
    let query: BTreeMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let host = headers["host"].to_str().unwrap();
    let is_ours = query.get("X-Amz-Credential").is_some_and(|name| name.starts_with(&format!("{ACCESS}%2F")));
    if !is_ours || query["X-Amz-Signature"] != signature(&method, uri.path(), &query, host) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut kept = kept.lock().unwrap();
    if let Some(token) = query.get("X-Amz-Security-Token") {
        kept.insert("token".into(), token.as_bytes().to_vec());
    }
    if method == Method::PUT {
        kept.insert(uri.path().to_owned(), body.to_vec());
        return StatusCode::OK.into_response();
    }
    kept.get(uri.path()).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |kept| kept.clone().into_response())
}

fn settings(endpoint: String) -> S3Settings {
    S3Settings {
        endpoint,
        bucket: "jobs".into(),
        region: "here".into(),
        bucket_in_host: false,
        prefix: "gpu-market/".into(),
        access_key: ACCESS.into(),
        secret_key: SECRET.into(),
        session_token: None,
    }
}

async fn service() -> (String, Kept) {
    let kept = Kept::default();
    let router = Router::new().route("/{*path}", any(object)).with_state(kept.clone());
    (serve(router).await, kept)
}

#[tokio::test]
async fn documents_and_letters_are_written_and_read_with_a_signature() {
    let (endpoint, kept) = service().await;
    let store = S3::new(settings(endpoint)).unwrap();
    let hash = store.put(b"a document").await.unwrap();
    assert_eq!(store.get(hash, 100).await.unwrap(), b"a document");
    let letter = Letter { job: [7; 32], content: Content::Result };
    store.send(letter, b"sealed").await.unwrap();
    assert_eq!(store.receive(letter, 100).await.unwrap(), b"sealed");
    let names: Vec<_> = kept.lock().unwrap().keys().cloned().collect();
    let expected = [format!("/jobs/gpu-market/{hash}"), format!("/jobs/gpu-market/{}", letter.file_name())];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn what_is_altered_missing_or_too_large_is_not_returned() {
    let (endpoint, kept) = service().await;
    let store = S3::new(settings(endpoint)).unwrap();
    let hash = store.put(b"a document").await.unwrap();
    assert!(matches!(store.get(hash, 9).await, Err(StoreError::TooLarge { limit: 9, .. })));
    kept.lock().unwrap().insert(format!("/jobs/gpu-market/{hash}"), b"another one".to_vec());
    assert!(matches!(store.get(hash, 100).await, Err(StoreError::WrongContent { .. })));
    assert!(matches!(store.get(Hash([1; 32]), 100).await, Err(StoreError::Missing { .. })));
}

#[tokio::test]
async fn a_key_for_a_while_is_signed_with_its_token() {
    let (endpoint, kept) = service().await;
    let store = S3::new(S3Settings { session_token: Some("a-token".into()), ..settings(endpoint) }).unwrap();
    // The service checks the signature over all that is in the address, the token too.
    let hash = store.put(b"a document").await.unwrap();
    assert_eq!(kept.lock().unwrap().get("token").map(Vec::as_slice), Some(b"a-token".as_slice()));
    assert_eq!(store.get(hash, 100).await.unwrap(), b"a document");
}

#[tokio::test]
async fn a_wrong_key_and_a_service_that_is_not_there_are_named() {
    let (endpoint, _) = service().await;
    let wrong = S3::new(S3Settings { secret_key: "another".into(), ..settings(endpoint) }).unwrap();
    let error = wrong.put(b"x").await.unwrap_err();
    let expected =
        "the bucket jobs cannot be used: HTTP status 403 Forbidden; check that it runs and who may use it";
    assert_eq!(error.to_string(), expected);
    let error = S3::new(settings(nobody().await)).unwrap().put(b"x").await.unwrap_err();
    assert!(error.to_string().starts_with("the bucket jobs cannot be used: no connection"), "{error}");
    assert!(!error.to_string().contains("X-Amz"), "{error}");
}

#[tokio::test]
async fn what_the_service_says_of_a_refusal_is_repeated_and_a_bucket_that_is_not_there_is_not_a_missing_document() {
    let code =
        |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>x</Message></Error>");
    let page = format!("<html>{}</html>", " ".repeat(100_000));
    for (status, answer, why) in [
        (404, code("NoSuchBucket"), "404 Not Found NoSuchBucket"),
        (403, code("SignatureDoesNotMatch"), "403 Forbidden SignatureDoesNotMatch"),
        (403, code("no\ncode"), "403 Forbidden"),
        (502, page, "502 Bad Gateway"),
    ] {
        let store = S3::new(settings(serve_only(status, answer).await)).unwrap();
        let expected =
            format!("the bucket jobs cannot be used: HTTP status {why}; check that it runs and who may use it");
        for error in [store.put(b"x").await.unwrap_err(), store.get(Hash([1; 32]), 100).await.unwrap_err()] {
            assert_eq!((error.to_string(), error.is_transient()), (expected.clone(), true));
        }
    }
    let store = S3::new(settings(serve_only(404, code("NoSuchKey")).await)).unwrap();
    assert!(matches!(store.get(Hash([1; 32]), 100).await, Err(StoreError::Missing { .. })));
    assert!(matches!(store.put(b"x").await, Err(StoreError::Unusable { .. })), "nobody can put it there");
}
