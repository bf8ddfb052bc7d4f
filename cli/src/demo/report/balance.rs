//! Where every token is, and whether it adds up.

use {
    super::JobFacts,
    crate::demo::{
        books::{Books, Coin, Kind},
        cast::CLIENTS,
        day::Day,
    },
    serde::Serialize,
    std::collections::BTreeMap,
};

/// All accounts of one mint.
#[derive(Debug, Serialize)]
pub struct Balance {
    pub token: String,
    /// Supply, as the mint says.
    pub supply: u64,
    /// Sum of what parties began with.
    pub began: u128,
    /// Sum of all accounts.
    pub total: u128,
    /// Whether supply, beginning and total are the same.
    pub adds_up: bool,
    pub parties: Vec<PartyBalance>,
}

/// What a party has of one mint.
#[derive(Debug, Serialize)]
pub struct PartyBalance {
    pub party: String,
    pub began: u64,
    /// What is in its accounts, by their kind.
    pub accounts: BTreeMap<Kind, u64>,
    pub total: u64,
    pub change: i128,
}

impl Balance {
    pub fn faults(&self) -> Vec<String> {
        if self.adds_up {
            return Vec::new();
        }
        let Self { token, supply, began, total, .. } = self;
        vec![format!("I8: of {supply} base units of {token}, {began} were handed out and {total} are there")]
    }

    /// Sum of the changes of some parties.
    fn change(&self, which: impl Fn(&str) -> bool) -> i128 {
        self.parties.iter().filter(|party| which(&party.party)).map(|party| party.change).sum()
    }
}

pub fn balances(day: &Day) -> Vec<Balance> {
    day.chain.books.coins.iter().map(|coin| balance(day, coin)).collect()
}

fn balance(day: &Day, coin: &Coin) -> Balance {
    let (books, svm) = (&day.chain.books, &day.chain.svm);
    let mint = coin.token.mint;
    let mut parties: Vec<PartyBalance> = Vec::new();
    for entry in books.entries.iter().filter(|entry| entry.mint == mint) {
        let amount = svm.token_amount(&entry.account).unwrap_or(0);
        let began = books.minted.get(&entry.account).copied().unwrap_or(0);
        let index = parties.iter().position(|party| party.party == entry.party).unwrap_or(parties.len());
        if index == parties.len() {
            parties.push(PartyBalance {
                party: entry.party.clone(),
                began: 0,
                accounts: BTreeMap::new(),
                total: 0,
                change: 0,
            });
        }
        if let Some(party) = parties.get_mut(index) {
            party.began += began;
            party.total += amount;
            party.change = i128::from(party.total) - i128::from(party.began);
            *party.accounts.entry(entry.kind).or_default() += amount;
        }
    }
    let (began, total) = (books.minted_of(&mint), books.held(svm, &mint));
    let supply = Books::supply(svm, &mint).unwrap_or(0);
    let adds_up = began == total && total == u128::from(supply);
    Balance { token: coin.symbol.clone(), supply, began, total, adds_up, parties }
}

/// Compares what parties gained and lost with what the jobs say: clients, treasury, hosts and crank.
pub fn reconcile(day: &Day, jobs: &[JobFacts]) -> Vec<String> {
    let mut faults = Vec::new();
    for (balance, coin) in balances(day).iter().zip(&day.chain.books.coins) {
        let of_token = || jobs.iter().filter(|job| job.payment == coin.symbol);
        let sum = |part: fn(&JobFacts) -> u64| of_token().map(|job| i128::from(part(job))).sum::<i128>();
        let staked = coin.token == day.world.stake_token;
        let penalty = |part: fn(&JobFacts) -> u64| {
            if staked { jobs.iter().map(|job| i128::from(part(job))).sum::<i128>() } else { 0 }
        };
        let fees = sum(|job| job.fee);
        let spent = sum(|job| job.paid) + fees + sum(|job| job.tip);
        let to_client = penalty(|job| job.penalty_to_client);
        let to_treasury = penalty(|job| job.penalty_to_treasury);
        let is_client = |party: &str| CLIENTS.contains(&party);
        let is_treasury = |party: &str| party == "treasury";
        let expected = [
            ("clients", balance.change(is_client), to_client - spent),
            ("the treasury", balance.change(is_treasury), fees + to_treasury),
            (
                "hosts and crank",
                balance.change(|party| !is_client(party) && !is_treasury(party)),
                spent - fees - to_client - to_treasury,
            ),
        ];
        for (who, change, expected) in expected.into_iter().filter(|(_, change, expected)| change != expected) {
            faults
                .push(format!("I8: {who} changed by {change} base units of {}, jobs say {expected}", coin.symbol));
        }
    }
    faults
}
