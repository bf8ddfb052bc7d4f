//! A market opens: all hosts join at once, then all clients post at once, then all jobs end at once.

use {
    super::engine::{Engine, Intent},
    crate::{
        chain::{Saturated, Usage},
        costs::Costs,
        rules::SLOT_MS,
    },
};

/// Hosts that come at once, and jobs.
pub const CROWD: usize = 10_000;

/// How long one phase took, from the first transaction sent to the last in a block.
#[derive(Clone, Copy, Debug)]
pub struct Phase {
    pub ms: u64,
    pub usage: Usage,
}

impl Phase {
    pub fn saturated(&self) -> Saturated {
        self.usage.saturated()
    }
}

/// The three phases.
#[derive(Clone, Copy, Debug)]
pub struct Stampede {
    /// Until every host has a seat.
    pub joined: Phase,
    /// From the first post until every job has started.
    pub started: Phase,
    /// From the first finish until every job is settled.
    pub settled: Phase,
}

/// Runs it in a market of `shards` shards, where others leave `share` percent of the blocks.
pub fn run(costs: &Costs, shards: usize, share: u64) -> Stampede {
    let mut engine = Engine::new(costs, shards, share, u64::MAX, 1);
    let joined = phase(&mut engine, |host| Intent::Join { host });
    let jobs: Vec<usize> = (0..CROWD).map(|_| engine.new_job(None)).collect();
    let started = phase(&mut engine, |number| Intent::Post { job: jobs[number] });
    assert_eq!(engine.shards.assigned(), 0, "every job has started");
    let settled = phase(&mut engine, |number| Intent::Finish { job: jobs[number] });
    Stampede { joined, started, settled }
}

/// Has all of the crowd send at once, and makes blocks until nothing is left to do.
fn phase(engine: &mut Engine, intent: impl Fn(usize) -> Intent) -> Phase {
    let begin = engine.block;
    engine.chain.reset_usage();
    (0..CROWD).for_each(|number| engine.plan(begin, intent(number)));
    engine.settle();
    Phase { ms: (engine.block - begin) * SLOT_MS, usage: engine.usage() }
}
