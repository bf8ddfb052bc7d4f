//! How a place in a premium market changes: by hand only at genesis, else by promotion and review.

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{GENESIS_ATTESTATION, RECORD_WINDOW},
        error::MarketError,
        state::{Host, Market, Member, MemberState, Policy, Record, Review, Standing, Tier, Window},
    },
};

const GENESIS_END: i64 = 1_000_000;
/// Half a window after the start of one, when the last can be reviewed.
const NOW: i64 = 100 * RECORD_WINDOW + RECORD_WINDOW / 2;

fn market() -> Market {
    Market { tier: Tier::Premium as u8, genesis_end: GENESIS_END, gpus_per_seat: 4, ..Market::zeroed() }
}

fn policy() -> Policy {
    Policy { collateral_floor: 500, ..Policy::default() }
}

/// A policy by which half of what ended has to be completed.
fn reviewing() -> Policy {
    Policy { review_success_bps: 5_000, ..policy() }
}

/// Admits a candidate in the last second of genesis, after `change`.
fn admitted(change: impl FnOnce(&mut Member, &mut Market, &mut u16, &mut i64)) -> Result<Member, MarketError> {
    let (mut member, mut market, mut gpus, mut now) = (Member::zeroed(), market(), 4, GENESIS_END - 1);
    change(&mut member, &mut market, &mut gpus, &mut now);
    let before = member;
    member.admit(&market, &policy(), gpus, now).inspect_err(|_| assert_eq!(member, before))?;
    Ok(member)
}

#[test]
fn who_is_admitted_is_active_attested_until_a_month_after_genesis_and_held_to_the_floor() {
    let member = admitted(|_, _, _, _| {}).unwrap();
    let standing = Standing { reviewed: member.standing.reviewed, ..Standing::default() };
    let expected = Member {
        state: MemberState::Active as u8,
        attested_gpus: 4,
        attested_until: GENESIS_END + GENESIS_ATTESTATION,
        collateral_floor: 500,
        standing,
        ..Member::zeroed()
    };
    assert_eq!(member, expected);
}

#[test]
fn nobody_is_admitted_after_genesis_or_into_a_community_market() {
    assert_eq!(admitted(|_, _, _, now| *now = GENESIS_END), Err(MarketError::GenesisOver));
    let community = admitted(|_, market, _, _| market.tier = Tier::Community as u8);
    assert_eq!(community, Err(MarketError::NotPremium));
}

#[test]
fn only_a_candidate_is_admitted_that_never_gave_up_a_place() {
    for state in [MemberState::Active, MemberState::Suspended, MemberState::Removed] {
        let refused = admitted(|member, _, _, _| member.state = state as u8);
        assert_eq!(refused, Err(MarketError::NotCandidate), "{state:?}");
    }
    assert_eq!(admitted(|member, _, _, _| member.standing.fresh_from = 1), Err(MarketError::NotCandidate));
}

#[test]
fn an_admission_needs_gpus_for_one_seat() {
    assert_eq!(admitted(|_, _, gpus, _| *gpus = 3), Err(MarketError::TooFewGpus));
    assert_eq!(admitted(|_, _, gpus, _| *gpus = 9).map(|member| member.attested_gpus), Ok(9));
}

/// A candidate that meets every rule of [`policy`], the host, and its member of the feeder.
fn candidate() -> (Member, Host, Member) {
    let member = Member { attested_gpus: 4, attested_until: NOW + 1, collateral: 500, ..Member::zeroed() };
    let feeder = Member { state: MemberState::Active as u8, ..Member::zeroed() };
    (member, Host::zeroed(), feeder)
}

#[test]
fn who_is_promoted_is_active_and_held_to_the_floor_and_who_is_not_stays_as_it_was() {
    let (mut member, host, feeder) = candidate();
    member.standing.barred_until = NOW;
    let before = member;
    assert_eq!(member.promote(&market(), &host, &feeder, &policy(), NOW), Ok(()));
    let standing = Standing { reviewed: Record::window_at(NOW) - 1, barred_until: 0, ..before.standing };
    let expected = Member { state: MemberState::Active as u8, collateral_floor: 500, standing, ..before };
    assert_eq!(member, expected);

    let mut poor = Member { collateral: 499, ..before };
    let refused = poor.promote(&market(), &host, &feeder, &policy(), NOW);
    assert_eq!((refused, poor), (Err(MarketError::CollateralBelowFloor), Member { collateral: 499, ..before }));
}

#[test]
fn who_stays_or_returns_is_held_to_the_floor_in_force_and_who_falls_loses_its_seats() {
    let of_state = |state: MemberState| {
        let (member, ..) = candidate();
        let mut member = Member { state: state as u8, epoch: 7, collateral_floor: 3, ..member };
        member.record.index = Record::window_at(NOW);
        member.record.last = Window { ended_weight: 10, completed_weight: 10, completed: 1, ..Window::default() };
        member.record.current.completed = 2;
        member
    };
    let review = |mut member: Member| {
        let review = member.review(&market(), &reviewing(), NOW);
        (review, member.state, member.collateral_floor, member.epoch, member.record.current.completed)
    };
    let active = MemberState::Active as u8;
    assert_eq!(review(of_state(MemberState::Active)), (Ok(Review::Passed), active, 500, 7, 2));
    // Its record starts anew.
    assert_eq!(review(of_state(MemberState::Suspended)), (Ok(Review::Reinstated), active, 500, 7, 0));
    let mut failed = of_state(MemberState::Active);
    failed.record.last.completed_weight = 4;
    assert_eq!(review(failed), (Ok(Review::Suspended), MemberState::Suspended as u8, 3, 8, 2));
    failed.standing.probation_until = NOW + 1;
    assert_eq!(review(failed), (Ok(Review::Removed), MemberState::Removed as u8, 3, 8, 2));
    failed.epoch = u16::MAX;
    assert_eq!(review(failed).3, 0, "only that it differs counts");
}

#[test]
fn nobody_is_reviewed_in_a_community_market() {
    let (mut member, ..) = candidate();
    let community = Market { tier: Tier::Community as u8, ..market() };
    assert_eq!(member.review(&community, &reviewing(), NOW), Err(MarketError::NotUnderReview));
}
