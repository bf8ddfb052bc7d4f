use {
    super::{ensure, Candidacy, Case, Host, Market, Member, MemberState, Policy, Review},
    crate::error::{MarketError, Rule},
};

/// How a member's place in a premium market changes.
impl Member {
    /// This member's candidacy, with the same host's member of the feeder market.
    pub fn candidacy<'a>(&'a self, market: &Market, host: &'a Host, feeder: &'a Member) -> Candidacy<'a> {
        Candidacy {
            member: self,
            standing: &self.standing,
            gpus_per_seat: market.gpus_per_seat,
            host,
            feeder,
            record: &feeder.record,
        }
    }

    /// Promotes a candidate or removed member exactly when every rule of the policy is met.
    ///
    /// # Errors
    ///
    /// Those of [`Candidacy::judge`].
    pub fn promote(
        &mut self,
        market: &Market,
        host: &Host,
        feeder: &Member,
        policy: &Policy,
        now: i64,
    ) -> Rule<()> {
        self.candidacy(market, host, feeder).judge(policy, now)?;
        self.activate(policy, now);
        Ok(())
    }

    /// Admits a candidate by the word of the market's authority, with `gpus` GPUs attested until 30 days after genesis.
    /// That it applied is the consent of its owner.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotPremium`], [`MarketError::GenesisOver`], [`MarketError::TooFewGpus`], and for a member that is no
    /// candidate, so above all one that a review removed, [`MarketError::NotCandidate`].
    pub fn admit(&mut self, market: &Market, policy: &Policy, gpus: u16, now: i64) -> Rule<()> {
        market.require_genesis(now)?;
        ensure(self.state()? == MemberState::Candidate, MarketError::NotCandidate)?;
        // Who gave up a place earns the next one.
        ensure(self.standing.fresh_from == 0, MarketError::NotCandidate)?;
        ensure(gpus >= market.gpus_per_seat, MarketError::TooFewGpus)?;
        self.attested_gpus = gpus;
        self.attested_until = market.genesis_attested_until()?;
        self.activate(policy, now);
        Ok(())
    }

    fn activate(&mut self, policy: &Policy, now: i64) {
        self.standing.promoted(now);
        self.state = MemberState::Active as u8;
        self.collateral_floor = policy.collateral_floor;
    }

    /// Reviews the member by its own record in this market, or ends its suspension. A member that falls loses its waiting
    /// seats: anyone may evict them. One that stays, or returns, is held to the collateral floor of the terms in force
    /// from now on.
    ///
    /// # Errors
    ///
    /// Those of [`Case::judge`], and [`MarketError::NotUnderReview`] in a community market.
    pub fn review(&mut self, market: &Market, policy: &Policy, now: i64) -> Rule<Review> {
        ensure(market.tier()? == super::Tier::Premium, MarketError::NotUnderReview)?;
        let review = self.case(market).judge(policy, now)?;
        self.standing.reviewed(review, policy, now)?;
        if review == Review::Reinstated {
            self.record.restart(now);
        }
        let state = review.state();
        self.state = state as u8;
        if state == MemberState::Active {
            self.collateral_floor = policy.collateral_floor;
        } else {
            self.epoch = self.epoch.wrapping_add(1);
        }
        Ok(review)
    }

    fn case(&self, market: &Market) -> Case<'_> {
        Case { member: self, standing: &self.standing, gpus_per_seat: market.gpus_per_seat, record: &self.record }
    }

    /// The owner gives up the place: a member without seats is a candidate again.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotPremium`], [`MarketError::MemberNotActive`], [`MarketError::MemberNotEmpty`].
    pub fn resign(&mut self, market: &Market, policy: &Policy, now: i64) -> Rule<()> {
        ensure(market.tier()? == super::Tier::Premium, MarketError::NotPremium)?;
        ensure(self.state()? == MemberState::Active, MarketError::MemberNotActive)?;
        ensure(self.seats == 0, MarketError::MemberNotEmpty)?;
        let pending = self.case(market).pending_fall(policy, now);
        self.standing.resigned(pending, policy, now)?;
        self.state = MemberState::Candidate as u8;
        Ok(())
    }
}
