//! The terms of a market: the bounds that no authority exceeds, and what of them a job and a record rest on.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{
            MAX_ACK_WINDOW, MAX_ATTEMPTS, MAX_FEE_BPS, MAX_HEARTBEAT, MAX_JOB_DURATION, MAX_MISSED_ACK_BPS,
            MAX_QUEUE_TTL, MAX_SEAT_LIFETIME, MAX_SLA_BPS, MIN_ACK_WINDOW, MIN_HEARTBEAT, MIN_JOB_DURATION,
            MIN_QUEUE_TTL, MIN_SEAT_LIFETIME,
        },
        error::MarketError,
        state::{Policy, Terms, TermsParams, Tier},
    },
    grounds::*,
};

const MIN_BOND: u64 = 100;

/// Premium terms: an hour at least, which pays 36 base units of fees.
fn premium() -> TermsParams {
    TermsParams {
        rate: 100_000,
        bond: 1_000,
        tip: 5,
        queue_fee: 6,
        min_duration: 3_600,
        max_duration: 7_200,
        queue_ttl: 3_601,
        ack_window: 61,
        heartbeat_interval: 62,
        seat_lifetime: 601,
        fee_bps: 1_000,
        missed_ack_bps: 9,
        sla_bps: 10,
        attempts: 3,
        policy: Policy { min_ended_fees: 360, ..policy() },
        attestor_set: key(12),
    }
}

fn community() -> TermsParams {
    TermsParams { sla_bps: 0, policy: Policy::default(), ..premium() }
}

fn of_tier(tier: Tier) -> TermsParams {
    if tier == Tier::Premium { premium() } else { community() }
}

type Change = fn(&mut TermsParams);

fn check(tier: Tier, change: Change) -> Result<(), MarketError> {
    let mut params = of_tier(tier);
    change(&mut params);
    params.check(tier, MIN_BOND)
}

#[test]
fn every_bound_of_terms_holds_in_both_tiers_and_is_refused_one_beyond_it() {
    let cases: [(Change, Change, MarketError); 15] = [
        (|terms| terms.rate = 1, |terms| terms.rate = 0, MarketError::RateZero),
        (|terms| terms.bond = MIN_BOND, |terms| terms.bond = MIN_BOND - 1, MarketError::BondBelowMinimum),
        (|terms| terms.fee_bps = MAX_FEE_BPS, |terms| terms.fee_bps = MAX_FEE_BPS + 1, MarketError::FeeTooHigh),
        (
            |terms| terms.missed_ack_bps = MAX_MISSED_ACK_BPS,
            |terms| terms.missed_ack_bps = MAX_MISSED_ACK_BPS + 1,
            MarketError::MissedAckTooHigh,
        ),
        (
            |terms| terms.min_duration = MIN_JOB_DURATION,
            |terms| terms.min_duration = MIN_JOB_DURATION - 1,
            MarketError::DurationOutOfRange,
        ),
        (
            |terms| terms.max_duration = terms.min_duration,
            |terms| terms.max_duration = terms.min_duration - 1,
            MarketError::DurationOutOfRange,
        ),
        (
            |terms| terms.max_duration = MAX_JOB_DURATION,
            |terms| terms.max_duration = MAX_JOB_DURATION + 1,
            MarketError::DurationOutOfRange,
        ),
        (
            |terms| terms.queue_ttl = MIN_QUEUE_TTL,
            |terms| terms.queue_ttl = MIN_QUEUE_TTL - 1,
            MarketError::QueueTtlOutOfRange,
        ),
        (
            |terms| terms.queue_ttl = MAX_QUEUE_TTL,
            |terms| terms.queue_ttl = MAX_QUEUE_TTL + 1,
            MarketError::QueueTtlOutOfRange,
        ),
        (
            |terms| terms.ack_window = MIN_ACK_WINDOW,
            |terms| terms.ack_window = MIN_ACK_WINDOW - 1,
            MarketError::AckWindowOutOfRange,
        ),
        (
            |terms| terms.ack_window = MAX_ACK_WINDOW,
            |terms| terms.ack_window = MAX_ACK_WINDOW + 1,
            MarketError::AckWindowOutOfRange,
        ),
        (
            |terms| terms.heartbeat_interval = MIN_HEARTBEAT,
            |terms| terms.heartbeat_interval = MIN_HEARTBEAT - 1,
            MarketError::HeartbeatOutOfRange,
        ),
        (
            |terms| terms.heartbeat_interval = MAX_HEARTBEAT,
            |terms| terms.heartbeat_interval = MAX_HEARTBEAT + 1,
            MarketError::HeartbeatOutOfRange,
        ),
        (
            |terms| terms.seat_lifetime = MIN_SEAT_LIFETIME,
            |terms| terms.seat_lifetime = MIN_SEAT_LIFETIME - 1,
            MarketError::SeatLifetimeOutOfRange,
        ),
        (
            |terms| terms.seat_lifetime = MAX_SEAT_LIFETIME,
            |terms| terms.seat_lifetime = MAX_SEAT_LIFETIME + 1,
            MarketError::SeatLifetimeOutOfRange,
        ),
    ];
    for tier in [Tier::Community, Tier::Premium] {
        assert_eq!(check(tier, |_| ()), Ok(()));
        for (at, beyond, error) in cases {
            assert_eq!(check(tier, at), Ok(()), "at the bound of {error:?}, {tier:?}");
            assert_eq!(check(tier, beyond), Err(error), "{tier:?}");
        }
        let out = Err(MarketError::AttemptsOutOfRange);
        for (attempts, result) in [(0, out), (1, Ok(())), (MAX_ATTEMPTS, Ok(())), (MAX_ATTEMPTS + 1, out)] {
            let params = TermsParams { attempts, ..of_tier(tier) };
            assert_eq!(params.check(tier, MIN_BOND), result, "{attempts} attempts");
        }
    }
}

#[test]
fn only_premium_backs_its_promise_with_the_bond() {
    let sla = |tier, sla_bps| TermsParams { sla_bps, ..of_tier(tier) }.check(tier, MIN_BOND);
    for (sla_bps, result) in [(0, Ok(())), (1, Err(MarketError::SlaInCommunity))] {
        assert_eq!((sla(Tier::Community, sla_bps), sla(Tier::Premium, sla_bps)), (result, Ok(())));
    }
    assert_eq!(sla(Tier::Premium, MAX_SLA_BPS), Ok(()));
    for tier in [Tier::Community, Tier::Premium] {
        assert_eq!(sla(tier, MAX_SLA_BPS + 1), Err(MarketError::SlaTooHigh));
    }
}

#[test]
fn premium_terms_have_fees_and_judge_no_window_on_less_than_its_shortest_jobs() {
    let out = Err(MarketError::PolicyOutOfRange);
    let cases: [(Change, Result<(), MarketError>); 6] = [
        // Ten jobs of 36 base units.
        (|terms| terms.policy.min_ended_fees = 359, out),
        (|terms| terms.policy.min_ended_fees = 361, Ok(())),
        (|terms| terms.policy.min_ended = 11, out),
        (|terms| terms.rate = 103_000, out),
        (|terms| terms.fee_bps = 0, out),
        (|terms| terms.fee_bps = 1, Ok(())),
    ];
    for (case, (change, result)) in cases.into_iter().enumerate() {
        assert_eq!(check(Tier::Premium, change), result, "case {case}");
    }
    assert_eq!(check(Tier::Community, |terms| terms.fee_bps = 0), Ok(()), "where nobody is judged");
}

#[test]
fn the_policy_is_checked_with_the_terms_that_it_is_part_of() {
    assert_eq!(check(Tier::Premium, |terms| terms.bond = 5_000), Ok(()));
    assert_eq!(check(Tier::Premium, |terms| terms.bond = 5_001), Err(MarketError::PolicyOutOfRange));
    assert_eq!(check(Tier::Community, |terms| terms.policy = policy()), Err(MarketError::PolicyInCommunity));
}

#[test]
fn terms_say_what_they_were_set_to() {
    let mut terms = Terms::zeroed();
    terms.set(&premium());
    let mut expected = Terms::zeroed();
    (expected.rate, expected.bond, expected.tip, expected.queue_fee) = (100_000, 1_000, 5, 6);
    (expected.min_duration, expected.max_duration) = (3_600, 7_200);
    (expected.queue_ttl, expected.ack_window, expected.heartbeat_interval) = (3_601, 61, 62);
    (expected.seat_lifetime, expected.fee_bps, expected.missed_ack_bps) = (601, 1_000, 9);
    (expected.sla_bps, expected.attempts, expected.attestor_set) = (10, 3, key(12));
    expected.policy = premium().policy;
    assert_eq!(terms, expected);
}

#[test]
fn a_job_is_as_long_as_the_terms_allow() {
    let mut terms = Terms::zeroed();
    terms.set(&premium());
    let out = Err(MarketError::JobDurationOutOfRange);
    for (seconds, result) in
        [(0, out), (3_599, out), (3_600, Ok(())), (7_200, Ok(())), (7_201, out), (u32::MAX, out)]
    {
        assert_eq!(terms.require_duration(seconds), result, "{seconds} seconds");
    }
}
