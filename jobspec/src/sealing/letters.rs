//! Sealed documents on their way through a store.

use {
    super::{LetterError, OVERHEAD, SealingKey, seal},
    crate::{
        Hash,
        store::{Letter, Store},
    },
};

/// Seals a document to the public key `to` and leaves it in the store, in place of an earlier letter.
///
/// # Errors
///
/// [`LetterError::Seal`] if there is no key to seal to; [`LetterError::Store`].
pub async fn send(store: &dyn Store, letter: Letter, to: &[u8; 32], document: &[u8]) -> Result<(), LetterError> {
    let envelope = seal(to, &letter.job, letter.content, document)?;
    Ok(store.send(letter, &envelope).await?)
}

/// The document in a letter, of at most `limit` bytes, if it is the one with the hash `expected`.
///
/// # Errors
///
/// [`LetterError::Store`] if there is no letter; [`LetterError::Seal`] if it is not for `key`, was altered, or is another
/// job's; [`LetterError::OtherDocument`] if it holds another document.
pub async fn receive(
    store: &dyn Store,
    letter: Letter,
    key: &SealingKey,
    expected: Hash,
    limit: usize,
) -> Result<Vec<u8>, LetterError> {
    let envelope = store.receive(letter, limit.saturating_add(OVERHEAD)).await?;
    let document = key.open(&envelope, &letter.job, letter.content)?;
    let actual = Hash::of(&document);
    if actual == expected {
        return Ok(document);
    }
    Err(LetterError::OtherDocument { content: letter.content, expected, actual })
}
