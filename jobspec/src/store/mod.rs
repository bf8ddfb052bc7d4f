//! Content-addressed stores of specs and results, and the letters of private jobs.
//!
//! A document is named by its SHA-256, the hash that the chain holds. A letter is a sealed envelope for one job, named by
//! the job's address and what is in it, since its own hash is known to nobody but its sender.

mod choice;
mod folder;
#[cfg(any(feature = "ipfs", feature = "s3"))]
mod http;
#[cfg(feature = "ipfs")]
mod ipfs;
#[cfg(feature = "s3")]
mod s3;

#[cfg(feature = "ipfs")]
pub use ipfs::{Ipfs, MAX_BLOCK, cid};
#[cfg(feature = "s3")]
pub use s3::{S3, S3Settings};
pub use {
    choice::{Choice, ChoiceError},
    folder::Folder,
};

use {
    crate::{Hash, MAX_DOCUMENT, sealing::Content},
    std::{future::Future, pin::Pin},
};

/// Work of a store that is going on.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where specs and results lie.
pub trait Store: Send + Sync {
    /// What people call the store, without secrets.
    fn name(&self) -> String;

    /// Bytes of the largest document that it takes.
    fn largest(&self) -> usize {
        MAX_DOCUMENT
    }

    /// Refuses a store that keeps no letters, which private jobs need.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoLetters`].
    fn require_letters(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Stores a document and returns its hash. Storing it again changes nothing.
    fn put<'a>(&'a self, document: &'a [u8]) -> Pending<'a, Hash>;

    /// The document with this hash, of at most `limit` bytes. What does not have the hash is never returned.
    fn get<'a>(&'a self, hash: Hash, limit: usize) -> Pending<'a, Vec<u8>>;

    /// Leaves a letter for a job, in place of an earlier one.
    fn send<'a>(&'a self, letter: Letter, envelope: &'a [u8]) -> Pending<'a, ()>;

    /// The letter, of at most `limit` bytes.
    fn receive(&self, letter: Letter, limit: usize) -> Pending<'_, Vec<u8>>;
}

/// Names a sealed envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Address of the job.
    pub job: [u8; 32],
    /// What is in it.
    pub content: Content,
}

impl Letter {
    /// Name of the letter in folders and buckets: the job's address in hexadecimal digits, and what is in it.
    pub fn file_name(&self) -> String {
        format!("letters/{}.{}", Hash(self.job), self.content)
    }
}

/// Why a store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such document or letter.
    #[error("{store} has no {what}; whoever posted the job has to put it there")]
    Missing {
        /// The store.
        store: String,
        /// The document or letter.
        what: String,
    },
    /// What the store returned is something else.
    #[error("{store} returned bytes with hash {actual} for {expected}; they were thrown away, use another store")]
    WrongContent {
        /// The store.
        store: String,
        /// What was asked for.
        expected: Hash,
        /// What came.
        actual: Hash,
    },
    /// It is larger than it may be.
    #[error("{what} is larger than the {limit} bytes that are taken; make it smaller")]
    TooLarge {
        /// The document or letter.
        what: String,
        /// Bytes that are taken at most.
        limit: usize,
    },
    /// The store does not answer, or not as its protocol says.
    #[error("{store} cannot be used: {reason}; check that it runs and who may use it")]
    Unusable {
        /// The store.
        store: String,
        /// What it said.
        reason: String,
    },
    /// The store has documents only.
    #[error("{store} keeps no letters, which private jobs need; use a folder or storage that speaks S3")]
    NoLetters {
        /// The store.
        store: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Unusable { .. })
    }
}

/// Takes bytes that a store returned only if they have the hash.
fn verified(store: String, expected: Hash, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let actual = Hash::of(&bytes);
    if actual == expected { Ok(bytes) } else { Err(StoreError::WrongContent { store, expected, actual }) }
}
