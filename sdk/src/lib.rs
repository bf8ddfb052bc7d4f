//! Rust SDK of GPU Market.
//!
//! - [`address`]: every address of the program, with its bump.
//! - [`instructions`]: one builder per instruction of the program.
//! - [`decode`], [`view`]: accounts, queues, and one job's full state.
//! - [`digest`]: what hosts and attestors commit to.
//! - [`events`]: what the program emitted.
//! - [`error`]: why it refused, and what to do about it.
//! - [`placement`]: which shard to post into and to join, and where a seat helps more.
//! - [`quote`]: what a job reserves, and what each of its ends pays.
//! - [`rewards`]: what stakers earn, what is due to them, and what a lock weighs.
//! - [`budget`]: what each instruction was measured to cost.
//!
//! All this is pure functions: no network, no clock, no keys. The feature `rpc` adds a client of a real cluster, the
//! feature `svm` an embedded chain. State, settlement and refusals are the program's
//! own code, re-exported as [`gpu_market`], so the numbers are the program's numbers.

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

pub mod address;
pub mod audit;
pub mod budget;
pub mod decode;
pub mod digest;
pub mod error;
pub mod events;
pub mod instructions;
pub mod placement;
pub mod quote;
pub mod rewards;
#[cfg(feature = "rpc")]
pub mod rpc;
pub mod standing;
#[cfg(feature = "svm")]
pub mod svm;
pub mod view;

pub use gpu_market;
pub use solana_address::Address;
pub use solana_instruction::{AccountMeta, Instruction};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
