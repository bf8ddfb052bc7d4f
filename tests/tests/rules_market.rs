//! A market: what it is made with, when its announced terms take effect, and what is left of it when it closes.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{BOND_GRACE, LOOSENING_DELAY, MAX_GENESIS, MAX_NOTICE, MAX_SHARDS},
        error::MarketError,
        state::{Admission, Market, MarketParams, Terms, TermsParams, Tier},
    },
    gpu_market_sdk::Address,
    grounds::*,
};

const MINT: u8 = 30;
const SEAT_LIFETIME: i64 = 600;
/// Number of the terms in force.
const NOW: u32 = 3;
/// Number of the terms that follow.
const NEXT: u32 = 4;

// ---- what a market is made with

fn market_params(tier: Tier) -> MarketParams {
    MarketParams {
        id: 1,
        gpus_per_seat: 1,
        tier: tier as u8,
        gpu_class: [b'a'; 32],
        genesis_end: if tier == Tier::Premium { START } else { 0 },
        access_mint: Address::default(),
    }
}

fn of_tier(tier: Tier) -> Market {
    let mut market = Market::zeroed();
    (market.tier, market.payment_mint) = (tier as u8, key(MINT));
    market
}

#[test]
fn every_number_is_a_tier_or_refused() {
    let unknown = Err(MarketError::UnknownTier);
    for (number, tier) in [(0, Ok(Tier::Community)), (1, Ok(Tier::Premium)), (2, unknown), (u8::MAX, unknown)] {
        let mut market = Market::zeroed();
        market.tier = number;
        assert_eq!(market.tier(), tier);
    }
}

#[test]
fn a_market_of_either_tier_has_gpus_and_a_class() {
    type Change = fn(&mut MarketParams);
    let cases: [(Change, Result<(), MarketError>); 5] = [
        (|_| (), Ok(())),
        (|params| params.gpus_per_seat = 0, Err(MarketError::GpusPerSeatZero)),
        (|params| params.gpus_per_seat = u16::MAX, Ok(())),
        (|params| params.gpu_class = [0; 32], Err(MarketError::GpuClassMissing)),
        (|params| params.tier = 2, Err(MarketError::UnknownTier)),
    ];
    let feeder = of_tier(Tier::Community);
    for (tier, feeder) in [(Tier::Community, None), (Tier::Premium, Some(&feeder))] {
        for (case, (change, result)) in cases.into_iter().enumerate() {
            let mut params = market_params(tier);
            change(&mut params);
            assert_eq!(Market::check_params(&params, &key(MINT), feeder, START), result, "case {case}, {tier:?}");
        }
    }
}

#[test]
fn a_premium_market_is_fed_by_a_community_market_of_the_same_mint_and_a_community_market_by_none() {
    let wrong = Err(MarketError::WrongFeeder);
    let (community, premium) = (of_tier(Tier::Community), of_tier(Tier::Premium));
    let mut other_mint = community;
    other_mint.payment_mint = key(MINT + 1);
    for (feeder, result) in
        [(None, wrong), (Some(&community), Ok(())), (Some(&premium), wrong), (Some(&other_mint), wrong)]
    {
        let params = market_params(Tier::Premium);
        assert_eq!(Market::check_params(&params, &key(MINT), feeder, START), result);
    }
    let params = market_params(Tier::Community);
    assert_eq!(Market::check_params(&params, &key(MINT), Some(&community), START), wrong);
}

#[test]
fn only_a_premium_market_has_a_genesis_of_thirty_days_at_most() {
    let out = Err(MarketError::GenesisOutOfRange);
    let feeder = of_tier(Tier::Community);
    for (tier, feeder, genesis_end, result) in [
        (Tier::Community, None, 0, Ok(())),
        (Tier::Community, None, START, out),
        (Tier::Premium, Some(&feeder), 0, out),
        (Tier::Premium, Some(&feeder), START - 1, out),
        (Tier::Premium, Some(&feeder), START, Ok(())),
        (Tier::Premium, Some(&feeder), START + MAX_GENESIS, Ok(())),
        (Tier::Premium, Some(&feeder), START + MAX_GENESIS + 1, out),
    ] {
        let params = MarketParams { genesis_end, ..market_params(tier) };
        assert_eq!(
            Market::check_params(&params, &key(MINT), feeder, START),
            result,
            "{tier:?} until {genesis_end}"
        );
    }
}

// ---- its terms

/// A premium market under its third terms.
fn market() -> Market {
    let mut market = of_tier(Tier::Premium);
    (market.authority, market.current_terms, market.open_terms) = (key(1), NOW, 2);
    market
}

/// The same with the fourth announced, at a rate of 50.
fn announced(effective_at: i64) -> Market {
    let mut market = market();
    (market.announced_terms, market.announced_effective_at, market.announced_rate) = (NEXT, effective_at, 50);
    market
}

fn terms() -> Terms {
    let mut terms = Terms::zeroed();
    (terms.number, terms.seat_lifetime, terms.bond) = (NOW, SEAT_LIFETIME as u32, 100);
    (terms.policy, terms.attestor_set) = (policy(), key(20));
    terms
}

/// Terms as strict as those in force, at a rate of 50.
fn same() -> TermsParams {
    TermsParams {
        rate: 50,
        bond: 100,
        tip: 0,
        queue_fee: 0,
        min_duration: 60,
        max_duration: 60,
        queue_ttl: 60,
        ack_window: 60,
        heartbeat_interval: 60,
        seat_lifetime: 900,
        fee_bps: 0,
        missed_ack_bps: 0,
        sla_bps: 0,
        attempts: 1,
        policy: policy(),
        attestor_set: key(20),
    }
}

fn announce(market: &mut Market, params: &TermsParams, at: i64) -> Result<i64, MarketError> {
    market.announce(NEXT, params, &terms(), at, START)
}

#[test]
fn announced_terms_are_in_force_from_the_second_of_their_effect() {
    for (market, in_force) in
        [(market(), NOW), (announced(START + 1), NOW), (announced(START), NEXT), (announced(START - 1), NEXT)]
    {
        assert_eq!(market.terms_in_force(START), in_force);
        for number in [NOW - 1, NOW, NEXT] {
            let mut terms = Terms::zeroed();
            terms.number = number;
            let result = if number == in_force { Ok(()) } else { Err(MarketError::WrongTerms) };
            assert_eq!(market.require_in_force(&terms, START), result, "{number}");
        }
    }
}

#[test]
fn terms_are_numbered_one_after_the_other() {
    assert_eq!(Market::zeroed().next_terms_number(), Ok(1));
    assert_eq!((market().next_terms_number(), announced(START).next_terms_number()), (Ok(NOW + 1), Ok(NEXT + 1)));
    let mut last = market();
    last.current_terms = u32::MAX;
    assert_eq!(last.next_terms_number(), Err(MarketError::MathOverflow));
}

#[test]
fn a_community_market_asks_for_an_attestation_when_the_terms_in_force_do() {
    let (open, attested) = (Admission::Open as u8, Admission::Attested as u8);
    for (now, next, before, after) in [
        (open, open, false, false),
        (open, attested, false, true),
        (attested, open, true, false),
        (attested, attested, true, true),
    ] {
        for tier in [Tier::Community, Tier::Premium] {
            let asks = |mut market: Market| {
                (market.tier, market.admission, market.announced_admission) = (tier as u8, now, next);
                market.needs_attestation(START)
            };
            let premium = tier == Tier::Premium;
            assert_eq!(asks(market()), Ok(before || premium), "nothing is announced");
            assert_eq!(asks(announced(START + 1)), Ok(before || premium));
            assert_eq!(asks(announced(START)), Ok(after || premium));
        }
    }
}

#[test]
fn announced_terms_wait_until_every_seat_under_the_old_ones_is_over() {
    let mut market = market();
    let mut params = same();
    params.policy.admission = Admission::Attested as u8;
    assert_eq!(announce(&mut market, &params, 0), Ok(START + SEAT_LIFETIME));
    let mut expected = announced(START + SEAT_LIFETIME);
    (expected.announced_admission, expected.open_terms) = (1, 3);
    expected.seats_until = START + 2 * SEAT_LIFETIME;
    assert_eq!(market, expected);
    // Seats of still earlier terms may last longer than those of the terms in force.
    let mut busy = self::market();
    busy.seats_until = START + SEAT_LIFETIME + 1;
    assert_eq!(announce(&mut busy, &same(), 0), Ok(START + SEAT_LIFETIME + 1));
}

#[test]
fn an_authority_may_announce_terms_for_later_but_not_for_sooner_or_after_a_month() {
    for (at, result) in [
        (START + SEAT_LIFETIME - 1, Err(MarketError::NoticeTooShort)),
        (START, Err(MarketError::NoticeTooShort)),
        (START + SEAT_LIFETIME, Ok(START + SEAT_LIFETIME)),
        (START + MAX_NOTICE, Ok(START + MAX_NOTICE)),
        (START + MAX_NOTICE + 1, Err(MarketError::NoticeTooLong)),
    ] {
        let mut market = market();
        assert_eq!(announce(&mut market, &same(), at), result);
        match result {
            Ok(effective_at) => assert_eq!(
                (market.announced_effective_at, market.seats_until),
                (effective_at, effective_at + SEAT_LIFETIME)
            ),
            Err(_) => assert_eq!(market, self::market()),
        }
    }
}

#[test]
fn terms_are_announced_one_at_a_time() {
    let pending = announced(START + 1);
    let mut market = pending;
    assert_eq!(announce(&mut market, &same(), 0), Err(MarketError::TermsAlreadyAnnounced));
    assert_eq!(market, pending);
    // Once they are in force, others may follow them.
    let mut market = announced(START);
    (market.admission, market.announced_admission) = (0, 1);
    assert_eq!(announce(&mut market, &same(), 0), Err(MarketError::WrongTerms));
    let mut in_force = terms();
    in_force.number = NEXT;
    assert_eq!(market.announce(NEXT + 1, &same(), &in_force, 0, START), Ok(START + SEAT_LIFETIME));
    assert_eq!((market.current_terms, market.announced_terms), (NEXT, NEXT + 1));
    assert_eq!((market.admission, market.announced_admission), (1, 0));
}

#[test]
fn a_higher_bond_takes_seven_days() {
    for (bond, delay) in [(99, SEAT_LIFETIME), (100, SEAT_LIFETIME), (101, BOND_GRACE)] {
        let params = TermsParams { bond, ..same() };
        assert_eq!(announce(&mut market(), &params, 0), Ok(START + delay), "a bond of {bond}");
        assert_eq!(announce(&mut market(), &params, START + delay - 1), Err(MarketError::NoticeTooShort));
    }
    let mut busy = market();
    busy.seats_until = START + BOND_GRACE + 1;
    assert_eq!(announce(&mut busy, &TermsParams { bond: 101, ..same() }, 0), Ok(START + BOND_GRACE + 1));
}

#[test]
fn an_easier_policy_and_other_attestors_take_fourteen_days() {
    let mut easier = same();
    easier.policy.min_completed -= 1;
    let others = TermsParams { attestor_set: key(21), ..same() };
    for params in [easier, others, TermsParams { bond: 101, ..others }] {
        assert_eq!(announce(&mut market(), &params, 0), Ok(START + LOOSENING_DELAY));
        assert_eq!(announce(&mut market(), &params, START + LOOSENING_DELAY - 1), Err(MarketError::NoticeTooShort));
    }
}

#[test]
fn terms_close_when_they_are_neither_in_force_nor_to_come() {
    let in_use = Err(MarketError::TermsInUse);
    for (market, closable) in [
        (market(), [Ok(()), in_use, Ok(())]),
        (announced(START + 1), [Ok(()), in_use, in_use]),
        (announced(START), [Ok(()), Ok(()), in_use]),
        (announced(START - 1), [Ok(()), Ok(()), in_use]),
    ] {
        for (number, result) in [NOW - 1, NOW, NEXT].into_iter().zip(closable) {
            let mut market = market;
            assert_eq!(market.terms_closed(number, START), result, "{number}");
            assert_eq!(market.open_terms, if result.is_ok() { 1 } else { 2 });
        }
    }
}

#[test]
fn the_last_terms_close_when_nothing_else_of_the_market_is_left() {
    type Change = fn(&mut Market);
    let in_use = Err(MarketError::TermsInUse);
    let cases: [(Change, Result<(), MarketError>); 4] = [
        (|_| (), Ok(())),
        (|market| market.open_terms = 2, in_use),
        (|market| market.members = 1, in_use),
        (|market| market.shards = 1, in_use),
    ];
    for (case, (change, result)) in cases.into_iter().enumerate() {
        let mut market = market();
        market.open_terms = 1;
        change(&mut market);
        assert_eq!(market.terms_closed(NOW, START), result, "case {case}");
    }
    let mut none = market();
    none.open_terms = 0;
    assert_eq!(none.terms_closed(NOW - 1, START), Err(MarketError::MathOverflow));
}

#[test]
fn a_seat_lasts_its_lifetime_but_not_into_terms_that_pay_less_than_its_host_accepts() {
    let lifetime = START + SEAT_LIFETIME;
    for (market, min_rate, until) in [
        (market(), u64::MAX, lifetime),
        (announced(START + 1), 51, START + 1),
        (announced(START + 1), 50, lifetime),
        (announced(START + 1), 49, lifetime),
        (announced(START), 51, lifetime),
        (announced(START - 1), 51, lifetime),
        (announced(lifetime + 1), 51, lifetime),
    ] {
        assert_eq!(
            market.seat_valid_until(SEAT_LIFETIME as u32, min_rate, START),
            Ok(until),
            "at least {min_rate}"
        );
    }
}

// ---- who runs it, and what it consists of

#[test]
fn only_the_proposed_successor_becomes_the_authority_and_once() {
    let refused = Err(MarketError::NotPendingAuthority);
    let mut market = market();
    assert_eq!(market.accept_authority(&key(2)), refused);
    assert_eq!(market.accept_authority(&Address::default()), refused, "nobody is no successor");
    market.propose_authority(key(2));
    assert_eq!(market.accept_authority(&key(1)), refused);
    assert_eq!((market.authority, market.pending_authority), (key(1), key(2)), "until then the authority stays");
    assert_eq!(market.accept_authority(&key(2)), Ok(()));
    assert_eq!((market.authority, market.pending_authority), (key(2), Address::default()));
}

#[test]
fn shards_are_opened_in_order_up_to_sixteen_and_closed_in_the_opposite_one() {
    let disorder = Err(MarketError::ShardIndexOutOfOrder);
    let mut market = market();
    for index in 0..MAX_SHARDS {
        assert_eq!((market.shard_opened(index + 1), market.shards), (disorder, index));
        assert_eq!((market.shard_opened(index), market.shards), (Ok(()), index + 1));
    }
    assert_eq!(market.shard_opened(MAX_SHARDS), Err(MarketError::TooManyShards));
    for index in (0..MAX_SHARDS).rev() {
        assert_eq!((market.shard_closed(index + 1), market.shards), (disorder, index + 1));
        assert_eq!((market.shard_closed(index), market.shards), (Ok(()), index));
    }
    assert_eq!(market.shard_closed(0), Err(MarketError::MathOverflow));
}

#[test]
fn a_market_closes_when_nothing_of_it_is_left() {
    let mut market = of_tier(Tier::Premium);
    assert_eq!(market.require_empty(), Ok(()));
    assert_eq!(market.member_opened(), Ok(()));
    assert_eq!((market.members, market.require_empty()), (1, Err(MarketError::MarketNotEmpty)));
    assert_eq!(market.member_closed(), Ok(()));
    assert_eq!((market.members, market.require_empty()), (0, Ok(())));
    assert_eq!(market.member_closed(), Err(MarketError::MathOverflow));
    market.shards = 1;
    assert_eq!(market.require_empty(), Err(MarketError::MarketNotEmpty));
    (market.shards, market.open_terms) = (0, 1);
    assert_eq!(market.require_empty(), Err(MarketError::MarketNotEmpty));
}

#[test]
fn a_market_has_an_authority_sixteen_shards_at_most_and_terms_that_follow_the_current_ones() {
    type Change = fn(&mut Market);
    let broken = Err(MarketError::InvariantBroken);
    let cases: [(Change, Result<(), MarketError>); 7] = [
        (|_| (), Ok(())),
        (|market| market.shards = MAX_SHARDS, Ok(())),
        (|market| market.shards = MAX_SHARDS + 1, broken),
        (|market| market.authority = Address::default(), broken),
        (|market| market.announced_terms = NOW + 1, Ok(())),
        (|market| market.announced_terms = NOW, broken),
        (|market| market.announced_terms = NOW - 1, broken),
    ];
    for (case, (change, result)) in cases.into_iter().enumerate() {
        let mut market = market();
        change(&mut market);
        assert_eq!(market.invariant(), result, "case {case}");
    }
}
