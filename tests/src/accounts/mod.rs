//! Every account of every instruction, changed in every way that an attacker could try, one at a time, in the state in
//! which the instruction itself succeeds.
//!
//! The instructions and their states are those of the cost table, with what it lacks added here; the accounts and their
//! flags come from the IDL, so that neither can be forgotten. What is not refused has to be an exception with a reason.

mod addresses;
mod chain;
mod change;
mod exceptions;
mod extra;
mod interface;
mod kind;
mod matrix;
mod outcome;
mod pool;
mod recorded;
mod render;
mod trial;
mod variants;

pub use matrix::Matrix;
pub(crate) use {
    chain::{Held, held},
    interface::{INTERFACES, Interface, interface_of, type_of},
    outcome::Outcome,
    trial::{Keyring, attempt, with_own_payer},
};

use {
    crate::{
        World,
        cost::{self, Scenario, Watch},
    },
    gpu_market_sdk::{Address, address, decode::Account},
    pool::Pool,
    solana_signer::Signer,
    std::{
        cell::RefCell,
        collections::BTreeSet,
        rc::Rc,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
        },
    },
    trial::Trial,
};

/// What trying everything has shown.
#[derive(Debug)]
pub struct Report {
    pub matrix: Matrix,
    /// How many changes were tried.
    pub trials: usize,
    /// Accounts that do not lie where their own fields say.
    pub misplaced: BTreeSet<String>,
}

/// Tries everything.
pub fn try_everything() -> Report {
    let scenarios = scenarios();
    let harvests = in_parallel(&scenarios, harvest);
    let misplaced = harvests.iter().flat_map(|harvest| harvest.misplaced.clone()).collect();
    let pool = harvests.into_iter().fold(Pool::default(), |pool, harvest| pool.merged(harvest.pool));
    let trials = in_parallel(&scenarios, |scenario| trials_of(scenario, &pool)).concat();
    Report { matrix: Matrix::of(&trials), trials: trials.len(), misplaced }
}

/// Every instruction in a state in which it succeeds.
pub(crate) fn scenarios() -> Vec<Scenario> {
    [&cost::scenarios(), extra::SCENARIOS].concat()
}

/// Does something with every scenario, on all cores; the results are in the order of the scenarios.
pub(crate) fn in_parallel<T: Send>(scenarios: &[Scenario], work: impl Fn(Scenario) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(scenario) = scenarios.get(index) else { break };
            let result = work(*scenario);
            done.lock().expect("no worker has panicked").push((index, result));
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(worker);
        }
    });
    let mut done = done.into_inner().expect("no worker has panicked");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What comes up in a scenario.
#[derive(Default)]
struct Harvest {
    pool: Pool,
    misplaced: BTreeSet<String>,
}

fn harvest(scenario: Scenario) -> Harvest {
    let harvest = Rc::new(RefCell::new(Harvest::default()));
    let collector = harvest.clone();
    scenario(&Watch::by(move |world, branch, instruction, _| {
        let mut harvest = collector.borrow_mut();
        harvest.pool.collect(world, instruction);
        harvest.misplaced.extend(misplaced(world, branch));
    }));
    harvest.take()
}

/// Accounts of a world that do not lie where their fields say.
fn misplaced(world: &World, branch: &str) -> Vec<String> {
    let creator = world.authority.pubkey();
    let is_placed = |key: &Address, account: &Account| match account {
        // It stays where it was when its authority changes.
        Account::Market(market) => {
            [market.authority, creator].iter().any(|by| address::market(by, market.id).0 == *key)
        }
        other => addresses::address_of(other) == *key,
    };
    let misplaced = world.accounts().into_iter().filter(|(key, account)| !is_placed(key, account));
    misplaced.map(|(key, account)| format!("{branch}: {} at {key}", account.name())).collect()
}

fn trials_of(scenario: Scenario, pool: &Pool) -> Vec<Trial> {
    let trials = Rc::new(RefCell::new(Vec::new()));
    let (collector, pool) = (trials.clone(), pool.clone());
    scenario(&Watch::by(move |world, branch, instruction, signers| {
        collector.borrow_mut().extend(trial::try_all(world, &pool, branch, instruction, signers));
    }));
    trials.take()
}
