//! The accounts that instructions about jobs name, and whether they belong together.

use {
    super::{
        Broken, Model, Rules,
        books::{JobBook, MarketBook, MemberBook},
        line::Kind,
        settle::ACTIVE,
    },
    crate::{
        cast::{owner, party_owner},
        ids::{Around, ClientId, JobId, Key, MarketId, Party, Spot},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

/// Addresses of everybody that a job concerns.
#[derive(Clone, Copy)]
pub struct Named {
    pub job: Address,
    pub client: Address,
    pub vault: Address,
    pub host: Address,
    pub member: Address,
    pub earnings: Address,
    pub stake: Address,
    pub stake_vault: Address,
    pub credit: Address,
}

impl Model {
    pub fn named(&self, around: &Around) -> Named {
        Named {
            job: self.cast.job(around.job),
            client: self.cast.client(around.client),
            vault: self.at(Spot::ClientVault(around.client)),
            host: self.cast.host(around.host),
            member: self.cast.member(around.market, around.host),
            earnings: self.at(Spot::Earnings(around.host, around.client.mint)),
            stake: self.cast.stake(around.host),
            stake_vault: self.at(Spot::StakeVault(around.host)),
            credit: self.at(Spot::Credit(around.host, owner(around.client))),
        }
    }

    /// Notes accounts that are not there.
    pub fn all_exist(&self, rules: &mut Rules, addresses: &[Address]) {
        for address in addresses {
            if !self.has(address) {
                self.absent(rules, address);
            }
        }
    }

    /// Client and job belong together.
    pub fn client_rules(&self, rules: &mut Rules, client: ClientId, job: JobId) {
        let (client, job) = (self.cast.client(client), self.cast.job(job));
        self.all_exist(rules, &[client, job]);
        if let Some(book) = self.jobs.get(&job) {
            rules.need(book.client == client || !self.clients.contains_key(&client), MarketError::WrongClient);
        }
    }

    /// The shard is the one that the job is in.
    pub fn shard_rules(&self, rules: &mut Rules, job: JobId, market: MarketId, shard: u8) {
        let line = self.at(Spot::Shard(market, shard));
        self.all_exist(rules, &[line]);
        if let (Some(line), Some(job)) = (self.lines.get(&line), self.jobs.get(&self.cast.job(job))) {
            rules.need(line.market == job.market, MarketError::WrongMarket);
            rules.need(line.index == job.shard, MarketError::WrongShard);
        }
    }

    /// `by` is the operator of the host.
    pub fn operator_rules(&self, rules: &mut Rules, by: Key, host: Party) {
        let address = self.cast.host(host);
        self.all_exist(rules, &[address]);
        if let Some(host) = self.hosts.get(&address) {
            rules.need(host.operator == self.key(by), MarketError::NotOperator);
        }
    }

    /// The job is this member's.
    pub fn member_rules(&self, rules: &mut Rules, job: JobId, member: &Address) {
        let job = self.cast.job(job);
        self.all_exist(rules, &[job, *member]);
        if let (Some(job), true) = (self.jobs.get(&job), self.members.contains_key(member)) {
            rules.need(job.member == *member, MarketError::WrongMember);
        }
    }

    /// The earnings vault is the member's.
    pub fn earnings_rules(&self, rules: &mut Rules, named: &Named) {
        if let Some(member) = self.members.get(&named.member) {
            rules.need(member.earnings == named.earnings, MarketError::WrongVault);
        }
    }

    /// Stake and credit exist if they are named.
    pub fn slash_rules(&self, rules: &mut Rules, named: &Named, given: bool) {
        if given {
            self.all_exist(rules, &[named.stake, named.credit]);
        }
    }

    /// The owner of a party's accounts, which the model takes from the cast.
    pub fn is_owner(&self, by: Key, party: Party) -> bool {
        by == party_owner(party)
    }

    /// Refuses unless the job's node holds its assignment to the member.
    pub fn assigned_rules(&self, rules: &mut Rules, job: &Address, member: &Address) {
        let Some((book, node)) = self.node_of(job) else {
            rules.need(false, MarketError::NodeOutOfRange);
            return;
        };
        debug_assert!(book.state == super::settle::state::OPEN);
        rules.need(node.kind == Kind::Assigned, MarketError::JobNotAssigned);
        rules.need(node.kind != Kind::Assigned || node.member == *member, MarketError::WrongMember);
    }

    /// A job and its queue node.
    pub fn node_of(&self, job: &Address) -> Option<(&JobBook, &super::line::Slot)> {
        let book = self.jobs.get(job)?;
        let line = self.lines.values().find(|line| line.market == book.market && line.index == book.shard)?;
        Some((book, line.node(book.node)?))
    }

    /// Refuses unless the job is open.
    pub fn require_open(&self, job: &Address) -> Result<(), Broken> {
        let mut rules = Rules::new();
        let is_open = self.jobs.get(job).is_some_and(|job| job.state == super::settle::state::OPEN);
        rules.need(is_open, MarketError::JobNotOpen);
        rules.done()
    }

    /// Refuses unless the job runs.
    pub fn require_running(&self, job: &Address) -> Result<(), Broken> {
        let mut rules = Rules::new();
        let runs = self.jobs.get(job).is_some_and(|job| job.state == super::settle::state::RUNNING);
        rules.need(runs, MarketError::JobNotRunning);
        rules.done()
    }

    /// Number of the terms in force.
    pub fn in_force(&self, market: &MarketBook) -> u32 {
        let announced = market.announced_terms != 0 && self.now.0 >= market.announced_effective_at;
        if announced { market.announced_terms } else { market.current_terms }
    }

    /// Whether a seat in the market needs a fresh attestation.
    pub fn needs_attestation(&self, market: &MarketBook) -> bool {
        let announced = market.announced_terms != 0 && self.now.0 >= market.announced_effective_at;
        let admission = if announced { market.announced_admission } else { market.admission };
        market.tier == 1 || admission == 1
    }

    /// Seats by attested GPUs; none without a fresh attestation.
    pub fn attested_seats(&self, member: &MemberBook, market: &MarketBook) -> Option<u16> {
        let fresh = member.attested_gpus > 0 && self.now.0 < member.attested_until;
        fresh.then(|| member.attested_gpus / market.gpus_per_seat)
    }

    /// How many seats the member may hold.
    pub fn seat_limit(&self, member: &MemberBook, market: &MarketBook) -> u16 {
        let without = u16::from(!self.needs_attestation(market));
        self.attested_seats(member, market).unwrap_or(without)
    }

    /// Whether the member may start another job.
    pub fn may_start(&self, member: &MemberBook, market: &MarketBook) -> bool {
        let has_gpu = match self.attested_seats(member, market) {
            Some(seats) => member.running < seats,
            None => !self.needs_attestation(market),
        };
        has_gpu && member.state == ACTIVE
    }
}
