//! Markets.

use {
    super::Generator,
    crate::{
        action::MarketAction,
        cast::{ADMIN, FOUNDED, MARKETS, PAYER, SUCCESSOR, place_of},
        ids::{Key, MarketId, Spot},
        model::Model,
        terms::{RATE, STAKE, TermsChoice},
    },
    gpu_market_sdk::Address,
};

impl Generator {
    /// The key that holds an authority now, mostly.
    pub(super) fn holder(&mut self, model: &Model, held: Option<Address>, first: Key) -> Key {
        let keys = (0..crate::cast::KEYS).map(Key);
        let now = held.and_then(|held| keys.into_iter().find(|key| model.cast.key(*key) == held));
        self.dice.key(now.unwrap_or(first))
    }

    pub(super) fn market(&mut self, model: &Model) -> MarketAction {
        let market = if self.dice.percent(60) {
            self.dice.any_market()
        } else {
            MarketId(self.dice.within(u64::from(FOUNDED) - 1, MARKETS.len() as u64 - 1) as u8)
        };
        let book = model.market_of(market);
        let by = self.holder(model, book.map(|book| book.authority), place_of(market).creator);
        let shards = book.map_or(0, |book| book.shards);
        let rent = self.dice.key(PAYER);
        match self.dice.below(60) {
            0..8 => self.creation(model, market),
            8..16 => self.announcement(model, market, by),
            16..20 => {
                let last = book.map_or(1, |book| book.current_terms.max(book.announced_terms));
                let number = 1 + self.dice.below(last.into()) as u32;
                MarketAction::CloseTerms { by, market, number, rent }
            }
            20..24 => MarketAction::Pause { by, market, bits: self.dice.below(18) as u8 },
            // So that nothing stays stopped for long.
            24..32 => MarketAction::Pause { by, market, bits: 0 },
            32..34 => {
                let by = self.dice.key(ADMIN);
                MarketAction::List { by, market, listed: self.dice.percent(50) }
            }
            34..36 => {
                let successor = self.dice.percent(80).then(|| self.dice.key(SUCCESSOR));
                MarketAction::Propose { by, market, successor }
            }
            36..38 => MarketAction::Accept { by: self.dice.key(SUCCESSOR), market },
            38..42 => MarketAction::Close { by, market, rent },
            42..48 => MarketAction::CreateShard { by, market, index: self.dice.shard(shards) },
            48..50 => {
                let index = self.dice.below(2) as u8;
                MarketAction::Grow { market, index }
            }
            _ => {
                let index = self.dice.shard(shards.saturating_sub(1));
                MarketAction::CloseShard { by, market, index, rent }
            }
        }
    }

    fn creation(&mut self, model: &Model, market: MarketId) -> MarketAction {
        let place = place_of(market);
        let right = if place.premium { model.now.0 + 20 * 86_400 } else { 0 };
        let genesis_end = self.dice.mostly(right, |dice| dice.below(1 << 40) as i64);
        let feeder = self.dice.mostly(place.feeder, |dice| Some(dice.any_market()));
        let gpus_per_seat = if self.dice.below(10) == 0 { self.dice.below(3) as u16 } else { 1 };
        let terms = self.choice(market);
        MarketAction::Create { market, gpus_per_seat, genesis_end, feeder, terms }
    }

    fn choice(&mut self, market: MarketId) -> TermsChoice {
        let place = place_of(market);
        let mut terms = TermsChoice::first(place.premium);
        terms.attested |= place.private;
        terms.rate = RATE + self.dice.below(40_000_000) - 20_000_000;
        match self.dice.below(14) {
            0 => terms.rate = 0,
            1 => terms.rate = u64::MAX / 1_000,
            2 => terms.bond = self.dice.amount(12 * STAKE),
            3 => terms.tip = self.dice.below(5_000),
            4 => terms.fee_bps = self.dice.below(1_100) as u16,
            5 => terms.missed_ack_bps = self.dice.below(5_100) as u16,
            6 => terms.sla_bps = self.dice.below(10_100) as u16,
            7 => terms.attempts = self.dice.below(12) as u8,
            8 => terms.attested = !terms.attested,
            9 => terms.collateral_floor = self.dice.amount(40 * STAKE),
            _ => {}
        }
        terms
    }

    fn announcement(&mut self, model: &Model, market: MarketId, by: Key) -> MarketAction {
        let in_force = self.terms(model, market);
        let next = model.market_of(market).map_or(2, |book| book.current_terms.max(book.announced_terms) + 1);
        let number = self.dice.mostly(next, |dice| dice.below(5) as u32);
        let effective_at = match self.dice.below(10) {
            0 => model.now.0 + 1,
            1 => model.now.0 + 40 * 86_400,
            2 => model.now.0 + 20 * 86_400,
            _ => 0,
        };
        let mut terms = self.choice(market);
        // A policy that changes takes weeks; most of the time only numbers do.
        let spot = Spot::Terms(market, in_force);
        if let Some(old) = model.terms.get(&model.cast.at(spot)).filter(|_| self.dice.percent(70)) {
            terms.attested = old.params.policy.admission == 1;
            terms.collateral_floor = old.params.policy.collateral_floor;
        }
        MarketAction::Announce { by, market, in_force, number, terms, effective_at }
    }
}
