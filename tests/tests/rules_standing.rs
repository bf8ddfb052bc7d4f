//! How a host earns Premium, and earns it back: every rule one below, at, and one above its edge.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::RECORD_WINDOW,
        error::MarketError,
        state::{
            Candidacy, Host, Market, Member, MemberState, PROMOTION_RULES, PromotionRule, Record, Requirement,
            Review, Standing, Tier, Window,
        },
    },
    grounds::*,
};

/// The first second of window 100.
const T0: i64 = 100 * RECORD_WINDOW;
const GPUS_PER_SEAT: u16 = 2;

/// A host that meets every rule of the policy exactly.
#[derive(Clone)]
struct Applicant {
    member: Member,
    standing: Standing,
    host: Host,
    feeder: Member,
    record: Record,
    now: i64,
}

impl Applicant {
    fn new() -> Self {
        let policy = policy();
        let mut member = Member::zeroed();
        (member.attested_gpus, member.attested_until) = (GPUS_PER_SEAT, T0 + 1);
        member.collateral = policy.collateral_floor;
        let standing =
            Standing { score: policy.min_score, barred_until: T0, fresh_from: 99, ..Standing::default() };
        let mut host = Host::zeroed();
        (host.strikes, host.last_strike_at) = (1, T0 - i64::from(policy.strike_cooldown));
        let mut feeder = Member::zeroed();
        feeder.state = MemberState::Active as u8;
        let last = Window {
            volume: 400,
            ended_weight: 5_000,
            completed_weight: 5_000,
            sketch: [0b111, 0],
            evidenced: 30_000,
            completed: 15,
            ..Window::default()
        };
        let current = Window {
            volume: 600,
            ended_weight: 5_000,
            completed_weight: 4_500,
            sketch: [0b1, 0b1],
            evidenced: 6_000,
            completed: 5,
            failed: 1,
            ..Window::default()
        };
        let record = Record { current, last, index: 100, reserved: 0 };
        Self { member, standing, host, feeder, record, now: T0 }
    }

    fn candidacy(&self) -> Candidacy<'_> {
        Candidacy {
            member: &self.member,
            standing: &self.standing,
            gpus_per_seat: GPUS_PER_SEAT,
            host: &self.host,
            feeder: &self.feeder,
            record: &self.record,
        }
    }

    fn judge(&self) -> Result<(), MarketError> {
        self.candidacy().judge(&policy(), self.now)
    }

    fn unmet(&self) -> Vec<Requirement> {
        let all: [Requirement; PROMOTION_RULES] = self.candidacy().requirements(&policy(), self.now);
        all.into_iter().filter(|requirement| !requirement.is_met()).collect()
    }
}

#[test]
fn a_host_at_every_edge_is_promoted() {
    let applicant = Applicant::new();
    assert_eq!((applicant.judge(), applicant.unmet()), (Ok(()), vec![]));
}

#[test]
fn one_below_any_edge_is_refused_by_its_name() {
    use PromotionRule::*;
    type Change = fn(&mut Applicant);
    let cases: [(Change, PromotionRule, u64, u64, MarketError); 14] = [
        (|a| a.standing.barred_until += 1, Cooldown, T0 as u64, T0 as u64 + 1, MarketError::PromotionCooldown),
        (|a| a.feeder.state = MemberState::Suspended as u8, ActiveInFeeder, 0, 1, MarketError::NotActiveInFeeder),
        (|a| a.record.current.completed -= 1, Completed, 19, 20, MarketError::TooFewCompleted),
        (|a| a.record.last.evidenced -= 1, Evidenced, 35_999, 36_000, MarketError::TooFewEvidenced),
        (|a| a.record.current.completed_weight -= 1, Success, 9_499, 9_500, MarketError::SuccessTooLow),
        (
            |a| {
                for window in [&mut a.record.current, &mut a.record.last] {
                    (window.ended_weight, window.completed_weight) = (0, 0);
                }
            },
            Success,
            0,
            9_500,
            MarketError::SuccessTooLow,
        ),
        (|a| a.record.last.volume -= 1, Volume, 999, 1_000, MarketError::VolumeTooLow),
        (|a| a.record.last.sketch = [0b11, 0], Clients, 2, 3, MarketError::TooFewClients),
        (|a| a.host.last_strike_at += 1, StrikeFree, 604_799, 604_800, MarketError::StruckTooRecently),
        (|a| a.host.last_strike_at = T0 + 9, StrikeFree, 0, 604_800, MarketError::StruckTooRecently),
        (|a| a.member.attested_gpus -= 1, Attested, 1, 2, MarketError::NotAttested),
        (|a| a.standing.score -= 1, Score, 899, 900, MarketError::ScoreTooLow),
        (|a| a.member.collateral -= 1, Collateral, 4_999, 5_000, MarketError::CollateralBelowFloor),
        (|a| a.standing.fresh_from = 101, Completed, 0, 20, MarketError::TooFewCompleted),
    ];
    for (change, rule, current, needed, error) in cases {
        let mut applicant = Applicant::new();
        change(&mut applicant);
        assert_eq!(applicant.unmet().first(), Some(&Requirement { rule, current, needed }), "{rule:?}");
        assert_eq!(applicant.judge(), Err(error), "{rule:?}");
    }
}

#[test]
fn one_above_every_edge_is_promoted_too() {
    let mut applicant = Applicant::new();
    applicant.standing.barred_until -= 1;
    applicant.record.current.completed += 1;
    applicant.record.current.evidenced += 1;
    applicant.record.current.completed_weight += 1;
    applicant.record.current.volume += 1;
    applicant.record.last.sketch = [0b1111, 0];
    applicant.host.last_strike_at -= 1;
    applicant.member.attested_gpus += 1;
    applicant.standing.score += 1;
    applicant.member.collateral += 1;
    assert_eq!(applicant.judge(), Ok(()));
}

#[test]
fn an_attestation_that_is_over_counts_neither_gpus_nor_score() {
    let mut applicant = Applicant::new();
    applicant.member.attested_until = T0;
    let rules: Vec<_> = applicant.unmet().into_iter().map(|unmet| (unmet.rule, unmet.current)).collect();
    assert_eq!(rules, [(PromotionRule::Attested, 0), (PromotionRule::Score, 0)]);
}

#[test]
fn a_host_without_strikes_needs_no_time_without() {
    let mut applicant = Applicant::new();
    applicant.host = Host::zeroed();
    applicant.host.last_strike_at = T0;
    assert_eq!(applicant.judge(), Ok(()));
}

#[test]
fn what_happened_two_windows_ago_earns_nothing() {
    let mut applicant = Applicant::new();
    applicant.member.attested_until = i64::MAX;
    applicant.now = T0 + RECORD_WINDOW;
    assert_eq!(applicant.judge(), Err(MarketError::TooFewCompleted), "the last window slid out");
    applicant.now = T0 + 2 * RECORD_WINDOW;
    assert_eq!(applicant.unmet().first().map(|unmet| unmet.current), Some(0));
}

#[test]
fn only_candidates_and_removed_members_are_promoted() {
    let mut applicant = Applicant::new();
    for (state, result) in [
        (MemberState::Candidate, Ok(())),
        (MemberState::Active, Err(MarketError::NotCandidate)),
        (MemberState::Suspended, Err(MarketError::NotCandidate)),
        (MemberState::Removed, Ok(())),
    ] {
        applicant.member.state = state as u8;
        assert_eq!(applicant.judge(), result, "{state:?}");
    }
    applicant.member.state = 4;
    assert_eq!(applicant.judge(), Err(MarketError::UnknownState));
}

#[test]
fn a_removed_host_earns_its_way_back_by_a_fresh_window_after_the_cooldown() {
    let mut applicant = Applicant::new();
    applicant.member.attested_until = i64::MAX;
    applicant.member.state = MemberState::Removed as u8;
    applicant.standing.reviewed(Review::Removed, &policy(), T0).unwrap();
    assert_eq!(applicant.judge(), Err(MarketError::PromotionCooldown));
    let back = T0 + i64::from(policy().cooldown);
    applicant.now = back - 1;
    assert_eq!(applicant.judge(), Err(MarketError::PromotionCooldown));
    // After the cooldown, the jobs from before are long out of the record, and the window of the removal never counts.
    applicant.now = back;
    assert_eq!(applicant.judge(), Err(MarketError::TooFewCompleted));
    applicant.record.index = Record::window_at(back);
    assert_eq!(applicant.judge(), Ok(()));
    applicant.standing.promoted(back);
    assert_eq!(applicant.standing.barred_until, 0);
}

#[test]
fn the_window_of_a_removal_does_not_count_for_the_return() {
    let mut standing = Standing::default();
    standing.reviewed(Review::Removed, &policy(), T0).unwrap();
    let record = Applicant::new().record;
    assert_eq!(record.since(standing.fresh_from).completed, 0);
    let mut later = record.rolled(T0 + RECORD_WINDOW);
    assert_eq!(later.since(standing.fresh_from).completed, 0);
    later.job_completed(&key(1), 1, 1, T0 + RECORD_WINDOW);
    assert_eq!(later.since(standing.fresh_from).completed, 1);
    assert_eq!(later.rolled(T0 + 2 * RECORD_WINDOW).since(standing.fresh_from).completed, 1);
}

#[test]
fn an_owner_resigns_an_empty_place_and_starts_over() {
    let (mut market, mut member) = (Market::zeroed(), Member::zeroed());
    let policy = policy();
    member.state = MemberState::Active as u8;
    assert_eq!(member.resign(&market, &policy, T0), Err(MarketError::NotPremium));
    market.tier = Tier::Premium as u8;
    member.seats = 1;
    assert_eq!(member.resign(&market, &policy, T0), Err(MarketError::MemberNotEmpty));
    member.seats = 0;
    for state in [MemberState::Candidate, MemberState::Suspended, MemberState::Removed] {
        member.state = state as u8;
        assert_eq!(member.resign(&market, &policy, T0), Err(MarketError::MemberNotActive));
    }
    member.state = MemberState::Active as u8;
    assert_eq!(member.resign(&market, &policy, T0), Ok(()));
    assert_eq!((member.state(), member.standing.fresh_from), (Ok(MemberState::Candidate), 101));
}
