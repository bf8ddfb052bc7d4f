//! What it costs to fill a queue, and that everybody can clear it again.

use {
    gpu_market::{error::MarketError, settlement, state::NodeKind},
    gpu_market_sdk::{
        address,
        instructions::{job, queue, shard},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// Seconds of each job of the attacker: as short as the terms allow.
const SHORTEST: u32 = TERMS.min_duration;

/// Posts until the shard is full; returns how many jobs it took.
fn fill(world: &mut World, attacker: &ClientParty, market: &MarketRef) -> u64 {
    let capacity = u64::from(world.shard(market).capacity());
    for nonce in 0..capacity {
        world.post(attacker, market, nonce, SHORTEST);
    }
    let one_more = job::post(world.post_of(attacker, market, World::post_params(capacity, SHORTEST)));
    world.refused(&[one_more], &[&attacker.owner], MarketError::QueueFull);
    capacity
}

/// Queue fees for all nodes of an empty shard of this capacity.
fn fees_to_fill(capacity: u64) -> u64 {
    let capacity = u32::try_from(capacity).expect("nodes");
    (0..capacity).map(|used| settlement::queue_fee(TERMS.queue_fee, used, capacity).expect("a fee")).sum()
}

#[test]
fn holding_a_shard_full_for_its_ttl_costs_its_queue_fees_and_every_tip() {
    let mut world = World::new();
    let market = world.community;
    let attacker = world.client("attacker", 1_000 * DOLLAR);
    let before = world.client_account(&attacker).available;
    let capacity = fill(&mut world, &attacker, &market);
    let capital = before - world.client_account(&attacker).available;
    let seconds = u64::from(SHORTEST) * 100;
    let deposit = seconds + seconds * 200 / 10_000 + TERMS.tip;
    assert_eq!(capital, capacity * deposit + fees_to_fill(capacity), "what is tied up meanwhile");

    world.svm.advance(TERMS.queue_ttl + 61);
    let crank = world.funded("crank");
    for nonce in 0..capacity {
        let job = world.job_address(&attacker, nonce);
        let expire = world.expire_queued_ix(&crank, &attacker, &market, job);
        world.ok(&[expire], &[&crank]);
    }
    let cost = before - world.client_account(&attacker).available;
    assert_eq!(cost, fees_to_fill(capacity) + capacity * TERMS.tip);
    // docs/SECURITY.md: a quarter of the fee for the last node, times the nodes.
    let documented = TERMS.queue_fee * capacity / 4;
    assert!(fees_to_fill(capacity).abs_diff(documented) <= TERMS.queue_fee, "{}", fees_to_fill(capacity));
    assert_eq!(world.shard(&market).shard.used(), 0, "and the shard is empty again");
}

#[test]
fn a_full_shard_is_made_larger_by_anybody_and_takes_posts_again() {
    let mut world = World::new();
    let market = world.community;
    let (attacker, client) = (world.client("attacker", 1_000 * DOLLAR), world.client("client", DOLLAR));
    fill(&mut world, &attacker, &market);
    let stranger = world.funded("stranger");
    let grow = shard::grow_shard(stranger.pubkey(), market.address, 0);
    world.ok(&[grow], &[&stranger]);
    world.post(&client, &market, 0, SHORTEST);
}

#[test]
fn hosts_that_join_a_full_shard_are_paid_by_the_attacker_and_make_room() {
    let Scene { mut world, market, client, host } = Scene::community();
    let attacker = world.client("attacker", 1_000 * DOLLAR);
    let capacity = fill(&mut world, &attacker, &market);
    world.join(&host, &market);
    let first = world.job_address(&attacker, 0);
    world.start(&host, &market, first);
    world.post(&client, &market, 0, SHORTEST);
    world.svm.advance(SHORTEST);
    world.finish(&attacker, &host, &market, first);
    assert_eq!(world.tokens(&host.earnings(&market)), u64::from(SHORTEST) * 100);
    assert_eq!(u64::from(world.shard(&market).shard.jobs), capacity);
}

#[test]
fn seats_that_miss_their_jobs_are_evicted_by_anybody_and_service_goes_on() {
    let mut world = World::new();
    let market = world.premium;
    let client = world.client("client", 1_000 * DOLLAR);
    let squatter = world.host("squatter", 200 * STAKE);
    world.admit(&squatter, &market, 8, 100 * STAKE);
    for _ in 0..4 {
        world.join(&squatter, &market);
    }
    let missed = world.post(&client, &market, 0, HOUR);
    world.miss(&client, &squatter, &market, missed);
    // Its other seats did not get the job, and anybody may take them away.
    let stranger = world.funded("stranger");
    let held: Vec<u16> = {
        let queue = world.queue(&market);
        queue.seats.iter().chain(&queue.lapsed).map(|slot| slot.index).collect()
    };
    assert_eq!(held.len(), 3);
    for node in held {
        let evict = world.leave_ix(&stranger, &squatter, &market, node);
        world.ok(&[evict], &[&stranger]);
    }
    let queue = world.queue(&market);
    assert!(queue.seats.is_empty() && queue.lapsed.is_empty());
    let again = queue::join(world.seat_of(&squatter, &market));
    world.refused(&[again], &[&squatter.operator], MarketError::JoinBarred);
    let honest = world.host("honest", 200 * STAKE);
    world.admit(&honest, &market, 8, 100 * STAKE);
    world.join(&honest, &market);
    world.start(&honest, &market, missed);
    let shard = world.shard(&market);
    assert!(shard.nodes.iter().all(|node| node.kind != NodeKind::Lapsed as u8));
    assert_eq!(address::shard(&market.address, 0).1, shard.shard.bump);
}

#[test]
fn seats_that_nobody_renews_lapse_and_are_removed_by_anybody() {
    let mut world = World::new();
    let market = world.community;
    let stranger = world.funded("stranger");
    let squatters: Vec<HostParty> = (0..5).map(|n| world.enrolled(&format!("squatter {n}"), &market)).collect();
    for squatter in &squatters {
        world.join(squatter, &market);
    }
    let seats: Vec<(u16, usize)> = world.queue(&market).seats.iter().map(|slot| slot.index).zip(0..).collect();
    let (node, place) = seats[0];
    let early = world.leave_ix(&stranger, &squatters[place], &market, node);
    world.refused(&[early], &[&stranger], MarketError::NotYours);
    world.svm.advance(TERMS.seat_lifetime);
    for (node, place) in seats {
        let evict = world.leave_ix(&stranger, &squatters[place], &market, node);
        world.ok(&[evict], &[&stranger]);
    }
    assert_eq!(world.shard(&market).shard.used(), 0);
}
