//! Posting a job, and moving it to other terms.

use {
    super::{
        Broken, Model, Rules,
        books::JobBook,
        line::Kind,
        money,
        settle::{TARGETED, state},
    },
    crate::{
        action::job::{HASH, Post},
        cast::PAYER,
        ids::{ClientId, JobId, Key, MarketId, Spot},
    },
    gpu_market::{constants::pause, error::MarketError},
    gpu_market_sdk::error::Refusal,
};

impl Model {
    pub fn post(&mut self, post: &Post) -> Result<(), Broken> {
        let client_key = self.cast.client(post.job.client);
        let job_key = self.cast.job(post.job);
        let market_key = self.cast.market(post.market);
        let terms_key = self.at(Spot::Terms(post.market, post.terms));
        let line_key = self.at(Spot::Shard(post.market, post.shard));
        let mut rules = Rules::new();
        let config = self.at(Spot::Config);
        self.all_exist(&mut rules, &[config, market_key, terms_key, client_key, line_key]);
        self.vacant(&mut rules, &job_key);
        if let (Some(client), Some(market)) = (self.clients.get(&client_key), self.markets.get(&market_key)) {
            rules.need(client.mint == market.payment_mint, MarketError::WrongMint);
        }
        rules.done()?;

        let now = self.now;
        let market = self.markets[&market_key].clone();
        let terms = self.terms[&terms_key].params;
        let line = &self.lines[&line_key];
        let client = &self.clients[&client_key];
        let mut rules = Rules::new();
        let paused = self.config.as_ref().map_or(0, |config| config.paused) | market.paused;
        rules.need(paused & pause::POSTING == 0, MarketError::PostingPaused);
        rules.need(post.terms == self.in_force(&market), MarketError::WrongTerms);
        let nonce = post.job.nonce;
        rules.need(nonce >= client.nonce_floor, MarketError::NonceBelowFloor);
        let ahead = nonce.saturating_sub(client.nonce_floor);
        rules.need(ahead < 1 << 32 && nonce != u64::MAX, MarketError::NonceTooFar);
        let within = terms.min_duration <= post.duration && post.duration <= terms.max_duration;
        rules.need(within, MarketError::JobDurationOutOfRange);
        rules.need(terms.rate <= post.max_rate, MarketError::RateAboveMaximum);
        rules.need(post.has_spec, MarketError::SpecMissing);
        let finds_seat = match post.target {
            Some((node, host)) => {
                let member = self.cast.member(post.market, host);
                let waits = line.node(node).is_some_and(|node| {
                    node.kind == Kind::Waiting
                        && node.member == member
                        && now.0 < node.valid_until
                        && node.min_rate <= terms.rate
                });
                rules.need(waits, MarketError::HostNotWaiting);
                true
            }
            None => line.post_finds_seat(terms.rate, now),
        };
        rules.need(finds_seat || line.has_room(), MarketError::QueueFull);
        let queue_fee =
            if finds_seat { Some(0) } else { money::place_fee(terms.queue_fee, line.used(), line.nodes.len()) };
        let delegate = Self::actor_rule(&mut rules, client.actor(&self.key(post.by), now.0));
        let delegation = if delegate { client.delegation } else { 0 };
        let deposit =
            queue_fee.and_then(|fee| money::deposit(terms.rate, post.duration, terms.fee_bps, terms.tip, fee));
        match deposit {
            Some(deposit) => client.reserve_rules(&mut rules, deposit, delegation, delegate),
            None => rules.add(Refusal::Rule(MarketError::MathOverflow)),
        }
        rules.done()?;

        let (deposit, queue_fee) = (deposit.unwrap_or(0), queue_fee.unwrap_or(0));
        let Some(line) = self.lines.get_mut(&line_key) else { return Ok(()) };
        let node = match post.target {
            Some((node, _)) => {
                line.post_to(node, job_key, terms.rate, now);
                node
            }
            None => line.post(job_key, terms.rate, now).0,
        };
        if let Some(client) = self.clients.get_mut(&client_key) {
            client.reserve(deposit, delegation);
            client.open_jobs += 1;
        }
        let book = JobBook {
            client: client_key,
            market: market_key,
            member: Default::default(),
            rent_payer: self.key(PAYER),
            spec_hash: HASH,
            nonce,
            rate: terms.rate,
            deposit,
            paid: 0,
            fee: 0,
            due: 0,
            tip: terms.tip,
            tip_paid: 0,
            refunded: 0,
            queue_fee,
            bond: 0,
            created_at: now.0,
            started_at: 0,
            last_at: 0,
            ended_at: 0,
            last_slot: 0,
            rewarded: 0,
            terms: post.terms,
            duration: post.duration,
            max_duration: terms.max_duration,
            evidenced: 0,
            heartbeat_interval: terms.heartbeat_interval,
            queue_ttl: terms.queue_ttl,
            ack_window: terms.ack_window,
            node,
            delegation,
            fee_bps: terms.fee_bps,
            missed_ack_bps: terms.missed_ack_bps,
            sla_bps: terms.sla_bps,
            state: state::OPEN,
            outcome: 0,
            flags: if post.target.is_some() { TARGETED } else { 0 },
            shard: post.shard,
            attempts: 0,
            max_attempts: terms.attempts,
            spec_declines: 0,
        };
        self.jobs.insert(job_key, book);
        self.gifted.remove(&job_key);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one for each account and argument of the instruction")]
    pub fn reprice(
        &mut self,
        by: Key,
        client: ClientId,
        job: JobId,
        market: MarketId,
        terms: u32,
        shard: u8,
        max_rate: u64,
    ) -> Result<(), Broken> {
        let (client_key, job_key, market_key) =
            (self.cast.client(client), self.cast.job(job), self.cast.market(market));
        let terms_key = self.at(Spot::Terms(market, terms));
        let mut rules = Rules::new();
        self.client_rules(&mut rules, client, job);
        self.all_exist(&mut rules, &[market_key, terms_key]);
        if let Some(client) = self.clients.get(&client_key) {
            rules.need(client.owner == self.key(by), MarketError::NotClientOwner);
        }
        if let Some(job) = self.jobs.get(&job_key) {
            rules.need(job.market == market_key, MarketError::WrongMarket);
        }
        self.shard_rules(&mut rules, job, market, shard);
        rules.done()?;

        let mut rules = Rules::new();
        rules.need(terms == self.in_force(&self.markets[&market_key]), MarketError::WrongTerms);
        rules.done()?;
        self.require_open(&job_key)?;
        let of = self.terms[&terms_key].params;
        let book = &self.jobs[&job_key];
        let client = &self.clients[&client_key];
        let mut rules = Rules::new();
        rules.need(book.terms != terms, MarketError::AlreadyRepriced);
        rules.need(of.rate <= max_rate, MarketError::RateAboveMaximum);
        let within = of.min_duration <= book.duration && book.duration <= of.max_duration;
        rules.need(within, MarketError::JobDurationOutOfRange);
        let new = money::deposit(of.rate, book.duration, of.fee_bps, of.tip, book.queue_fee);
        let (old, new) = (book.deposit, new.unwrap_or(u64::MAX));
        rules.need(new.saturating_sub(old) <= client.available, MarketError::InsufficientEscrow);
        let queued = self.node_of(&job_key).is_some_and(|(_, node)| node.kind == Kind::Queued);
        rules.need(queued, MarketError::JobNotQueued);
        rules.done()?;
        self.adopt_terms(&job_key, terms, &of, new);
        let (line_key, book) = (self.at(Spot::Shard(market, shard)), self.jobs[&job_key].clone());
        if let Some(line) = self.lines.get_mut(&line_key) {
            line.nodes[usize::from(book.node)].rate = of.rate;
        }
        if let Some(client) = self.clients.get_mut(&client_key) {
            if new >= old {
                client.reserve(new - old, book.delegation);
            } else {
                client.reserved -= old - new;
                client.available += old - new;
                client.forgive(old - new, book.delegation);
            }
        }
        Ok(())
    }

    fn adopt_terms(
        &mut self,
        job: &gpu_market_sdk::Address,
        number: u32,
        terms: &gpu_market::state::TermsParams,
        deposit: u64,
    ) {
        let Some(job) = self.jobs.get_mut(job) else { return };
        (job.terms, job.rate, job.tip, job.deposit) = (number, terms.rate, terms.tip, deposit);
        job.max_duration = terms.max_duration;
        job.heartbeat_interval = terms.heartbeat_interval;
        job.queue_ttl = terms.queue_ttl;
        job.ack_window = terms.ack_window;
        job.fee_bps = terms.fee_bps;
        job.missed_ack_bps = terms.missed_ack_bps;
        job.sla_bps = terms.sla_bps;
        job.max_attempts = terms.attempts;
    }
}
