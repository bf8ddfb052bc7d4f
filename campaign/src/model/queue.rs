//! Seats and matching.

use {
    super::{
        Broken, Model, Rules,
        books::{MarketBook, MemberBook},
        broken,
        line::{Kind, SeatBook},
        settle::ACTIVE,
    },
    crate::{
        action::{QueueAction, queue::Seat},
        ids::{Key, MarketId, Party, Spot, Wallet},
    },
    gpu_market::{constants::pause, error::MarketError},
    gpu_market_sdk::Address,
};

/// A seat that is asked for.
#[derive(Clone, Copy)]
pub struct Ask {
    pub host: Party,
    pub market: MarketId,
    pub terms: u32,
    pub shard: u8,
    pub min_rate: u64,
    pub access: Option<Wallet>,
}

impl From<&Seat> for Ask {
    fn from(seat: &Seat) -> Self {
        let Seat { host, market, terms, shard, min_rate, access, .. } = *seat;
        Self { host, market, terms, shard, min_rate, access }
    }
}

impl Model {
    pub fn queue(&mut self, action: &QueueAction) -> Result<(), Broken> {
        match *action {
            QueueAction::Join(seat) => {
                self.seat_accounts(&seat)?;
                self.take_seat(&Ask::from(&seat))
            }
            QueueAction::Renew { seat, node } => {
                self.seat_accounts(&seat)?;
                self.renew(&Ask::from(&seat), node)
            }
            QueueAction::Leave { by, host, market, shard, node } => self.leave(by, host, market, shard, node),
            QueueAction::Match { market, shard } => self.match_heads(market, shard),
            QueueAction::Rebalance { market, from, to } => self.rebalance(market, from, to),
        }
    }

    fn seat_accounts(&self, seat: &Seat) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.operator_rules(&mut rules, seat.by, seat.host);
        let accounts = [
            self.at(Spot::Config),
            self.cast.market(seat.market),
            self.at(Spot::Terms(seat.market, seat.terms)),
            self.cast.member(seat.market, seat.host),
            self.at(Spot::Shard(seat.market, seat.shard)),
        ];
        self.all_exist(&mut rules, &accounts);
        rules.done()
    }

    /// Notes what keeps a host from any seat in the market, and the terms.
    fn seat_rules(&self, rules: &mut Rules, ask: &Ask, market: &MarketBook) {
        let paused = self.config.as_ref().map_or(0, |config| config.paused) | market.paused;
        rules.need(paused & pause::JOINING == 0, MarketError::JoiningPaused);
        rules.need(ask.terms == self.in_force(market), MarketError::WrongTerms);
        let rate =
            self.terms.get(&self.at(Spot::Terms(ask.market, ask.terms))).map_or(0, |terms| terms.params.rate);
        rules.need(rate >= ask.min_rate, MarketError::RateBelowMinimum);
        if let Some(host) = self.host_of(ask.host) {
            let holders = [host.owner, host.operator];
            rules.need(self.has_access(market, ask.access, &holders), MarketError::AccessTokenMissing);
        }
    }

    /// Whether a token account shows that one of `holders` may enter.
    pub fn has_access(&self, market: &MarketBook, access: Option<Wallet>, holders: &[Address]) -> bool {
        if market.access_mint == Address::default() {
            return true;
        }
        let token = access.and_then(|wallet| self.tokens.get(&self.wallet(wallet)));
        token.is_some_and(|token| {
            token.mint == market.access_mint && holders.contains(&token.owner) && token.amount > 0 && !token.frozen
        })
    }

    /// Until when a seat that is taken or renewed now is valid.
    fn valid_until(&self, ask: &Ask, market: &MarketBook, member: &MemberBook, lifetime: u32) -> i64 {
        let mut until = self.now.0 + i64::from(lifetime);
        let pending = market.announced_terms != 0 && self.now.0 < market.announced_effective_at;
        if pending && market.announced_rate < ask.min_rate {
            until = until.min(market.announced_effective_at);
        }
        if self.needs_attestation(market) { until.min(member.attested_until) } else { until }
    }

    fn standing_rules(rules: &mut Rules, member: &MemberBook) {
        rules.need(member.state == ACTIVE, MarketError::MemberNotActive);
        rules.need(member.collateral >= member.collateral_floor, MarketError::CollateralBelowFloor);
    }

    /// Takes a seat, or refuses and changes nothing. The accounts exist.
    pub fn take_seat(&mut self, ask: &Ask) -> Result<(), Broken> {
        let market = self.markets[&self.cast.market(ask.market)].clone();
        let member_key = self.cast.member(ask.market, ask.host);
        let (line_key, now) = (self.at(Spot::Shard(ask.market, ask.shard)), self.now);
        let terms = self.terms[&self.at(Spot::Terms(ask.market, ask.terms))].params;
        let member = &self.members[&member_key];
        let line = &self.lines[&line_key];
        let mut rules = Rules::new();
        self.seat_rules(&mut rules, ask, &market);
        Self::standing_rules(&mut rules, member);
        rules.need(now.0 >= member.join_barred_until, MarketError::JoinBarred);
        rules.need(member.seats < self.seat_limit(member, &market), MarketError::NoSeatLeft);
        rules.need(terms.bond <= member.collateral - member.bonds, MarketError::CollateralTooLow);
        match line.head_rate() {
            Some(rate) => rules.need(rate >= ask.min_rate, MarketError::HeadBelowTerms),
            None => rules.need(line.has_room(), MarketError::QueueFull),
        };
        rules.done()?;
        let seat = SeatBook {
            member: member_key,
            valid_until: self.valid_until(ask, &market, member, terms.seat_lifetime),
            min_rate: ask.min_rate,
            bond: terms.bond,
            epoch: member.epoch,
        };
        if let (Some(member), Some(line)) = (self.members.get_mut(&member_key), self.lines.get_mut(&line_key)) {
            member.bonds += terms.bond;
            member.seats += 1;
            line.join(&seat, now);
        }
        Ok(())
    }

    fn renew(&mut self, ask: &Ask, node: u16) -> Result<(), Broken> {
        let market = self.markets[&self.cast.market(ask.market)].clone();
        let member_key = self.cast.member(ask.market, ask.host);
        let line_key = self.at(Spot::Shard(ask.market, ask.shard));
        let terms = self.terms[&self.at(Spot::Terms(ask.market, ask.terms))].params;
        let member = &self.members[&member_key];
        let mut rules = Rules::new();
        self.seat_rules(&mut rules, ask, &market);
        rules.done()?;
        let Some(slot) = self.lines[&line_key].node(node).copied() else {
            return broken(MarketError::NodeOutOfRange);
        };
        let mut rules = Rules::new();
        rules.need(slot.kind == Kind::Waiting, MarketError::SeatNotWaiting);
        rules.need(slot.member == member_key, MarketError::WrongMember);
        rules.done()?;
        let mut rules = Rules::new();
        rules.need(slot.epoch == member.epoch, MarketError::JoinBarred);
        Self::standing_rules(&mut rules, member);
        rules.need(member.seats <= self.seat_limit(member, &market), MarketError::NoSeatLeft);
        let bonds = member.bonds - slot.bond + terms.bond;
        rules.need(bonds <= member.collateral, MarketError::CollateralTooLow);
        rules.done()?;
        let seat = SeatBook {
            member: member_key,
            valid_until: self.valid_until(ask, &market, member, terms.seat_lifetime),
            min_rate: ask.min_rate,
            bond: terms.bond,
            epoch: member.epoch,
        };
        if let (Some(member), Some(line)) = (self.members.get_mut(&member_key), self.lines.get_mut(&line_key)) {
            member.bonds = bonds;
            line.renew(node, &seat);
        }
        Ok(())
    }

    fn leave(&mut self, by: Key, host: Party, market: MarketId, shard: u8, node: u16) -> Result<(), Broken> {
        let member_key = self.cast.member(market, host);
        let (host_key, line_key) = (self.cast.host(host), self.at(Spot::Shard(market, shard)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[host_key, member_key, line_key]);
        rules.done()?;
        let Some(slot) = self.lines[&line_key].node(node).copied() else {
            return broken(MarketError::NodeOutOfRange);
        };
        let mut rules = Rules::new();
        let is_seat = matches!(slot.kind, Kind::Waiting | Kind::Lapsed);
        rules.need(is_seat, MarketError::SeatNotWaiting);
        rules.need(slot.member == member_key, MarketError::WrongMember);
        rules.done()?;
        let (book, caller) = (&self.hosts[&host_key], self.key(by));
        let own = caller == book.owner || caller == book.operator;
        let over = slot.kind == Kind::Lapsed || self.now.0 >= slot.valid_until;
        let evictable = slot.epoch != self.members[&member_key].epoch;
        if !own && !over && !evictable {
            return broken(MarketError::NotYours);
        }
        if let (Some(member), Some(line)) = (self.members.get_mut(&member_key), self.lines.get_mut(&line_key)) {
            member.release(slot.bond);
            line.leave(node);
        }
        Ok(())
    }

    fn match_heads(&mut self, market: MarketId, shard: u8) -> Result<(), Broken> {
        let (key, now) = (self.at(Spot::Shard(market, shard)), self.now);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        rules.done()?;
        let mut line = self.lines[&key].clone();
        if line.match_heads(now).is_none() {
            return broken(MarketError::NothingToMatch);
        }
        self.lines.insert(key, line);
        Ok(())
    }

    fn rebalance(&mut self, market: MarketId, from: u8, to: u8) -> Result<(), Broken> {
        let (from, to) = (self.at(Spot::Shard(market, from)), self.at(Spot::Shard(market, to)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[from, to]);
        rules.check(from != to, gpu_market_sdk::error::Check::DuplicateMutable);
        rules.done()?;
        let (mut source, mut target) = (self.lines[&from].clone(), self.lines[&to].clone());
        if !source.jobs.is_empty() {
            return broken(MarketError::SourceHasJobs);
        }
        let seat = source.give_seat(self.now);
        let (Some(seat), Some(rate)) = (seat, target.head_rate()) else {
            return broken(MarketError::NothingToMatch);
        };
        if rate < seat.min_rate {
            return broken(MarketError::HeadBelowTerms);
        }
        target.join(&seat, self.now);
        self.lines.insert(from, source);
        self.lines.insert(to, target);
        Ok(())
    }
}
