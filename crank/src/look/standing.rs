//! Reviews and promotions.

use {
    super::{Outlook, View},
    crate::{Kind, agenda::Times},
    gpu_market_sdk::{
        Address, address,
        gpu_market::{
            constants::{DISPUTE_WINDOW, RECORD_WINDOW},
            state::{Market, Member, MemberState, Record, Review, Terms},
        },
        instructions::member::{self, Promote},
        standing::{self, Application},
    },
};

impl View<'_> {
    pub(super) fn standing(&self, address: &Address) -> Option<Outlook> {
        let member = self.member(address)?;
        let market = self.market(&member.market)?;
        // A market without a feeder is of the community: nobody is judged there.
        if market.feeder == Address::default() {
            return None;
        }
        let number = market.terms_in_force(self.now.unix);
        let terms = address::terms(&member.market, number).0;
        let terms = self.fixed(&terms, |index, address| index.terms(address))?;
        match member.state().ok()? {
            MemberState::Active | MemberState::Suspended => self.review(address, member, market, terms),
            MemberState::Candidate | MemberState::Removed => self.promotion(address, member, market, terms),
        }
    }

    fn review(&self, address: &Address, member: &Member, market: &Market, terms: &Terms) -> Option<Outlook> {
        let Ok((review, _)) = standing::review(market, terms, member, self.now.unix) else {
            let window = Record::window_at(self.now.unix);
            let disputed_by =
                |window| Record::window_start(window).saturating_add(DISPUTE_WINDOW).saturating_add(1);
            let reviews = [disputed_by(window), disputed_by(window.saturating_add(1))];
            return Some(self.first_of(
                reviews.into_iter().chain([member.standing.suspended_until, market.announced_effective_at]),
            ));
        };
        let outcome = match review {
            Review::Neutral => "too little happened in its last week to judge",
            Review::Passed => "its last week was good enough",
            Review::Suspended => "its last week costs it its place for a while",
            Review::Removed => "its last week costs it its place",
            Review::Reinstated => "its suspension is over",
        };
        let why = format!("member {address} can be reviewed: {outcome}");
        let instruction = || vec![member::review(member.market, terms.number, member.host)];
        Some(Outlook { steps: vec![self.step(Kind::Review, why, instruction)], times: Times::default() })
    }

    fn promotion(&self, address: &Address, member: &Member, market: &Market, terms: &Terms) -> Option<Outlook> {
        let host = self.host(&member.host)?;
        let feeder = self.member(&address::member(&market.feeder, &member.host).0);
        let application = Application { market, terms, host, member: Some(member), feeder };
        if application.promotion(self.now.unix).is_err() {
            let strike_free = host.last_strike_at.saturating_add(i64::from(terms.policy.strike_cooldown));
            // A bad week counts no more when the second after it begins.
            let window = Record::window_start(Record::window_at(self.now.unix)).saturating_add(RECORD_WINDOW);
            let times = [member.standing.barred_until, strike_free, market.announced_effective_at, window];
            return Some(self.first_of(times));
        }
        let why = format!("member {address} meets every rule of its market");
        let promote =
            Promote { market: member.market, terms: terms.number, feeder: market.feeder, host: member.host };
        let step = self.step(Kind::Promote, why, || vec![member::promote(promote)]);
        Some(Outlook { steps: vec![step], times: Times::default() })
    }

    /// Nothing before the first of these times that is to come.
    fn first_of(&self, times: impl IntoIterator<Item = i64>) -> Outlook {
        let mut outlook = Outlook::nothing();
        times.into_iter().filter(|at| *at > self.now.unix).for_each(|at| outlook.times.at(at));
        outlook
    }
}
