//! Half an hour of a market of ten thousand hosts, nine tenths of them at work.

use {
    super::{
        MEAN_JOB,
        engine::{Delays, Engine, Intent, Kind},
    },
    crate::{chain::Usage, costs::Costs, dice::Dice, rules::SLOT_MS},
    gpu_market::constants::{MIN_HEARTBEAT, MIN_JOB_DURATION},
    gpu_market_sdk::svm::SLOTS_PER_SECOND,
};

/// Hosts of the market.
pub const HOSTS: usize = 10_000;
/// Hosts that are at work on average, in percent.
pub const BUSY_PERCENT: usize = 90;
/// Minutes that are simulated.
pub const MINUTES: u64 = 30;
/// Seconds between heartbeats: the shortest that terms may set, so the most load.
pub const HEARTBEAT: u64 = MIN_HEARTBEAT as u64;
/// Shortest job, seconds.
const SHORTEST_JOB: u64 = MIN_JOB_DURATION as u64;

/// How jobs come, at the same rate on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// One by one, independently of each other.
    Steady,
    /// This many at the same moment.
    Bursts(u64),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Jobs that were posted.
    pub jobs: u64,
    pub usage: Usage,
    delays: Delays,
}

impl Outcome {
    /// Milliseconds from sending to the end of the block that included it, which this many in a thousand did not exceed.
    pub fn delay_ms(&self, kind: Kind, permille: u64) -> Option<u64> {
        let delays = self.delays.get(&kind)?;
        let total: u64 = delays.values().sum();
        let mut seen = 0;
        let within = |(_, count): &(&u64, &u64)| {
            seen += **count;
            seen * 1_000 >= total * permille
        };
        delays.iter().find(within).map(|(blocks, _)| blocks * SLOT_MS)
    }

    /// Transactions of a kind.
    pub fn count(&self, kind: Kind) -> u64 {
        self.delays.get(&kind).map_or(0, |delays| delays.values().sum())
    }
}

/// Runs it in a market of `shards` shards, where others leave `share` percent of the blocks.
pub fn run(costs: &Costs, pattern: Pattern, shards: usize, share: u64) -> Outcome {
    let mut dice = Dice::new(2);
    let mut engine = Engine::new(costs, shards, share, HEARTBEAT * SLOTS_PER_SECOND, 1);
    populate(&mut engine, &mut dice);
    let blocks = MINUTES * 60 * SLOTS_PER_SECOND;
    let jobs = plan_posts(&mut engine, &mut dice, pattern, blocks);
    (0..blocks).for_each(|_| engine.step());
    Outcome { jobs, usage: engine.usage(), delays: std::mem::take(&mut engine.delays) }
}

/// Hosts at work, somewhere between two heartbeats, and hosts that wait. What is left of a job without memory is as long
/// as a new one.
fn populate(engine: &mut Engine, dice: &mut Dice) {
    let busy = HOSTS * BUSY_PERCENT / 100;
    for host in 0..busy {
        let left = blocks_of_job(dice);
        let until = dice.below(left.min(HEARTBEAT * SLOTS_PER_SECOND)) + 1;
        let job = engine.running_job(host, left - until.min(left));
        engine.plan(until, Intent::Work { job });
    }
    (busy..HOSTS).for_each(|host| engine.seat(host));
}

/// Plans the posts of all blocks; returns how many.
fn plan_posts(engine: &mut Engine, dice: &mut Dice, pattern: Pattern, blocks: u64) -> u64 {
    let at_once = match pattern {
        Pattern::Steady => 1,
        Pattern::Bursts(size) => size,
    };
    // Milliseconds between jobs are so many that as many end as begin.
    let mean = at_once * MEAN_JOB * 1_000 * 100 / (HOSTS * BUSY_PERCENT) as u64;
    let (mut time, mut jobs) = (dice.exponential(mean), 0);
    while time / SLOT_MS < blocks {
        for _ in 0..at_once {
            let length = blocks_of_job(dice);
            let job = engine.new_job(Some(length));
            engine.plan(time / SLOT_MS, Intent::Post { job });
            jobs += 1;
        }
        time += dice.exponential(mean);
    }
    jobs
}

fn blocks_of_job(dice: &mut Dice) -> u64 {
    dice.exponential(MEAN_JOB).max(SHORTEST_JOB) * SLOTS_PER_SECOND
}
