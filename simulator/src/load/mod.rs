//! Load on the chain.

pub mod arrivals;
mod engine;
pub mod saturated;
pub mod stampede;

pub use engine::Kind;

use {
    crate::costs::{Costs, Sample},
    gpu_market::constants::MAX_SHARD_NODES,
};

/// Mean length of a job, seconds: 58 minutes, of 3.5 million jobs of a peer.
pub const MEAN_JOB: u64 = 58 * 60;

/// Units of each kind of transaction.
#[derive(Clone, Copy, Debug)]
pub struct Units([u64; Kind::ALL.len()]);

impl Units {
    /// Where shards have `nodes` nodes. A client sets the limits of the dearest state, because it does not know which it
    /// will meet.
    pub fn new(costs: &Costs, nodes: usize) -> Self {
        let dearest = |samples: &[Sample]| {
            samples.iter().map(|sample| costs.of(*sample).units(nodes as u64)).max().unwrap_or(0)
        };
        Self(Kind::ALL.map(|kind| dearest(states(kind))))
    }

    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }
}

/// The states that a kind of transaction may meet.
fn states(kind: Kind) -> &'static [Sample] {
    match kind {
        Kind::Post => &[Sample::PostQueued, Sample::PostMatched],
        Kind::Join => &[Sample::JoinWaits, Sample::JoinMatched],
        Kind::Start => &[Sample::Start],
        Kind::Heartbeat => &[Sample::Heartbeat],
        Kind::Finish => &[Sample::Finish],
        Kind::Rejoin => &[Sample::RejoinWaits, Sample::RejoinMatched],
        Kind::Rebalance => &[Sample::Rebalance],
    }
}

/// Nodes of each shard of a market of this many: as many in all as the largest shard has.
pub fn nodes_of(shards: usize) -> usize {
    MAX_SHARD_NODES / shards.max(1)
}
