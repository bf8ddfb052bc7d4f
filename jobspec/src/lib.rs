//! What clients and hosts exchange beside the chain: job specs, results, and where they lie.
//!
//! - [`Spec`]: what a client wants done, as JSON with a published schema (`jobspec/schema.json`).
//! - [`JobResult`]: what came of it.
//! - [`Document`]: both have one canonical encoding, whose SHA-256 is what the chain holds.
//! - [`store`]: content-addressed stores of both. What is read is checked against its hash.
//! - [`sealing`]: specs and results of private jobs, readable by one key only.
//!
//! Features: `ipfs` and `s3` add stores, without which there is a local folder; `sealing` adds what private
//! jobs need, `schema` the schema from the types.

#![deny(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

mod document;
mod error;
mod hash;
mod result;
pub mod sealing;
mod spec;
pub mod store;

pub use {
    document::{Document, MAX_DOCUMENT},
    error::DocumentError,
    hash::{Hash, HashError},
    result::{Ending, JobResult, Verdict},
    spec::{Image, PrivateTerms, Spec, Tier, Work},
};

#[cfg(feature = "schema")]
pub use spec::schema;
