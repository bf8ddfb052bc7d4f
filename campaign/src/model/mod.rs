//! The independent model: what the design says, in its own words. It shares constants and types with the program, and calls
//! none of its methods.

pub mod admin;
pub mod books;
pub mod declining;
pub mod emission;
pub mod ending;
pub mod escrow;
pub mod host;
pub mod job;
pub mod job_rules;
pub mod line;
pub mod market;
pub mod member;
pub mod money;
pub mod outside;
pub mod posting;
pub mod queue;
pub mod record;
pub mod reward;
pub mod round;
pub mod rules;
pub mod settle;
pub mod split;
pub mod stake;
pub mod standing;

pub use rules::{Broken, Rules, Verdict, broken};

use {
    crate::{
        action::{Action, Scene},
        cast::Cast,
        ids::{ClientId, Key, MarketId, Mint, Party, Pools, Spot, Wallet},
    },
    books::*,
    gpu_market_sdk::{
        Address,
        decode::Account,
        error::{Check, Refusal},
    },
    line::{Line, Moment},
    std::{
        collections::{BTreeMap, BTreeSet},
        rc::Rc,
    },
};

/// The state of the world as the model has it.
#[derive(Clone)]
pub struct Model {
    pub cast: Rc<Cast>,
    pub now: Moment,
    pub config: Option<ConfigBook>,
    pub markets: BTreeMap<Address, MarketBook>,
    pub terms: BTreeMap<Address, TermsBook>,
    pub lines: BTreeMap<Address, Line>,
    pub clients: BTreeMap<Address, ClientBook>,
    pub jobs: BTreeMap<Address, JobBook>,
    pub stakes: BTreeMap<Address, StakeBook>,
    pub credits: BTreeMap<Address, CreditBook>,
    pub hosts: BTreeMap<Address, HostBook>,
    pub members: BTreeMap<Address, MemberBook>,
    pub treasuries: BTreeMap<Address, TreasuryBook>,
    pub sets: BTreeMap<Address, SetBook>,
    pub rounds: BTreeMap<Address, RoundBook>,
    pub gpus: BTreeMap<Address, GpuBook>,
    pub pools: BTreeMap<Address, PoolBook>,
    pub positions: BTreeMap<Address, PositionBook>,
    pub emissions: BTreeMap<Address, EmissionBook>,
    pub tokens: BTreeMap<Address, TokenBook>,
    /// Addresses with lamports and nothing else.
    pub gifted: BTreeSet<Address>,
}

/// Runs `$do` with the map and the reader of the book of an account.
macro_rules! each_book {
    ($account:expr, $model:expr, $do:ident, $address:expr) => {
        match $account {
            Account::Market(account) => $do(&mut $model.markets, $address, MarketBook::read(account)),
            Account::Terms(account) => $do(&mut $model.terms, $address, TermsBook::read(account)),
            Account::Shard(account) => $do(&mut $model.lines, $address, Line::read(account)),
            Account::Client(account) => $do(&mut $model.clients, $address, ClientBook::read(account)),
            Account::Job(account) => $do(&mut $model.jobs, $address, JobBook::read(account)),
            Account::Stake(account) => $do(&mut $model.stakes, $address, StakeBook::read(account)),
            Account::Credit(account) => $do(&mut $model.credits, $address, CreditBook::read(account)),
            Account::Host(account) => $do(&mut $model.hosts, $address, HostBook::read(account)),
            Account::Member(account) => $do(&mut $model.members, $address, MemberBook::read(account)),
            Account::Treasury(account) => $do(&mut $model.treasuries, $address, TreasuryBook::read(account)),
            Account::AttestorSet(account) => $do(&mut $model.sets, $address, SetBook::read(account)),
            Account::Challenge(account) => $do(&mut $model.rounds, $address, RoundBook::read(account)),
            Account::Gpu(account) => $do(&mut $model.gpus, $address, GpuBook::read(account)),
            Account::Config(_) => unreachable!("the config is no entry of a map"),
            Account::RewardPool(account) => $do(&mut $model.pools, $address, PoolBook::read(account)),
            Account::RewardPosition(account) => $do(&mut $model.positions, $address, PositionBook::read(account)),
            Account::Emission(account) => $do(&mut $model.emissions, $address, EmissionBook::read(account)),
        }
    };
}

fn take_over<B>(books: &mut BTreeMap<Address, B>, address: &Address, book: B) {
    books.insert(*address, book);
}

/// Says how a book differs from what the chain has.
pub fn difference<B: PartialEq + std::fmt::Debug>(ours: Option<&B>, theirs: &B) -> Option<String> {
    match ours {
        Some(ours) if ours == theirs => None,
        Some(ours) => {
            let (ours, theirs) = (format!("{ours:#?}"), format!("{theirs:#?}"));
            let lines = ours.lines().zip(theirs.lines()).filter(|(ours, theirs)| ours != theirs);
            let lines: Vec<_> =
                lines.map(|(ours, theirs)| format!("model {}, chain {}", ours.trim(), theirs.trim())).collect();
            Some(lines.join("; "))
        }
        None => Some("the model has no such account".into()),
    }
}

impl Model {
    pub fn new(cast: Rc<Cast>, now: Moment) -> Self {
        Self {
            cast,
            now,
            config: None,
            markets: BTreeMap::new(),
            terms: BTreeMap::new(),
            lines: BTreeMap::new(),
            clients: BTreeMap::new(),
            jobs: BTreeMap::new(),
            stakes: BTreeMap::new(),
            credits: BTreeMap::new(),
            hosts: BTreeMap::new(),
            members: BTreeMap::new(),
            treasuries: BTreeMap::new(),
            sets: BTreeMap::new(),
            rounds: BTreeMap::new(),
            gpus: BTreeMap::new(),
            pools: BTreeMap::new(),
            positions: BTreeMap::new(),
            emissions: BTreeMap::new(),
            tokens: BTreeMap::new(),
            gifted: BTreeSet::new(),
        }
    }

    /// Predicts an action, and books it if it succeeds. Refused, it leaves everything as it was.
    pub fn act(&mut self, action: &Action, scene: &Scene) -> Verdict {
        let outcome = match action {
            Action::Job(action) => self.job(action),
            Action::Queue(action) => self.queue(action),
            Action::Escrow(action) => self.escrow(action),
            Action::Stake(action) => self.stake(action),
            Action::Host(action) => self.host(action),
            Action::Member(action) => self.member(action),
            Action::Market(action) => self.market(action),
            Action::Admin(action) => self.admin(action),
            Action::Round(action) => return self.round(action, scene),
            Action::Reward(action) => self.reward(action),
            Action::Emission(action) => self.emission(action),
            Action::Twisted(..) => return Verdict::Open,
            Action::Outside(action) => {
                self.outside(action);
                Ok(())
            }
        };
        match outcome {
            Ok(()) => Verdict::Accepted,
            Err(broken) => Verdict::Refused(broken),
        }
    }

    /// Takes an account over from the chain; none if it was closed.
    pub fn adopt(&mut self, address: &Address, account: Option<&Account>) {
        match account {
            None => self.forget(address),
            Some(Account::Config(config)) => self.config = Some(ConfigBook::read(config)),
            Some(account) => each_book!(account, self, take_over, address),
        }
        if account.is_some() {
            self.gifted.remove(address);
        }
    }

    /// An account is gone.
    pub fn forget(&mut self, address: &Address) {
        if *address == self.cast.at(Spot::Config) {
            self.config = None;
        }
        self.markets.remove(address);
        self.terms.remove(address);
        self.lines.remove(address);
        self.clients.remove(address);
        self.jobs.remove(address);
        self.stakes.remove(address);
        self.credits.remove(address);
        self.hosts.remove(address);
        self.members.remove(address);
        self.treasuries.remove(address);
        self.sets.remove(address);
        self.rounds.remove(address);
        self.gpus.remove(address);
        self.pools.remove(address);
        self.positions.remove(address);
        self.emissions.remove(address);
        self.tokens.remove(address);
        self.gifted.remove(address);
    }

    /// Whether the model has an account of the program, or a token account, at the address.
    pub fn has(&self, address: &Address) -> bool {
        self.config.is_some() && *address == self.cast.at(Spot::Config)
            || self.markets.contains_key(address)
            || self.terms.contains_key(address)
            || self.lines.contains_key(address)
            || self.clients.contains_key(address)
            || self.jobs.contains_key(address)
            || self.stakes.contains_key(address)
            || self.credits.contains_key(address)
            || self.hosts.contains_key(address)
            || self.members.contains_key(address)
            || self.treasuries.contains_key(address)
            || self.sets.contains_key(address)
            || self.rounds.contains_key(address)
            || self.gpus.contains_key(address)
            || self.pools.contains_key(address)
            || self.positions.contains_key(address)
            || self.emissions.contains_key(address)
            || self.tokens.contains_key(address)
    }

    /// How the model's book of an account differs from the account, if it does.
    pub fn compare(&self, address: &Address, account: Option<&Account>) -> Option<String> {
        let Some(account) = account else {
            return self.has(address).then(|| "the chain has no such account".into());
        };
        match account {
            Account::Config(account) => difference(self.config.as_ref(), &ConfigBook::read(account)),
            Account::Market(account) => difference(self.markets.get(address), &MarketBook::read(account)),
            Account::Terms(account) => difference(self.terms.get(address), &TermsBook::read(account)),
            Account::Shard(account) => difference(self.lines.get(address), &Line::read(account)),
            Account::Client(account) => difference(self.clients.get(address), &ClientBook::read(account)),
            Account::Job(account) => difference(self.jobs.get(address), &JobBook::read(account)),
            Account::Stake(account) => difference(self.stakes.get(address), &StakeBook::read(account)),
            Account::Credit(account) => difference(self.credits.get(address), &CreditBook::read(account)),
            Account::Host(account) => difference(self.hosts.get(address), &HostBook::read(account)),
            Account::Member(account) => difference(self.members.get(address), &MemberBook::read(account)),
            Account::Treasury(account) => difference(self.treasuries.get(address), &TreasuryBook::read(account)),
            Account::AttestorSet(account) => difference(self.sets.get(address), &SetBook::read(account)),
            Account::Challenge(account) => difference(self.rounds.get(address), &RoundBook::read(account)),
            Account::Gpu(account) => difference(self.gpus.get(address), &GpuBook::read(account)),
            Account::RewardPool(account) => difference(self.pools.get(address), &PoolBook::read(account)),
            Account::RewardPosition(account) => {
                difference(self.positions.get(address), &PositionBook::read(account))
            }
            Account::Emission(account) => difference(self.emissions.get(address), &EmissionBook::read(account)),
        }
    }

    /// Notes that an account does not exist where one has to be.
    fn absent(&self, rules: &mut Rules, address: &Address) {
        // Lamports alone make an account of the system program.
        let check = if self.gifted.contains(address) { Check::WrongOwner } else { Check::NotInitialized };
        rules.add(Refusal::Check(check));
    }

    /// Notes that an account exists where one is to be created.
    fn vacant(&self, rules: &mut Rules, address: &Address) {
        if self.has(address) {
            // The system program finds the address in use.
            rules.code(false, 0);
        }
    }

    fn key(&self, key: Key) -> Address {
        self.cast.key(key)
    }

    fn mint(&self, mint: Mint) -> Address {
        self.cast.token(mint).mint
    }

    fn wallet(&self, wallet: Wallet) -> Address {
        self.cast.wallet(wallet)
    }

    fn at(&self, spot: Spot) -> Address {
        self.cast.at(spot)
    }

    pub fn client_of(&self, client: ClientId) -> Option<&ClientBook> {
        self.clients.get(&self.cast.client(client))
    }

    pub fn host_of(&self, party: Party) -> Option<&HostBook> {
        self.hosts.get(&self.cast.host(party))
    }

    pub fn stake_of(&self, party: Party) -> Option<&StakeBook> {
        self.stakes.get(&self.cast.stake(party))
    }

    pub fn pool_of(&self, mint: Mint) -> Option<&PoolBook> {
        self.pools.get(&self.at(Spot::Pool(mint)))
    }

    pub fn position_of(&self, mint: Mint, party: Party) -> Option<&PositionBook> {
        self.positions.get(&self.at(Spot::Position(mint, party)))
    }

    /// Pools that a party's stake has positions in.
    pub fn pools_of(&self, party: Party) -> Pools {
        Pools::of(Mint::ALL.into_iter().filter(|mint| self.position_of(*mint, party).is_some()))
    }

    pub fn market_of(&self, market: MarketId) -> Option<&MarketBook> {
        self.markets.get(&self.cast.market(market))
    }

    pub fn member_of(&self, market: MarketId, party: Party) -> Option<&MemberBook> {
        self.members.get(&self.cast.member(market, party))
    }

    pub fn line_of(&self, market: MarketId, shard: u8) -> Option<&Line> {
        self.lines.get(&self.at(Spot::Shard(market, shard)))
    }
}
