//! Specs and results of private jobs, readable by one key only.
//!
//! After a private job is assigned, its client seals the spec to the x25519 key that the host registered
//! (`Host::sealing_key`); when it is finished, the host seals the result to the key in the spec. The hash on chain is
//! that of the open document, so whoever opens an envelope checks it like a public one. A spec has a random salt, so
//! that its hash gives nothing away.
//!
//! An envelope is the line [`HEADER`] followed by a sealed box of NaCl (`crypto_box_seal`: X25519, XSalsa20,
//! Poly1305, with an ephemeral key). In the box are one byte for what it is (1 spec, 2 result), the 32 bytes of the
//! job's address, and the canonical encoding of the document. So no envelope can be passed off as another job's, or
//! altered without being noticed. A sealed box does not say who sealed it: what makes a spec the client's and a result
//! the host's is the hash that each of them signed on chain.

#[cfg(feature = "sealing")]
mod file;
#[cfg(feature = "sealing")]
mod keys;
#[cfg(feature = "sealing")]
mod letters;

#[cfg(feature = "sealing")]
pub use {
    file::KeyFileError,
    keys::{SealingKey, seal},
    letters::{receive, send},
};

use crate::{Hash, store::StoreError};

/// What every envelope begins with.
pub const HEADER: &[u8] = b"gpu-market-sealed/1\n";
/// Bytes that an envelope is larger than what it holds.
pub const OVERHEAD: usize = HEADER.len().saturating_add(1 + 32 + 48);

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Content {
    /// A job spec.
    Spec = 1,
    /// A result.
    Result = 2,
}

impl std::fmt::Display for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Spec => "spec",
            Self::Result => "result",
        })
    }
}

/// Why an envelope cannot be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It does not begin like one.
    #[error("this is no sealed envelope of version 1; ask who sent it for one")]
    NotAnEnvelope,
    /// It is sealed to another key, or was altered.
    #[error(
        "the envelope does not open: it is sealed to another key, or was altered; ask for it to be sealed again"
    )]
    WrongKeyOrAltered,
    /// It was sealed for another job, or as something else.
    #[error("the envelope is another job's, or not what it was sent as; ask for the right one")]
    WrongContent,
    /// There is no key to seal to.
    #[error("there is no key to seal to: it is all zeros, as where none is registered")]
    NoKey,
    /// The system has no random numbers.
    #[error("sealing failed: the system gives no random numbers")]
    NoRandomness,
}

/// Why a letter did not come or go. All of it may be mended by another letter in place of this one.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The store failed, or has no such letter.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The envelope cannot be made or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It opens, and what is in it is not what the chain names: anybody may seal something to a public key.
    #[error(
        "the sealed {content} has hash {actual}, and the chain names {expected}; ask who has it to seal the right one"
    )]
    OtherDocument {
        /// What it should be.
        content: Content,
        /// The hash on chain.
        expected: Hash,
        /// The hash of what came.
        actual: Hash,
    },
}
