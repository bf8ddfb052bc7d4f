//! Bringing jobs and seats together where they passed each other.

use {
    gpu_market::{error::MarketError, events::JobMatched, state::TermsParams},
    gpu_market_sdk::{
        Address, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{job, queue},
    },
    gpu_market_tests::*,
    std::slice::from_ref,
};

/// A seat that waits behind `lapsed` lapsed ones, and a job that was posted meanwhile.
fn behind_lapsed(lapsed: usize) -> (Scene, Address) {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    for _ in 0..lapsed {
        world.join(host, market);
    }
    world.svm.advance(TERMS.seat_lifetime);
    world.join(host, market);
    let job = world.post(client, market, 0, HOUR);
    (scene, job)
}

#[test]
fn a_job_that_queued_behind_lapsed_seats_is_brought_to_the_live_one() {
    let (Scene { mut world, market, host, .. }, job) = behind_lapsed(6);
    assert_eq!(world.line(&market), [job]);
    let executed = world.ok(&[queue::match_heads(market.address, 0)], &[]);
    let shard = address::shard(&market.address, 0).0;
    let now = world.now();
    let matched = JobMatched {
        job,
        member: host.member(&market),
        shard,
        from_shard: shard,
        at: now.unix,
        slot: now.slot,
        node: world.job(&job).node.into(),
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::JobMatched(matched)]);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
    let queue = world.queue(&market);
    assert_eq!((queue.lapsed.len(), queue.seats.len(), queue.jobs.len()), (6, 0, 0));
    world.start(&host, &market, job);
}

#[test]
fn three_lapsed_seats_do_not_keep_a_post_from_the_fourth() {
    let (Scene { world, market, host, .. }, job) = behind_lapsed(3);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
    assert_eq!(world.queue(&market).lapsed.len(), 3);
}

#[test]
fn there_is_nothing_to_match_without_a_job_and_a_live_seat() {
    let Scene { mut world, market, client, host } = Scene::community();
    let match_heads = queue::match_heads(market.address, 0);
    world.refused(from_ref(&match_heads), &[], MarketError::NothingToMatch);
    world.join(&host, &market);
    world.refused(from_ref(&match_heads), &[], MarketError::NothingToMatch);
    world.svm.advance(TERMS.seat_lifetime);
    world.post(&client, &market, 0, HOUR);
    world.refused(&[match_heads], &[], MarketError::NothingToMatch);
}

#[test]
fn a_seat_moves_to_the_shard_where_a_job_waits() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.add_shard(&market, 1);
    let post = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(0, HOUR)) };
    world.ok(&[job::post(post)], &[&client.owner]);
    world.join(&host, &market);
    let executed = world.ok(&[queue::rebalance(market.address, 0, 1)], &[]);
    let now = world.now();
    let matched = JobMatched {
        job: post.job(),
        member: host.member(&market),
        shard: address::shard(&market.address, 1).0,
        from_shard: address::shard(&market.address, 0).0,
        at: now.unix,
        slot: now.slot,
        node: world.job(&post.job()).node.into(),
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::JobMatched(matched)]);
    assert_eq!(world.shard(&market).shard.used(), 0);
    let assigned = world.queue_of(&market, 1).assigned;
    assert_eq!((assigned[0].node.job, assigned[0].node.member), (post.job(), host.member(&market)));
    assert_eq!((assigned[0].node.bond, assigned[0].node.since), (TERMS.bond, now.unix));

    let start = world.start_ix(&host, &market, post.job());
    world.refused(from_ref(&start), &[&host.operator], MarketError::WrongShard);
    let shard = address::shard(&market.address, 0).0;
    world.ok(&[replaced(start, &shard, address::shard(&market.address, 1).0)], &[&host.operator]);
}

#[test]
fn a_seat_is_not_moved_without_need() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.add_shard(&market, 1);
    let rebalance = |from, to| [queue::rebalance(market.address, from, to)];
    world.refused(&rebalance(0, 1), &[], MarketError::NothingToMatch);
    world.join(&host, &market);
    world.refused(&rebalance(0, 1), &[], MarketError::NothingToMatch);
    world.refused(&rebalance(0, 0), &[], Refusal::Check(Check::DuplicateMutable));
    let post = |world: &World, nonce| {
        let post = world.post_of(&client, &market, World::post_params(nonce, HOUR));
        job::post(job::Post { shard: 1, ..post })
    };
    let first = post(&world, 0);
    world.ok(&[first], &[&client.owner]);
    let premium = world.premium;
    let foreign = replaced(
        queue::rebalance(market.address, 0, 1),
        &address::shard(&market.address, 1).0,
        address::shard(&premium.address, 0).0,
    );
    world.refused(&[foreign], &[], MarketError::WrongMarket);
    // The seat is gone before it moves: it has lapsed.
    world.svm.advance(TERMS.seat_lifetime);
    world.refused(&rebalance(0, 1), &[], MarketError::NothingToMatch);
}

#[test]
fn a_seat_stays_where_jobs_wait_for_it() {
    let (Scene { mut world, market, client, .. }, _) = behind_lapsed(6);
    world.add_shard(&market, 1);
    let post = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(1, HOUR)) };
    world.ok(&[job::post(post)], &[&client.owner]);
    world.refused(&[queue::rebalance(market.address, 0, 1)], &[], MarketError::SourceHasJobs);
}

#[test]
fn a_seat_is_not_moved_to_a_job_below_its_minimum() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.add_shard(&market, 1);
    let post = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(0, HOUR)) };
    world.ok(&[job::post(post)], &[&client.owner]);
    let dearer = world.new_terms(&market, &TermsParams { rate: TERMS.rate * 2, ..TERMS });
    let seat = queue::Seat { min_rate: TERMS.rate + 1, ..world.seat_of(&host, &dearer) };
    world.ok(&[queue::join(seat)], &[&host.operator]);
    world.refused(&[queue::rebalance(market.address, 0, 1)], &[], MarketError::HeadBelowTerms);
    let reprice = job::Reprice { shard: 1, ..world.reprice_of(&client, &dearer, post.job()) };
    world.ok(&[job::reprice(reprice)], &[&client.owner]);
    world.ok(&[queue::rebalance(market.address, 0, 1)], &[]);
}
