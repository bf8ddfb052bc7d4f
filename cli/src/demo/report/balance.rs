//! Where every token is, and whether it adds up.

use {
    super::JobFacts,
    crate::demo::{
        ascent::AscentFacts,
        books::{Books, Coin, Kind},
        cast::CLIENTS,
        day::Day,
        rewards::{FUNDER, POOLS},
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

/// What moved because of one job, or because of one round of attestation. Base units.
#[derive(Default)]
struct Flow<'a> {
    /// Symbol of the token that pay, fee and tip are in; the others are in the staked token.
    payment: &'a str,
    paid: u64,
    fee: u64,
    tip: u64,
    penalty_to_client: u64,
    penalty_to_treasury: u64,
    /// What attestors were paid and slashed.
    attested: u64,
    slashed: u64,
}

fn flows<'a>(jobs: &'a [JobFacts], ascent: Option<&'a AscentFacts>) -> Vec<Flow<'a>> {
    let of_day = jobs.iter().map(|job| Flow {
        payment: &job.payment,
        paid: job.paid,
        fee: job.fee,
        tip: job.tip,
        penalty_to_client: job.penalty_to_client,
        penalty_to_treasury: job.penalty_to_treasury,
        ..Flow::default()
    });
    let of_ascent = ascent.into_iter().flat_map(|ascent| &ascent.jobs).map(|job| Flow {
        payment: &job.payment,
        paid: job.paid,
        fee: job.fee,
        tip: job.tip,
        penalty_to_client: job.penalty_to_client,
        ..Flow::default()
    });
    let readings = ascent.into_iter().flat_map(|ascent| &ascent.rounds).flat_map(|round| &round.panel);
    let of_readings = readings.map(|judge| Flow { attested: judge.pay, slashed: judge.slash, ..Flow::default() });
    of_day.chain(of_ascent).chain(of_readings).collect()
}

/// Compares what parties gained and lost with what jobs, rounds and sweeps say: clients, treasury, attestors, reward pools,
/// emissions, hosts and crank.
pub fn reconcile(day: &Day, jobs: &[JobFacts], ascent: Option<&AscentFacts>) -> Vec<String> {
    let flows = flows(jobs, ascent);
    let attestors = ascent.map(|ascent| ascent.attestors.as_slice()).unwrap_or_default();
    let guests = ascent.map(|ascent| ascent.clients.as_slice()).unwrap_or_default();
    let is_client = |party: &str| CLIENTS.contains(&party) || guests.contains(&party);
    let is_treasury = |party: &str| party == "treasury";
    let is_attestor = |party: &str| attestors.contains(&party);
    let mut faults = Vec::new();
    for (balance, coin) in balances(day).iter().zip(&day.chain.books.coins) {
        let of_token = || flows.iter().filter(|flow| flow.payment == coin.symbol);
        let sum = |part: fn(&Flow) -> u64| of_token().map(|flow| i128::from(part(flow))).sum::<i128>();
        let is_staked = coin.token == day.world.stake_token;
        let staked = |part: fn(&Flow) -> u64| {
            if is_staked { flows.iter().map(|flow| i128::from(part(flow))).sum::<i128>() } else { 0 }
        };
        let fees = sum(|flow| flow.fee);
        let spent = sum(|flow| flow.paid) + fees + sum(|flow| flow.tip);
        let to_client = staked(|flow| flow.penalty_to_client);
        let to_treasury = staked(|flow| flow.penalty_to_treasury);
        let (attested, slashed) = (staked(|flow| flow.attested), staked(|flow| flow.slashed));
        let is_other = |party: &str| {
            let is_named = party == POOLS || party == FUNDER || is_treasury(party);
            !is_client(party) && !is_attestor(party) && !is_named
        };
        let income = day.chain.tally.of(&coin.token.mint);
        let [stakers, referrers, emitted, claimed, rests, incentives] = [
            income.to_stakers,
            income.to_referrers,
            income.emitted,
            income.claimed,
            income.rests,
            income.incentives,
        ]
        .map(i128::from);
        let kept = fees - stakers - referrers + rests;
        let earned = referrers + claimed + incentives;
        let expected = [
            ("clients", balance.change(is_client), to_client - spent),
            ("the treasury", balance.change(is_treasury), kept + to_treasury + slashed),
            ("reward pools", balance.change(|party| party == POOLS), stakers + emitted - claimed - rests),
            ("emissions", balance.change(|party| party == FUNDER), -emitted - incentives),
            ("attestors", balance.change(is_attestor), attested - slashed),
            (
                "hosts and crank",
                balance.change(is_other),
                spent - fees - to_client - to_treasury - attested + earned,
            ),
        ];
        for (who, change, expected) in expected.into_iter().filter(|(_, change, expected)| change != expected) {
            let symbol = &coin.symbol;
            faults.push(format!(
                "I8: {who} changed by {change} base units of {symbol}, jobs, rounds and sweeps say {expected}"
            ));
        }
    }
    faults
}
