//! How a premium member keeps its place and loses it: reviews, suspensions, and the rounds that it may open.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{DISPUTE_WINDOW, RECORD_WINDOW, ROUND_COOLDOWN},
        error::MarketError,
        state::{Case, Member, MemberState, Policy, Record, Review, Standing, Window},
    },
    grounds::*,
};

/// The first second of window 100.
const T0: i64 = 100 * RECORD_WINDOW;
const GPUS_PER_SEAT: u16 = 2;

/// A member of a premium market, in the window after one that went just well enough.
#[derive(Clone)]
struct Reviewed {
    member: Member,
    standing: Standing,
    record: Record,
    policy: Policy,
}

/// The first second at which window 99 may be reviewed.
const REVIEW: i64 = T0 + DISPUTE_WINDOW + 1;

impl Reviewed {
    fn new() -> Self {
        let mut member = Member::zeroed();
        member.state = MemberState::Active as u8;
        (member.attested_gpus, member.attested_until, member.collateral) = (GPUS_PER_SEAT, i64::MAX, 5_000);
        let standing = Standing { score: 900, reviewed: 98, ..Standing::default() };
        let last = Window {
            ended_weight: 10_000,
            completed_weight: 9_000,
            completed: 18,
            failed: 1,
            missed: 1,
            // One in twenty of all that was given.
            missed_weight: 526,
            ..Window::default()
        };
        let record = Record { last, index: 100, ..Record::default() };
        Self { member, standing, record, policy: policy() }
    }

    fn failing() -> Self {
        let mut case = Self::new();
        case.record.last.completed_weight -= 1;
        case
    }

    fn judge(&self, now: i64) -> Result<Review, MarketError> {
        let (member, standing, record) = (&self.member, &self.standing, &self.record);
        Case { member, standing, gpus_per_seat: GPUS_PER_SEAT, record }.judge(&self.policy, now)
    }

    fn review(&mut self, now: i64) -> Result<Review, MarketError> {
        let review = self.judge(now)?;
        self.standing.reviewed(review, &self.policy, now)?;
        self.member.state = review.state() as u8;
        Ok(review)
    }

    /// The same bad window, as the one before that of `now`.
    fn fail_again(&mut self, now: i64) {
        self.record = Self::failing().record;
        self.record.index = Record::window_at(now);
    }
}

#[test]
fn a_window_at_the_lower_thresholds_passes_and_one_below_suspends() {
    assert_eq!(Reviewed::new().judge(REVIEW), Ok(Review::Passed));
    assert_eq!(Reviewed::failing().judge(REVIEW), Ok(Review::Suspended));
    let mut missed = Reviewed::new();
    missed.policy.review_missed_bps = 498;
    assert_eq!(missed.judge(REVIEW), Ok(Review::Suspended));
    missed.policy.review_missed_bps = 499;
    assert_eq!(missed.judge(REVIEW), Ok(Review::Passed));
}

#[test]
fn between_the_two_thresholds_a_host_stays_but_does_not_rise() {
    let case = Reviewed::new();
    assert!(case.record.last.success_bps() < u64::from(case.policy.promote_success_bps));
    assert_eq!(case.judge(REVIEW), Ok(Review::Passed));
}

#[test]
fn a_window_with_one_job_too_few_is_neutral() {
    let mut case = Reviewed::failing();
    case.policy.min_ended = 21;
    assert_eq!(case.judge(REVIEW), Ok(Review::Neutral));
    case.policy.min_ended = 20;
    assert_eq!(case.judge(REVIEW), Ok(Review::Suspended));
}

#[test]
fn a_window_whose_jobs_paid_one_unit_too_little_is_neutral() {
    let mut case = Reviewed::failing();
    case.policy.min_ended_fees = 10_527;
    assert_eq!(case.judge(REVIEW), Ok(Review::Neutral));
    case.policy.min_ended_fees = 10_526;
    assert_eq!(case.judge(REVIEW), Ok(Review::Suspended));
}

#[test]
fn a_window_is_reviewed_when_its_last_job_can_no_longer_be_disputed() {
    assert_eq!(Reviewed::new().judge(REVIEW - 1), Err(MarketError::ReviewTooEarly));
    assert_eq!(Reviewed::new().judge(REVIEW), Ok(Review::Passed));
}

#[test]
fn a_window_is_reviewed_once() {
    let mut case = Reviewed::new();
    assert_eq!(case.review(REVIEW), Ok(Review::Passed));
    assert_eq!(case.review(REVIEW + 1), Err(MarketError::AlreadyReviewed));
    assert_eq!(case.review(T0 + RECORD_WINDOW - 1), Err(MarketError::AlreadyReviewed));
    assert_eq!(case.review(T0 + RECORD_WINDOW), Err(MarketError::ReviewTooEarly));
    assert_eq!(case.review(REVIEW + RECORD_WINDOW), Ok(Review::Neutral), "the next window is empty");
    assert_eq!(case.review(REVIEW + RECORD_WINDOW), Err(MarketError::AlreadyReviewed));
}

#[test]
fn nothing_before_the_promotion_is_reviewed() {
    let mut case = Reviewed::failing();
    case.standing.reviewed = 0;
    case.standing.promoted(T0 + 5);
    assert_eq!(case.judge(REVIEW), Err(MarketError::AlreadyReviewed));
    case.fail_again(T0 + RECORD_WINDOW);
    assert_eq!(case.judge(REVIEW + RECORD_WINDOW), Ok(Review::Suspended), "the window of the promotion");
}

#[test]
fn candidates_and_removed_members_are_not_reviewed() {
    for state in [MemberState::Candidate, MemberState::Removed] {
        let mut case = Reviewed::failing();
        case.member.state = state as u8;
        assert_eq!(case.judge(REVIEW), Err(MarketError::NotUnderReview));
    }
}

#[test]
fn a_suspension_ends_to_the_second_and_only_for_a_member_that_is_fit() {
    let mut case = Reviewed::failing();
    assert_eq!(case.review(REVIEW), Ok(Review::Suspended));
    let end = REVIEW + i64::from(case.policy.suspension);
    assert_eq!(case.judge(end - 1), Err(MarketError::SuspensionNotOver));
    type Change = fn(&mut Reviewed);
    let unfit: [(Change, MarketError); 4] = [
        (|case| case.member.attested_until = REVIEW, MarketError::NotAttested),
        (|case| case.member.attested_gpus = GPUS_PER_SEAT - 1, MarketError::NotAttested),
        (|case| case.standing.score = 899, MarketError::ScoreTooLow),
        (|case| case.member.collateral = 4_999, MarketError::CollateralBelowFloor),
    ];
    for (change, error) in unfit {
        let mut unfit = case.clone();
        change(&mut unfit);
        assert_eq!(unfit.judge(end), Err(error));
    }
    for (until, judged) in [(end, Err(MarketError::NotAttested)), (end + 1, Ok(Review::Reinstated))] {
        case.member.attested_until = until;
        assert_eq!(case.judge(end), judged);
    }
    assert_eq!(case.review(end), Ok(Review::Reinstated));
    assert_eq!(case.member.state(), Ok(MemberState::Active));
}

#[test]
fn one_bad_spell_costs_one_fall() {
    let mut case = Reviewed::failing();
    case.review(REVIEW).unwrap();
    let end = REVIEW + i64::from(case.policy.suspension);
    case.review(end).unwrap();
    // The window before the return is not judged, and what came before the return in this one is gone.
    assert_eq!(case.judge(end), Err(MarketError::AlreadyReviewed));
    case.record.current = Reviewed::failing().record.last;
    case.record.restart(end);
    assert_eq!(case.record.current, Window::default());
    // What comes after it is judged.
    case.fail_again(T0 + RECORD_WINDOW);
    assert_eq!(case.judge(REVIEW + RECORD_WINDOW), Ok(Review::Removed));
}

#[test]
fn a_resignation_forestalls_no_fall() {
    // Neither in the last window, nor in the current one; and once judged, a window costs nothing more.
    let mut case = Reviewed::failing();
    let pending = |case: &Reviewed, now| {
        let (member, standing, record) = (&case.member, &case.standing, &case.record);
        Case { member, standing, gpus_per_seat: GPUS_PER_SEAT, record }.pending_fall(&case.policy, now)
    };
    assert_eq!(pending(&case, T0 + 5), Some(Review::Suspended));
    assert_eq!(pending(&Reviewed::new(), T0 + 5), None);
    case.standing.reviewed = 99;
    assert_eq!(pending(&case, T0 + 5), None);
    case.record.current = case.record.last;
    assert_eq!(pending(&case, T0 + 5), Some(Review::Suspended));
    case.standing.probation_until = T0 + 6;
    assert_eq!(pending(&case, T0 + 5), Some(Review::Removed));
    assert_eq!(pending(&case, T0 + 6), Some(Review::Suspended));
    case.standing.reviewed = 100;
    assert_eq!(pending(&case, T0 + 6), None, "the fall of this window has cost what it costs");
}

#[test]
fn who_resigns_is_back_no_sooner_than_after_the_fall_that_was_due() {
    let (policy, at) = (policy(), T0 + 5);
    let [suspension, cooldown] = [policy.suspension, policy.cooldown].map(i64::from);
    let resigned = |before: Standing, pending| {
        let mut standing = before;
        standing.resigned(pending, &policy, at).unwrap();
        assert_eq!(standing.fresh_from, 101);
        (standing.barred_until - at, standing.probation_until)
    };
    let disputed_by = RECORD_WINDOW + DISPUTE_WINDOW;
    assert!(suspension < disputed_by && disputed_by < cooldown);
    let fresh = Standing::default();
    assert_eq!(resigned(fresh, None), (disputed_by, 0));
    assert_eq!(resigned(fresh, Some(Review::Suspended)), (disputed_by, at + cooldown));
    assert_eq!(resigned(fresh, Some(Review::Removed)), (cooldown, at + cooldown));
    let on_probation = Standing { probation_until: at + disputed_by + 1, ..fresh };
    assert_eq!(resigned(on_probation, None), (disputed_by + 1, at + disputed_by + 1));
}

#[test]
fn a_member_closes_when_what_no_longer_counts_has_left_the_feeders_record() {
    let standing = Standing { fresh_from: 101, ..Standing::default() };
    assert_eq!(standing.require_closable(Record::window_start(102) - 1), Err(MarketError::MemberCoolingOff));
    assert_eq!(standing.require_closable(Record::window_start(102)), Ok(()));
}

#[test]
fn a_second_fall_removes_within_the_cooldown_and_suspends_after_it() {
    let mut case = Reviewed::failing();
    case.review(REVIEW).unwrap();
    case.review(REVIEW + i64::from(case.policy.suspension)).unwrap();
    let over = REVIEW + i64::from(case.policy.cooldown);
    case.standing.reviewed = 0;
    case.fail_again(over);
    assert_eq!(case.judge(over - 1), Ok(Review::Removed));
    assert_eq!(case.judge(over), Ok(Review::Suspended));
}

#[test]
fn closing_and_applying_again_launders_no_fall_and_no_failed_round() {
    let mut standing = Standing::default();
    assert_eq!(standing.require_closable(T0), Ok(()));
    standing.reviewed(Review::Suspended, &policy(), T0).unwrap();
    let over = T0 + i64::from(policy().cooldown);
    assert_eq!(standing.require_closable(over - 1), Err(MarketError::MemberCoolingOff));
    assert_eq!(standing.require_closable(over), Ok(()));
    assert_eq!(standing.open_round(over), Ok(1));
    assert_eq!(standing.require_closable(over), Err(MarketError::RoundAlreadyOpen));
    standing.close_round(true, over).unwrap();
    assert_eq!(standing.require_closable(over + ROUND_COOLDOWN - 1), Err(MarketError::MemberCoolingOff));
    assert_eq!(standing.require_closable(over + ROUND_COOLDOWN), Ok(()));
}

#[test]
fn a_member_has_one_round_at_a_time_and_waits_after_a_failed_one() {
    let mut standing = Standing::default();
    assert_eq!(standing.open_round(T0), Ok(1));
    assert_eq!(standing.open_round(T0), Err(MarketError::RoundAlreadyOpen));
    standing.close_round(false, T0).unwrap();
    assert_eq!(standing.open_round(T0), Ok(2));
    standing.close_round(true, T0).unwrap();
    assert_eq!(standing.open_round(T0 + ROUND_COOLDOWN - 1), Err(MarketError::RoundBarred));
    assert_eq!(standing.open_round(T0 + ROUND_COOLDOWN), Ok(3));
}

#[test]
fn the_size_is_what_the_layout_says() {
    assert_eq!(size_of::<Standing>(), 64);
}
