//! I8: nothing is made and nothing is lost, neither tokens nor lamports.

use {
    super::Findings,
    crate::model::books::TokenBook,
    gpu_market_sdk::{Address, address},
    solana_account::Account as RawAccount,
    std::collections::BTreeMap,
};

/// Accounts of one transaction.
pub type Accounts = BTreeMap<Address, Option<RawAccount>>;

/// A token account of one of the token programs.
pub fn token_account(account: &RawAccount) -> Option<TokenBook> {
    let programs = [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM];
    // A mint is shorter than any token account.
    let fits = programs.contains(&account.owner) && account.data.len() >= 165;
    if fits { TokenBook::read(&account.data) } else { None }
}

fn lamports(accounts: &Accounts) -> u128 {
    accounts.values().flatten().map(|account| u128::from(account.lamports)).sum()
}

fn tokens(accounts: &Accounts) -> BTreeMap<Address, u128> {
    let mut sums = BTreeMap::new();
    for token in accounts.values().flatten().filter_map(token_account) {
        *sums.entry(token.mint).or_default() += u128::from(token.amount);
    }
    // A mint without tokens is like one without an account.
    sums.retain(|_, sum| *sum > 0);
    sums
}

/// Checks that a transaction with this fee moved tokens and lamports only between its own accounts. `at` is named.
pub fn check(at: &Address, before: &Accounts, after: &Accounts, fee: u64, findings: &mut Findings) {
    let (had, have) = (lamports(before), lamports(after) + u128::from(fee));
    findings.require(had == have, "I8", at, || format!("{had} lamports before, {have} after with the fee"));
    let (had, have) = (tokens(before), tokens(after));
    findings.require(had == have, "I8", at, || format!("tokens {had:?} before, {have:?} after"));
}

/// Checks that a refused transaction changed nothing but the lamports of `payer`, by its fee.
pub fn unchanged(before: &Accounts, after: &Accounts, payer: &Address, fee: u64, findings: &mut Findings) {
    for (key, old) in before {
        let mut new = after.get(key).cloned().flatten();
        if let Some(account) = new.as_mut().filter(|_| key == payer) {
            account.lamports += fee;
        }
        findings.require(*old == new, "I8", key, || "a refused transaction changed it".into());
    }
}
