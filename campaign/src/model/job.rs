//! The life of a job.

use {
    super::{
        Broken, Model, Rules, broken,
        job_rules::Named,
        line::Kind,
        money,
        settle::{DISPUTED, DUE_IS_TIP, Fine, Tip, state},
    },
    crate::{
        action::JobAction,
        ids::{Around, ClientId, JobId, Key, MarketId, Party, Spot},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::error::Refusal,
};

impl Model {
    pub fn job(&mut self, action: &JobAction) -> Result<(), Broken> {
        match *action {
            JobAction::Post(post) => self.post(&post),
            JobAction::Start { by, host, market, job, shard, max_duration } => {
                self.start(by, host, market, job, shard, max_duration)
            }
            JobAction::Heartbeat { by, host, market, job } => self.heartbeat(by, host, market, job),
            JobAction::Cancel { by, client, job, market, shard } => self.cancel(by, client, job, market, shard),
            JobAction::Collect { around } => self.collect(&around),
            JobAction::Extend { by, client, job, seconds } => self.extend(by, client, job, seconds),
            JobAction::Reprice { by, client, job, market, terms, shard, max_rate } => {
                self.reprice(by, client, job, market, terms, shard, max_rate)
            }
            JobAction::Dispute { by, client, job, market, host } => self.dispute(by, client, job, market, host),
            JobAction::Close { by, client, job, rent, closed } => self.close_job(by, client, job, rent, closed),
            JobAction::Finish { by, around, outcome, has_result, slash, rejoin } => {
                self.finish(by, &around, (outcome, has_result), slash, rejoin)
            }
            JobAction::End { by, around } => self.end(by, &around),
            JobAction::Decline { by, around, shard, slash } => self.decline(by, &around, shard, slash),
            JobAction::Unavailable { by, around, shard, first } => self.unavailable(by, &around, shard, first),
            JobAction::ExpireQueued { client, job, market, shard, to, .. } => {
                self.expire_queued(client, job, market, shard, to)
            }
            JobAction::ExpireAssigned { around, shard, slash, to, .. } => {
                self.expire_assigned(&around, shard, slash, to)
            }
            JobAction::ExpireRunning { around, to, slash, .. } => self.expire_running(&around, to, slash),
        }
    }

    fn start(
        &mut self,
        by: Key,
        host: Party,
        market: MarketId,
        job: JobId,
        shard: u8,
        most: u32,
    ) -> Result<(), Broken> {
        let (job_key, market_key) = (self.cast.job(job), self.cast.market(market));
        let member_key = self.cast.member(market, host);
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, by, host);
        self.all_exist(&mut rules, &[market_key, member_key, job_key]);
        self.shard_rules(&mut rules, job, market, shard);
        if let Some(job) = self.jobs.get(&job_key) {
            rules.need(job.market == market_key, MarketError::WrongMarket);
        }
        rules.done()?;
        self.require_open(&job_key)?;
        let mut rules = Rules::new();
        let fit = self.may_start(&self.members[&member_key], &self.markets[&market_key]);
        rules.need(fit, MarketError::MemberUnfit);
        self.assigned_rules(&mut rules, &job_key, &member_key);
        rules.done()?;

        let now = self.now;
        let line_key = self.at(Spot::Shard(market, shard));
        let (Some(job), Some(line)) = (self.jobs.get_mut(&job_key), self.lines.get_mut(&line_key)) else {
            return Ok(());
        };
        job.bond = line.node(job.node).map_or(0, |node| node.bond);
        line.remove_assigned(job.node);
        job.state = state::RUNNING;
        job.member = member_key;
        (job.started_at, job.last_at, job.last_slot) = (now.0, now.0, now.1);
        job.max_duration = job.max_duration.min(most.max(job.duration));
        if let Some(member) = self.members.get_mut(&member_key) {
            member.running += 1;
        }
        Ok(())
    }

    fn heartbeat(&mut self, by: Key, host: Party, market: MarketId, job: JobId) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, by, host);
        self.member_rules(&mut rules, job, &self.cast.member(market, host));
        rules.done()?;
        let job = self.cast.job(job);
        self.require_running(&job)?;
        self.beat(&job);
        Ok(())
    }

    /// A heartbeat's evidence.
    pub fn beat(&mut self, job: &gpu_market_sdk::Address) {
        let now = self.now;
        if let Some(job) = self.jobs.get_mut(job) {
            job.evidence(now.0, job.heartbeat_interval * 2);
            (job.last_at, job.last_slot) = now;
        }
    }

    fn cancel(&mut self, by: Key, client: ClientId, job: JobId, market: MarketId, shard: u8) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        self.shard_rules(&mut rules, job, market, shard);
        rules.done()?;
        let (client_key, job_key) = (self.cast.client(client), self.cast.job(job));
        let mut rules = Rules::new();
        Self::actor_rule(&mut rules, self.clients[&client_key].actor(&self.key(by), self.now.0));
        rules.done()?;
        self.require_open(&job_key)?;

        let now = self.now;
        let line_key = self.at(Spot::Shard(market, shard));
        let (Some(job), Some(line)) = (self.jobs.get_mut(&job_key), self.lines.get_mut(&line_key)) else {
            return Ok(());
        };
        let Some(node) = line.node(job.node).copied() else { return broken(MarketError::NodeOutOfRange) };
        let queued = node.kind == Kind::Queued;
        let in_time = !queued && now.0 - node.since <= i64::from(job.ack_window) + 60;
        if queued {
            line.remove_job(job.node);
        } else {
            line.return_seat(job.node, in_time, now);
        }
        job.member = node.member;
        let taken = job.end_open(state::CANCELLED, if in_time { Tip::Host } else { Tip::Client }, now.0);
        if let Some(client) = self.clients.get_mut(&client_key) {
            client.book(&taken, job.delegation);
        }
        Ok(())
    }

    fn collect(&mut self, around: &Around) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.client_rules(&mut rules, around.client, around.job);
        self.member_rules(&mut rules, around.job, &named.member);
        self.earnings_rules(&mut rules, &named);
        rules.done()?;
        let mut rules = Rules::new();
        rules.need(!self.is_blocked(&named), MarketError::VaultFrozen);
        rules.done()?;
        let (Some(job), Some(client)) = (self.jobs.get_mut(&named.job), self.clients.get_mut(&named.client)) else {
            return Ok(());
        };
        let amount = if job.state == state::RUNNING {
            let (pay, fee) = job.earned();
            if pay == 0 {
                return broken(MarketError::NothingDue);
            }
            (job.paid, job.fee) = (job.paid + pay, job.fee + fee);
            client.reserved -= pay + fee;
            client.fees_owed += fee;
            pay
        } else if !job.is_terminal() {
            return broken(MarketError::JobNotTerminal);
        } else if job.due == 0 {
            return broken(MarketError::NothingDue);
        } else {
            let due = std::mem::take(&mut job.due);
            client.due -= due;
            *if job.flags & DUE_IS_TIP != 0 { &mut job.tip_paid } else { &mut job.paid } += due;
            due
        };
        self.transfer(&named.vault, &named.earnings, amount);
        Ok(())
    }

    /// Whether an issuer has frozen one of the two vaults that pay moves between.
    pub fn is_blocked(&self, named: &Named) -> bool {
        self.is_frozen(&named.vault) || self.is_frozen(&named.earnings)
    }

    fn extend(&mut self, by: Key, client: ClientId, job: JobId, seconds: u32) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        rules.done()?;
        let (client_key, job_key) = (self.cast.client(client), self.cast.job(job));
        let (client, job) = (&self.clients[&client_key], &self.jobs[&job_key]);
        let mut rules = Rules::new();
        let delegate = Self::actor_rule(&mut rules, client.actor(&self.key(by), self.now.0));
        rules.need(seconds > 0, MarketError::AmountZero);
        rules.need(!job.is_terminal(), MarketError::JobNotRunning);
        let over = job.state == state::RUNNING && self.now.0 >= job.started_at + i64::from(job.duration);
        rules.need(!over, MarketError::JobTimeOver);
        let duration = job.duration.checked_add(seconds);
        if duration.is_none() {
            rules.add(Refusal::Rule(MarketError::MathOverflow));
        }
        let duration = duration.unwrap_or(u32::MAX);
        rules.need(duration <= job.max_duration, MarketError::ExtensionTooLong);
        let deposit = money::deposit(job.rate, duration, job.fee_bps, job.tip, job.queue_fee);
        let more = deposit.map_or(u64::MAX, |deposit| deposit - job.deposit);
        let delegation = job.delegation;
        client.reserve_rules(&mut rules, more, delegation, delegate);
        rules.done()?;
        if let (Some(client), Some(job)) = (self.clients.get_mut(&client_key), self.jobs.get_mut(&job_key)) {
            client.reserve(more, delegation);
            job.duration = duration;
            job.deposit += more;
        }
        Ok(())
    }

    fn dispute(
        &mut self,
        by: Key,
        client: ClientId,
        job: JobId,
        market: MarketId,
        host: Party,
    ) -> Result<(), Broken> {
        let member_key = self.cast.member(market, host);
        let (client_key, job_key) = (self.cast.client(client), self.cast.job(job));
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        self.member_rules(&mut rules, job, &member_key);
        if let Some(client) = self.clients.get(&client_key) {
            rules.need(client.owner == self.key(by), MarketError::NotClientOwner);
        }
        rules.done()?;
        let now = self.now.0;
        let (Some(job), Some(member)) = (self.jobs.get_mut(&job_key), self.members.get_mut(&member_key)) else {
            return Ok(());
        };
        let mut rules = Rules::new();
        let claims_work = [state::COMPLETED, state::FAILED, state::ENDED].contains(&job.state);
        rules.need(claims_work && job.flags & DISPUTED == 0, MarketError::NotDisputable);
        rules.need(now <= job.ended_at + 86_400, MarketError::DisputeWindowOver);
        rules.done()?;
        job.flags |= DISPUTED;
        member.record_disputed(job, now);
        member.disputed += 1;
        member.disputed_fees += job.fee;
        Ok(())
    }

    fn close_job(
        &mut self,
        by: Key,
        client: ClientId,
        job: JobId,
        rent: Key,
        closed: Option<(MarketId, Party)>,
    ) -> Result<(), Broken> {
        let (client_key, job_key) = (self.cast.client(client), self.cast.job(job));
        let closed = closed.map(|(market, host)| self.cast.member(market, host));
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        if let Some(job) = self.jobs.get(&job_key) {
            rules.need(job.rent_payer == self.key(rent), MarketError::WrongRentPayer);
            rules.need(closed.is_none_or(|member| member == job.member), MarketError::WrongMember);
        }
        rules.done()?;
        let book = self.jobs[&job_key].clone();
        let by_client = self.clients[&client_key].owner == self.key(by);
        let mut rules = Rules::new();
        rules.need(book.is_terminal(), MarketError::JobNotTerminal);
        let retained = !by_client && self.now.0 <= book.ended_at + 7 * 86_400;
        rules.need(!retained || !book.is_terminal(), MarketError::JobRetained);
        rules.done()?;
        if book.due > 0 {
            let mut rules = Rules::new();
            rules.need(closed.is_some(), MarketError::JobHasDue);
            let open = closed.is_some_and(|member| self.members.contains_key(&member));
            rules.need(!open, MarketError::MemberStillOpen);
            rules.done()?;
        }
        if let Some(client) = self.clients.get_mut(&client_key) {
            client.due -= book.due;
            client.available += book.due;
            client.open_jobs -= 1;
            client.nonce_floor = client.nonce_floor.max(book.nonce.saturating_add(1));
        }
        self.jobs.remove(&job_key);
        Ok(())
    }
}

/// What a penalty for a bond comes to that the client gets all of.
pub fn to_client(bond: u64, bps: u16) -> Fine {
    Fine { client: money::share(bond, bps).unwrap_or(0), ..Fine::default() }
}
