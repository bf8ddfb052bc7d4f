//! What the chain says about a host, read in at most three calls.

use {
    crate::{
        AgentError,
        chain::{Chain, RawAccount},
        config::Venue,
    },
    gpu_market_sdk::{
        Address, address,
        decode::{Decode, ShardAccount, decode},
        error::DecodeError,
        gpu_market::state::{Host, Job, JobState, Market, Member, NodeKind, Terms},
        placement::Line,
    },
    std::collections::{BTreeMap, BTreeSet},
};

const CLOCK: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Where token accounts of either token program keep their amount.
const AMOUNT_OFFSET: usize = 64;

/// What the chain says at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Clock of the cluster, unix seconds.
    pub now: i64,
    /// Slot.
    pub slot: u64,
    /// The host.
    pub host: Host,
    /// The markets of the configuration, in its order.
    pub venues: Vec<VenueView>,
    /// Jobs that are assigned to the host, and where.
    pub assigned: BTreeMap<Address, Assignment>,
    /// Jobs that are assigned, known, or run on the host. One that is missing is closed.
    pub jobs: BTreeMap<Address, Job>,
}

/// What the chain says about a market.
#[derive(Clone, Debug, PartialEq)]
pub struct VenueView {
    /// The market of the configuration.
    pub venue: Venue,
    /// The market.
    pub market: Market,
    /// Its terms in force.
    pub terms: Terms,
    /// The host's member.
    pub member: Member,
    /// The host's seats without a job.
    pub seats: Vec<SeatView>,
    /// The shards, for a choice among them.
    pub lines: Vec<Line>,
    /// Base units in the host's earnings vault.
    pub earnings: u64,
}

/// A seat without a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatView {
    /// Index of its shard.
    pub shard: u8,
    /// Its node.
    pub node: u16,
    /// Until when it waits, unix seconds.
    pub valid_until: i64,
    /// Whether its lifetime is over and its bond not yet freed.
    pub lapsed: bool,
}

/// A job that is assigned to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its market.
    pub market: Address,
    /// Index of its shard.
    pub shard: u8,
    /// Since when, unix seconds.
    pub since: i64,
}

impl View {
    /// The market with this address.
    pub fn venue(&self, market: &Address) -> Option<&VenueView> {
        self.venues.iter().find(|venue| venue.venue.market == *market)
    }

    /// Whether the job runs or ran on the host.
    pub fn is_ours(&self, job: &Job) -> bool {
        address::member(&job.market, &address::host(&self.host.owner).0).0 == job.member
    }
}

/// Reads the chain. `known` are jobs that the agent has something to do with.
///
/// # Errors
///
/// [`AgentError`] names what is missing: the host, its member of a market, the market.
pub async fn read<C: Chain>(
    chain: &C,
    host: Address,
    venues: &[Venue],
    known: &BTreeSet<Address>,
) -> Result<View, AgentError> {
    let head = head(chain, host, venues).await?;
    let mut body = body(chain, host, venues, &head, known.iter().copied().collect()).await?;
    let more = unread(chain, &body).await?;
    if !more.is_empty() {
        let mut read = Reader::new(chain, more.iter().copied().collect()).await?;
        for job in more {
            body.jobs.extend(read.find::<Job>()?.map(|account| (job, account)));
        }
    }
    let Body { venues, assigned, jobs } = body;
    Ok(View { now: head.now, slot: head.slot, host: head.host, venues, assigned, jobs })
}

/// Jobs that were assigned since the agent looked last, and those that run on a member that runs more than is known.
async fn unread<C: Chain>(chain: &C, body: &Body) -> Result<BTreeSet<Address>, AgentError> {
    let mut jobs: BTreeSet<Address> = body.assigned.keys().copied().collect();
    for view in &body.venues {
        let runs_here = |job: &&Job| job.market == view.venue.market && runs(job);
        if usize::from(view.member.running) > body.jobs.values().filter(runs_here).count() {
            jobs.extend(chain.running_jobs(address::member(&view.venue.market, &view.member.host).0).await?);
        }
    }
    Ok(jobs.into_iter().filter(|job| !body.jobs.contains_key(job)).collect())
}

/// What the other accounts' addresses follow from.
struct Head {
    now: i64,
    slot: u64,
    host: Host,
    markets: Vec<(Market, Member)>,
}

async fn head<C: Chain>(chain: &C, host: Address, venues: &[Venue]) -> Result<Head, AgentError> {
    let mut keys = vec![CLOCK, host];
    keys.extend(venues.iter().flat_map(|venue| [venue.market, address::member(&venue.market, &host).0]));
    let mut read = Reader::new(chain, keys).await?;
    let (_, clock) = read.next();
    let clock = clock.and_then(|clock| decode_clock(&clock.data));
    let (slot, now) = clock.ok_or(AgentError::Missing { account: "Clock", address: CLOCK })?;
    let host = read.find::<Host>()?.ok_or(AgentError::NoHost(host))?;
    let mut markets = Vec::new();
    for venue in venues {
        let market = read.get::<Market>()?;
        markets.push((market, read.find::<Member>()?.ok_or(AgentError::NotMember(venue.market))?));
    }
    Ok(Head { now, slot, host, markets })
}

/// What is read at one slot, so that a job and its place in a shard are of the same time.
struct Body {
    venues: Vec<VenueView>,
    assigned: BTreeMap<Address, Assignment>,
    jobs: BTreeMap<Address, Job>,
}

async fn body<C: Chain>(
    chain: &C,
    host: Address,
    venues: &[Venue],
    head: &Head,
    known: Vec<Address>,
) -> Result<Body, AgentError> {
    let mut keys = vec![CLOCK];
    for (venue, (market, _)) in venues.iter().zip(&head.markets) {
        let terms = address::terms(&venue.market, market.terms_in_force(head.now)).0;
        keys.extend([terms, address::earnings(&host, &venue.token.mint).0]);
        keys.extend((0..market.shards).map(|shard| address::shard(&venue.market, shard).0));
    }
    keys.extend(&known);
    let mut read = Reader::new(chain, keys).await?;
    let _ = read.next();
    let mut body = Body { venues: Vec::new(), assigned: BTreeMap::new(), jobs: BTreeMap::new() };
    for (venue, (market, member)) in venues.iter().zip(&head.markets) {
        let terms = read.get::<Terms>()?;
        let earnings = read.next().1.map_or(0, |vault| amount(&vault));
        let mut view = VenueView {
            venue: *venue,
            market: *market,
            terms,
            member: *member,
            seats: Vec::new(),
            lines: Vec::new(),
            earnings,
        };
        for _ in 0..market.shards {
            let shard = read.get::<ShardAccount>()?;
            look_at(&shard, address::member(&venue.market, &host).0, head.now, &mut view, &mut body.assigned);
        }
        body.venues.push(view);
    }
    for job in known {
        body.jobs.extend(read.find::<Job>()?.map(|account| (job, account)));
    }
    Ok(body)
}

/// Finds what a member has in a shard.
fn look_at(
    account: &ShardAccount,
    member: Address,
    now: i64,
    view: &mut VenueView,
    assigned: &mut BTreeMap<Address, Assignment>,
) {
    let shard = account.shard.index;
    view.lines.push(Line::of(account, now));
    for (node, slot) in (0..).zip(&account.nodes).filter(|(_, slot)| slot.member == member) {
        if slot.is(NodeKind::Assigned) {
            assigned.insert(slot.job, Assignment { market: view.venue.market, shard, since: slot.since });
        } else if slot.is(NodeKind::Waiting) || slot.is(NodeKind::Lapsed) {
            let lapsed = slot.is(NodeKind::Lapsed);
            view.seats.push(SeatView { shard, node, valid_until: slot.valid_until, lapsed });
        }
    }
}

/// Accounts in the order in which they were asked for.
struct Reader {
    accounts: std::vec::IntoIter<(Address, Option<RawAccount>)>,
}

impl Reader {
    async fn new<C: Chain>(chain: &C, addresses: Vec<Address>) -> Result<Self, AgentError> {
        let accounts = chain.accounts(&addresses).await?;
        Ok(Self { accounts: addresses.into_iter().zip(accounts).collect::<Vec<_>>().into_iter() })
    }

    fn next(&mut self) -> (Address, Option<RawAccount>) {
        self.accounts.next().unwrap_or_default()
    }

    fn find<T: Decode>(&mut self) -> Result<Option<T>, AgentError> {
        let (address, account) = self.next();
        let Some(account) = account else { return Ok(None) };
        let decoded = if account.owner == address::PROGRAM {
            decode(&account.data)
        } else {
            Err(DecodeError::WrongAccount { expected: T::NAME })
        };
        decoded.map(Some).map_err(|source| AgentError::Decode { address, source })
    }

    fn get<T: Decode>(&mut self) -> Result<T, AgentError> {
        let address = self.accounts.as_slice().first().map(|(address, _)| *address).unwrap_or_default();
        self.find()?.ok_or(AgentError::Missing { account: T::NAME, address })
    }
}

/// Slot and unix seconds of the clock sysvar: slot, start of the epoch, epoch, epoch of the leader schedule, time.
fn decode_clock(data: &[u8]) -> Option<(u64, i64)> {
    let (slot, rest) = data.split_first_chunk()?;
    let (unix, _) = rest.get(24..)?.split_first_chunk()?;
    Some((u64::from_le_bytes(*slot), i64::from_le_bytes(*unix)))
}

/// Base units in a token account; zero in anything else.
fn amount(account: &RawAccount) -> u64 {
    let is_token = [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM].contains(&account.owner);
    let bytes = account.data.get(AMOUNT_OFFSET..).and_then(|rest| rest.first_chunk()).filter(|_| is_token);
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Whether a job runs.
pub(crate) fn runs(job: &Job) -> bool {
    job.state() == Ok(JobState::Running)
}
