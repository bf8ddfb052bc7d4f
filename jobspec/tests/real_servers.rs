//! The stores with real servers: storage that speaks S3, and a node of IPFS.
//!
//! `GPU_MARKET_S3_ENDPOINT`, `_BUCKET`, `_KEY` and `_SECRET` say where the bucket is and who may use it, by default
//! `http://127.0.0.1:8014`, `jobs`, `an-access-key` and `a-secret-key`; `GPU_MARKET_IPFS_API` where the node's API is, by
//! default `http://127.0.0.1:5001`. `GPU_MARKET_S3_FOLDER` and `GPU_MARKET_IPFS_FOLDER` are the folders where the servers
//! keep their files, which the tests alter.
//!
//! `s3s-fs` (a crate, with its feature `binary`) checks every signature, but makes a bucket for whatever is put there:
//!
//!     s3s-fs --host 127.0.0.1 --access-key an-access-key --secret-key a-secret-key FOLDER
//!
//! with a folder `jobs` in it. `s3rver` (of npm) knows its buckets, but checks no signed addresses; both its keys are
//! `S3RVER`, and its port is 4568:
//!
//!     s3rver -a 127.0.0.1 -d FOLDER --configure-bucket jobs
//!
//! A node of IPFS is `jsipfs` (of npm's `ipfs`, with Node 22), whose port is 5002. With this as its CONFIG it talks to nobody:
//! `{"Addresses":{"Swarm":[],"Delegates":[]},"Bootstrap":[],"Discovery":{"MDNS":{"Enabled":false}}}`
//!
//!     jsipfs init --empty-repo CONFIG && jsipfs daemon --offline --enable-preload=false
//!
//! Then, without the one test that the server of S3 is too lenient for:
//!
//!     cargo test --locked --workspace --test real_servers -- --ignored --skip a_bucket_that_is_not_there_is_named

use {
    gpu_market_jobspec::{
        Hash,
        sealing::Content,
        store::{Choice, Letter, Store, cid},
    },
    std::{
        fs,
        path::{Path, PathBuf},
        sync::Arc,
        time::SystemTime,
    },
};

/// A store at a real server.
struct Server {
    store: Arc<dyn Store>,
    /// What its messages call a document.
    called: fn(&Hash) -> String,
    /// Variable with the folder where the server keeps its files.
    folder: &'static str,
}

fn given(name: &str, usual: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| usual.into())
}

/// The bucket, for who has these keys.
fn bucket(bucket: &str, key: &str, secret: &str) -> Arc<dyn Store> {
    let text = format!("s3:{}/{bucket}/gpu-market", given("GPU_MARKET_S3_ENDPOINT", "http://127.0.0.1:8014"));
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some(key.to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some(secret.to_owned()),
        _ => None,
    };
    Choice::parse(&text, variable).unwrap().open().unwrap()
}

fn keys() -> [String; 3] {
    [("BUCKET", "jobs"), ("KEY", "an-access-key"), ("SECRET", "a-secret-key")]
        .map(|(name, usual)| given(&format!("GPU_MARKET_S3_{name}"), usual))
}

fn s3() -> Server {
    let [name, key, secret] = keys();
    Server { store: bucket(&name, &key, &secret), called: Hash::to_string, folder: "GPU_MARKET_S3_FOLDER" }
}

fn node(api: &str) -> Arc<dyn Store> {
    Choice::parse(&format!("ipfs:{api}"), |_| None).unwrap().open().unwrap()
}

fn ipfs() -> Server {
    let api = given("GPU_MARKET_IPFS_API", "http://127.0.0.1:5001");
    Server { store: node(&api), called: cid, folder: "GPU_MARKET_IPFS_FOLDER" }
}

/// A document that no server has from an earlier run.
fn fresh(length: usize) -> Vec<u8> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut document = format!("{} {:?}", now.as_nanos(), std::thread::current().id()).into_bytes();
    document.resize(length, b'.');
    document
}

/// The file in a folder or below it that has this content.
fn file_with(content: &[u8], folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        if path.is_dir() {
            return file_with(content, &path);
        }
        (fs::metadata(&path).unwrap().len() == content.len() as u64 && fs::read(&path).unwrap() == content)
            .then_some(path)
    })
}

async fn keeps_documents_of_every_size(Server { store, .. }: Server) {
    for length in [1, 1_000, 300_000, store.largest()] {
        let document = fresh(length);
        let hash = store.put(&document).await.unwrap();
        assert_eq!(hash, Hash::of(&document));
        assert_eq!(store.put(&document).await.unwrap(), hash, "again");
        assert!(store.get(hash, length).await.unwrap() == document, "{length} bytes");
    }
}

async fn says_what_it_does_not_have(Server { store, called, .. }: Server) {
    let hash = Hash::of(&fresh(100));
    let missing = format!("{} has no {}; whoever posted the job has to put it there", store.name(), called(&hash));
    assert_eq!(store.get(hash, 100).await.unwrap_err().to_string(), missing);
}

async fn gives_nothing_larger_than_the_limit(Server { store, called, .. }: Server) {
    for length in [100, store.largest()] {
        let hash = store.put(&fresh(length)).await.unwrap();
        let limit = length - 1;
        let expected =
            format!("{} is larger than the {limit} bytes that are taken; make it smaller", called(&hash));
        assert_eq!(store.get(hash, limit).await.unwrap_err().to_string(), expected);
    }
}

async fn gives_nothing_that_was_altered_on_disk(Server { store, folder, .. }: Server) {
    let document = fresh(100);
    let hash = store.put(&document).await.unwrap();
    let file = std::env::var(folder).unwrap_or_else(|_| panic!("{folder} is not set"));
    let file = file_with(&document, Path::new(&file)).expect("the server keeps the document in a file");
    let altered = [&document[1..], b"!"].concat();
    fs::write(&file, &altered).unwrap();
    let expected = format!(
        "{} returned bytes with hash {} for {hash}; they were thrown away, use another store",
        store.name(),
        Hash::of(&altered)
    );
    assert_eq!(store.get(hash, 100).await.unwrap_err().to_string(), expected);
    fs::write(&file, &document).unwrap();
    assert_eq!(store.get(hash, 100).await.unwrap(), document);
}

#[tokio::test]
#[ignore = "needs a server of S3"]
async fn s3_keeps_documents_of_every_size_and_gives_them_back() {
    keeps_documents_of_every_size(s3()).await;
}

#[tokio::test]
#[ignore = "needs a node of IPFS"]
async fn ipfs_keeps_documents_of_every_size_and_gives_them_back() {
    keeps_documents_of_every_size(ipfs()).await;
}

#[tokio::test]
#[ignore = "needs a server of S3"]
async fn s3_says_what_it_does_not_have() {
    says_what_it_does_not_have(s3()).await;
}

#[tokio::test]
#[ignore = "needs a node of IPFS"]
async fn ipfs_says_what_it_does_not_have() {
    says_what_it_does_not_have(ipfs()).await;
}

#[tokio::test]
#[ignore = "needs a server of S3"]
async fn nothing_larger_than_the_limit_is_taken_from_s3() {
    gives_nothing_larger_than_the_limit(s3()).await;
}

#[tokio::test]
#[ignore = "needs a node of IPFS"]
async fn nothing_larger_than_the_limit_is_taken_from_ipfs() {
    gives_nothing_larger_than_the_limit(ipfs()).await;
}

#[tokio::test]
#[ignore = "needs a server of S3"]
async fn what_was_altered_on_the_disk_of_s3_is_thrown_away() {
    gives_nothing_that_was_altered_on_disk(s3()).await;
}

#[tokio::test]
#[ignore = "needs a node of IPFS"]
async fn what_was_altered_on_the_disk_of_ipfs_is_thrown_away() {
    gives_nothing_that_was_altered_on_disk(ipfs()).await;
}

#[tokio::test]
#[ignore = "needs a server of S3"]
async fn s3_keeps_the_letters_of_private_jobs_the_last_of_each_kind() {
    let Server { store, .. } = s3();
    store.require_letters().unwrap();
    let job = Hash::of(&fresh(100)).0;
    let [spec, result] = [Content::Spec, Content::Result].map(|content| Letter { job, content });
    let missing =
        format!("{} has no {}; whoever posted the job has to put it there", store.name(), spec.file_name());
    assert_eq!(store.receive(spec, 100).await.unwrap_err().to_string(), missing);
    for envelope in [b"the first".as_slice(), b"the second, in its place"] {
        store.send(spec, envelope).await.unwrap();
        store.send(result, b"another").await.unwrap();
        assert_eq!(store.receive(spec, 100).await.unwrap(), envelope);
    }
    assert_eq!(store.receive(result, 100).await.unwrap(), b"another");
    let too_large = format!("{} is larger than the 6 bytes that are taken; make it smaller", result.file_name());
    assert_eq!(store.receive(result, 6).await.unwrap_err().to_string(), too_large);
}

fn refused(bucket: &str, why: &str) -> String {
    format!("the bucket {bucket} cannot be used: HTTP status {why}; check that it runs and who may use it")
}

#[tokio::test]
#[ignore = "needs a server of S3 that checks signatures"]
async fn whoever_may_not_use_the_bucket_is_told_so() {
    let [name, key, secret] = keys();
    // Amazon knows no such key, and others nobody who has it.
    let unknown = ["403 Forbidden InvalidAccessKeyId", "403 Forbidden NotSignedUp"];
    let cases = [
        (bucket(&name, &key, "another"), vec![refused(&name, "403 Forbidden SignatureDoesNotMatch")]),
        (bucket(&name, "another", &secret), unknown.map(|why| refused(&name, why)).into()),
    ];
    for (store, expected) in cases {
        for error in [
            store.put(b"a document").await.unwrap_err(),
            store.get(Hash::of(b"a document"), 100).await.unwrap_err(),
        ] {
            assert!(error.is_transient() && expected.contains(&error.to_string()), "{error}");
        }
    }
}

#[tokio::test]
#[ignore = "needs a server of S3 that knows its buckets"]
async fn a_bucket_that_is_not_there_is_named() {
    let [_, key, secret] = keys();
    let store = bucket("no-such-bucket", &key, &secret);
    let expected = refused("no-such-bucket", "404 Not Found NoSuchBucket");
    assert_eq!(store.put(b"a document").await.unwrap_err().to_string(), expected);
    assert_eq!(store.get(Hash([1; 32]), 100).await.unwrap_err().to_string(), expected);
}
