//! Seats: joining, renewing, leaving, and how long a seat is good for.

use {
    gpu_market::{
        constants::{LAPSED_PER_MATCH, pause},
        error::MarketError,
        events::{SeatJoined, SeatLeft, SeatRenewed},
        state::{MemberState, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{job, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn a_seat_waits_with_its_bond_recorded() {
    let Scene { mut world, market, host, .. } = Scene::community();
    let executed = world.join(&host, &market);
    let now = world.now();
    let joined = SeatJoined {
        member: host.member(&market),
        shard: address::shard(&market.address, 0).0,
        job: Address::default(),
        valid_until: now.unix + i64::from(TERMS.seat_lifetime),
        min_rate: 0,
        bond: TERMS.bond,
        at: now.unix,
        slot: now.slot,
        node: 0,
        terms: 1,
    };
    assert_eq!(executed.events, [Event::SeatJoined(joined)]);
    let member = world.member_account(&host, &market);
    assert_eq!((member.seats, member.running, member.bonds), (1, 0, TERMS.bond));
    let node = world.queue(&market).seats[0].node;
    assert_eq!((node.member, node.valid_until, node.bond), (host.member(&market), joined.valid_until, TERMS.bond));
    assert_eq!((node.min_rate, node.epoch, node.since, node.slot), (0, 0, now.unix, now.slot));
}

#[test]
fn a_seat_takes_the_job_that_waits_longest() {
    let Scene { mut world, market, client, host } = Scene::community();
    let first = world.post(&client, &market, 0, HOUR);
    let second = world.post(&client, &market, 1, HOUR);
    let executed = world.join(&host, &market);
    let [Event::SeatJoined(joined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((joined.job, joined.node), (first, u32::from(world.job(&first).node)));
    assert_eq!(world.assigned_to(&market, &first), Some(host.member(&market)));
    assert_eq!(world.line(&market), [second]);
    let node = world.queue(&market).assigned[0].node;
    assert_eq!((node.rate, node.bond, node.since), (TERMS.rate, TERMS.bond, world.now().unix));
}

#[test]
fn jobs_and_seats_meet_in_the_order_they_came() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let jobs: Vec<_> = (0..4).map(|nonce| world.post(&client, &market, nonce, HOUR)).collect();
    for job in &jobs {
        let executed = world.join(&host, &market);
        let [Event::SeatJoined(joined)] = executed.events[..] else { panic!("{:?}", executed.events) };
        assert_eq!(joined.job, *job);
    }
    for _ in 0..4 {
        world.join(&host, &market);
    }
    let seats: Vec<_> = world.queue(&market).seats.iter().map(|slot| slot.index).collect();
    for (nonce, seat) in (4..8).zip(seats) {
        let job = world.post(&client, &market, nonce, HOUR);
        assert_eq!(world.job(&job).node, seat);
    }
    world.refused(&[queue::join(world.seat_of(&host, &market))], &[&host.operator], MarketError::NoSeatLeft);
}

#[test]
fn joining_asks_for_terms_rate_standing_seat_and_collateral() {
    let Scene { mut world, market, client, host } = Scene::community();
    let seat = world.seat_of(&host, &market);
    let signer = [&host.operator];
    let dearer = queue::Seat { min_rate: TERMS.rate + 1, ..seat };
    world.refused(&[queue::join(dearer)], &signer, MarketError::RateBelowMinimum);
    for state in [MemberState::Candidate, MemberState::Suspended, MemberState::Removed] {
        world.set_member_state(&host, &market, state);
        world.refused(&[queue::join(seat)], &signer, MarketError::MemberNotActive);
    }
    world.set_member_state(&host, &market, MemberState::Active);
    world.stop_everywhere(pause::JOINING);
    world.refused(&[queue::join(seat)], &signer, MarketError::JoiningPaused);
    world.stop_everywhere(pause::ALL & !pause::JOINING);
    world.stop_in(&market, pause::JOINING);
    world.refused(&[queue::join(seat)], &signer, MarketError::JoiningPaused);
    world.stop_in(&market, 0);
    world.stop_everywhere(0);

    let announced = world.announce(&market, &TermsParams { bond: 51 * STAKE, ..TERMS });
    let early = world.seat_of(&host, &announced);
    world.refused(&[queue::join(early)], &signer, MarketError::WrongTerms);
    let exact = queue::Seat { min_rate: TERMS.rate, ..seat };
    world.ok(&[queue::join(exact)], &signer);
    world.refused(&[queue::join(seat)], &signer, MarketError::NoSeatLeft);
    let leave = world.leave_ix(&host.operator, &host, &market, world.head_seat(&market));
    world.ok(&[leave], &signer);
    world.wait_until(world.terms_change_at(&market));
    world.refused(&[queue::join(seat)], &signer, MarketError::WrongTerms);
    world.refused(&[queue::join(early)], &signer, MarketError::CollateralTooLow);
    world.allocate(&host, &market, STAKE);
    world.ok(&[queue::join(early)], &signer);

    let poor = world.host("poor", 100 * STAKE);
    world.enroll(&poor, &market, 51 * STAKE - 1);
    world.post(&client, &announced, 0, HOUR);
    world.refused(
        &[queue::join(world.seat_of(&poor, &announced))],
        &[&poor.operator],
        MarketError::CollateralTooLow,
    );
}

#[test]
fn attested_gpus_give_seats_until_the_attestation_expires() {
    let Scene { mut world, market, host, .. } = Scene::community();
    let until = world.now().unix + 1_000;
    world.attest(&host, &market, 3, until);
    for _ in 0..3 {
        world.join(&host, &market);
    }
    let join = queue::join(world.seat_of(&host, &market));
    world.refused(from_ref(&join), &[&host.operator], MarketError::NoSeatLeft);
    let leave = world.leave_ix(&host.operator, &host, &market, world.head_seat(&market));
    world.ok(&[leave], &[&host.operator]);
    world.svm.advance(1_000);
    world.refused(&[join], &[&host.operator], MarketError::NoSeatLeft);

    let premium = world.premium;
    let stale = world.host("stale", 100 * STAKE);
    world.admit(&stale, &premium, 1, 50 * STAKE);
    let now = world.now().unix;
    world.attest(&stale, &premium, 1, now);
    world.refused(&[queue::join(world.seat_of(&stale, &premium))], &[&stale.operator], MarketError::NoSeatLeft);
}

#[test]
fn a_head_job_below_the_hosts_minimum_is_not_taken() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let dearer = world.new_terms(&market, &TermsParams { rate: TERMS.rate * 2, ..TERMS });
    let seat = queue::Seat { min_rate: TERMS.rate + 1, ..world.seat_of(&host, &dearer) };
    world.refused(&[queue::join(seat)], &[&host.operator], MarketError::HeadBelowTerms);
    assert_eq!(world.line(&market), [job]);
    let reprice = job::reprice(world.reprice_of(&client, &dearer, job));
    world.ok(&[reprice], &[&client.owner]);
    world.ok(&[queue::join(seat)], &[&host.operator]);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
}

#[test]
fn a_seat_without_a_job_needs_a_free_node() {
    let Scene { mut world, market, client, host } = Scene::community();
    let big = world.host("big", 1_000 * STAKE);
    world.enroll(&big, &market, 1_000 * STAKE);
    world.attest(&big, &market, 100, i64::MAX);
    let capacity = world.shard(&market).capacity();
    let join = queue::join(world.seat_of(&big, &market));
    for _ in 0..capacity / 6 {
        world.ok(&vec![join.clone(); 6], &[&big.operator]);
    }
    world.refused(&[queue::join(world.seat_of(&host, &market))], &[&host.operator], MarketError::QueueFull);
    // A job takes a seat without a node of its own.
    world.post(&client, &market, 0, HOUR);
    assert_eq!(world.shard(&market).shard.used(), capacity);
}

#[test]
fn only_the_operator_joins_for_its_own_host_and_market() {
    let Scene { mut world, market, host, .. } = Scene::community();
    let second = world.enrolled("second", &market);
    let premium = world.premium;
    world.admit(&host, &premium, 1, 50 * STAKE);
    let join = queue::join(world.seat_of(&host, &market));
    let owner_signs = queue::join(queue::Seat { operator: host.owner.pubkey(), ..world.seat_of(&host, &market) });
    world.refused(&[owner_signs], &[&host.owner], MarketError::NotOperator);
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongHost),
        (host.member(&market), host.member(&premium), MarketError::WrongMarket),
        (address::terms(&market.address, 1).0, address::terms(&premium.address, 1).0, MarketError::WrongMarket),
        (address::shard(&market.address, 0).0, address::shard(&premium.address, 0).0, MarketError::WrongMarket),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(join.clone(), &old, new)], &[&host.operator], error);
    }
}

#[test]
fn a_renewed_seat_keeps_its_place_and_takes_the_bond_of_the_terms_in_force() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    world.join(&host, &market);
    world.join(&second, &market);
    let node = world.head_seat(&market);
    let dearer = world.new_terms(&market, &TermsParams { bond: 12 * STAKE, ..TERMS });
    let seat = queue::Seat { min_rate: 7, ..world.seat_of(&host, &dearer) };
    let executed = world.ok(&[queue::renew(seat, node)], &[&host.operator]);
    let now = world.now();
    let renewed = SeatRenewed {
        member: host.member(&market),
        shard: address::shard(&market.address, 0).0,
        valid_until: now.unix + i64::from(TERMS.seat_lifetime),
        min_rate: 7,
        bond: 12 * STAKE,
        at: now.unix,
        node: node.into(),
        terms: dearer.terms,
    };
    assert_eq!(executed.events, [Event::SeatRenewed(renewed)]);
    assert_eq!(world.member_account(&host, &market).bonds, 12 * STAKE);
    assert_eq!(world.queue(&market).place_of_seat(&host.member(&market)), Some(1));
    // The second seat was not renewed in time: the first one is taken.
    let job = world.post(&client, &dearer, 0, HOUR);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
}

#[test]
fn renewing_is_refused_like_joining() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    world.join(&host, &market);
    world.join(&second, &market);
    let node = world.head_seat(&market);
    let seat = world.seat_of(&host, &market);
    let signer = [&host.operator];
    let dearer = queue::Seat { min_rate: TERMS.rate + 1, ..seat };
    world.refused(&[queue::renew(dearer, node)], &signer, MarketError::RateBelowMinimum);
    world.refused(&[queue::renew(seat, node + 1)], &signer, MarketError::WrongMember);
    world.refused(&[queue::renew(seat, node + 2)], &signer, MarketError::SeatNotWaiting);
    world.refused(&[queue::renew(seat, u16::MAX)], &signer, MarketError::NodeOutOfRange);
    let owner_signs = queue::Seat { operator: host.owner.pubkey(), ..seat };
    world.refused(&[queue::renew(owner_signs, node)], &[&host.owner], MarketError::NotOperator);
    world.set_member_state(&host, &market, MemberState::Suspended);
    world.refused(&[queue::renew(seat, node)], &signer, MarketError::MemberNotActive);
    world.set_member_state(&host, &market, MemberState::Active);
    world.stop_everywhere(pause::JOINING);
    world.refused(&[queue::renew(seat, node)], &signer, MarketError::JoiningPaused);
    world.stop_everywhere(0);
    world.stop_in(&market, pause::JOINING);
    world.refused(&[queue::renew(seat, node)], &signer, MarketError::JoiningPaused);
    world.stop_in(&market, 0);
    let dear = world.announce(&market, &TermsParams { bond: 51 * STAKE, ..TERMS });
    world.refused(&[queue::renew(world.seat_of(&host, &dear), node)], &signer, MarketError::WrongTerms);
    world.wait_until(world.terms_change_at(&market));
    world.refused(&[queue::renew(seat, node)], &signer, MarketError::WrongTerms);
    world.refused(&[queue::renew(world.seat_of(&host, &dear), node)], &signer, MarketError::CollateralTooLow);
    // An assigned seat is no longer one to renew.
    world.allocate(&host, &market, STAKE);
    world.ok(&[queue::renew(world.seat_of(&host, &dear), node)], &signer);
    world.post(&client, &dear, 0, HOUR);
    world.refused(&[queue::renew(world.seat_of(&host, &dear), node)], &signer, MarketError::SeatNotWaiting);
}

#[test]
fn a_seat_never_outlives_announced_lower_rates() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    world.svm.advance(1);
    let cheaper = world.announce(&market, &TermsParams { rate: TERMS.rate / 2, ..TERMS });
    let effective_at = world.terms_change_at(&market);
    world.svm.advance(600);
    let full_rate = queue::Seat { min_rate: TERMS.rate, ..world.seat_of(&host, &market) };
    world.ok(&[queue::join(full_rate)], &[&host.operator]);
    let half_rate = queue::Seat { min_rate: TERMS.rate / 2, ..world.seat_of(&second, &market) };
    world.ok(&[queue::join(half_rate)], &[&second.operator]);
    let valid_until = |world: &World| -> Vec<i64> {
        world.queue(&market).seats.iter().map(|slot| slot.node.valid_until).collect()
    };
    let lifetime = i64::from(TERMS.seat_lifetime);
    assert_eq!(valid_until(&world), [effective_at, world.now().unix + lifetime]);
    world.svm.advance(60);
    world.ok(&[queue::renew(full_rate, world.head_seat(&market))], &[&host.operator]);
    assert_eq!(valid_until(&world)[0], effective_at, "renewing does not help");

    let wait = u32::try_from(effective_at - world.now().unix).unwrap();
    world.svm.advance(wait);
    let job = world.post(&client, &cheaper, 0, HOUR);
    assert_eq!(world.assigned_to(&market, &job), Some(second.member(&market)));
    assert_eq!(world.queue(&market).lapsed.len(), 1);
}

#[test]
fn a_seat_is_left_by_its_own_host_at_any_time() {
    let Scene { mut world, market, host, .. } = Scene::community();
    for key in [&host.operator, &host.owner] {
        world.join(&host, &market);
        let node = world.head_seat(&market);
        let executed = world.ok(&[world.leave_ix(key, &host, &market, node)], &[key]);
        let left = SeatLeft {
            member: host.member(&market),
            shard: address::shard(&market.address, 0).0,
            caller: key.pubkey(),
            bond: TERMS.bond,
            at: world.now().unix,
            node: node.into(),
            lapsed: 0,
        };
        assert_eq!(executed.events, [Event::SeatLeft(left)]);
        let member = world.member_account(&host, &market);
        assert_eq!((member.seats, member.bonds), (0, 0));
        assert_eq!(world.shard(&market).shard.used(), 0);
    }
}

#[test]
fn a_seat_is_removed_by_others_only_when_its_time_is_over() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let crank = world.somebody("crank");
    world.join(&host, &market);
    let node = world.head_seat(&market);
    let leave = world.leave_ix(&crank, &host, &market, node);
    world.svm.advance(TERMS.seat_lifetime - 1);
    world.refused(from_ref(&leave), &[&crank], MarketError::NotYours);
    let by_another_host = world.leave_ix(&second.operator, &host, &market, node);
    world.refused(&[by_another_host], &[&second.operator], MarketError::NotYours);
    world.svm.advance(1);
    world.ok(from_ref(&leave), &[&crank]);
    world.refused(&[leave], &[&crank], MarketError::SeatNotWaiting);

    // Once a post has met it, it is lapsed for good, and its bond waits for whoever names it.
    world.join(&host, &market);
    world.svm.advance(TERMS.seat_lifetime);
    world.post(&client, &market, 0, HOUR);
    let lapsed = world.queue(&market).lapsed[0].index;
    assert_eq!(world.member_account(&host, &market).bonds, TERMS.bond);
    let executed = world.ok(&[world.leave_ix(&crank, &host, &market, lapsed)], &[&crank]);
    let [Event::SeatLeft(left)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((left.lapsed, left.bond, left.caller), (1, TERMS.bond, crank.pubkey()));
    assert_eq!(world.member_account(&host, &market).bonds, 0);
    assert_eq!(world.shard(&market).shard.lapsed, 0);
}

#[test]
fn leaving_names_a_seat_of_that_member_in_that_shard() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let premium = world.premium;
    world.join(&host, &market);
    world.join(&second, &market);
    let signer = [&host.operator];
    let node = world.head_seat(&market);
    world.refused(&[world.leave_ix(&host.operator, &host, &market, node + 1)], &signer, MarketError::WrongMember);
    world.refused(
        &[world.leave_ix(&host.operator, &host, &market, node + 2)],
        &signer,
        MarketError::SeatNotWaiting,
    );
    world.refused(
        &[world.leave_ix(&host.operator, &host, &market, u16::MAX)],
        &signer,
        MarketError::NodeOutOfRange,
    );
    let leave = world.leave_ix(&host.operator, &host, &market, node);
    let mixed = replaced(leave.clone(), &host.host, second.host);
    world.refused(&[mixed], &signer, MarketError::WrongHost);
    let shard = address::shard(&market.address, 0).0;
    let foreign = replaced(leave.clone(), &shard, address::shard(&premium.address, 0).0);
    world.refused(&[foreign], &signer, MarketError::WrongMarket);
    world.post(&client, &market, 0, HOUR);
    world.refused(&[leave], &signer, MarketError::SeatNotWaiting);
}

#[test]
fn a_post_unlinks_at_most_four_lapsed_seats() {
    let Scene { mut world, market, client, host } = Scene::premium();
    for _ in 0..6 {
        world.join(&host, &market);
    }
    world.svm.advance(TERMS.seat_lifetime);
    world.join(&host, &market);
    let job = world.post(&client, &market, 0, HOUR);
    let queue = world.queue(&market);
    assert_eq!((queue.lapsed.len(), queue.seats.len()), (usize::from(LAPSED_PER_MATCH), 3));
    assert_eq!(queue.place_of_job(&job), Some(1), "the live seat stands behind two more lapsed ones");
    assert_eq!(world.member_account(&host, &market).bonds, 7 * TERMS.bond, "nobody's bond is lost");
}
