//! The queue of a shard: two doubly linked lists (jobs in line, waiting seats) and a free list over one slab of nodes.
//! Every operation is O(1). [`list`] moves nodes, [`matching`] brings jobs and seats together.
//!
//! Pure: it works on a header and a slice of nodes, on chain and in tests alike.

mod list;
mod matching;

pub use {list::*, matching::*};

use crate::{
    error::{MarketError, Rule},
    state::{Node, Shard},
};

/// A view of a shard's queue.
pub struct Queue<'a> {
    pub shard: &'a mut Shard,
    pub nodes: &'a mut [Node],
}

impl Queue<'_> {
    /// Nodes that the shard has room for.
    pub fn capacity(&self) -> Rule<u32> {
        u32::try_from(self.nodes.len()).map_err(|_| MarketError::MathOverflow)
    }
}
