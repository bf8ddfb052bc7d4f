//! What every instruction costs, measured on the real program: compute units, bytes, accounts and rent.
//!
//! Each is the only instruction of its transaction. The addresses that it creates have bump 255, which clients can choose
//! by their nonce and keys; and again the worst of a thousand.

mod attest;
mod batches;
mod bench;
mod jobs;
mod line;
mod money;
mod places;
mod render;
mod rewards;
mod watch;

pub use {
    batches::{Batch, Fit},
    bench::Bench,
    watch::{Bumps, Watch},
};

use {gpu_market_sdk::address, std::collections::BTreeMap};

/// What one instruction costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Number of the instruction.
    pub number: u8,
    /// Compute units, where the addresses that it creates are found with the first try.
    pub cu: u64,
    /// The same with the worst addresses of a thousand.
    pub worst_cu: u64,
    /// How often it calls a program, itself included.
    pub calls: u64,
    /// Of `cu`, what other programs used that it called; the token programs above all.
    pub called_cu: u64,
    /// Of `cu`, what the calls to this program used that carry its events.
    pub event_cu: u64,
    /// Bytes of the signed transaction.
    pub tx_bytes: usize,
    /// Accounts that it names, those that are left out among them.
    pub accounts: usize,
    /// Accounts that it locks for writing, its signers and the fee payer among them.
    pub writable: usize,
    /// Of these, accounts that unrelated users write too.
    pub shared_writable: usize,
    /// Lamports that go into accounts; negative where accounts close.
    pub rent_lamports: i64,
}

/// Costs by what was measured: an instruction, with its branch where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    pub instructions: BTreeMap<String, Cost>,
    /// How many of one instruction fit one transaction, by name.
    pub batches: BTreeMap<&'static str, Batch>,
    pub program_bytes: usize,
    /// Lamports that a deployment locks in the account of the program's code.
    pub deployment_lamports: u64,
}

impl Costs {
    /// Measures everything.
    pub fn measure() -> Self {
        let mut instructions = BTreeMap::new();
        for scenario in scenarios() {
            for (name, cost) in scenario(&Watch::default()) {
                assert!(instructions.insert(name.clone(), cost).is_none(), "{name} is measured twice");
            }
            for (name, worst) in scenario(&Watch::with(Bumps::Worst)) {
                let cost: &mut Cost = instructions.get_mut(&name).expect("the same scenario");
                cost.worst_cu = worst.cu.max(cost.cu);
            }
        }
        let program_bytes = crate::program().len();
        let deployment_lamports = crate::World::bare().svm.lamports(&address::program_data().0);
        Self { instructions, batches: batches::measure(), program_bytes, deployment_lamports }
    }
}

/// A sequence of transactions in a world of its own, with somebody who may look on.
pub type Scenario = fn(&Watch) -> Vec<(String, Cost)>;

/// Every instruction of the program, each branch once.
pub fn scenarios() -> Vec<Scenario> {
    [jobs::SCENARIOS, line::SCENARIOS, money::SCENARIOS, places::SCENARIOS, attest::SCENARIOS, rewards::SCENARIOS]
        .concat()
}

/// Compute units that an instruction may cost and, as a stretch, should. From section 9 of the design.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Beginning of the names that it is for.
    pub prefix: &'static str,
    pub most: u64,
    pub stretch: u64,
}

/// All budgets.
pub const BUDGETS: [Budget; 22] = [
    Budget { prefix: "post", most: 6_000, stretch: 4_800 },
    Budget { prefix: "join", most: 4_000, stretch: 2_800 },
    Budget { prefix: "start", most: 3_000, stretch: 2_200 },
    Budget { prefix: "heartbeat", most: 1_800, stretch: 700 },
    Budget { prefix: "finish", most: 6_500, stretch: 5_000 },
    Budget { prefix: "finish_and_rejoin", most: 8_000, stretch: 6_200 },
    Budget { prefix: "cancel", most: 4_000, stretch: 2_800 },
    Budget { prefix: "collect", most: 4_500, stretch: 3_500 },
    Budget { prefix: "deposit", most: 4_000, stretch: 2_800 },
    Budget { prefix: "withdraw", most: 4_000, stretch: 2_800 },
    Budget { prefix: "stake", most: 4_500, stretch: 3_000 },
    Budget { prefix: "allocate", most: 4_500, stretch: 3_000 },
    Budget { prefix: "expire", most: 9_000, stretch: 7_000 },
    Budget { prefix: "promote", most: 6_000, stretch: 4_000 },
    Budget { prefix: "review", most: 6_000, stretch: 4_000 },
    // The design has no budget for a fault that also slashes a stake; that of an expiry which does the same.
    Budget { prefix: "finish_host_fault", most: 9_000, stretch: 7_000 },
    // Attestation; a decision with the largest panel.
    Budget { prefix: "commit_reading", most: 4_000, stretch: 2_000 },
    Budget { prefix: "reveal_reading", most: 4_000, stretch: 2_500 },
    Budget { prefix: "finalize_challenge", most: 12_000, stretch: 9_000 },
    // Rewards; a sweep with its three destinations, a stake with a position.
    Budget { prefix: "claim_rewards", most: 4_500, stretch: 3_500 },
    Budget { prefix: "sweep_fees", most: 9_000, stretch: 6_500 },
    Budget { prefix: "stake_with_position", most: 4_500, stretch: 4_500 },
];

/// The program may be at most this large. The design asks for 250,000 bytes, but also for more instructions than fit: each takes
/// about 3,000.
pub const MAX_PROGRAM_BYTES: usize = 395_000;
/// Bytes of the largest transaction.
pub const MAX_TX_BYTES: usize = 1_232;

/// The budget of a measurement: the most specific one.
pub fn budget(name: &str) -> Option<Budget> {
    let is_of = |prefix: &str| match prefix {
        "withdraw" | "stake" | "deposit" => name == prefix,
        _ => name == prefix || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_')),
    };
    BUDGETS.iter().copied().filter(|budget| is_of(budget.prefix)).max_by_key(|budget| budget.prefix.len())
}
