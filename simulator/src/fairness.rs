//! How long jobs wait in one line, and in several.
//!
//! A market at 95 % of its hosts' capacity on average, with more than that for half of each day and less for the other,
//! so that lines form and dissolve. Jobs and hosts meet in the program's own queue. Time is in milliseconds.

mod market;

pub use market::{HOSTS, JOBS, MEAN_LOAD_PERCENT, SWING_PERCENT, run};

/// How the load comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Everybody places by the rule of the SDK.
    Even,
    /// Half of the clients post into the first shard whatever it holds, and half of the hosts join the last.
    Skewed,
    /// As skewed, and jobs come a hundred at a time.
    SkewedBursts,
}

/// A market of some shards.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub load: Load,
    pub shards: usize,
    /// Whether anyone moves seats to where jobs wait.
    pub rebalance: bool,
}

/// How long jobs waited.
#[derive(Clone, Debug)]
pub struct Waits {
    /// From post to match, sorted, in milliseconds.
    pub sorted: Vec<u64>,
    /// Jobs still in line at the end, when all hosts wait: in other shards.
    pub stranded: usize,
    /// Posts that a full shard refused.
    pub refused: usize,
    /// Seats that were moved.
    pub moved: u64,
    /// Most jobs in line at a time, in all shards.
    pub longest: u64,
}

impl Waits {
    /// What this many in a thousand did not exceed, seconds.
    pub fn seconds(&self, permille: usize) -> u64 {
        let rank = (self.sorted.len() * permille).div_ceil(1_000).max(1);
        self.sorted.get(rank - 1).map_or(0, |wait| wait / 1_000)
    }

    /// Mean, seconds.
    pub fn mean(&self) -> u64 {
        let jobs = self.sorted.len().max(1) as u64;
        self.sorted.iter().sum::<u64>() / jobs / 1_000
    }

    /// Jobs that were matched within this many seconds, in ten thousandths of all that were posted.
    pub fn within(&self, seconds: u64) -> u64 {
        let count = self.sorted.partition_point(|wait| *wait <= seconds * 1_000);
        count as u64 * 10_000 / JOBS as u64
    }
}
