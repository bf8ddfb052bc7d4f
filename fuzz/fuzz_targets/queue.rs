//! The queue against deques: the machine of `tests/tests/rules_queue.rs`, on whatever sequence the fuzzer finds.

#![no_main]

#[path = "../../tests/tests/rules/line.rs"]
mod line;
#[path = "../../tests/tests/rules/machine.rs"]
mod machine;

use {
    arbitrary::Arbitrary,
    libfuzzer_sys::fuzz_target,
    machine::{Operation, Pair, World},
};

/// An operation as the fuzzer makes it.
#[derive(Arbitrary, Debug)]
enum Step {
    Post { rate: u8 },
    PostTo { choice: u16, rate: u8 },
    Join { min_rate: u8, lifetime: u8 },
    Renew { choice: u16, min_rate: u8, lifetime: u8 },
    Leave { choice: u16 },
    CancelQueued { choice: u16 },
    CancelAssigned { choice: u16, answered: bool },
    ReturnJob { choice: u16, evict: bool },
    Start { choice: u16 },
    MatchHeads,
    Rebalance,
    Wait { seconds: u8 },
}

/// Rates are few, so that some match and some do not.
fn rate(rate: u8) -> u64 {
    u64::from(rate % 4)
}

impl From<&Step> for Operation {
    fn from(step: &Step) -> Self {
        match *step {
            Step::Post { rate: r } => Self::Post { rate: rate(r) },
            Step::PostTo { choice, rate: r } => Self::PostTo { choice: choice.into(), rate: rate(r) },
            Step::Join { min_rate, lifetime } => {
                Self::Join { min_rate: rate(min_rate), lifetime: i64::from(lifetime) + 1 }
            }
            Step::Renew { choice, min_rate, lifetime } => {
                Self::Renew { choice: choice.into(), min_rate: rate(min_rate), lifetime: i64::from(lifetime) + 1 }
            }
            Step::Leave { choice } => Self::Leave { choice: choice.into() },
            Step::CancelQueued { choice } => Self::CancelQueued { choice: choice.into() },
            Step::CancelAssigned { choice, answered } => Self::CancelAssigned { choice: choice.into(), answered },
            Step::ReturnJob { choice, evict } => Self::ReturnJob { choice: choice.into(), evict },
            Step::Start { choice } => Self::Start { choice: choice.into() },
            Step::MatchHeads => Self::MatchHeads,
            Step::Rebalance => Self::Rebalance,
            Step::Wait { seconds } => Self::Wait { seconds: seconds.into() },
        }
    }
}

fuzz_target!(|input: ([u8; 2], Vec<(bool, Step)>)| {
    let (capacities, steps) = input;
    let mut world = World::new(capacities.map(|capacity| usize::from(capacity % 24) + 1));
    for (at, step) in &steps {
        world.apply(usize::from(*at), step.into());
        world.shards.iter().for_each(Pair::check);
    }
});
