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

use {
    crate::{error::MarketError, queue::ShardAccount, state::Node},
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

/// Makes all the room of a shard usable: the queue works on the nodes that the account counts, and these start zeroed.
/// Returns how many there are.
fn fill_with_nodes(shard: &mut ShardAccount) -> Result<u32> {
    for _ in shard.len()..shard.capacity() {
        shard.try_push(Node::zeroed())?;
    }
    Ok(u32::try_from(shard.len()).map_err(|_| MarketError::MathOverflow)?)
}
