//! Emissions.

use {
    super::Generator,
    crate::{
        action::{EmissionAction, emission::Gift},
        cast::{ADMIN, CREATOR, EMISSIONS, PAYER, RIVAL, TREASURY, place_of},
        ids::{Around, ClientId, EmissionId, JobId, Key, MarketId, Mint, Wallet},
        model::{
            Model,
            books::{EmissionBook, JobBook},
            emission::{HOSTS, STAKERS},
        },
        terms::{RATE, STAKE},
    },
};

/// Who gives something, mostly.
const FUNDERS: [Key; 4] = [ADMIN, TREASURY, RIVAL, CREATOR];
/// Premium markets that exist from the beginning.
const PREMIUM: [MarketId; 2] = [MarketId(1), MarketId(3)];
const DAY: i64 = 86_400;

impl Generator {
    pub(super) fn emission(&mut self, model: &Model) -> EmissionAction {
        match self.dice.below(20) {
            0..3 => EmissionAction::Open(self.gift(model)),
            3..8 => self.release(model),
            8..18 => self.incentive(model),
            _ => self.end_of_emission(model),
        }
    }

    pub(super) fn emission_id(&mut self) -> EmissionId {
        let funder = self.dice.one(&FUNDERS).unwrap_or(ADMIN);
        EmissionId { funder: self.dice.key(funder), id: self.dice.below(EMISSIONS.into()) as u16 }
    }

    fn gift(&mut self, model: &Model) -> Gift {
        let emission = self.emission_id();
        let for_hosts = self.dice.percent(50);
        let market = self.dice.one(&PREMIUM).filter(|_| for_hosts).map(|market| self.dice.market(market));
        let mint = market.map_or_else(|| self.pool_mint(), |market| place_of(market).mint);
        let mint = self.dice.mostly(mint, |_| Mint::Dollar);
        let usual = match mint {
            Mint::Stake => STAKE,
            // Nobody has more than one.
            Mint::Pass => 1,
            _ => 3_000_000,
        };
        let now = model.now.0;
        let start = match self.dice.below(20) {
            0 => now - 1,
            1 => now + 366 * DAY,
            2..5 => now + self.dice.below(3 * 86_400) as i64,
            _ => 0,
        };
        let length = match self.dice.below(20) {
            0 => DAY - 1,
            1 => DAY,
            2 => 4 * 365 * DAY + 1,
            _ => DAY + self.dice.below(40 * 86_400) as i64,
        };
        let pays_hosts = self.dice.mostly(market.is_some(), |_| market.is_none());
        let (rate, window_cap) =
            if pays_hosts { (1 + self.dice.below(RATE / 10), self.dice.amount(usual)) } else { (0, 0) };
        let from = self.dice.wallet(Wallet { key: emission.funder, mint });
        let (from_start, amount) = (if start == 0 { now } else { start }, self.dice.amount(usual));
        Gift { emission, from, mint, market, amount, start, end: from_start + length, rate, window_cap }
    }

    /// An emission of a kind that is open, or any.
    fn emission_of<'a>(&mut self, model: &'a Model, kind: u8) -> (EmissionId, Option<&'a EmissionBook>) {
        let open = model.emissions.iter().filter(|(_, book)| book.kind == kind);
        let open: Vec<_> =
            open.filter_map(|(key, book)| Some((model.cast.emission_at(key)?, Some(book)))).collect();
        let any = (self.emission_id(), None);
        let right = self.dice.one(&open).unwrap_or(any);
        self.dice.mostly(right, |_| any)
    }

    fn release(&mut self, model: &Model) -> EmissionAction {
        let (emission, book) = self.emission_of(model, STAKERS);
        let usual = book.and_then(|book| model.cast.mint_of(&book.mint)).unwrap_or(Mint::Dollar);
        let mint = self.dice.mostly(usual, |_| Mint::Euro);
        EmissionAction::Release { emission, mint }
    }

    /// An incentive for an ended job of an emission's market, mostly one that was not paid for yet. Mostly something else if
    /// there is none.
    fn incentive(&mut self, model: &Model) -> EmissionAction {
        let (emission, book) = self.emission_of(model, HOSTS);
        let market = book.map_or_else(Default::default, |book| book.target);
        let ended = model.jobs.values().filter(|job| job.is_terminal() && job.evidenced > 0);
        let mut jobs: Vec<_> = ended.filter(|job| job.market == market).collect();
        if self.dice.percent(80) {
            jobs.retain(|job| job.rewarded == 0);
        }
        if jobs.is_empty() && self.dice.percent(80) {
            return self.release(model);
        }
        let around = self.paid_job(model, &jobs);
        EmissionAction::Incentive { emission, around }
    }

    /// One of some jobs with everybody that it concerns, or now and then with somebody else.
    fn paid_job(&mut self, model: &Model, jobs: &[&JobBook]) -> Around {
        let around = self.dice.one(jobs).and_then(|job| {
            let client = model.cast.client_at(&job.client)?;
            let (market, host) = model.cast.member_at(&job.member)?;
            Some(Around { job: JobId { client, nonce: job.nonce }, client, market, host })
        });
        let any: ClientId = self.dice.any_client();
        let nowhere = Around {
            job: JobId { client: any, nonce: self.dice.below(60) },
            client: any,
            market: PREMIUM[0],
            host: self.dice.any_party(),
        };
        let right = around.unwrap_or(nowhere);
        self.dice.mostly(right, |dice| Around { host: dice.any_party(), market: dice.any_market(), ..right })
    }

    fn end_of_emission(&mut self, model: &Model) -> EmissionAction {
        let kind = if self.dice.percent(50) { STAKERS } else { HOSTS };
        let (emission, book) = self.emission_of(model, kind);
        let usual = book.and_then(|book| model.cast.mint_of(&book.mint)).unwrap_or(Mint::Dollar);
        let by = if self.dice.percent(70) { emission.funder } else { self.dice.any_key() };
        EmissionAction::Close {
            by,
            emission,
            stakers: self.dice.mostly(kind == STAKERS, |_| kind == HOSTS),
            mint: self.dice.mostly(usual, |_| Mint::Euro),
            to: self.dice.wallet(Wallet { key: emission.funder, mint: usual }),
            rent: self.dice.key(PAYER),
        }
    }
}
