//! The store in IPFS, against a real HTTP server that keeps the contract of Kubo's `add` and `cat`. No node of IPFS runs
//! here: what is proven is the client, and that its addresses are those that IPFS gives.

mod common;

use {
    axum::{
        Json, Router,
        extract::{Multipart, Query, State},
        http::StatusCode,
        response::{IntoResponse, Response},
        routing::post,
    },
    common::{Kept, nobody, serve, serve_only},
    gpu_market_jobspec::{
        Hash,
        sealing::Content,
        store::{Ipfs, Letter, MAX_BLOCK, Store, StoreError, cid},
    },
    serde_json::json,
    std::collections::BTreeMap,
};

type Arguments = Query<BTreeMap<String, String>>;

/// `POST /api/v0/add`: one file as multipart; its address and how it is written follow from these options. Nodes of js-ipfs
/// write base58 unless they are asked for something else, and take no file without a content type.
async fn add(State(kept): State<Kept>, Query(query): Arguments, mut form: Multipart) -> Response {
    let expected = [
        ("cid-version", "1"),
        ("cid-base", "base32"),
        ("raw-leaves", "true"),
        ("pin", "true"),
        ("chunker", "size-1048576"),
    ];
    let expected: BTreeMap<_, _> = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let Ok(Some(field)) = form.next_field().await else { return StatusCode::BAD_REQUEST.into_response() };
    if query != expected || field.name() != Some("file") || field.file_name().is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if field.content_type() != Some("application/octet-stream") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let bytes = field.bytes().await.unwrap();
    let name = cid(&Hash::of(&bytes));
    kept.lock().unwrap().insert(name.clone(), bytes.to_vec());
    Json(json!({ "Name": name, "Hash": name, "Size": bytes.len().to_string() })).into_response()
}

/// `POST /api/v0/cat?arg=CID`, for a while: nodes look for what they do not have until they are told to stop.
async fn cat(State(kept): State<Kept>, Query(query): Arguments) -> Response {
    if query.get("timeout").map(String::as_str) != Some("25s") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match kept.lock().unwrap().get(&query["arg"]) {
        Some(bytes) => bytes.clone().into_response(),
        None => {
            let message = format!("block was not found locally (offline): ipld: could not find {}", query["arg"]);
            let answer = json!({ "Message": message, "Code": 0, "Type": "error" });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response()
        }
    }
}

async fn node() -> (Ipfs, Kept) {
    let kept = Kept::default();
    let router = Router::new().route("/api/v0/add", post(add)).route("/api/v0/cat", post(cat));
    let router = router.layer(axum::extract::DefaultBodyLimit::max(2 * MAX_BLOCK)).with_state(kept.clone());
    (Ipfs::new(&serve(router).await).unwrap(), kept)
}

#[test]
fn addresses_are_those_that_ipfs_gives() {
    // `ipfs add --cid-version=1 --raw-leaves` of these bytes.
    let hello = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
    assert_eq!(cid(&Hash::of(b"hello world")), hello);
}

#[tokio::test]
async fn a_document_is_added_and_read_back() {
    let (store, kept) = node().await;
    let document = vec![7; MAX_BLOCK];
    let hash = store.put(&document).await.unwrap();
    assert_eq!(kept.lock().unwrap().keys().collect::<Vec<_>>(), [&cid(&hash)]);
    assert_eq!(store.get(hash, MAX_BLOCK).await.unwrap(), document);
}

#[tokio::test]
async fn what_is_altered_missing_or_too_large_is_not_returned() {
    let (store, kept) = node().await;
    let hash = store.put(b"a document").await.unwrap();
    assert!(matches!(store.get(hash, 9).await, Err(StoreError::TooLarge { limit: 9, .. })));
    kept.lock().unwrap().insert(cid(&hash), b"another one".to_vec());
    assert!(matches!(store.get(hash, 100).await, Err(StoreError::WrongContent { .. })));
    assert!(matches!(store.get(Hash([1; 32]), 100).await, Err(StoreError::Missing { .. })));
    assert!(matches!(store.put(&vec![0; MAX_BLOCK + 1]).await, Err(StoreError::TooLarge { .. })));
}

#[tokio::test]
async fn a_node_that_looked_in_vain_has_nothing_and_every_other_refusal_is_named() {
    for message in ["Failed to cat file: request timed out", "Failed to get block: context deadline exceeded"] {
        let answer = json!({ "Message": message, "Code": 0, "Type": "error" }).to_string();
        let store = Ipfs::new(&serve_only(500, answer).await).unwrap();
        let error = store.get(Hash([1; 32]), 100).await.unwrap_err();
        assert!(matches!(&error, StoreError::Missing { what, .. } if *what == cid(&Hash([1; 32]))), "{error}");
    }
    let named = |why| {
        format!(
            "the node of IPFS at 127.0.0.1 cannot be used: HTTP status {why}; check that it runs and who may use it"
        )
    };
    let full = json!({ "Message": "no space left on device", "Code": 0, "Type": "error" }).to_string();
    let page = format!("<html>{}</html>", " ".repeat(100_000));
    for (status, answer, why) in
        [(500, full, "500 Internal Server Error no space left on device"), (502, page, "502 Bad Gateway")]
    {
        let store = Ipfs::new(&serve_only(status, answer).await).unwrap();
        let errors = [store.put(b"x").await.unwrap_err(), store.get(Hash([1; 32]), 100).await.unwrap_err()];
        for error in errors {
            assert_eq!((error.to_string(), error.is_transient()), (named(why), true));
        }
    }
}

#[tokio::test]
async fn a_node_that_is_not_there_or_another_service_is_named() {
    let error = Ipfs::new(&nobody().await).unwrap().put(b"x").await.unwrap_err();
    assert!(
        error.to_string().starts_with("the node of IPFS at 127.0.0.1 cannot be used: no connection"),
        "{error}"
    );
    let other = Ipfs::new(&serve(Router::new()).await).unwrap();
    let error = other.get(Hash([1; 32]), 100).await.unwrap_err();
    assert!(error.to_string().contains("HTTP status 404 Not Found"), "{error}");
    assert!(matches!(Ipfs::new("no address"), Err(StoreError::Unusable { .. })));
}

#[tokio::test]
async fn letters_are_refused_with_what_to_use_instead() {
    let (store, _) = node().await;
    let letter = Letter { job: [1; 32], content: Content::Spec };
    let error = store.send(letter, b"x").await.unwrap_err();
    assert!(error.to_string().ends_with("use a folder or storage that speaks S3"), "{error}");
    assert!(matches!(store.receive(letter, 9).await, Err(StoreError::NoLetters { .. })));
}
