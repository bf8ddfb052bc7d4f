//! The local folder.

use gpu_market_jobspec::{
    Hash,
    sealing::Content,
    store::{Folder, Letter, Store, StoreError},
};

const LETTER: Letter = Letter { job: [7; 32], content: Content::Spec };

#[tokio::test]
async fn a_document_is_found_by_its_hash_and_a_letter_by_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder::new(folder.path().join("made on first use"));
    let hash = store.put(b"a document").await.unwrap();
    assert_eq!(hash, Hash::of(b"a document"));
    assert_eq!(store.put(b"a document").await.unwrap(), hash);
    assert_eq!(store.get(hash, 10).await.unwrap(), b"a document");

    store.send(LETTER, b"first").await.unwrap();
    store.send(LETTER, b"second").await.unwrap();
    assert_eq!(store.receive(LETTER, 6).await.unwrap(), b"second");
    let other = Letter { content: Content::Result, ..LETTER };
    let error = store.receive(other, 6).await.unwrap_err();
    assert!(matches!(&error, StoreError::Missing { what, .. } if what.ends_with("07.result")), "{error}");
}

#[tokio::test]
async fn what_was_altered_or_is_too_large_is_not_returned() {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder::new(folder.path());
    let hash = store.put(b"a document").await.unwrap();
    assert!(matches!(store.get(hash, 9).await, Err(StoreError::TooLarge { limit: 9, .. })));
    std::fs::write(folder.path().join(hash.to_string()), b"another one").unwrap();
    let error = store.get(hash, 100).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongContent { expected, .. } if expected == hash), "{error}");
    let missing = store.get(Hash([1; 32]), 100).await.unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }) && missing.is_transient());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Folder::new(file.path()).put(b"x").await.unwrap_err();
    assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
    assert!(matches!(error, StoreError::Unusable { .. }));
}
