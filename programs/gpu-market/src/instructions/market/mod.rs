//! Markets, their terms and their queue shards.

pub mod accept_market_authority;
pub mod announce_terms;
pub mod close_market;
pub mod close_shard;
pub mod close_terms;
pub mod create_market;
pub mod create_shard;
pub mod grow_shard;
pub mod list_market;
pub mod propose_market_authority;
pub mod set_market_pause;

pub use {
    accept_market_authority::*, announce_terms::*, close_market::*, close_shard::*, close_terms::*,
    create_market::*, create_shard::*, grow_shard::*, list_market::*, propose_market_authority::*,
    set_market_pause::*,
};
