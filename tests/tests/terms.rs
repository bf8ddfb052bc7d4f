//! Terms: their bounds, their announcement, when they take effect, and when they close.

use {
    gpu_market::{
        constants::*,
        error::MarketError,
        events::{TermsAnnounced, TermsClosed},
        state::{ConfigSettings, MarketParams, Policy, TermsParams},
    },
    gpu_market_sdk::{
        address,
        events::Event,
        instructions::{admin, job, market, member, queue, shard},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// Terms that break one bound each, and the refusal.
fn bad_terms() -> Vec<(TermsParams, MarketError)> {
    use MarketError::*;
    let min = |min_duration| TermsParams { min_duration, ..TERMS };
    let max = |max_duration| TermsParams { max_duration, ..TERMS };
    let ttl = |queue_ttl| TermsParams { queue_ttl, ..TERMS };
    let ack = |ack_window| TermsParams { ack_window, ..TERMS };
    let beat = |heartbeat_interval| TermsParams { heartbeat_interval, ..TERMS };
    let life = |seat_lifetime| TermsParams { seat_lifetime, ..TERMS };
    let attempts = |attempts| TermsParams { attempts, ..TERMS };
    vec![
        (TermsParams { rate: 0, ..TERMS }, RateZero),
        (TermsParams { bond: STAKE - 1, ..TERMS }, BondBelowMinimum),
        (TermsParams { bond: 0, ..TERMS }, BondBelowMinimum),
        (TermsParams { fee_bps: MAX_FEE_BPS + 1, ..TERMS }, FeeTooHigh),
        (TermsParams { missed_ack_bps: MAX_MISSED_ACK_BPS + 1, ..TERMS }, MissedAckTooHigh),
        (TermsParams { sla_bps: MAX_SLA_BPS + 1, ..TERMS }, SlaTooHigh),
        (min(MIN_JOB_DURATION - 1), DurationOutOfRange),
        (min(TERMS.max_duration + 1), DurationOutOfRange),
        (max(MAX_JOB_DURATION + 1), DurationOutOfRange),
        (ttl(MIN_QUEUE_TTL - 1), QueueTtlOutOfRange),
        (ttl(MAX_QUEUE_TTL + 1), QueueTtlOutOfRange),
        (ack(MIN_ACK_WINDOW - 1), AckWindowOutOfRange),
        (ack(MAX_ACK_WINDOW + 1), AckWindowOutOfRange),
        (beat(MIN_HEARTBEAT - 1), HeartbeatOutOfRange),
        (beat(MAX_HEARTBEAT + 1), HeartbeatOutOfRange),
        (life(MIN_SEAT_LIFETIME - 1), SeatLifetimeOutOfRange),
        (life(MAX_SEAT_LIFETIME + 1), SeatLifetimeOutOfRange),
        (attempts(0), AttemptsOutOfRange),
        (attempts(MAX_ATTEMPTS + 1), AttemptsOutOfRange),
    ]
}

/// The lowest and the highest of everything.
const LOWEST: TermsParams = TermsParams {
    rate: 1,
    bond: STAKE,
    tip: 0,
    queue_fee: 0,
    min_duration: MIN_JOB_DURATION,
    max_duration: MIN_JOB_DURATION,
    queue_ttl: MIN_QUEUE_TTL,
    ack_window: MIN_ACK_WINDOW,
    heartbeat_interval: MIN_HEARTBEAT,
    seat_lifetime: MIN_SEAT_LIFETIME,
    fee_bps: 0,
    missed_ack_bps: 0,
    sla_bps: 0,
    attempts: 1,
    ..TERMS
};
const HIGHEST: TermsParams = TermsParams {
    rate: u64::MAX,
    bond: u64::MAX,
    tip: u64::MAX,
    queue_fee: u64::MAX,
    min_duration: MAX_JOB_DURATION,
    max_duration: MAX_JOB_DURATION,
    queue_ttl: MAX_QUEUE_TTL,
    ack_window: MAX_ACK_WINDOW,
    heartbeat_interval: MAX_HEARTBEAT,
    seat_lifetime: MAX_SEAT_LIFETIME,
    fee_bps: MAX_FEE_BPS,
    missed_ack_bps: MAX_MISSED_ACK_BPS,
    sla_bps: MAX_SLA_BPS,
    attempts: MAX_ATTEMPTS,
    ..TERMS
};

fn creation(world: &World, tier: u8, id: u16, terms: TermsParams) -> gpu_market_sdk::Instruction {
    let genesis_end = if tier == 1 { world.now().unix } else { 0 };
    let policy = Policy { collateral_floor: terms.bond, min_ended_fees: u64::MAX, ..PREMIUM_POLICY };
    // Records in Premium are weighed by fees.
    let fee_bps = terms.fee_bps.max(1);
    let terms = if tier == 1 { TermsParams { policy, fee_bps, ..terms } } else { terms };
    market::create_market(market::CreateMarket {
        authority: world.authority.pubkey(),
        payer: world.payer.pubkey(),
        payment: world.dollar,
        feeder: (tier == 1).then_some(world.community.address),
        market: MarketParams {
            id,
            gpus_per_seat: 1,
            tier,
            gpu_class: [1; 32],
            genesis_end,
            access_mint: Default::default(),
        },
        terms,
    })
}

#[test]
fn every_term_has_its_bounds_at_creation_and_at_announcement() {
    let mut world = World::new();
    let (community, premium) = (world.community, world.premium);
    let authority = world.authority.insecure_clone();
    for (terms, error) in bad_terms() {
        for (tier, of) in [(0, community), (1, premium)] {
            let create = creation(&world, tier, 9, terms);
            world.refused(&[create], &[&authority], rule(error));
            let announce = market::announce_terms(world.announcement(&of, &terms, 0));
            world.refused(&[announce], &[&authority], rule(error));
        }
    }
    for terms in [
        TermsParams { fee_bps: 0, ..PREMIUM_TERMS },
        // Three of the shortest jobs pay 540 in fees.
        TermsParams { policy: Policy { min_ended_fees: 539, ..PREMIUM_POLICY }, ..PREMIUM_TERMS },
    ] {
        let announce = market::announce_terms(world.announcement(&premium, &terms, 0));
        world.refused(&[announce], &[&authority], rule(MarketError::PolicyOutOfRange));
    }
    let policy = Policy { review_success_bps: PREMIUM_POLICY.promote_success_bps, ..PREMIUM_POLICY };
    let blurred = market::announce_terms(world.announcement(&premium, &TermsParams { policy, ..PREMIUM_TERMS }, 0));
    world.refused(&[blurred], &[&authority], rule(MarketError::PolicyWithoutHysteresis));
    let ranked = TermsParams { policy: PREMIUM_POLICY, ..TERMS };
    let announce = market::announce_terms(world.announcement(&community, &ranked, 0));
    world.refused(&[announce], &[&authority], rule(MarketError::PolicyInCommunity));
    let sla = TermsParams { sla_bps: 1, ..TERMS };
    let create = creation(&world, 0, 9, sla);
    world.refused(&[create], &[&authority], rule(MarketError::SlaInCommunity));
    let announce = market::announce_terms(world.announcement(&community, &sla, 0));
    world.refused(&[announce], &[&authority], rule(MarketError::SlaInCommunity));
    for (id, terms) in [(9, LOWEST), (10, HIGHEST)] {
        let create = creation(&world, 1, id, terms);
        world.ok(&[create], &[&authority]);
    }
    let policy = Policy { collateral_floor: HIGHEST.bond, min_ended_fees: u64::MAX, ..PREMIUM_POLICY };
    let highest = TermsParams { policy, ..HIGHEST };
    let announce = market::announce_terms(world.announcement(&premium, &highest, 0));
    world.ok(&[announce], &[&authority]);
}

#[test]
fn a_raised_minimum_bond_binds_later_terms_and_not_earlier_ones() {
    let mut world = World::new();
    let (market, admin, authority) =
        (world.community, world.admin.insecure_clone(), world.authority.insecure_clone());
    let raised = ConfigSettings { min_bond: TERMS.bond + 1, ..settings() };
    world.ok(&[admin::update_config(admin.pubkey(), raised)], &[&admin]);
    let announce = market::announce_terms(world.announcement(&market, &TERMS, 0));
    world.refused(&[announce], &[&authority], rule(MarketError::BondBelowMinimum));
    let client = world.client("client", 1_000 * DOLLAR);
    world.post(&client, &market, 0, HOUR);
}

#[test]
fn terms_with_a_higher_bond_are_announced_a_week_ahead() {
    let mut world = World::new();
    let (market, authority, sponsor) = (world.community, world.authority.insecure_clone(), world.funded("sponsor"));
    // Their bond is higher, so that members have a week to top up.
    let earliest = world.now().unix + gpu_market::constants::BOND_GRACE;
    let terms = TermsParams { rate: 7, ..HIGHEST };
    let terms = TermsParams { sla_bps: 0, ..terms };
    for at in [1, -1, i64::MIN, earliest - 1] {
        let announce = market::announce_terms(world.announcement(&market, &terms, at));
        world.refused(&[announce], &[&authority], rule(MarketError::NoticeTooShort));
    }
    let announcement = market::AnnounceTerms { payer: sponsor.pubkey(), ..world.announcement(&market, &terms, 0) };
    let address = address::terms(&market.address, 2).0;
    world.svm.airdrop(&address, 1);
    let executed = world.ok(&[market::announce_terms(announcement)], &[&authority, &sponsor]);
    let account = world.terms_account(&market, 2);
    let event = TermsAnnounced::of(address, &account);
    assert_eq!(executed.events, [Event::TermsAnnounced(event)]);
    assert_eq!((event.effective_at, event.number, event.rate), (earliest, 2, 7));
    assert_eq!((event.market, event.rent_payer), (market.address, sponsor.pubkey()));
    assert_eq!((event.bond, event.tip, event.queue_fee), (u64::MAX, u64::MAX, u64::MAX));
    assert_eq!((event.min_duration, event.max_duration), (terms.min_duration, terms.max_duration));
    assert_eq!((event.queue_ttl, event.ack_window), (terms.queue_ttl, terms.ack_window));
    assert_eq!((event.heartbeat_interval, event.seat_lifetime), (terms.heartbeat_interval, terms.seat_lifetime));
    assert_eq!((event.fee_bps, event.missed_ack_bps, event.sla_bps), (1_000, 5_000, 0));
    assert_eq!(event.attempts, 10);
    let account = world.market_account(&market);
    assert_eq!((account.current_terms, account.announced_terms, account.open_terms), (1, 2, 2));
    assert_eq!((account.announced_effective_at, account.announced_rate), (earliest, 7));
}

#[test]
fn terms_are_announced_at_most_thirty_days_ahead() {
    let mut world = World::new();
    let (market, authority) = (world.community, world.authority.insecure_clone());
    let latest = world.now().unix + MAX_NOTICE;
    for at in [latest + 1, i64::MAX] {
        let announce = market::announce_terms(world.announcement(&market, &TERMS, at));
        world.refused(&[announce], &[&authority], rule(MarketError::NoticeTooLong));
    }
    assert_eq!(world.announce_rate(&market, 5, latest), latest);
}

#[test]
fn the_notice_is_the_lifetime_of_the_seats_that_wait_now() {
    let mut world = World::new();
    let market = world.community;
    let authority = world.authority.insecure_clone();
    let longer = TermsParams { seat_lifetime: MAX_SEAT_LIFETIME, ..TERMS };
    let announcement = world.announcement(&market, &longer, 0);
    world.ok(&[market::announce_terms(announcement)], &[&authority]);
    world.svm.advance(TERMS.seat_lifetime);
    let at = world.now().unix + i64::from(MAX_SEAT_LIFETIME);
    let short = market::announce_terms(world.announcement(&market, &TERMS, at - 1));
    world.refused(&[short], &[&authority], rule(MarketError::NoticeTooShort));
    assert_eq!(world.announce_rate(&market, 5, at), at);
    assert_eq!(world.market_account(&market).announced_terms, 3);
}

#[test]
fn no_terms_take_effect_while_seats_of_the_terms_before_the_last_may_wait() {
    let mut world = World::new();
    let (market, authority) = (world.community, world.authority.insecure_clone());
    let shorter = TermsParams { seat_lifetime: MIN_SEAT_LIFETIME, ..TERMS };
    let announce = market::announce_terms(world.announcement(&market, &shorter, 0));
    world.ok(&[announce], &[&authority]);
    world.svm.advance(TERMS.seat_lifetime);
    // Until when a seat may wait that was taken in the last second of the first terms.
    let until = world.now().unix + i64::from(TERMS.seat_lifetime);
    let early = market::announce_terms(world.announcement(&market, &TERMS, until - 1));
    world.refused(&[early], &[&authority], rule(MarketError::NoticeTooShort));
    assert_eq!(world.announce_rate(&market, 5, 0), until);
}

#[test]
fn only_the_authority_announces_and_only_under_the_terms_in_force() {
    let mut world = World::new();
    let (market, other) = (world.community, world.premium);
    let (authority, stranger) = (world.authority.insecure_clone(), world.funded("stranger"));
    let announcement = world.announcement(&market, &TERMS, 0);
    let announce = market::announce_terms(announcement);
    let by_stranger = with_account(announce.clone(), 0, stranger.pubkey());
    world.refused(&[by_stranger], &[&stranger], rule(MarketError::NotMarketAuthority));
    let of_other = with_account(announce, 4, address::terms(&other.address, 1).0);
    world.refused(&[of_other], &[&authority], rule(MarketError::WrongMarket));

    let effective_at = world.announce_rate(&market, 5, 0);
    let second = market::announce_terms(world.announcement(&market, &TERMS, 0));
    world.refused(&[second], &[&authority], rule(MarketError::TermsAlreadyAnnounced));
    let pending = market::AnnounceTerms { in_force: 2, ..world.announcement(&market, &TERMS, 0) };
    world.refused(&[market::announce_terms(pending)], &[&authority], rule(MarketError::WrongTerms));
    world.svm.advance(u32::try_from(effective_at - world.now().unix).unwrap());
    let stale = market::AnnounceTerms { in_force: 1, ..world.announcement(&market, &TERMS, 0) };
    world.refused(&[market::announce_terms(stale)], &[&authority], rule(MarketError::WrongTerms));
    let third = market::announce_terms(world.announcement(&market, &TERMS, 0));
    world.ok(&[third], &[&authority]);
    let account = world.market_account(&market);
    assert_eq!((account.current_terms, account.announced_terms), (2, 3));
}

#[test]
fn announced_terms_take_effect_by_themselves_and_to_the_second() {
    let mut world = World::new();
    let old = world.community;
    let new = MarketRef { terms: 2, ..old };
    let client = world.client("client", 1_000 * DOLLAR);
    let (host, other) = (world.host("host", 100 * STAKE), world.host("other", 100 * STAKE));
    world.enroll(&host, &old, 50 * STAKE);
    world.enroll(&other, &old, 50 * STAKE);
    let effective_at = world.announce_rate(&old, 200_000_000, 0);
    let entries = |world: &World, market: &MarketRef, nonce| {
        let post = job::post(world.post_of(&client, market, World::post_params(nonce, HOUR)));
        (post, queue::join(world.seat_of(&other, market)))
    };
    let wrong = rule(MarketError::WrongTerms);

    world.svm.advance(u32::try_from(effective_at - world.now().unix - 1).unwrap());
    let (post, join) = entries(&world, &new, 0);
    world.refused(&[post], &[&client.owner], wrong);
    world.refused(&[join], &[&other.operator], wrong);
    let job = world.running(&client, &host, &old, 0, HOUR);
    world.svm.advance(1);
    let (post, join) = entries(&world, &old, 1);
    world.refused(&[post], &[&client.owner], wrong);
    world.refused(&[join], &[&other.operator], wrong);
    let (post, join) = entries(&world, &new, 1);
    world.ok(&[post], &[&client.owner]);
    world.ok(&[join], &[&other.operator]);
    assert_eq!(world.job(&world.job_address(&client, 1)).rate, 200_000_000);

    // What was posted before is settled by what it was posted under.
    world.run_for(&host, &old, job, 600);
    world.finish(&client, &host, &old, job);
    assert_eq!((world.job(&job).terms, world.job(&job).paid), (1, 60_100), "601 seconds at the old rate");
}

#[test]
fn superseded_terms_close_and_no_others() {
    let mut world = World::new();
    let (market, other) = (world.community, world.premium);
    let (authority, payer, stranger) =
        (world.authority.insecure_clone(), world.payer.pubkey(), world.funded("stranger"));
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let close = |number| market::close_terms(authority.pubkey(), market.address, number, payer);
    let in_use = rule(MarketError::TermsInUse);
    world.refused(&[close(1)], &[&authority], in_use);
    let effective_at = world.announce_rate(&market, 5, 0);
    world.refused(&[close(1)], &[&authority], in_use);
    world.refused(&[close(2)], &[&authority], in_use);
    let job = world.post(&client, &market, 0, HOUR);
    world.svm.advance(u32::try_from(effective_at - world.now().unix).unwrap());
    world.refused(&[close(2)], &[&authority], in_use);

    let by_stranger = with_account(close(1), 0, stranger.pubkey());
    world.refused(&[by_stranger], &[&stranger], rule(MarketError::NotMarketAuthority));
    for (place, key, error) in [
        (2, address::terms(&other.address, 1).0, MarketError::WrongMarket),
        (3, authority.pubkey(), MarketError::WrongRentPayer),
    ] {
        world.refused(&[with_account(close(1), place, key)], &[&authority], rule(error));
    }
    // A third party pays the fee, so that the rent is all that the payer sees.
    let terms = address::terms(&market.address, 1).0;
    let (before, rent) = (world.lamports(&payer), world.lamports(&terms));
    let executed = world.svm.send(&[close(1)], &[&stranger, &authority]).expect("closed");
    world.audit();
    assert_eq!((world.lamports(&payer), world.exists(&terms)), (before + rent, false));
    let event = TermsClosed { terms, market: market.address, number: 1 };
    assert_eq!(executed.events, [Event::TermsClosed(event)]);
    assert_eq!(world.market_account(&market).open_terms, 1);

    // The job that was posted under them is run and paid all the same.
    let new = MarketRef { terms: 2, ..market };
    world.join(&host, &new);
    world.start(&host, &new, job);
    world.run_for(&host, &new, job, 600);
    world.finish(&client, &host, &new, job);
    assert_eq!(world.job(&job).paid, 60_000);
}

#[test]
fn a_closed_number_is_never_used_again() {
    let mut world = World::new();
    let (market, authority, payer) = (world.community, world.authority.insecure_clone(), world.payer.pubkey());
    for number in 2..5 {
        let effective_at = world.announce_rate(&market, 5, 0);
        assert_eq!(world.market_account(&market).announced_terms, number);
        world.svm.advance(u32::try_from(effective_at - world.now().unix).unwrap());
        world.ok(&[market::close_terms(authority.pubkey(), market.address, number - 1, payer)], &[&authority]);
    }
    assert_eq!(world.market_account(&market).next_terms_number(), Ok(5));
}

#[test]
fn the_last_terms_close_when_no_shard_and_no_member_is_left() {
    let mut world = World::new();
    let (market, authority, payer) = (world.community, world.authority.insecure_clone(), world.payer.pubkey());
    let host = world.host("host", 0);
    world.enroll(&host, &market, 0);
    let close = market::close_terms(authority.pubkey(), market.address, 1, payer);
    let steps = [
        (shard::close_shard(authority.pubkey(), market.address, 0, payer), &authority),
        (member::close_member(host.owner.pubkey(), market.address, payer), &host.owner),
    ];
    for (step, signer) in steps {
        world.refused(std::slice::from_ref(&close), &[&authority], rule(MarketError::TermsInUse));
        world.ok(&[step], &[signer]);
    }
    world.ok(&[close], &[&authority]);
    assert_eq!(world.market_account(&market).open_terms, 0);
}
