//! How assignments and waiting jobs end that did not start.

use {
    super::{
        Broken, Model, Rules, broken,
        ending::was_live,
        job::to_client,
        job_rules::Named,
        line::Kind,
        money,
        settle::{ACTIVE, Fine, TARGETED, Tip, state},
    },
    crate::ids::{Around, ClientId, JobId, Key, MarketId, Party, Spot, Wallet},
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

impl Model {
    /// Notes what keeps `around` from being an assignment in this shard.
    fn assignment_rules(&self, rules: &mut Rules, around: &Around, shard: u8) {
        self.client_rules(rules, around.client, around.job);
        self.all_exist(rules, &[self.cast.member(around.market, around.host)]);
        self.shard_rules(rules, around.job, around.market, shard);
    }

    fn require_assigned(&self, around: &Around) -> Result<(), Broken> {
        let job = self.cast.job(around.job);
        self.require_open(&job)?;
        let mut rules = Rules::new();
        self.assigned_rules(&mut rules, &job, &self.cast.member(around.market, around.host));
        rules.done()
    }

    /// Counts an assignment that did not start; whether the job has to be refunded.
    fn attempt_failed(&mut self, job: &Address, counts: bool) -> bool {
        let Some(job) = self.jobs.get_mut(job) else { return false };
        job.attempts += u8::from(counts);
        job.flags & TARGETED != 0 || job.attempts >= job.max_attempts
    }

    /// Seconds since the assignment of a job, and the bond of its seat.
    fn assignment(&self, job: &Address) -> (i64, u64) {
        self.node_of(job).map_or((0, 0), |(_, node)| (self.now.0 - node.since, node.bond))
    }

    pub fn decline(&mut self, by: Key, around: &Around, shard: u8, slash: bool) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, by, around.host);
        self.assignment_rules(&mut rules, around, shard);
        self.slash_rules(&mut rules, &named, slash);
        rules.done()?;
        self.require_assigned(around)?;
        let (since, bond) = self.assignment(&named.job);
        if since > i64::from(self.jobs[&named.job].ack_window) {
            return broken(MarketError::AckWindowOver);
        }
        let now = self.now.0;
        let member = &self.members[&named.member];
        let anew = now >= member.decline_window_start + 86_400;
        let declines = if anew { 1 } else { member.declines.saturating_add(1) };
        let fine = if declines > 3 { to_client(bond, 500) } else { Fine::default() };
        Self::require_slashable(fine.total(), slash)?;

        let refund = self.attempt_failed(&named.job, true);
        self.give_back(&named.job, &self.at(Spot::Shard(around.market, shard)), refund, None);
        if let Some(member) = self.members.get_mut(&named.member) {
            member.release(bond);
            if anew {
                member.decline_window_start = now;
            }
            member.declines = declines;
            member.declined += 1;
        }
        self.slash_for(&named.member, &named.stake, &named.credit, fine);
        Ok(())
    }

    pub fn unavailable(&mut self, by: Key, around: &Around, shard: u8, first: Option<Party>) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, by, around.host);
        self.assignment_rules(&mut rules, around, shard);
        self.earnings_rules(&mut rules, &named);
        rules.done()?;
        self.require_assigned(around)?;
        let (since, bond) = self.assignment(&named.job);
        let job = self.jobs[&named.job].clone();
        if since * 2 > i64::from(job.ack_window) {
            return broken(MarketError::AckWindowHalfOver);
        }
        let repeated = job.spec_declines > 0 && job.member == named.member;
        let second = job.spec_declines > 0 && !repeated;
        let first = first.map(|host| self.cast.member(around.market, host)).filter(|of| *of != named.member);
        if second {
            self.require_first(around, first, &job.member)?;
        }
        let refund = self.attempt_failed(&named.job, !repeated);
        let line = self.at(Spot::Shard(around.market, shard));
        if second {
            self.end_unavailable(around, &line);
        } else {
            if let Some(job) = self.jobs.get_mut(&named.job) {
                (job.member, job.spec_declines) = (named.member, 1);
            }
            self.give_back(&named.job, &line, refund, None);
        }
        let until = self.now.0 + i64::from(job.ack_window);
        if let Some(member) = self.members.get_mut(&named.member) {
            member.release(bond);
            member.join_barred_until = member.join_barred_until.max(until);
        }
        Ok(())
    }

    /// The member that reported this first has to be named.
    fn require_first(&self, around: &Around, first: Option<Address>, recorded: &Address) -> Result<(), Broken> {
        let Some(first) = first else { return broken(MarketError::PayeeMissing) };
        let mut rules = Rules::new();
        rules.need(first == *recorded, MarketError::WrongMember);
        rules.done()?;
        let mut rules = Rules::new();
        if let Some(member) = self.members.get(&first) {
            let earnings = self.first_earnings(around, &first);
            rules.need(earnings == Some(member.earnings), MarketError::WrongVault);
        }
        rules.done()
    }

    /// The earnings vault that the SDK derives for the member that reported first.
    fn first_earnings(&self, around: &Around, first: &Address) -> Option<Address> {
        let (_, host) = self.cast.member_at(first)?;
        Some(self.at(Spot::Earnings(host, around.client.mint)))
    }

    /// The second report ends the job, and its tip goes to both hosts.
    fn end_unavailable(&mut self, around: &Around, line: &Address) {
        let named = self.named(around);
        let Some(book) = self.jobs.get(&named.job) else { return };
        let first = self.members.get(&book.member).map(|member| member.earnings);
        let blocked = self.is_blocked(&named) || first.is_some_and(|earnings| self.is_frozen(&earnings));
        let now = self.now.0;
        let (Some(job), Some(client), Some(line)) =
            (self.jobs.get_mut(&named.job), self.clients.get_mut(&named.client), self.lines.get_mut(line))
        else {
            return;
        };
        job.spec_declines += 1;
        line.remove_assigned(job.node);
        let taken = job.end_open(state::EXPIRED, if blocked { Tip::Client } else { Tip::Caller }, now);
        client.book(&taken, job.delegation);
        let to_first = if first.is_some() { taken.tip / 2 } else { 0 };
        if let Some(first) = first {
            self.transfer(&named.vault, &first, to_first);
        }
        self.transfer(&named.vault, &named.earnings, taken.tip - to_first);
    }

    pub fn expire_queued(
        &mut self,
        client: ClientId,
        job: JobId,
        market: MarketId,
        shard: u8,
        to: Wallet,
    ) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        self.shard_rules(&mut rules, job, market, shard);
        rules.done()?;
        let (client_key, job_key) = (self.cast.client(client), self.cast.job(job));
        self.require_open(&job_key)?;
        let mut rules = Rules::new();
        let queued = self.node_of(&job_key).is_some_and(|(_, node)| node.kind == Kind::Queued);
        rules.need(queued, MarketError::JobNotQueued);
        let book = self.jobs[&job_key].clone();
        let over = self.now.0 > book.created_at + i64::from(book.queue_ttl) + 60;
        rules.need(over, MarketError::DeadlineNotReached);
        rules.done()?;
        let (vault, wallet) = (self.at(Spot::ClientVault(client)), self.wallet(to));
        let frozen = self.is_frozen(&vault);
        self.require_payable(&vault, &wallet, if frozen { 0 } else { book.tip })?;

        let (now, line) = (self.now.0, self.at(Spot::Shard(market, shard)));
        let (Some(job), Some(client), Some(line)) =
            (self.jobs.get_mut(&job_key), self.clients.get_mut(&client_key), self.lines.get_mut(&line))
        else {
            return Ok(());
        };
        line.remove_job(job.node);
        let taken = job.end_open(state::EXPIRED, if frozen { Tip::Client } else { Tip::Caller }, now);
        client.book(&taken, job.delegation);
        self.transfer(&vault, &wallet, taken.tip);
        Ok(())
    }

    pub fn expire_assigned(
        &mut self,
        around: &Around,
        shard: u8,
        slash: bool,
        to: Option<Wallet>,
    ) -> Result<(), Broken> {
        let named = self.named(around);
        let market_key = self.cast.market(around.market);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[named.host, market_key]);
        self.assignment_rules(&mut rules, around, shard);
        self.slash_rules(&mut rules, &named, slash);
        rules.done()?;
        self.require_assigned(around)?;
        let market = &self.markets[&market_key];
        let member = &self.members[&named.member];
        let unattested = self.now.0 >= member.attested_until && self.needs_attestation(market);
        let missed = member.state == ACTIVE && !unattested;
        let (since, bond) = self.assignment(&named.job);
        let job = self.jobs[&named.job].clone();
        let window = i64::from(job.ack_window) + 60;
        if missed && since <= window {
            return broken(MarketError::DeadlineNotReached);
        }
        let slot = self.node_of(&named.job).map_or(0, |(_, node)| node.slot);
        let punished = missed && was_live(slot, window, self.now);
        // Without stake the SDK names no account for the tip either.
        let wallet = to.filter(|_| slash).map(|to| self.wallet(to));
        let fine = if punished { missed_ack(bond, job.missed_ack_bps, wallet.is_some()) } else { Fine::default() };
        Self::require_slashable(fine.total(), slash)?;
        self.expire_assignment(around, shard, fine, punished, wallet)
    }

    fn expire_assignment(
        &mut self,
        around: &Around,
        shard: u8,
        fine: Fine,
        punished: bool,
        wallet: Option<Address>,
    ) -> Result<(), Broken> {
        let named = self.named(around);
        let (_, bond) = self.assignment(&named.job);
        // The tip is paid last, and what is slashed says how much of it there is; so everything is tried on a copy.
        let mut after = self.clone();
        let refund = after.attempt_failed(&named.job, punished);
        let evicted = punished.then_some(named.member);
        after.give_back(&named.job, &self.at(Spot::Shard(around.market, shard)), refund, evicted);
        if let Some(member) = after.members.get_mut(&named.member) {
            member.release(bond);
        }
        let taken = after.slash_for(&named.member, &named.stake, &named.credit, fine);
        if let Some(wallet) = wallet {
            after.require_payable(&named.stake_vault, &wallet, taken.tip)?;
            after.transfer(&named.stake_vault, &wallet, taken.tip);
        }
        if punished {
            after.strike(&named);
        }
        *self = after;
        Ok(())
    }

    /// A missed acknowledgement is on the record of member and host.
    fn strike(&mut self, named: &Named) {
        let now = self.now.0;
        if let (Some(member), Some(job)) = (self.members.get_mut(&named.member), self.jobs.get(&named.job)) {
            member.record_missed(job, now);
            let doublings = u32::from(member.miss_streak.min(16));
            member.join_barred_until = now + (600i64 << doublings).min(86_400);
            member.miss_streak = member.miss_streak.saturating_add(1);
            member.missed += 1;
            member.epoch = member.epoch.wrapping_add(1);
        }
        if let Some(host) = self.hosts.get_mut(&named.host) {
            host.strikes += 1;
            host.last_strike_at = now;
        }
    }
}

/// What a missed acknowledgement costs; without a caller's account the client gets the tip.
fn missed_ack(bond: u64, bps: u16, has_caller: bool) -> Fine {
    let share = |amount, bps| money::share(amount, bps).unwrap_or(0);
    let total = share(bond, bps);
    let (tip, treasury) = (share(total, 1_000), share(total, 1_000));
    let client = total - tip - treasury;
    if has_caller { Fine { tip, treasury, client } } else { Fine { tip: 0, treasury, client: client + tip } }
}
