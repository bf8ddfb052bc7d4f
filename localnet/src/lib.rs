//! A local Solana network with GPU Market deployed on it: real JSON-RPC, real WebSocket, the real program.
//!
//! - [`Network`]: the network alone, with or without the program.
//! - [`Localnet`]: a network with mints, funded keys and the deployment of a markets file.
//! - [`Front`]: the ports that everybody knows.
//! - [`keys`]: the keys, which follow from their names and are worth nothing anywhere else.

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

mod deployment;
mod error;
mod front;
pub mod keys;
mod network;
pub mod tokens;

pub use {
    deployment::Localnet,
    error::LocalnetError,
    front::Front,
    network::{Network, SLOT},
};
