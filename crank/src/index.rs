//! The accounts of the program, as far as something can be done about them.

use {
    crate::Subject,
    gpu_market_sdk::{
        Address,
        decode::{Account, ShardAccount},
        gpu_market::state::{
            AttestorSet, Challenge, Client, Config, Credit, Emission, EmissionKind, Gpu, Host, Job, Market, Member,
            Node, NodeKind, RewardPool, RewardPosition, Stake, Terms, Treasury,
        },
    },
    std::collections::{BTreeMap, BTreeSet, HashMap},
};

/// The live accounts of the program by their addresses. Taking in one account costs a lookup; of a shard also the comparison
/// of its bytes, and a lookup for each of its nodes that changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    configs: HashMap<Address, Config>,
    treasuries: HashMap<Address, Treasury>,
    markets: HashMap<Address, Market>,
    terms: HashMap<Address, Terms>,
    shards: HashMap<Address, ShardAccount>,
    clients: HashMap<Address, Client>,
    jobs: HashMap<Address, Job>,
    stakes: HashMap<Address, Stake>,
    credits: HashMap<Address, Credit>,
    hosts: HashMap<Address, Host>,
    members: HashMap<Address, Member>,
    sets: HashMap<Address, AttestorSet>,
    rounds: HashMap<Address, Challenge>,
    gpus: HashMap<Address, Gpu>,
    pools: HashMap<Address, RewardPool>,
    positions: HashMap<Address, RewardPosition>,
    emissions: HashMap<Address, Emission>,
    /// Token programs by mint: which one owns a mint is in none of these accounts.
    programs: HashMap<Address, Address>,
    /// Shards by market and number.
    places: BTreeMap<(Address, u8), Address>,
    /// Markets with the emissions to their hosts.
    incentives: BTreeSet<(Address, Address)>,
}

/// What an account's change may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Has to be looked at again.
    pub subjects: BTreeSet<Subject>,
    /// Whether those that have read the account have to be too.
    pub readers: bool,
}

macro_rules! maps {
    ($($variant:ident => $map:ident, $get:ident, $type:ident, $doc:literal;)*) => {
        impl Index {
            $(#[doc = $doc]
            pub fn $get(&self, address: &Address) -> Option<&$type> {
                self.$map.get(address)
            })*

            fn put(&mut self, address: Address, account: Account) {
                match account {
                    $(Account::$variant(account) => drop(self.$map.insert(address, account)),)*
                }
            }

            fn take(&mut self, address: &Address) -> Option<Account> {
                $(if let Some(account) = self.$map.remove(address) {
                    return Some(Account::$variant(account));
                })*
                None
            }

            /// Accounts that it holds.
            pub fn len(&self) -> usize {
                0usize $(.saturating_add(self.$map.len()))*
            }
        }
    };
}

maps! {
    Job => jobs, job, Job, "A job.";
    Shard => shards, shard, ShardAccount, "A shard.";
    Client => clients, client, Client, "A client.";
    Member => members, member, Member, "A member.";
    Host => hosts, host, Host, "A host.";
    Stake => stakes, stake, Stake, "A stake.";
    Credit => credits, credit, Credit, "A credit.";
    Market => markets, market, Market, "A market.";
    Terms => terms, terms, Terms, "Terms of a market.";
    Challenge => rounds, round, Challenge, "A round of attestation.";
    AttestorSet => sets, set, AttestorSet, "A set of attestors.";
    Gpu => gpus, gpu, Gpu, "A GPU.";
    Treasury => treasuries, treasury, Treasury, "A treasury.";
    RewardPool => pools, pool, RewardPool, "A reward pool.";
    RewardPosition => positions, position, RewardPosition, "What a stake earns from a pool.";
    Emission => emissions, emission, Emission, "An emission.";
    Config => configs, config, Config, "The config.";
}

impl Index {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Jobs that it holds.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// The token program that owns a mint, once it is known.
    pub fn token_program(&self, mint: &Address) -> Option<&Address> {
        self.programs.get(mint)
    }

    /// A shard of a market by its number, with its address.
    pub fn shard_of(&self, market: &Address, number: u8) -> Option<(&Address, &ShardAccount)> {
        let address = self.places.get(&(*market, number))?;
        self.shard(address).map(|shard| (address, shard))
    }

    /// The shards of a market in order.
    pub fn shards_of(&self, market: &Address) -> impl Iterator<Item = &ShardAccount> {
        let places = self.places.range((*market, 0)..=(*market, u8::MAX));
        places.filter_map(|(_, address)| self.shard(address))
    }

    /// The incentives for the hosts of a market, with their addresses and in the order of these.
    pub fn incentives(&self, market: &Address) -> impl Iterator<Item = (&Address, &Emission)> {
        let [first, last] = [u8::MIN, u8::MAX].map(|byte| (*market, Address::new_from_array([byte; 32])));
        let of_market = self.incentives.range(first..=last);
        of_market.filter_map(|(_, address)| Some((address, self.emission(address)?)))
    }

    pub(crate) fn set_token_program(&mut self, mint: Address, program: Address) {
        self.programs.insert(mint, program);
    }

    /// Takes in an account as it is now; none if there is none any more.
    pub(crate) fn apply(&mut self, address: Address, account: Option<Account>) -> Touched {
        let old = self.take(&address);
        let touched = if old == account { Touched::default() } else { touched(address, &old, &account) };
        match &old {
            Some(Account::Shard(account)) => {
                self.places.remove(&(account.shard.market, account.shard.index));
            }
            Some(Account::Emission(account)) => {
                self.incentives.remove(&(account.target, address));
            }
            _ => {}
        }
        if let Some(account) = account {
            self.insert(address, account);
        }
        touched
    }

    fn insert(&mut self, address: Address, account: Account) {
        match &account {
            Account::Shard(account) => {
                self.places.insert((account.shard.market, account.shard.index), address);
            }
            Account::Emission(account) if account.is(EmissionKind::Hosts) => {
                self.incentives.insert((account.target, address));
            }
            _ => {}
        }
        self.put(address, account);
    }
}

/// What a change from `old` to `new` may have changed.
fn touched(address: Address, old: &Option<Account>, new: &Option<Account>) -> Touched {
    let mut touched = Touched { readers: true, ..Touched::default() };
    if let (Some(Account::Market(old)), Some(Account::Market(new))) = (old, new) {
        // Every enrollment changes the market, and no one's deadline.
        touched.readers = rules_of(old) != rules_of(new);
    }
    let own = match new.as_ref().or(old.as_ref()) {
        Some(Account::Job(_)) => Some(Subject::Job(address)),
        Some(Account::Client(_)) => Some(Subject::Client(address)),
        Some(Account::Stake(_)) => Some(Subject::Stake(address)),
        Some(Account::Credit(_)) => Some(Subject::Credit(address)),
        Some(Account::Member(_)) => Some(Subject::Member(address)),
        Some(Account::Challenge(_)) => Some(Subject::Round(address)),
        Some(Account::AttestorSet(_)) => Some(Subject::Set(address)),
        Some(Account::RewardPosition(_)) => Some(Subject::Position(address)),
        Some(Account::Emission(_)) => Some(Subject::Emission(address)),
        Some(Account::Gpu(_)) => Some(Subject::Gpu(address)),
        Some(Account::Shard(account)) => {
            touched.subjects.insert(Subject::Market(account.shard.market));
            touched.subjects.extend(changed_nodes(address, nodes_of(old), nodes_of(new)));
            Some(Subject::Shard(address))
        }
        _ => None,
    };
    touched.subjects.extend(own);
    touched
}

/// What of a market decides about its members and assignments.
fn rules_of(market: &Market) -> impl PartialEq {
    (
        [market.current_terms, market.announced_terms],
        market.announced_effective_at,
        [market.admission, market.announced_admission],
        market.feeder,
    )
}

fn nodes_of(account: &Option<Account>) -> &[Node] {
    match account {
        Some(Account::Shard(account)) => &account.nodes,
        _ => &[],
    }
}

/// Who has to be looked at when the nodes of a shard change.
fn changed_nodes<'a>(shard: Address, old: &'a [Node], new: &'a [Node]) -> impl Iterator<Item = Subject> + 'a {
    let length = u16::try_from(old.len().max(new.len())).unwrap_or(u16::MAX);
    let changed = (0..length).map(move |index| (index, old.get(usize::from(index)), new.get(usize::from(index))));
    let changed = changed.filter(|(_, old, new)| old != new);
    changed.flat_map(move |(index, old, new)| {
        [old, new].into_iter().flatten().filter_map(move |node| subject_of(shard, index, node))
    })
}

/// Who has to be looked at when a node changes.
fn subject_of(shard: Address, index: u16, node: &Node) -> Option<Subject> {
    if node.is(NodeKind::Queued) || node.is(NodeKind::Assigned) {
        return Some(Subject::Job(node.job));
    }
    let is_seat = node.is(NodeKind::Waiting) || node.is(NodeKind::Lapsed);
    is_seat.then_some(Subject::Seat(shard, index))
}
