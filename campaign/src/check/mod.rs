//! The invariants of the design, on what the chain holds. Sums are kept, so that a check takes as long as what an action
//! wrote, not as long as everything there is.

pub mod conserve;
pub mod edges;
pub mod free;
pub mod ledger;
pub mod rewards;
pub mod rules;

pub use ledger::Ledger;

use {gpu_market_sdk::Address, std::collections::BTreeMap};

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number in the design, as in "I2"; of what stakers earn, "rewards" and "emissions".
    pub invariant: &'static str,
    pub account: Address,
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} at {}: {}", self.invariant, self.account, self.what)
    }
}

/// What a check found, and how often each invariant was checked.
#[derive(Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    pub checked: BTreeMap<&'static str, u64>,
}

impl Findings {
    /// Checks one thing.
    pub fn require(
        &mut self,
        holds: bool,
        invariant: &'static str,
        account: &Address,
        what: impl FnOnce() -> String,
    ) {
        *self.checked.entry(invariant).or_default() += 1;
        if !holds {
            self.list.push(Finding { invariant, account: *account, what: what() });
        }
    }
}
