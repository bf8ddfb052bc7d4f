//! What becomes of the fees: some hosts lock their stakes and earn, a host refers a client, somebody gives to stakers and
//! hosts. Begun before the market day, told to its end after everything else, on the same chain.

mod facts;
mod finale;
mod founding;
mod harvest;
mod income;
mod tally;

pub use {
    facts::{IncomeFacts, RewardFacts, incomes},
    tally::{Income, Tally},
};

use {
    super::{ascent, books::Coin, chain::Chain, day::Day},
    crate::error::CliError,
    gpu_market::state::{Config, RewardPool, RewardPosition, Stake},
    gpu_market_migrations::Deployment,
    gpu_market_sdk::{Address, address, rewards},
    serde::Serialize,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Gives to stakers and hosts.
pub const FUNDER: &str = "Croesus";
/// Party that the vaults of reward pools stand under.
pub const POOLS: &str = "reward pools";
/// Number that the funder gives to what is for stakers, and to what is for hosts.
const FOR_STAKERS: u16 = 1;
const FOR_HOSTS: u16 = 2;

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    SplitInForce,
    StakeLocked,
    ClientReferred,
    IncentiveOpened,
    WeightSynced,
    FeesSwept,
    ClaimRefused,
    IncentivesPaid,
    CreditsClaimed,
    EmissionOpened,
    YieldShown,
    EmissionReleased,
    RewardsClaimed,
    VaultsChecked,
    Closed,
}

pub type Step = ascent::Step<Deed>;

/// A host whose stake earns.
struct Staker {
    name: String,
    owner: Keypair,
    stake: Address,
    /// Days; zero for no lock.
    lock: u16,
}

impl Staker {
    fn position(&self, mint: &Address) -> Address {
        address::position(&address::reward_pool(mint).0, &self.stake).0
    }
}

/// What somebody gave to the hosts of a market.
struct Incentive {
    emission: Address,
    /// Index of the market among the venues.
    venue: usize,
}

/// The story as far as it was told, with its people.
pub struct Season {
    stakers: Vec<Staker>,
    funder: Keypair,
    incentive: Option<Incentive>,
    steps: Vec<Step>,
}

impl Season {
    /// Sets the scene before the market day; none if the deployment splits no fees.
    pub fn open(day: &mut Day, deployment: &Deployment) -> Result<Option<Self>, CliError> {
        if deployment.rewards.is_none() {
            return Ok(None);
        }
        let funder = day.chain.key(FUNDER);
        let mut season =
            Self { stakers: founding::stakers(&day.world), funder, incentive: None, steps: Vec::new() };
        season.found(&mut day.chain, &day.world)?;
        season.open_incentive(day)?;
        Ok(Some(season))
    }

    fn note(&mut self, chain: &Chain, deed: Deed, what: impl Into<String>, rule: impl Into<String>) {
        self.steps.push(Step::new(chain.unix(), deed, what).by_rule(rule));
    }
}

/// The tokens of the demo, each of which has a reward pool.
fn coins(chain: &Chain) -> Vec<Coin> {
    chain.books.coins.clone()
}

fn config(chain: &Chain) -> Result<Config, CliError> {
    chain.get(&address::config().0)
}

fn wallet(chain: &Chain, party: &str, mint: &Address) -> Result<Address, CliError> {
    let missing = || CliError::Missing { kind: "wallet", address: party.to_owned() };
    chain.books.wallet(party, mint).ok_or_else(missing)
}

/// Base units that a staker could claim now from the pool of a mint.
fn claimable(chain: &Chain, staker: &Staker, mint: &Address) -> Result<u64, CliError> {
    let pool: RewardPool = chain.get(&address::reward_pool(mint).0)?;
    let position: RewardPosition = chain.get(&staker.position(mint))?;
    let stake: Stake = chain.get(&staker.stake)?;
    let claimable = rewards::claimable(&pool, &position, &stake, chain.unix());
    Ok(claimable.map_err(gpu_market_sdk::error::Refusal::from)?)
}

/// Names in a row.
fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn key(keypair: &Keypair) -> Address {
    keypair.pubkey()
}
