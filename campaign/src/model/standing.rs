//! Admission, promotion, review, resignation and the way out of a market.

use {
    super::{
        Broken, Model, Rules,
        books::{MarketBook, MemberBook},
        broken,
        record::{DAY, WEEK, promotion, rolled, since, stands, week},
        settle::ACTIVE,
    },
    crate::{
        action::MemberAction,
        ids::{Key, MarketId, Party, Spot},
    },
    gpu_market::{
        error::MarketError,
        state::{Policy, Window},
    },
    gpu_market_sdk::Address,
};

const CANDIDATE: u8 = 0;
const SUSPENDED: u8 = 2;
const REMOVED: u8 = 3;

impl Model {
    /// Predicts what changes a member's standing.
    pub fn standing(&mut self, action: &MemberAction) -> Result<(), Broken> {
        match *action {
            MemberAction::Admit { by, market, terms, host, gpus } => {
                let mut rules = Rules::new();
                self.authority_rules(&mut rules, by, market);
                self.require_seating(rules, market, terms, host)?;
                self.admit(market, terms, host, gpus)
            }
            MemberAction::Promote { market, terms, feeder, host } => {
                self.require_seating(self.feeder_rules(market, feeder, host), market, terms, host)?;
                self.promote(market, terms, feeder, host)
            }
            MemberAction::Review { market, terms, host } => {
                self.require_seating(Rules::new(), market, terms, host)?;
                self.review(market, terms, host)
            }
            MemberAction::Resign { by, party, market, terms } => {
                let mut rules = Rules::new();
                self.host_owner_rules(&mut rules, by, party);
                self.require_seating(rules, market, terms, party)?;
                self.resign(market, terms, party)
            }
            MemberAction::Close { by, party, market, rent } => self.close_member(by, party, market, rent),
            MemberAction::Enter { .. } => Ok(()),
        }
    }

    /// Accounts of a change of standing, and the terms in force.
    fn require_seating(&self, mut rules: Rules, market: MarketId, terms: u32, host: Party) -> Result<(), Broken> {
        let terms_key = self.at(Spot::Terms(market, terms));
        let accounts = [self.cast.market(market), terms_key, self.cast.member(market, host)];
        self.all_exist(&mut rules, &accounts);
        rules.done()?;
        if terms == self.in_force(&self.markets[&accounts[0]]) { Ok(()) } else { broken(MarketError::WrongTerms) }
    }

    fn feeder_rules(&self, market: MarketId, feeder: MarketId, host: Party) -> Rules {
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.cast.host(host), self.cast.member(feeder, host)]);
        if let (Some(book), Some(from)) = (self.market_of(market), self.member_of(feeder, host)) {
            rules.need(book.feeder == self.cast.market(feeder), MarketError::WrongMarket);
            let same = self.member_of(market, host).is_none_or(|member| member.earnings == from.earnings);
            rules.need(same, MarketError::WrongMint);
        }
        rules
    }

    fn policy(&self, market: MarketId, terms: u32) -> Policy {
        self.terms[&self.at(Spot::Terms(market, terms))].params.policy
    }

    /// Market and member, which exist.
    fn seat_of(&mut self, market: MarketId, host: Party) -> (&MarketBook, &mut MemberBook) {
        let (market, member) = (self.cast.market(market), self.cast.member(market, host));
        (&self.markets[&market], self.members.get_mut(&member).expect("it was looked up before"))
    }

    fn admit(&mut self, market: MarketId, terms: u32, host: Party, gpus: u16) -> Result<(), Broken> {
        let (policy, now) = (self.policy(market, terms), self.now.0);
        let (book, member) = self.seat_of(market, host);
        let mut rules = Rules::new();
        rules.need(book.tier == 1, MarketError::NotPremium);
        rules.need(now < book.genesis_end, MarketError::GenesisOver);
        let fresh = member.state == CANDIDATE && member.standing.fresh_from == 0;
        rules.need(fresh, MarketError::NotCandidate);
        rules.need(gpus >= book.gpus_per_seat, MarketError::TooFewGpus);
        rules.done()?;
        (member.attested_gpus, member.attested_until) = (gpus, book.genesis_end + 30 * DAY);
        member.activate(&policy, now);
        Ok(())
    }

    fn promote(&mut self, market: MarketId, terms: u32, feeder: MarketId, host: Party) -> Result<(), Broken> {
        let (policy, now) = (self.policy(market, terms), self.now.0);
        let from = self.member_of(feeder, host).cloned().expect("it was looked up before");
        let owner = self.host_of(host).cloned().expect("it was looked up before");
        let (book, member) = self.seat_of(market, host);
        if ![CANDIDATE, REMOVED].contains(&member.state) {
            return broken(MarketError::NotCandidate);
        }
        let mut rules = Rules::new();
        rules.need(now >= member.standing.barred_until, MarketError::PromotionCooldown);
        rules.need(from.state == ACTIVE, MarketError::NotActiveInFeeder);
        let window = since(&rolled(&from.record, now), member.standing.fresh_from);
        let unmet = [
            MarketError::TooFewCompleted,
            MarketError::TooFewEvidenced,
            MarketError::SuccessTooLow,
            MarketError::VolumeTooLow,
            MarketError::TooFewClients,
        ];
        for (met, rule) in promotion(&window, &policy).into_iter().zip(unmet) {
            rules.need(met, rule);
        }
        let strike_free = owner.strikes == 0 || now - owner.last_strike_at >= i64::from(policy.strike_cooldown);
        rules.need(strike_free, MarketError::StruckTooRecently);
        member.hardware_rules(&mut rules, book, &policy, now);
        rules.done()?;
        member.activate(&policy, now);
        Ok(())
    }

    fn review(&mut self, market: MarketId, terms: u32, host: Party) -> Result<(), Broken> {
        let (policy, now) = (self.policy(market, terms), self.now.0);
        let (book, member) = self.seat_of(market, host);
        if book.tier != 1 {
            return broken(MarketError::NotUnderReview);
        }
        match member.state {
            ACTIVE => member.review_week(&policy, now),
            SUSPENDED => {
                let mut rules = Rules::new();
                rules.need(now >= member.standing.suspended_until, MarketError::SuspensionNotOver);
                member.hardware_rules(&mut rules, book, &policy, now);
                rules.done()?;
                member.standing.reviewed = week(now).saturating_sub(1);
                member.record = rolled(&member.record, now);
                member.record.current = Window::default();
                (member.state, member.collateral_floor) = (ACTIVE, policy.collateral_floor);
                Ok(())
            }
            _ => broken(MarketError::NotUnderReview),
        }
    }

    fn resign(&mut self, market: MarketId, terms: u32, host: Party) -> Result<(), Broken> {
        let (policy, now) = (self.policy(market, terms), self.now.0);
        let (book, member) = self.seat_of(market, host);
        let mut rules = Rules::new();
        rules.need(book.tier == 1, MarketError::NotPremium);
        rules.need(member.state == ACTIVE, MarketError::MemberNotActive);
        rules.need(member.seats == 0, MarketError::MemberNotEmpty);
        rules.done()?;
        let record = rolled(&member.record, now);
        let falls = |window: &Window| stands(window, &policy) == Some(false);
        let last_open = record.index.saturating_sub(1) > member.standing.reviewed;
        let due = (last_open && falls(&record.last))
            || (record.index > member.standing.reviewed && falls(&record.current));
        let standing = &mut member.standing;
        let removed = now < standing.probation_until;
        standing.fresh_from = week(now) + 1;
        standing.barred_until = standing.barred_until.max(standing.probation_until).max(now + WEEK + DAY);
        if due {
            standing.probation_until = now + i64::from(policy.cooldown);
            let bar = if removed { policy.cooldown } else { policy.suspension };
            standing.barred_until = standing.barred_until.max(now + i64::from(bar));
        }
        member.state = CANDIDATE;
        Ok(())
    }

    fn close_member(&mut self, by: Key, party: Party, market: MarketId, rent: Key) -> Result<(), Broken> {
        let key = self.cast.member(market, party);
        let (market_key, host_key) = (self.cast.market(market), self.cast.host(party));
        let mut rules = Rules::new();
        self.host_owner_rules(&mut rules, by, party);
        self.all_exist(&mut rules, &[market_key, key]);
        if let Some(member) = self.members.get(&key) {
            rules.need(member.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        self.members[&key].require_closable(self.now.0)?;
        self.members.remove(&key);
        self.leave_market(&market_key, &host_key);
        Ok(())
    }

    fn leave_market(&mut self, market: &Address, host: &Address) {
        if let (Some(market), Some(host)) = (self.markets.get_mut(market), self.hosts.get_mut(host)) {
            market.members -= 1;
            host.members -= 1;
        }
    }
}

impl MemberBook {
    fn activate(&mut self, policy: &Policy, now: i64) {
        self.standing.reviewed = self.standing.reviewed.max(week(now).saturating_sub(1));
        self.standing.barred_until = 0;
        (self.state, self.collateral_floor) = (ACTIVE, policy.collateral_floor);
    }

    /// Notes what hardware and collateral lack.
    fn hardware_rules(&self, rules: &mut Rules, market: &MarketBook, policy: &Policy, now: i64) {
        let fresh = now < self.attested_until;
        let enough = fresh && self.attested_gpus >= market.gpus_per_seat.max(1);
        rules.need(enough, MarketError::NotAttested);
        // For a promotion the score of an attestation that is over counts as none.
        let scored = self.standing.score >= policy.min_score && (fresh || policy.min_score == 0);
        rules.need(scored, MarketError::ScoreTooLow);
        rules.need(self.collateral >= policy.collateral_floor, MarketError::CollateralBelowFloor);
    }

    /// Judges the last whole week of an active member.
    fn review_week(&mut self, policy: &Policy, now: i64) -> Result<(), Broken> {
        let record = rolled(&self.record, now);
        let mut rules = Rules::new();
        rules.need(record.index > self.standing.reviewed + 1, MarketError::AlreadyReviewed);
        rules.need(now > i64::from(record.index) * WEEK + DAY, MarketError::ReviewTooEarly);
        rules.done()?;
        let (current, standing) = (week(now), &mut self.standing);
        if stands(&record.last, policy) != Some(false) {
            standing.reviewed = current.saturating_sub(1);
            self.collateral_floor = policy.collateral_floor;
            return Ok(());
        }
        standing.reviewed = current;
        let cooldown = now + i64::from(policy.cooldown);
        if now < standing.probation_until {
            (standing.barred_until, standing.probation_until) = (cooldown, cooldown);
            standing.fresh_from = current + 1;
            self.state = REMOVED;
        } else {
            standing.suspended_until = now + i64::from(policy.suspension);
            standing.probation_until = cooldown;
            self.state = SUSPENDED;
        }
        self.epoch = self.epoch.wrapping_add(1);
        Ok(())
    }

    /// Refuses to close what is not empty or not forgotten.
    fn require_closable(&self, now: i64) -> Result<(), Broken> {
        let mut rules = Rules::new();
        rules.need(self.seats == 0 && self.collateral == 0, MarketError::MemberNotEmpty);
        let disputable = self.last_ended_at != 0 && now <= self.last_ended_at + DAY;
        let declined = self.declines != 0 && now < self.decline_window_start + DAY;
        let missed = self.miss_streak != 0 && now <= self.join_barred_until + DAY;
        let window = since(&rolled(&self.record, now), 0);
        let failed = window.failed > 0 || window.missed > 0 || window.disputed > 0;
        let standing = &self.standing;
        let fallen = now < standing.probation_until.max(standing.round_barred_until);
        let stale = standing.fresh_from != 0 && week(now) <= standing.fresh_from;
        let cooling = disputable || declined || missed || failed || fallen || stale;
        rules.need(!cooling, MarketError::MemberCoolingOff);
        rules.need(standing.open_round == 0, MarketError::RoundAlreadyOpen);
        rules.done()
    }
}
