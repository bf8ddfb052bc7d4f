//! What the checks say of accounts that were changed where no instruction would.

use {
    gpu_market_campaign::check::{Findings, Ledger},
    gpu_market_sdk::{Address, decode::Account},
    std::collections::BTreeSet,
};

/// Numbers of the invariants that are broken with another account in place.
pub fn broken(ledger: &mut Ledger, at: Address, account: Account) -> BTreeSet<&'static str> {
    let mut affected = BTreeSet::new();
    ledger.replace(&at, Some(account), &mut affected);
    let mut findings = Findings::default();
    affected.iter().for_each(|key| ledger.check(key, &mut findings));
    findings.list.iter().map(|finding| finding.invariant).collect()
}
