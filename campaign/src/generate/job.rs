//! What somebody does with a job.

use {
    super::Generator,
    crate::{
        action::{
            JobAction,
            job::{Post, Rejoin},
        },
        cast::{CRANK, PAYER, delegate, operator, owner, place_of},
        ids::{Around, ClientId, JobId, Key, MarketId, Mint, Party, Spot, Wallet},
        model::{
            Model,
            books::JobBook,
            line::Kind,
            settle::state::{OPEN, RUNNING},
        },
    },
    gpu_market_sdk::Address,
};

/// A job and whom it concerns.
#[derive(Clone, Copy)]
struct Case {
    job: JobId,
    market: MarketId,
    shard: u8,
    host: Party,
}

impl Generator {
    pub(super) fn job(&mut self, model: &Model) -> JobAction {
        let live = model.jobs.values().filter(|job| !job.is_terminal()).count() as u64;
        // The fuller the markets, the fewer post.
        if self.dice.below(100) < 30u64.saturating_sub(live / 2).max(3) {
            return JobAction::Post(self.post(model));
        }
        let keys: Vec<&Address> = model.jobs.keys().collect();
        let place = self.dice.below(keys.len() as u64) as usize;
        let Some(book) = keys.get(place).and_then(|key| model.jobs.get(*key)) else {
            return JobAction::Post(self.post(model));
        };
        let address = **keys.get(place).unwrap_or(&&Address::default());
        let Some(case) = self.case(model, &address, book) else { return JobAction::Post(self.post(model)) };
        if self.dice.below(25) == 0 {
            return self.whatever(model, case);
        }
        match book.state {
            OPEN if self.is_assigned(model, &address) => self.assigned(model, case),
            OPEN => self.queued(model, case),
            RUNNING => self.running(model, case),
            _ => self.ended(model, case),
        }
    }

    fn is_assigned(&self, model: &Model, job: &Address) -> bool {
        model.node_of(job).is_some_and(|(_, node)| node.kind == Kind::Assigned)
    }

    fn case(&mut self, model: &Model, address: &Address, book: &JobBook) -> Option<Case> {
        let client = model.cast.client_at(&book.client)?;
        let market = model.cast.market_at(&book.market)?;
        let member = match model.node_of(address) {
            Some((_, node)) if book.state == OPEN => node.member,
            _ => book.member,
        };
        let host = model.cast.member_at(&member).map(|(_, host)| host);
        let host = host.unwrap_or_else(|| self.dice.any_party());
        let case = Case { job: JobId { client, nonce: book.nonce }, market, shard: book.shard, host };
        Some(Case {
            market: self.dice.market(case.market),
            shard: self.dice.shard(case.shard),
            host: self.dice.party(case.host),
            ..case
        })
    }

    fn around(&mut self, case: Case) -> Around {
        let client = self.dice.client(case.job.client);
        Around { job: case.job, client, market: case.market, host: case.host }
    }

    /// Owner, or a delegate.
    fn client_key(&mut self, client: ClientId) -> Key {
        let right = if self.dice.percent(25) { delegate(client.owner) } else { owner(client) };
        self.dice.key(right)
    }

    fn operator(&mut self, host: Party) -> Key {
        self.dice.key(operator(host))
    }

    /// Whether stake and credit are named: where they are there, and now and then where they are not.
    fn slash(&mut self, model: &Model, case: Case) -> bool {
        let credit = model.cast.at(Spot::Credit(case.host, owner(case.job.client)));
        if model.credits.contains_key(&credit) { self.dice.percent(90) } else { self.dice.percent(4) }
    }

    fn tip_wallet(&mut self, mint: Mint) -> Wallet {
        self.dice.wallet(Wallet { key: CRANK, mint })
    }

    fn post(&mut self, model: &Model) -> Post {
        let market = self.dice.any_market();
        let right = ClientId { mint: place_of(market).mint, ..self.dice.any_client() };
        let client = self.dice.client(right);
        let floor = model.client_of(client).map_or(0, |book| book.nonce_floor);
        let nonce = match self.dice.below(60) {
            0 => floor.saturating_sub(1),
            1 => floor.saturating_add(1 << 32),
            2 => u64::MAX,
            3 => floor,
            _ => floor.saturating_add(self.dice.below(60)),
        };
        let shards = model.market_of(market).map_or(1, |book| book.shards.max(1));
        let shard = self.dice.below(shards.into()) as u8;
        let shard = self.dice.shard(shard);
        let terms = self.terms(model, market);
        let duration = match self.dice.below(30) {
            0 => 59,
            1 => u32::MAX,
            2 => 4 * 3_600,
            3 => 60,
            _ => self.dice.within(60, 900) as u32,
        };
        Post {
            by: self.client_key(client),
            market,
            terms,
            shard,
            job: JobId { client, nonce },
            max_rate: if self.dice.percent(97) { u64::MAX } else { self.dice.below(1 << 27) },
            duration,
            has_spec: self.dice.below(60) != 0,
            target: self.target(model, market, shard),
        }
    }

    /// Number of the terms in force, mostly.
    pub(super) fn terms(&mut self, model: &Model, market: MarketId) -> u32 {
        let right = model.market_of(market).map_or(1, |book| model.in_force(book));
        self.dice.mostly(right, |dice| dice.below(4) as u32)
    }

    /// A waiting seat, now and then.
    fn target(&mut self, model: &Model, market: MarketId, shard: u8) -> Option<(u16, Party)> {
        if !self.dice.percent(20) {
            return None;
        }
        let line = model.line_of(market, shard)?;
        let seats: Vec<u16> = line.seats.iter().copied().collect();
        let node = self.dice.one(&seats).unwrap_or_else(|| self.dice.below(100) as u16);
        let member = line.node(node).and_then(|node| model.cast.member_at(&node.member));
        let host = member.map_or_else(|| self.dice.any_party(), |(_, host)| host);
        Some((node, self.dice.party(host)))
    }

    fn queued(&mut self, model: &Model, case: Case) -> JobAction {
        let client = self.dice.client(case.job.client);
        let Case { job, market, shard, .. } = case;
        match self.dice.below(20) {
            0..6 => JobAction::Cancel { by: self.client_key(client), client, job, market, shard },
            6..10 => self.extension(case),
            10..12 => {
                let (by, terms) = (self.dice.key(owner(client)), self.terms(model, market));
                let max_rate = if self.dice.percent(95) { u64::MAX } else { 1 };
                JobAction::Reprice { by, client, job, market, terms, shard, max_rate }
            }
            _ => {
                let to = self.tip_wallet(client.mint);
                JobAction::ExpireQueued { by: CRANK, client, job, market, shard, to }
            }
        }
    }

    fn extension(&mut self, case: Case) -> JobAction {
        let client = self.dice.client(case.job.client);
        let by = self.client_key(client);
        let seconds = match self.dice.below(12) {
            0 => 0,
            1 => u32::MAX,
            2 => 4 * 3_600,
            _ => self.dice.within(1, 600) as u32,
        };
        JobAction::Extend { by, client, job: case.job, seconds }
    }

    fn assigned(&mut self, model: &Model, case: Case) -> JobAction {
        let by = self.operator(case.host);
        let Case { job, market, shard, host } = case;
        match self.dice.below(20) {
            0..9 => {
                let max_duration = if self.dice.percent(70) { u32::MAX } else { self.dice.below(900) as u32 };
                JobAction::Start { by, host, market, job, shard, max_duration }
            }
            9..11 => {
                let slash = self.slash(model, case);
                JobAction::Decline { by, around: self.around(case), shard, slash }
            }
            11..13 => self.unavailable(model, case, by),
            13..15 => {
                let client = self.dice.client(job.client);
                JobAction::Cancel { by: self.client_key(client), client, job, market, shard }
            }
            _ => self.missed(model, case),
        }
    }

    fn unavailable(&mut self, model: &Model, case: Case, by: Key) -> JobAction {
        let recorded = model.jobs.get(&model.cast.job(case.job)).map(|job| job.member);
        let recorded = recorded.and_then(|member| model.cast.member_at(&member)).map(|(_, host)| host);
        let first = self.dice.mostly(recorded, |dice| Some(dice.any_party()));
        JobAction::Unavailable { by, around: self.around(case), shard: case.shard, first }
    }

    fn missed(&mut self, model: &Model, case: Case) -> JobAction {
        let slash = self.slash(model, case);
        let to = self.dice.percent(70).then(|| self.tip_wallet(Mint::Stake));
        JobAction::ExpireAssigned { by: CRANK, around: self.around(case), shard: case.shard, slash, to }
    }

    fn running(&mut self, model: &Model, case: Case) -> JobAction {
        let Case { job, market, host, .. } = case;
        match self.dice.below(40) {
            0..17 => JobAction::Heartbeat { by: self.operator(host), host, market, job },
            17..24 => self.finish(model, case),
            24..27 => {
                let around = self.around(case);
                JobAction::End { by: self.client_key(around.client), around }
            }
            27..32 => JobAction::Collect { around: self.around(case) },
            32..34 => self.extension(case),
            _ => self.overdue(model, case),
        }
    }

    fn finish(&mut self, model: &Model, case: Case) -> JobAction {
        let outcome = match self.dice.below(20) {
            0..13 => 0,
            13..16 => 1,
            16..19 => 2,
            _ => 3,
        };
        let rejoin = self.dice.percent(45).then(|| Rejoin {
            terms: self.terms(model, case.market),
            shard: self.dice.shard(case.shard),
            min_rate: self.min_rate(model, case.market),
            access: self.access(model, case.market, case.host),
        });
        JobAction::Finish {
            by: self.operator(case.host),
            around: self.around(case),
            outcome,
            has_result: self.dice.below(30) != 0,
            slash: self.slash(model, case),
            rejoin,
        }
    }

    fn overdue(&mut self, model: &Model, case: Case) -> JobAction {
        let slash = self.slash(model, case);
        let around = self.around(case);
        JobAction::ExpireRunning { by: CRANK, around, to: self.tip_wallet(around.client.mint), slash }
    }

    fn ended(&mut self, model: &Model, case: Case) -> JobAction {
        let client = self.dice.client(case.job.client);
        let Case { job, market, host, .. } = case;
        match self.dice.below(20) {
            0..3 => JobAction::Collect { around: self.around(case) },
            3..6 => JobAction::Dispute { by: self.dice.key(owner(client)), client, job, market, host },
            _ => {
                let due = model.jobs.get(&model.cast.job(job)).is_some_and(|job| job.due > 0);
                let named = if due { self.dice.percent(50) } else { self.dice.percent(5) };
                JobAction::Close {
                    by: if self.dice.percent(80) { owner(client) } else { CRANK },
                    client,
                    job,
                    rent: self.dice.key(PAYER),
                    closed: named.then_some((market, host)),
                }
            }
        }
    }

    /// Anything, whether its time has come or not.
    fn whatever(&mut self, model: &Model, case: Case) -> JobAction {
        match self.dice.below(4) {
            0 => self.queued(model, case),
            1 => self.assigned(model, case),
            2 => self.running(model, case),
            _ => self.ended(model, case),
        }
    }
}
