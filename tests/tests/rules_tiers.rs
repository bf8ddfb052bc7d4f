//! Admission by hand: only at genesis, only of candidates, and only with GPUs for a seat.

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::GENESIS_ATTESTATION,
        error::MarketError,
        state::{Market, Member, MemberState, Policy, Standing, Tier},
    },
};

const GENESIS_END: i64 = 1_000_000;

fn market() -> Market {
    Market { tier: Tier::Premium as u8, genesis_end: GENESIS_END, gpus_per_seat: 4, ..Market::zeroed() }
}

fn policy() -> Policy {
    Policy { collateral_floor: 500, ..Policy::default() }
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
