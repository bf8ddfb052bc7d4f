//! What is worth a transaction.

use {
    crate::{Class, Kind, Tip},
    gpu_market_sdk::Address,
    std::collections::BTreeMap,
};

/// Which actions are worth their fee. An action whose tip is at least what its mint asks is always; for the others it
/// depends on who waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Smallest tip that is worth a transaction, base units, by mint.
    pub min_tips: BTreeMap<Address, u64>,
    /// The same for every other mint.
    pub min_tip: u64,
    /// Whether what others are stuck without is done for no tip; see [`Class::Unblocking`].
    pub unblocking: bool,
    /// Whether what only tidies up is done for no tip; see [`Class::Cleaning`].
    pub cleaning: bool,
    /// Base units that a client's fees, or the treasury's share of a stake's slashes, have to reach to be swept.
    pub sweep_above: u64,
    /// Base units that a running job has to have earned to be collected for its host, which gets them in any case when
    /// the job ends; none to leave running jobs alone.
    pub collect_above: Option<u64>,
    /// Whether the caller opens a client's credit where a penalty needs one. It gets the rent back when the credit closes,
    /// which is after the unbonding period. Without it such a job is left to others.
    pub open_credits: bool,
}

impl Default for Policy {
    /// Everything, but sweeps only of a million base units, and running jobs are left alone.
    fn default() -> Self {
        Self {
            min_tips: BTreeMap::new(),
            min_tip: 1,
            unblocking: true,
            cleaning: true,
            sweep_above: 1_000_000,
            collect_above: None,
            open_credits: true,
        }
    }
}

impl Policy {
    /// Only what pays at least `min_tip` base units.
    pub fn tipped(min_tip: u64) -> Self {
        Self { min_tip, unblocking: false, cleaning: false, ..Self::default() }
    }

    /// Whether an action is worth it.
    pub fn wants(&self, kind: Kind, tip: Option<&Tip>) -> bool {
        let pays = tip.is_some_and(|tip| {
            tip.amount > 0 && tip.amount >= *self.min_tips.get(&tip.mint).unwrap_or(&self.min_tip)
        });
        pays || match kind.class() {
            Class::Unblocking => self.unblocking,
            Class::Cleaning => self.cleaning,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(mint: u8, amount: u64) -> Option<Tip> {
        Some(Tip { mint: Address::new_from_array([mint; 32]), amount })
    }

    #[test]
    fn whoever_works_for_tips_does_nothing_below_its_price() {
        let mut policy = Policy::tipped(100);
        policy.min_tips.insert(Address::new_from_array([2; 32]), 5);
        assert!(policy.wants(Kind::ExpireQueued, tip(1, 100).as_ref()));
        assert!(!policy.wants(Kind::ExpireQueued, tip(1, 99).as_ref()));
        assert!(policy.wants(Kind::ExpireQueued, tip(2, 5).as_ref()));
        assert!(!policy.wants(Kind::ExpireAssigned, None));
        assert!(!policy.wants(Kind::Leave, None) && !policy.wants(Kind::CloseJob, None));
    }

    #[test]
    fn a_tip_of_nothing_is_no_tip() {
        assert!(!Policy::tipped(0).wants(Kind::ExpireQueued, tip(1, 0).as_ref()));
    }

    #[test]
    fn what_unblocks_and_what_tidies_up_are_switched_apart() {
        let policy = Policy { unblocking: true, ..Policy::tipped(1) };
        assert!(policy.wants(Kind::Leave, None) && !policy.wants(Kind::CloseJob, None));
        let policy = Policy { cleaning: true, ..Policy::tipped(1) };
        assert!(!policy.wants(Kind::Leave, None) && policy.wants(Kind::CloseJob, None));
    }
}
