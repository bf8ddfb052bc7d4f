//! A small world for the tests: config, mints, a community and a premium market, hosts and clients, all made through the
//! SDK on the real program in an embedded chain.
//!
//! Every transaction that succeeds is followed by a full audit of the invariants; every one that is refused is checked to
//! have changed nothing.

pub mod accounts;
pub mod cost;
mod extra_attest;
mod extra_jobs;
mod extra_protocol;
mod extra_rewards;
mod extra_tiers;
mod jobs;
mod parties;
mod refusals;
pub mod states;
mod world;

pub use {
    extra_attest::*, extra_jobs::*, extra_protocol::*, extra_rewards::*, extra_tiers::*, jobs::*, parties::*,
    world::*,
};

/// The program under test: the committed one, or the one that `GPU_MARKET_PROGRAM` names.
pub fn program() -> Vec<u8> {
    match std::env::var_os("GPU_MARKET_PROGRAM") {
        Some(path) => std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}")),
        None => include_bytes!("../../artifacts/gpu_market.so").to_vec(),
    }
}
