//! The instructions that bring a chain to a deployment.

use {
    crate::{AttestorsSpec, Deployment, MarketSpec},
    gpu_market::state::{Config, ConfigSettings, MemberState, Split, Tier},
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{Token, admin, attest, market, member, rewards, shard, treasury},
    },
    std::collections::{BTreeMap, BTreeSet},
};

/// Keys of a deployment. Those that sign are named in the account metas of each step.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// Pays rent.
    pub payer: Address,
    /// The program's upgrade authority, which creates the config.
    pub upgrade_authority: Address,
    /// First admin.
    pub admin: Address,
    /// May set the pause bits.
    pub pauser: Address,
    /// Owner of the accounts that treasuries pay out to.
    pub treasury: Address,
    /// Authority of the markets and creator of the attestor set; part of their addresses.
    pub market_authority: Address,
}

/// One instruction, and what it is for.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    /// The account that it creates, or changes: once that has happened, the step is left out.
    pub creates: Address,
    /// The instruction.
    pub instruction: Instruction,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No mint was given for a token of the deployment.
    #[error("the token {0} has no mint: give its address in the markets file, or create it first")]
    MintMissing(
        /// Symbol of the token.
        String,
    ),
    /// A host to admit has not asked for it.
    #[error("the host of {owner} has not applied for market {market}: its owner has to do so first")]
    ApplicationMissing {
        /// Owner of the host.
        owner: Address,
        /// Number of the market.
        market: u16,
    },
    /// An admission names a market that the deployment does not have.
    #[error("an admission names market {0}, which the deployment does not have")]
    MarketMissing(
        /// Number of the market.
        u16,
    ),
    /// An admission names a market that the chain does not have yet.
    #[error("market {0} does not exist yet: execute the plan of the deployment first")]
    MarketNotCreated(
        /// Number of the market.
        u16,
    ),
}

/// Plans a deployment at `now`, unix seconds. `mints` gives the mint of each symbol, `exists` says which accounts there
/// are already. The steps are in an order in which each finds what it needs, one instruction each; planned again after
/// they were executed, nothing is left. Who creates the config announces the split with it, before there is a market; for a
/// config that exists, see [`split_change`].
pub fn plan(
    deployment: &Deployment,
    keys: &Keys,
    mints: &BTreeMap<String, Token>,
    now: i64,
    exists: impl Fn(&Address) -> bool,
) -> Result<Vec<Step>, PlanError> {
    let planner = Planner { deployment, keys, mints, now };
    let mut steps = vec![planner.config()?];
    steps.extend(deployment.rewards.map(|spec| announcement(keys, spec.split)));
    steps.extend(planner.treasuries()?);
    steps.extend(planner.pools()?);
    // The terms of the markets name it.
    steps.extend(deployment.attestors.iter().map(|spec| planner.attestors(spec)));
    // A feeder has to exist before the market that it feeds.
    for tier in [Tier::Community, Tier::Premium] {
        for market in deployment.markets.iter().filter(|market| market.tier == tier) {
            steps.push(planner.market(market)?);
            steps.extend((0..market.shards).map(|index| planner.shard(market, index)));
        }
    }
    steps.retain(|step| !exists(&step.creates));
    Ok(steps)
}

/// Plans the admissions of a deployment, once its markets exist and the owners of the hosts have applied. `terms` gives the
/// number of the terms in force of a market that exists, `state` the state of a member that does. Hosts that are no candidates any more are left out, so that nothing is left when the plan
/// was executed.
pub fn admissions(
    deployment: &Deployment,
    keys: &Keys,
    terms: impl Fn(&Address) -> Option<u32>,
    state: impl Fn(&Address) -> Option<MemberState>,
) -> Result<Vec<Step>, PlanError> {
    let mut steps = Vec::new();
    for admission in &deployment.admissions {
        let id = admission.market;
        deployment.market(id).ok_or(PlanError::MarketMissing(id))?;
        let (market, host) = (address::market(&keys.market_authority, id).0, address::host(&admission.owner).0);
        let member = address::member(&market, &host).0;
        let missing = PlanError::ApplicationMissing { owner: admission.owner, market: id };
        if state(&member).ok_or(missing)? != MemberState::Candidate {
            continue;
        }
        let instruction = member::admit(member::Admit {
            authority: keys.market_authority,
            market,
            terms: terms(&market).ok_or(PlanError::MarketNotCreated(id))?,
            host,
            gpus: admission.gpus,
            evidence_hash: admission.evidence_hash,
        });
        steps.push(Step { what: format!("admit a host into market {id}"), creates: member, instruction });
    }
    Ok(steps)
}

/// Plans the announcement of a deployment's split, unless it is the one that the config announced last. It takes effect at once
/// before the first market, else after the program's notice.
pub fn split_change(deployment: &Deployment, keys: &Keys, config: &Config) -> Option<Step> {
    let wanted = deployment.rewards?.split;
    let announced = Split { stakers_bps: config.next_stakers_bps, referral_bps: config.next_referral_bps };
    (announced != wanted).then(|| announcement(keys, wanted))
}

fn announcement(keys: &Keys, split: Split) -> Step {
    let what =
        format!("announce {} bps of fees for stakers, {} for referrers", split.stakers_bps, split.referral_bps);
    Step { what, creates: address::config().0, instruction: admin::announce_split(keys.admin, split) }
}

struct Planner<'a> {
    deployment: &'a Deployment,
    keys: &'a Keys,
    mints: &'a BTreeMap<String, Token>,
    now: i64,
}

impl Planner<'_> {
    fn mint(&self, symbol: &str) -> Result<Token, PlanError> {
        self.mints.get(symbol).copied().ok_or_else(|| PlanError::MintMissing(symbol.to_owned()))
    }

    fn market_address(&self, id: u16) -> Address {
        address::market(&self.keys.market_authority, id).0
    }

    fn config(&self) -> Result<Step, PlanError> {
        let stake = &self.deployment.stake;
        let instruction = admin::create_config(admin::CreateConfig {
            payer: self.keys.payer,
            upgrade_authority: self.keys.upgrade_authority,
            stake: self.mint(&stake.token)?,
            admin: self.keys.admin,
            settings: ConfigSettings {
                pauser: self.keys.pauser,
                treasury: self.keys.treasury,
                unbonding: stake.unbonding,
                min_bond: stake.min_bond,
            },
        });
        Ok(Step { what: "create the config".into(), creates: address::config().0, instruction })
    }

    /// Symbols of the mints that fees or penalties come in.
    fn incomes(&self) -> BTreeSet<&String> {
        let payments = self.deployment.markets.iter().map(|market| &market.payment);
        payments.chain([&self.deployment.stake.token]).collect()
    }

    fn treasuries(&self) -> Result<Vec<Step>, PlanError> {
        let treasury = |symbol: &String| {
            let token = self.mint(symbol)?;
            Ok(Step {
                what: format!("open the treasury of {symbol}"),
                creates: address::treasury(&token.mint).0,
                instruction: treasury::open_treasury(self.keys.payer, token),
            })
        };
        self.incomes().into_iter().map(treasury).collect()
    }

    /// Reward pools, if the deployment says how fees are split.
    fn pools(&self) -> Result<Vec<Step>, PlanError> {
        let pool = |symbol: &String| {
            let token = self.mint(symbol)?;
            Ok(Step {
                what: format!("open the reward pool of {symbol}"),
                creates: address::reward_pool(&token.mint).0,
                instruction: rewards::open_pool(self.keys.payer, token),
            })
        };
        let wanted = self.deployment.rewards.map(|_| self.incomes());
        wanted.into_iter().flatten().map(pool).collect()
    }

    fn attestors(&self, spec: &AttestorsSpec) -> Step {
        let (creator, payer) = (self.keys.market_authority, self.keys.payer);
        Step {
            what: format!("create the attestor set {}", spec.id),
            creates: address::attestor_set(&creator, spec.id).0,
            instruction: attest::create_attestor_set(creator, payer, spec.id, spec.params),
        }
    }

    fn market(&self, spec: &MarketSpec) -> Result<Step, PlanError> {
        let instruction = market::create_market(market::CreateMarket {
            authority: self.keys.market_authority,
            payer: self.keys.payer,
            payment: self.mint(&spec.payment)?,
            feeder: spec.feeder.map(|id| self.market_address(id)),
            market: spec.params(self.now),
            terms: self.deployment.terms(spec, &self.keys.market_authority),
        });
        let what = format!("create market {}: {} {:?} in {}", spec.id, spec.gpu, spec.tier, spec.payment);
        Ok(Step { what, creates: self.market_address(spec.id), instruction })
    }

    fn shard(&self, spec: &MarketSpec, index: u8) -> Step {
        let market = self.market_address(spec.id);
        Step {
            what: format!("create shard {index} of market {}", spec.id),
            creates: address::shard(&market, index).0,
            instruction: shard::create_shard(self.keys.market_authority, self.keys.payer, market, index),
        }
    }
}
