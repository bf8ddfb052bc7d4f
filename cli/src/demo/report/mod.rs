//! What came of a day, as facts: the same for tables and for JSON. All amounts are base units.

mod ascent;
mod balance;
mod jobs;
mod text;

pub use {
    ascent::Ascent,
    balance::{Balance, PartyBalance},
    jobs::{JobFacts, job_facts},
    text::{one_line, print},
};

use {
    super::{
        cast::Vice,
        chain::Sent,
        day::Day,
        rewards::{IncomeFacts, RewardFacts, incomes},
    },
    crate::{error::CliError, spec::tier_name},
    serde::Serialize,
};

#[derive(Debug, Serialize)]
pub struct Facts {
    pub seed: u64,
    /// Unix seconds.
    pub began: i64,
    pub ended: i64,
    pub transactions: u64,
    pub tokens: Vec<TokenFacts>,
    pub markets: Vec<MarketFacts>,
    pub hosts: Vec<HostFacts>,
    pub jobs: Vec<JobFacts>,
    /// What came after the day: steps with their rules and refusals, and where the host ends.
    pub ascent: Ascent,
    /// What became of the fees, step by step; none if the deployment does not split them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewards: Option<RewardFacts>,
    /// Fees, rewards and slashes in every token.
    pub incomes: Vec<IncomeFacts>,
    pub balances: Vec<Balance>,
    pub compute_units: Vec<ComputeFacts>,
    pub checks: Vec<Check>,
    /// What is broken; empty if everything holds.
    pub findings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Vec<Sent>>,
}

#[derive(Debug, Serialize)]
pub struct TokenFacts {
    pub symbol: String,
    pub decimals: u8,
    pub mint: String,
    /// Whether it is what hosts stake.
    pub staked: bool,
}

#[derive(Debug, Serialize)]
pub struct MarketFacts {
    pub id: u16,
    pub name: String,
    pub tier: String,
    pub address: String,
    /// Micro base units of the payment token per second.
    pub rate: u64,
    /// Base units of the staked token.
    pub bond: u64,
    pub jobs: usize,
}

#[derive(Debug, Serialize)]
pub struct HostFacts {
    pub name: String,
    pub market: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vice: Option<Vice>,
    pub completed: u32,
    pub failed: u32,
    pub lost: u32,
    pub timed_out: u32,
    pub missed: u32,
    pub declined: u32,
    pub disputed: u32,
    pub strikes: u32,
    pub evidenced: u64,
}

#[derive(Debug, Serialize)]
pub struct ComputeFacts {
    pub instruction: &'static str,
    pub count: usize,
    pub min: u64,
    pub median: u64,
    pub max: u64,
}

/// A property that was checked.
#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub what: &'static str,
    pub holds: bool,
}

/// What the referee checks, by the number of the invariant.
const INVARIANTS: [(&str, &str); 8] = [
    ("I1", "every deposit is paid, fee, tip, due, refund or still reserved"),
    ("I2", "every escrow vault holds what its client's books say"),
    ("I3", "every stake vault covers stake, cooling and credits; bonds are covered by collateral"),
    ("I4", "nobody was paid more than the evidence, nor before the start"),
    ("I5", "every queue is sound"),
    ("I6", "every open job is in exactly one place of its queue"),
    ("I7", "every job moved along the state machine"),
    ("I8", "no transaction made or lost tokens or lamports"),
];

impl Facts {
    pub fn collect(
        seed: u64,
        day: &mut Day,
        jobs: Vec<JobFacts>,
        ascent: Ascent,
        rewards: Option<RewardFacts>,
    ) -> Result<Self, CliError> {
        day.chain.final_audit();
        let balances = balance::balances(day);
        let mut findings = std::mem::take(&mut day.chain.findings);
        findings.extend(balances.iter().flat_map(Balance::faults));
        findings.extend(balance::reconcile(day, &jobs, ascent.told()));
        findings.extend(ascent.faults());
        Ok(Self {
            seed,
            began: day.began,
            ended: day.ended,
            transactions: day.chain.sent,
            tokens: tokens(day),
            markets: markets(day),
            hosts: hosts(day)?,
            incomes: incomes(&day.chain),
            rewards,
            balances,
            compute_units: compute(day),
            checks: checks(&findings),
            findings,
            log: day.chain.log.take(),
            jobs,
            ascent,
        })
    }
}

fn checks(findings: &[String]) -> Vec<Check> {
    let holds = |name: &str| !findings.iter().any(|finding| finding.contains(&format!("{name}: ")));
    INVARIANTS.map(|(name, what)| Check { name, what, holds: holds(name) }).into()
}

fn tokens(day: &Day) -> Vec<TokenFacts> {
    let token = |coin: &super::books::Coin| TokenFacts {
        symbol: coin.symbol.clone(),
        decimals: coin.decimals,
        mint: coin.token.mint.to_string(),
        staked: coin.token == day.world.stake_token,
    };
    day.chain.books.coins.iter().map(token).collect()
}

fn markets(day: &Day) -> Vec<MarketFacts> {
    let venues = day.world.venues.iter().enumerate();
    venues
        .map(|(index, venue)| MarketFacts {
            id: venue.id,
            name: venue.name.clone(),
            tier: tier_name(venue.tier),
            address: venue.address.to_string(),
            rate: venue.terms.rate,
            bond: venue.terms.bond,
            jobs: day.records.iter().filter(|record| record.venue == index).count(),
        })
        .collect()
}

fn hosts(day: &Day) -> Result<Vec<HostFacts>, CliError> {
    use gpu_market::state::{Host, Member};
    let facts = |host: &super::cast::Host| {
        let member: Member = day.chain.get(&host.member)?;
        let account: Host = day.chain.get(&host.address)?;
        Ok(HostFacts {
            name: host.name.clone(),
            market: day.world.venues[host.venue].name.clone(),
            vice: host.vice,
            completed: member.completed,
            failed: member.failed,
            lost: member.lost,
            timed_out: member.timed_out,
            missed: member.missed,
            declined: member.declined,
            disputed: member.disputed,
            strikes: account.strikes,
            evidenced: member.evidenced,
        })
    };
    day.world.hosts.iter().map(facts).collect()
}

fn compute(day: &Day) -> Vec<ComputeFacts> {
    let facts = |(instruction, units): (&&'static str, &Vec<u64>)| {
        let mut units = units.clone();
        units.sort_unstable();
        let at = |index: usize| units.get(index).copied().unwrap_or(0);
        ComputeFacts {
            instruction,
            count: units.len(),
            min: at(0),
            median: at(units.len() / 2),
            max: at(units.len().saturating_sub(1)),
        }
    };
    day.chain.compute.iter().map(facts).collect()
}
