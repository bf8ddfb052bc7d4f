use {
    super::{ensure, Host, Member, MemberState, Policy, Record, Window},
    crate::prelude::*,
    crate::{
        constants::{DISPUTE_WINDOW, RECORD_WINDOW, ROUND_COOLDOWN},
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// What a member's standing rests on besides its state; part of the Member.
///
/// 64 bytes.
#[cfg_attr(feature = "program", derive(IdlType))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Standing {
    /// A suspended member is not reinstated before, unix seconds.
    pub suspended_until: i64,
    /// Until then a further fall removes, and the member does not close, so that closing launders no fall.
    pub probation_until: i64,
    /// A removed member is not promoted before.
    pub barred_until: i64,
    /// The member opens no round before.
    pub round_barred_until: i64,
    /// Number of the last window that was judged or is exempt: no window up to it is reviewed.
    pub reviewed: u32,
    /// Windows of the feeder's record with a lower number do not count for promotion.
    pub fresh_from: u32,
    /// Score of the attestation; zero if there is none.
    pub score: u32,
    /// Round that `attested_gpus` come from; zero if from genesis or none.
    pub round: u32,
    /// Round that is open or whose GPUs are being claimed; zero if none.
    pub open_round: u32,
    /// Rounds opened ever: the number of the last one.
    pub rounds: u32,
    pub reserved: [u8; 8],
}

/// A rule of promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromotionRule {
    /// Unix seconds: after a removal, the time at which the cooldown is over.
    Cooldown,
    /// One if the host is active in the feeder market.
    ActiveInFeeder,
    /// Jobs.
    Completed,
    /// Seconds.
    Evidenced,
    /// Basis points of the weight.
    Success,
    /// Base units of fees.
    Volume,
    /// Distinct clients, as counted.
    Clients,
    /// Seconds since the last strike.
    StrikeFree,
    /// GPUs with a fresh attestation; at least those of one seat.
    Attested,
    Score,
    /// Base units of the stake mint.
    Collateral,
}

/// A rule of promotion, where a host is, and where it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub rule: PromotionRule,
    pub current: u64,
    pub needed: u64,
}

impl Requirement {
    fn new(rule: PromotionRule, current: impl Into<u64>, needed: impl Into<u64>) -> Self {
        Self { rule, current: current.into(), needed: needed.into() }
    }

    pub fn is_met(&self) -> bool {
        self.current >= self.needed
    }

    /// What the program answers when the rule is not met.
    pub fn error(&self) -> MarketError {
        match self.rule {
            PromotionRule::Cooldown => MarketError::PromotionCooldown,
            PromotionRule::ActiveInFeeder => MarketError::NotActiveInFeeder,
            PromotionRule::Completed => MarketError::TooFewCompleted,
            PromotionRule::Evidenced => MarketError::TooFewEvidenced,
            PromotionRule::Success => MarketError::SuccessTooLow,
            PromotionRule::Volume => MarketError::VolumeTooLow,
            PromotionRule::Clients => MarketError::TooFewClients,
            PromotionRule::StrikeFree => MarketError::StruckTooRecently,
            PromotionRule::Attested => MarketError::NotAttested,
            PromotionRule::Score => MarketError::ScoreTooLow,
            PromotionRule::Collateral => MarketError::CollateralBelowFloor,
        }
    }
}

/// How many rules a promotion has.
pub const PROMOTION_RULES: usize = 11;

/// A host that asks for a place in a premium market.
#[derive(Clone, Copy, Debug)]
pub struct Candidacy<'a> {
    /// The member of the premium market.
    pub member: &'a Member,
    pub standing: &'a Standing,
    pub gpus_per_seat: u16,
    pub host: &'a Host,
    /// The same host's member of the feeder market, whose record is read.
    pub feeder: &'a Member,
    pub record: &'a Record,
}

fn seconds(time: i64) -> u64 {
    u64::try_from(time).unwrap_or(0)
}

impl Candidacy<'_> {
    /// Every rule of promotion with where the host is at `now` and where it has to be.
    pub fn requirements(&self, policy: &Policy, now: i64) -> [Requirement; PROMOTION_RULES] {
        use PromotionRule::*;
        let window = self.record.rolled(now).since(self.standing.fresh_from);
        let cooldown = u64::from(policy.strike_cooldown);
        let strike_free =
            if self.host.strikes == 0 { cooldown } else { seconds(now.saturating_sub(self.host.last_strike_at)) };
        // Without an ended job there is no rate, and nothing to be promoted for.
        let success = if window.ended_weight == 0 { 0 } else { window.success_bps() };
        let is_active = self.feeder.state == MemberState::Active as u8;
        let is_fresh = now < self.member.attested_until;
        let gpus = if is_fresh { self.member.attested_gpus } else { 0 };
        let score = if is_fresh { self.standing.score } else { 0 };
        [
            Requirement::new(Cooldown, seconds(now), seconds(self.standing.barred_until)),
            Requirement::new(ActiveInFeeder, is_active, true),
            Requirement::new(Completed, window.completed, policy.min_completed),
            Requirement::new(Evidenced, window.evidenced, policy.min_evidenced),
            Requirement::new(Success, success, policy.promote_success_bps),
            Requirement::new(Volume, window.volume, policy.min_volume),
            Requirement::new(Clients, window.clients(), policy.min_clients),
            Requirement::new(StrikeFree, strike_free, cooldown),
            Requirement::new(Attested, gpus, self.gpus_per_seat.max(1)),
            Requirement::new(Score, score, policy.min_score),
            Requirement::new(Collateral, self.member.collateral, policy.collateral_floor),
        ]
    }

    /// Whether the member is promoted: exactly when every rule is met.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotCandidate`], or that of the first rule that is not met.
    pub fn judge(&self, policy: &Policy, now: i64) -> Rule<()> {
        let state = self.member.state()?;
        ensure(matches!(state, MemberState::Candidate | MemberState::Removed), MarketError::NotCandidate)?;
        match self.requirements(policy, now).iter().find(|requirement| !requirement.is_met()) {
            Some(unmet) => Err(unmet.error()),
            None => Ok(()),
        }
    }
}

/// What a review comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Review {
    /// Too little happened in the window.
    Neutral = 0,
    Passed = 1,
    Suspended = 2,
    /// Removed to the feeder market.
    Removed = 3,
    /// The suspension is over.
    Reinstated = 4,
}

impl Review {
    /// The member's state after it.
    pub fn state(self) -> MemberState {
        match self {
            Self::Neutral | Self::Passed | Self::Reinstated => MemberState::Active,
            Self::Suspended => MemberState::Suspended,
            Self::Removed => MemberState::Removed,
        }
    }
}

/// A member of a premium market that is reviewed, by its own record there.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub member: &'a Member,
    pub standing: &'a Standing,
    pub gpus_per_seat: u16,
    pub record: &'a Record,
}

impl Case<'_> {
    /// What the review of this member comes to at `now`.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotUnderReview`] for a candidate or a removed member, [`MarketError::AlreadyReviewed`] if the last full
    /// window was judged, [`MarketError::ReviewTooEarly`] while its jobs can be disputed; for a suspended member
    /// [`MarketError::SuspensionNotOver`], [`MarketError::NotAttested`], [`MarketError::ScoreTooLow`],
    /// [`MarketError::CollateralBelowFloor`].
    pub fn judge(&self, policy: &Policy, now: i64) -> Rule<Review> {
        match self.member.state()? {
            MemberState::Active => self.judge_window(policy, now),
            MemberState::Suspended => self.judge_suspension(policy, now),
            MemberState::Candidate | MemberState::Removed => Err(MarketError::NotUnderReview),
        }
    }

    fn judge_window(&self, policy: &Policy, now: i64) -> Rule<Review> {
        let record = self.record.rolled(now);
        let last = record.index.checked_sub(1).ok_or(MarketError::ReviewTooEarly)?;
        ensure(last > self.standing.reviewed, MarketError::AlreadyReviewed)?;
        ensure(now > Record::window_start(record.index).plus(DISPUTE_WINDOW)?, MarketError::ReviewTooEarly)?;
        Ok(match record.last.stands(policy) {
            None => Review::Neutral,
            Some(true) => Review::Passed,
            Some(false) => self.standing.fall(now),
        })
    }

    /// What a resignation at `now` would forestall: a window that was not judged yet, though it is not over or can still be
    /// disputed, and in which the member falls.
    pub fn pending_fall(&self, policy: &Policy, now: i64) -> Option<Review> {
        let record = self.record.rolled(now);
        let last_is_open = record.index.saturating_sub(1) > self.standing.reviewed;
        let falls = |window: &Window| window.stands(policy) == Some(false);
        let is_due = (last_is_open && falls(&record.last))
            || (record.index > self.standing.reviewed && falls(&record.current));
        is_due.then(|| self.standing.fall(now))
    }

    fn judge_suspension(&self, policy: &Policy, now: i64) -> Rule<Review> {
        ensure(now >= self.standing.suspended_until, MarketError::SuspensionNotOver)?;
        let fresh = now < self.member.attested_until && self.member.attested_gpus >= self.gpus_per_seat.max(1);
        ensure(fresh, MarketError::NotAttested)?;
        ensure(self.standing.score >= policy.min_score, MarketError::ScoreTooLow)?;
        ensure(self.member.collateral >= policy.collateral_floor, MarketError::CollateralBelowFloor)?;
        Ok(Review::Reinstated)
    }
}

impl Window {
    /// Whether the window is good enough to stay by the policy; none if too little happened in it to say.
    pub fn stands(&self, policy: &Policy) -> Option<bool> {
        (self.judged() >= policy.min_ended && self.judged_weight() >= policy.min_ended_fees).then(|| {
            self.success_bps() >= u64::from(policy.review_success_bps)
                && self.missed_bps() <= u64::from(policy.review_missed_bps)
        })
    }
}

impl Standing {
    /// What a failed window costs at `now`: the place for a while, or within the cooldown of an earlier fall the place.
    fn fall(&self, now: i64) -> Review {
        if now < self.probation_until {
            Review::Removed
        } else {
            Review::Suspended
        }
    }

    /// The member became active in the premium market. Its record there starts now, so no earlier window is reviewed.
    pub fn promoted(&mut self, now: i64) {
        self.reviewed = self.reviewed.max(Record::window_at(now).saturating_sub(1));
        self.barred_until = 0;
    }

    /// Writes what a review came to. What a member did in the window in which it fell is not judged after its return: one
    /// bad spell costs one fall.
    pub fn reviewed(&mut self, review: Review, policy: &Policy, now: i64) -> Rule<()> {
        let current = Record::window_at(now);
        match review {
            Review::Neutral | Review::Passed => self.reviewed = current.saturating_sub(1),
            // Its record starts anew, so that what is left of the window is judged.
            Review::Reinstated => self.reviewed = current.saturating_sub(1),
            Review::Suspended => {
                self.reviewed = current;
                self.suspended_until = now.plus(i64::from(policy.suspension))?;
                self.probation_until = now.plus(i64::from(policy.cooldown))?;
            }
            Review::Removed => {
                self.reviewed = current;
                self.barred_until = now.plus(i64::from(policy.cooldown))?;
                self.probation_until = self.barred_until;
                // What was done before the removal earned the place that is lost.
                self.fresh_from = current.saturating_add(1);
            }
        }
        Ok(())
    }

    /// The owner gives up the place in the premium market, so that the collateral under the floor can leave. Only what the
    /// host does from the next window on earns it a place, and no sooner than the fall would let it back that a review of
    /// its unjudged windows, disputes to come included, could find: resigning is no way around a review.
    pub fn resigned(&mut self, pending: Option<Review>, policy: &Policy, now: i64) -> Rule<()> {
        self.fresh_from = Record::window_at(now).saturating_add(1);
        let disputed_by = now.plus(RECORD_WINDOW)?.plus(DISPUTE_WINDOW)?;
        self.barred_until = self.barred_until.max(self.probation_until).max(disputed_by);
        let Some(fall) = pending else { return Ok(()) };
        self.probation_until = now.plus(i64::from(policy.cooldown))?;
        let bar = if fall == Review::Removed { policy.cooldown } else { policy.suspension };
        self.barred_until = self.barred_until.max(now.plus(i64::from(bar))?);
        Ok(())
    }

    /// A member closes without an open round, and not before its falls and failed rounds are forgotten, and what no longer
    /// counts in the feeder's record has left it.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundAlreadyOpen`], [`MarketError::MemberCoolingOff`].
    pub fn require_closable(&self, now: i64) -> Rule<()> {
        ensure(self.open_round == 0, MarketError::RoundAlreadyOpen)?;
        ensure(now >= self.probation_until.max(self.round_barred_until), MarketError::MemberCoolingOff)?;
        ensure(self.fresh_from == 0 || Record::window_at(now) > self.fresh_from, MarketError::MemberCoolingOff)
    }

    /// Opens the member's next round; one at a time, so that nobody picks the best of many. Returns its number.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundAlreadyOpen`], [`MarketError::RoundBarred`].
    pub fn open_round(&mut self, now: i64) -> Rule<u32> {
        ensure(self.open_round == 0, MarketError::RoundAlreadyOpen)?;
        ensure(now >= self.round_barred_until, MarketError::RoundBarred)?;
        self.rounds = self.rounds.plus(1)?;
        self.open_round = self.rounds;
        Ok(self.rounds)
    }

    /// The open round is over for the member. With `barred` the next one waits for a cooldown.
    pub fn close_round(&mut self, barred: bool, now: i64) -> Rule<()> {
        self.open_round = 0;
        if barred {
            self.round_barred_until = now.plus(ROUND_COOLDOWN)?;
        }
        Ok(())
    }
}
