//! How running jobs end.

use {
    super::{
        Broken, Model, Rules, broken,
        job::to_client,
        job_rules::Named,
        line::Moment,
        queue::Ask,
        settle::{Fine, Taken, Tip, state},
    },
    crate::{
        action::job::Rejoin,
        ids::{Around, Key, Spot, Wallet},
    },
    gpu_market::error::MarketError,
};

/// Whether the chain made a slot for each of so many seconds.
pub fn was_live(since: u64, seconds: i64, now: Moment) -> bool {
    i128::from(now.1.saturating_sub(since)) >= i128::from(seconds)
}

impl Model {
    pub fn finish(
        &mut self,
        by: Key,
        around: &Around,
        (outcome, has_result): (u8, bool),
        slash: bool,
        rejoin: Option<Rejoin>,
    ) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, by, around.host);
        self.client_rules(&mut rules, around.client, around.job);
        self.member_rules(&mut rules, around.job, &named.member);
        self.earnings_rules(&mut rules, &named);
        self.slash_rules(&mut rules, &named, slash);
        if let Some(rejoin) = &rejoin {
            let terms = self.at(Spot::Terms(around.market, rejoin.terms));
            let line = self.at(Spot::Shard(around.market, rejoin.shard));
            let market = self.cast.market(around.market);
            self.all_exist(&mut rules, &[market, terms, line]);
        }
        rules.done()?;
        let mut rules = Rules::new();
        rules.need(outcome <= 2, MarketError::UnknownOutcome);
        rules.need(has_result, MarketError::ResultMissing);
        rules.done()?;
        self.require_running(&named.job)?;
        let job = &self.jobs[&named.job];
        let fine = if outcome == 2 { to_client(job.bond, job.sla_bps) } else { Fine::default() };
        Self::require_slashable(fine.total(), slash)?;

        self.beat(&named.job);
        if let Some(job) = self.jobs.get_mut(&named.job) {
            job.outcome = outcome;
        }
        let to = if outcome == 0 { state::COMPLETED } else { state::FAILED };
        let blocked = self.is_blocked(&named);
        let taken = self.settle(&named, to, Tip::Client, blocked);
        self.transfer(&named.vault, &named.earnings, taken.pay);
        self.record(&named, true);
        self.slash_for(&named.member, &named.stake, &named.credit, fine);
        if let Some(Rejoin { terms, shard, min_rate, access }) = rejoin {
            let ask = Ask { host: around.host, market: around.market, terms, shard, min_rate, access };
            // A rejoin that is refused is skipped.
            let _ = self.take_seat(&ask);
        }
        Ok(())
    }

    /// Ends a running job and books it.
    fn settle(&mut self, named: &Named, to: u8, tip: Tip, blocked: bool) -> Taken {
        let now = self.now.0;
        let (Some(job), Some(client)) = (self.jobs.get_mut(&named.job), self.clients.get_mut(&named.client)) else {
            return Taken::default();
        };
        let taken = job.end_running(to, tip, blocked, now);
        client.book(&taken, job.delegation);
        taken
    }

    fn record(&mut self, named: &Named, blamed: bool) {
        let now = self.now.0;
        if let (Some(member), Some(job)) = (self.members.get_mut(&named.member), self.jobs.get(&named.job)) {
            member.job_ended(job, blamed, now);
        }
    }

    pub fn end(&mut self, by: Key, around: &Around) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.client_rules(&mut rules, around.client, around.job);
        self.member_rules(&mut rules, around.job, &named.member);
        self.earnings_rules(&mut rules, &named);
        rules.done()?;
        let mut rules = Rules::new();
        Self::actor_rule(&mut rules, self.clients[&named.client].actor(&self.key(by), self.now.0));
        rules.done()?;
        self.require_running(&named.job)?;

        let (now, blocked) = (self.now.0, self.is_blocked(&named));
        if let Some(job) = self.jobs.get_mut(&named.job) {
            job.evidence(now, job.heartbeat_interval);
        }
        let taken = self.settle(&named, state::ENDED, Tip::Client, blocked);
        self.transfer(&named.vault, &named.earnings, taken.pay);
        self.record(&named, true);
        Ok(())
    }

    pub fn expire_running(&mut self, around: &Around, to: Wallet, slash: bool) -> Result<(), Broken> {
        let named = self.named(around);
        let mut rules = Rules::new();
        self.client_rules(&mut rules, around.client, around.job);
        self.member_rules(&mut rules, around.job, &named.member);
        self.earnings_rules(&mut rules, &named);
        self.all_exist(&mut rules, &[named.host]);
        self.slash_rules(&mut rules, &named, slash);
        rules.done()?;
        self.require_running(&named.job)?;
        let job = self.jobs[&named.job].clone();
        let lost_at = job.last_at + 3 * i64::from(job.heartbeat_interval);
        let ends_at = job.started_at + i64::from(job.duration);
        let deadline = lost_at.min(ends_at);
        if self.now.0 <= deadline + 60 {
            return broken(MarketError::DeadlineNotReached);
        }
        let outcome = if lost_at <= ends_at { state::LOST } else { state::TIMED_OUT };
        let blamed = was_live(job.last_slot, (deadline + 60 - job.last_at).max(0), self.now);
        let lost = blamed && outcome == state::LOST;
        let fine = if lost { to_client(job.bond, job.sla_bps) } else { Fine::default() };
        let frozen = self.is_frozen(&named.vault);
        let wallet = self.wallet(to);
        let tip = if frozen { 0 } else { job.tip };
        self.require_payable(&named.vault, &wallet, tip)?;
        Self::require_slashable(fine.total(), slash)?;

        let blocked = self.is_blocked(&named);
        let taken = self.settle(&named, outcome, if frozen { Tip::Client } else { Tip::Caller }, blocked);
        self.transfer(&named.vault, &named.earnings, taken.pay);
        self.transfer(&named.vault, &wallet, taken.tip);
        self.record(&named, blamed);
        self.slash_for(&named.member, &named.stake, &named.credit, fine);
        Ok(())
    }
}
