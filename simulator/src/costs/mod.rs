//! What the market's transactions cost a block, by executing them on the committed program.
//!
//! Every kind of transaction is executed in each state that changes what it does. The first pass measures the instruction
//! alone, the second executes the same with the limits that follow: compute units and a margin, and the data of the
//! accounts that it loads. So each figure is of a transaction that did go through within its limits.

mod budget;
mod crowded;
mod scenarios;
mod stage;

pub use stage::Stage;

use {
    crate::rules::{
        ACCOUNT_BASE_BYTES, DATA_BYTES_PER_UNIT, MARGIN_PERCENT, PAGE_BYTES, PAGE_UNITS, SIGNATURE_UNITS,
        WRITE_LOCK_UNITS, pages,
    },
    gpu_market::state::Node,
    gpu_market_sdk::decode::NODES_OFFSET,
    std::collections::BTreeMap,
};

/// A transaction in a state that changes what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    /// A post that waits in line.
    PostQueued,
    /// A post that a waiting seat takes.
    PostMatched,
    /// A post that takes the last node of a shard grown as far as it goes.
    PostFull,
    /// A join that waits for a job.
    JoinWaits,
    /// A join that takes the head job.
    JoinMatched,
    /// A join that takes the head job of a full shard.
    JoinFull,
    /// A start.
    Start,
    /// A start in a full shard.
    StartFull,
    /// A heartbeat.
    Heartbeat,
    /// A finish that settles.
    Finish,
    /// A finish that settles, while the shard is full.
    FinishFull,
    /// A finish after which the host waits again.
    RejoinWaits,
    /// A finish after which the host takes the next job.
    RejoinMatched,
    /// A seat moved to a job of another shard.
    Rebalance,
    /// A cancel of a job in line, alone in it.
    Cancel,
    /// A cancel of a job in the middle of a full shard.
    CancelMiddle,
}

/// What a transaction is made of, as far as a block counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Compute units of the instruction alone.
    pub alone_cu: u64,
    /// Bytes of the signed transaction with the instruction alone.
    pub alone_bytes: u64,
    /// Bytes of the signed transaction with its limits.
    pub tx_bytes: u64,
    /// Signatures.
    pub signatures: u64,
    /// Accounts that it locks for writing.
    pub write_locks: u64,
    /// Bytes of its instructions' data.
    pub data_bytes: u64,
    /// Bytes that it loads, all accounts but the shards; each account counts 64 bytes more than its data.
    pub loaded_bytes: u64,
    /// Shards that it loads.
    pub shards: u64,
    /// Nodes of each of these when it was measured.
    pub nodes: u64,
    /// Lamports that go into accounts.
    pub rent_lamports: u64,
}

impl Cost {
    /// Compute units that it consumes, those of its two limits among them.
    pub fn cu(&self) -> u64 {
        self.alone_cu + budget::LIMITS_CU
    }

    /// The limit of compute units that a client sets.
    pub fn cu_limit(&self) -> u64 {
        (self.cu() * (100 + MARGIN_PERCENT)).div_ceil(100)
    }

    /// Bytes that it loads where shards have this many nodes.
    pub fn loaded(&self, nodes: u64) -> u64 {
        let shard = nodes * size_of::<Node>() as u64 + NODES_OFFSET as u64 + ACCOUNT_BASE_BYTES;
        self.loaded_bytes + shard * self.shards
    }

    /// The limit of loaded bytes that a client sets: whole pages, which is what counts.
    pub fn loaded_limit(&self, nodes: u64) -> u64 {
        pages(self.loaded(nodes)) * PAGE_BYTES
    }

    /// Units that a block counts it as, where shards have this many nodes.
    pub fn units(&self, nodes: u64) -> u64 {
        let fixed = self.signatures * SIGNATURE_UNITS + self.write_locks * WRITE_LOCK_UNITS;
        let data = self.data_bytes / DATA_BYTES_PER_UNIT;
        fixed + data + pages(self.loaded(nodes)) * PAGE_UNITS + self.cu_limit()
    }
}

/// Costs of every sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs(BTreeMap<Sample, Cost>);

impl Costs {
    /// Measures, and executes again within the limits that follow.
    pub fn measure() -> Self {
        let alone = Self::pass(None);
        Self::pass(Some(&alone))
    }

    fn pass(limits: Option<&Costs>) -> Self {
        let mut costs = BTreeMap::new();
        for scenario in scenarios::ALL.iter().chain(crowded::ALL) {
            let mut stage = Stage::new(limits);
            scenario(&mut stage);
            for (sample, cost) in stage.into_costs() {
                assert!(costs.insert(sample, cost).is_none(), "{sample:?} is measured once");
            }
        }
        Self(costs)
    }

    /// The cost of a sample.
    pub fn of(&self, sample: Sample) -> &Cost {
        &self.0[&sample]
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = (Sample, &Cost)> {
        self.0.iter().map(|(sample, cost)| (*sample, cost))
    }
}

/// A sequence of transactions in a world of its own.
type Scenario = fn(&mut Stage);
