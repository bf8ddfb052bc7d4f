//! Markets, their terms and their shards.

use {
    super::{
        Broken, Model, Rules,
        books::{MarketBook, TermsBook},
        broken,
        line::Line,
        money,
    },
    crate::{
        action::MarketAction,
        cast::{PAYER, place_of},
        ids::{Key, MarketId, Mint, Spot},
        terms::TermsChoice,
    },
    gpu_market::{
        error::MarketError,
        state::{Policy, TermsParams},
    },
    gpu_market_sdk::{Address, error::Check},
};

/// Nodes of a new shard, and nodes that one step of growth adds.
const NODES: (usize, usize) = (78, 80);
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

impl Model {
    pub fn market(&mut self, action: &MarketAction) -> Result<(), Broken> {
        match *action {
            MarketAction::Create { market, gpus_per_seat, genesis_end, feeder, terms } => {
                self.create_market(market, gpus_per_seat, genesis_end, feeder, terms)
            }
            MarketAction::Announce { by, market, in_force, number, terms, effective_at } => {
                self.announce(by, market, (in_force, number), terms, effective_at)
            }
            MarketAction::CloseTerms { by, market, number, rent } => self.close_terms(by, market, number, rent),
            MarketAction::Pause { by, market, bits } => {
                self.require_authority(by, market)?;
                if bits & !15 != 0 {
                    return broken(MarketError::UnknownPauseBit);
                }
                self.market_mut(market).paused = bits;
                Ok(())
            }
            MarketAction::List { by, market, listed } => {
                let mut rules = Rules::new();
                self.admin_rules(&mut rules, by);
                self.all_exist(&mut rules, &[self.cast.market(market)]);
                rules.done()?;
                self.market_mut(market).listed = listed.into();
                Ok(())
            }
            MarketAction::Propose { by, market, successor } => {
                self.require_authority(by, market)?;
                let successor = successor.map_or(Address::default(), |key| self.key(key));
                self.market_mut(market).pending_authority = successor;
                Ok(())
            }
            MarketAction::Accept { by, market } => self.accept_authority(by, market),
            MarketAction::Close { by, market, rent } => self.close_market(by, market, rent),
            MarketAction::CreateShard { by, market, index } => self.create_shard(by, market, index),
            MarketAction::Grow { market, index } => self.grow(market, index),
            MarketAction::CloseShard { by, market, index, rent } => self.close_shard(by, market, index, rent),
        }
    }

    fn market_mut(&mut self, market: MarketId) -> &mut MarketBook {
        let key = self.cast.market(market);
        self.markets.get_mut(&key).expect("it was looked up before")
    }

    pub fn authority_rules(&self, rules: &mut Rules, by: Key, market: MarketId) {
        let key = self.cast.market(market);
        self.all_exist(rules, &[key]);
        if let Some(market) = self.markets.get(&key) {
            rules.need(market.authority == self.key(by), MarketError::NotMarketAuthority);
        }
    }

    fn require_authority(&self, by: Key, market: MarketId) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        rules.done()
    }

    fn create_market(
        &mut self,
        market: MarketId,
        gpus_per_seat: u16,
        genesis_end: i64,
        feeder: Option<MarketId>,
        terms: TermsChoice,
    ) -> Result<(), Broken> {
        let of = place_of(market);
        let (key, terms_key) = (self.cast.market(market), self.at(Spot::Terms(market, 1)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.at(Spot::Config)]);
        self.vacant(&mut rules, &key);
        self.vacant(&mut rules, &terms_key);
        let feeder = feeder.map(|feeder| self.cast.market(feeder));
        self.all_exist(&mut rules, feeder.as_slice());
        rules.check(feeder != Some(key), Check::DuplicateMutable);
        rules.done()?;
        let now = self.now.0;
        let mut rules = Rules::new();
        rules.need(gpus_per_seat > 0, MarketError::GpusPerSeatZero);
        let fits = match feeder.and_then(|feeder| self.markets.get(&feeder)) {
            Some(feeder) => of.premium && feeder.tier == 0 && feeder.payment_mint == self.mint(of.mint),
            None => !of.premium,
        };
        rules.need(fits, MarketError::WrongFeeder);
        let within = if of.premium { (now..=now + 30 * DAY).contains(&genesis_end) } else { genesis_end == 0 };
        rules.need(within, MarketError::GenesisOutOfRange);
        let params = terms.params(of.premium, self.at(Spot::Set(1)));
        self.terms_rules(&mut rules, &params, of.premium);
        rules.done()?;

        let book = MarketBook {
            authority: self.key(of.creator),
            pending_authority: Address::default(),
            payment_mint: self.mint(of.mint),
            feeder: feeder.unwrap_or_default(),
            rent_payer: self.key(PAYER),
            access_mint: if of.private { self.mint(Mint::Pass) } else { Address::default() },
            announced_effective_at: 0,
            announced_rate: 0,
            seats_until: 0,
            genesis_end,
            current_terms: 1,
            announced_terms: 0,
            open_terms: 1,
            members: 0,
            gpus_per_seat,
            tier: of.premium.into(),
            shards: 0,
            paused: 0,
            listed: 0,
            admission: params.policy.admission,
            announced_admission: 0,
        };
        self.markets.insert(key, book);
        self.gifted.remove(&key);
        self.add_terms(market, 1, now, params);
        if let Some(config) = &mut self.config {
            config.markets += 1;
        }
        Ok(())
    }

    fn add_terms(&mut self, market: MarketId, number: u32, effective_at: i64, params: TermsParams) {
        let key = self.at(Spot::Terms(market, number));
        let (market, rent_payer) = (self.cast.market(market), self.key(PAYER));
        self.terms.insert(key, TermsBook { market, rent_payer, number, effective_at, params });
        self.gifted.remove(&key);
    }

    /// Notes which bounds terms are outside of.
    fn terms_rules(&self, rules: &mut Rules, terms: &TermsParams, premium: bool) {
        let min_bond = self.config.as_ref().map_or(0, |config| config.min_bond);
        rules.need(terms.rate > 0, MarketError::RateZero);
        rules.need(terms.bond >= min_bond, MarketError::BondBelowMinimum);
        rules.need(terms.fee_bps <= 1_000, MarketError::FeeTooHigh);
        rules.need(terms.missed_ack_bps <= 5_000, MarketError::MissedAckTooHigh);
        rules.need(terms.sla_bps <= 10_000, MarketError::SlaTooHigh);
        rules.need(premium || terms.sla_bps == 0, MarketError::SlaInCommunity);
        rules.need((1..=10).contains(&terms.attempts), MarketError::AttemptsOutOfRange);
        if !premium {
            return;
        }
        rules.need(terms.policy.collateral_floor >= terms.bond, MarketError::PolicyOutOfRange);
        let shortest = money::pay(terms.rate, 60).and_then(|pay| money::share(pay, terms.fee_bps));
        let judged = shortest.and_then(|fee| fee.checked_mul(u64::from(terms.policy.min_ended)));
        match judged {
            Some(judged) => {
                let weighed = terms.fee_bps > 0 && terms.policy.min_ended_fees >= judged;
                rules.need(weighed, MarketError::PolicyOutOfRange)
            }
            None => rules.need(false, MarketError::MathOverflow),
        };
    }

    fn announce(
        &mut self,
        by: Key,
        market: MarketId,
        (in_force, number): (u32, u32),
        terms: TermsChoice,
        effective_at: i64,
    ) -> Result<(), Broken> {
        let in_force_key = self.at(Spot::Terms(market, in_force));
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        self.all_exist(&mut rules, &[self.at(Spot::Config), in_force_key]);
        let number_key = self.at(Spot::Terms(market, number));
        self.vacant(&mut rules, &number_key);
        rules.check(number != in_force, Check::DuplicateMutable);
        if let Some(book) = self.market_of(market) {
            let next = book.current_terms.max(book.announced_terms) + 1;
            rules.check(number == next, Check::InvalidSeeds);
        }
        rules.done()?;
        let params = terms.params(place_of(market).premium, self.at(Spot::Set(1)));
        let (book, now) = (self.market_of(market).cloned().expect("it was looked up before"), self.now.0);
        let old = self.terms[&in_force_key].params;
        let mut rules = Rules::new();
        self.terms_rules(&mut rules, &params, place_of(market).premium);
        rules.need(in_force == self.in_force(&book), MarketError::WrongTerms);
        let pending = book.announced_terms != 0 && now < book.announced_effective_at;
        rules.need(!pending, MarketError::TermsAlreadyAnnounced);
        let lifetime = i64::from(old.seat_lifetime);
        let earliest = earliest_effect(&params, &old, (now + lifetime).max(book.seats_until), now);
        let at = if effective_at == 0 { earliest } else { effective_at };
        rules.need(at >= earliest, MarketError::NoticeTooShort);
        rules.need(at <= now + 30 * DAY, MarketError::NoticeTooLong);
        rules.done()?;
        let book = self.market_mut(market);
        if book.announced_terms != 0 {
            (book.current_terms, book.admission) = (book.announced_terms, book.announced_admission);
        }
        book.seats_until = at + lifetime;
        (book.announced_terms, book.announced_effective_at) = (number, at);
        (book.announced_rate, book.announced_admission) = (params.rate, params.policy.admission);
        book.open_terms += 1;
        self.add_terms(market, number, at, params);
        Ok(())
    }

    fn close_terms(&mut self, by: Key, market: MarketId, number: u32, rent: Key) -> Result<(), Broken> {
        let key = self.at(Spot::Terms(market, number));
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        self.all_exist(&mut rules, &[key]);
        if let Some(terms) = self.terms.get(&key) {
            rules.need(terms.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let (in_force, now) = (self.in_force(self.market_of(market).expect("it was looked up before")), self.now.0);
        let book = self.market_mut(market);
        let last = book.open_terms == 1 && book.members == 0 && book.shards == 0;
        let pending = book.announced_terms == number && now < book.announced_effective_at;
        if !last && (number == in_force || pending) {
            return broken(MarketError::TermsInUse);
        }
        book.open_terms -= 1;
        self.terms.remove(&key);
        Ok(())
    }

    fn accept_authority(&mut self, by: Key, market: MarketId) -> Result<(), Broken> {
        let by = self.key(by);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.cast.market(market)]);
        if let Some(book) = self.market_of(market) {
            rules.need(book.pending_authority == by, MarketError::NotPendingAuthority);
        }
        rules.done()?;
        let book = self.market_mut(market);
        (book.authority, book.pending_authority) = (by, Address::default());
        Ok(())
    }

    fn close_market(&mut self, by: Key, market: MarketId, rent: Key) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        self.all_exist(&mut rules, &[self.at(Spot::Config)]);
        if let Some(book) = self.market_of(market) {
            rules.need(book.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let book = self.market_mut(market);
        if book.shards != 0 || book.members != 0 || book.open_terms != 0 {
            return broken(MarketError::MarketNotEmpty);
        }
        self.markets.remove(&self.cast.market(market));
        if let Some(config) = &mut self.config {
            config.markets -= 1;
        }
        Ok(())
    }

    fn create_shard(&mut self, by: Key, market: MarketId, index: u8) -> Result<(), Broken> {
        let key = self.at(Spot::Shard(market, index));
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        self.vacant(&mut rules, &key);
        rules.done()?;
        let (market_key, payer) = (self.cast.market(market), self.key(PAYER));
        let book = self.market_mut(market);
        let mut rules = Rules::new();
        rules.need(book.shards < 16, MarketError::TooManyShards);
        rules.need(index == book.shards, MarketError::ShardIndexOutOfOrder);
        rules.done()?;
        book.shards += 1;
        self.lines.insert(key, Line::new(market_key, payer, index, NODES.0));
        self.gifted.remove(&key);
        Ok(())
    }

    fn grow(&mut self, market: MarketId, index: u8) -> Result<(), Broken> {
        let key = self.at(Spot::Shard(market, index));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        let capacity = self.lines.get(&key).map_or(0, |line| line.nodes.len());
        rules.need(capacity < 16_384, MarketError::ShardFullyGrown);
        rules.done()?;
        if let Some(line) = self.lines.get_mut(&key) {
            line.grow(NODES.1);
        }
        Ok(())
    }

    fn close_shard(&mut self, by: Key, market: MarketId, index: u8, rent: Key) -> Result<(), Broken> {
        let key = self.at(Spot::Shard(market, index));
        let mut rules = Rules::new();
        self.authority_rules(&mut rules, by, market);
        self.all_exist(&mut rules, &[key]);
        if let Some(line) = self.lines.get(&key) {
            rules.need(line.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let used = self.lines[&key].used();
        let book = self.market_mut(market);
        let mut rules = Rules::new();
        rules.need(used == 0, MarketError::ShardNotEmpty);
        rules.need(index + 1 == book.shards, MarketError::ShardIndexOutOfOrder);
        rules.done()?;
        book.shards -= 1;
        self.lines.remove(&key);
        Ok(())
    }
}

/// When terms can take effect at the earliest whose usual notice ends at `usual`.
fn earliest_effect(new: &TermsParams, old: &TermsParams, usual: i64, now: i64) -> i64 {
    let mut earliest = usual;
    if new.bond > old.bond {
        earliest = earliest.max(now + 7 * DAY);
    }
    if is_looser(&new.policy, &old.policy) || new.attestor_set != old.attestor_set {
        earliest = earliest.max(now + 14 * DAY);
    }
    if is_stricter(&new.policy, &old.policy) {
        earliest = earliest.max((now / WEEK + 2) * WEEK + DAY);
    }
    earliest
}

/// Of a policy here only admission and collateral floor change.
fn is_looser(new: &Policy, old: &Policy) -> bool {
    new.collateral_floor < old.collateral_floor || new.admission < old.admission
}

fn is_stricter(new: &Policy, old: &Policy) -> bool {
    new.collateral_floor > old.collateral_floor
}
