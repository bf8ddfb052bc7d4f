//! The queue shards of a market: their order, their growth, their end.

use {
    gpu_market::{
        constants::{MAX_SHARD_NODES, MAX_SHARDS, SHARD_GROWTH},
        error::MarketError,
        events::{ShardClosed, ShardCreated, ShardGrown},
    },
    gpu_market_sdk::{
        address,
        decode::ShardAccount,
        error::{Check, Refusal},
        events::Event,
        instructions::{job, queue, shard},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

fn shard_at(world: &World, market: &MarketRef, index: u8) -> ShardAccount {
    world.get(&address::shard(&market.address, index).0)
}

#[test]
fn shards_are_created_in_order_up_to_sixteen() {
    let mut world = World::new();
    let (market, authority, sponsor, stranger) =
        (world.community, world.authority.insecure_clone(), world.funded("sponsor"), world.funded("stranger"));
    let create = |index| shard::create_shard(authority.pubkey(), sponsor.pubkey(), market.address, index);
    let by_stranger = with_account(create(1), 0, stranger.pubkey());
    world.refused(&[by_stranger], &[&stranger, &sponsor], rule(MarketError::NotMarketAuthority));
    for index in [2, 15, 255] {
        world.refused(&[create(index)], &[&authority, &sponsor], rule(MarketError::ShardIndexOutOfOrder));
    }
    world.refused(&[create(0)], &[&authority, &sponsor], IN_USE);
    for index in 1..MAX_SHARDS {
        let address = address::shard(&market.address, index).0;
        world.svm.airdrop(&address, 1);
        let event = ShardCreated {
            shard: address,
            market: market.address,
            rent_payer: sponsor.pubkey(),
            capacity: 78,
            index: index.into(),
        };
        world.ok_emitting(create(index), &[&authority, &sponsor], Event::ShardCreated(event));
        let account = shard_at(&world, &market, index);
        assert_eq!((account.shard.index, account.nodes.len(), account.shard.used()), (index, 78, 0));
        assert_eq!((account.shard.market, account.shard.rent_payer), (market.address, sponsor.pubkey()));
    }
    assert_eq!(world.market_account(&market).shards, MAX_SHARDS);
    world.refused(&[create(MAX_SHARDS)], &[&authority, &sponsor], rule(MarketError::TooManyShards));
}

#[test]
fn anybody_grows_a_shard_and_what_waits_in_it_stays() {
    let mut world = World::new();
    let market = world.community;
    let (client, stranger) = (world.client("client", 1_000 * DOLLAR), world.funded("stranger"));
    let jobs = [world.post(&client, &market, 0, HOUR), world.post(&client, &market, 1, HOUR)];
    let address = address::shard(&market.address, 0).0;
    let before = (shard_at(&world, &market, 0), world.svm.raw(&address).unwrap());
    let spent = world.lamports(&stranger.pubkey());
    let grow = shard::grow_shard(stranger.pubkey(), market.address, 0);
    let event = ShardGrown {
        shard: address,
        market: market.address,
        payer: stranger.pubkey(),
        old_capacity: 78,
        capacity: 158,
        index: 0,
    };
    world.ok_emitting(grow, &[&stranger], Event::ShardGrown(event));
    let after = (shard_at(&world, &market, 0), world.svm.raw(&address).unwrap());
    assert_eq!(after.1.data.len(), before.1.data.len() + SHARD_GROWTH);
    assert_eq!(spent - world.lamports(&stranger.pubkey()), after.1.lamports - before.1.lamports);
    assert_eq!((after.0.nodes.len(), after.0.shard), (158, before.0.shard));
    assert_eq!(after.0.nodes[..78], before.0.nodes[..]);
    assert!(after.0.nodes[78..].iter().all(unused), "new nodes are free");
    assert_eq!(after.0.queue().unwrap().jobs.iter().map(|slot| slot.node.job).collect::<Vec<_>>(), jobs);
}

fn unused(node: &gpu_market::state::Node) -> bool {
    node.kind == 0 && node.job == Default::default() && node.member == Default::default() && node.seq == 0
}

#[test]
fn a_grown_shard_takes_as_many_jobs_as_it_says() {
    let mut world = World::new();
    let market = world.create_market(0, 9, &gpu_market::state::TermsParams { queue_fee: 0, ..TERMS }, None);
    let client = world.client("client", 1_000 * DOLLAR);
    let payer = world.payer.insecure_clone();
    let post = |world: &World, nonce| job::post(world.post_of(&client, &market, World::post_params(nonce, 60)));
    for nonce in 0..78 {
        let post = post(&world, nonce);
        world.svm.send(&[post], &[&payer, &client.owner]).expect("posted");
    }
    let one_more = post(&world, 78);
    world.refused(std::slice::from_ref(&one_more), &[&client.owner], rule(MarketError::QueueFull));
    world.ok(&[shard::grow_shard(payer.pubkey(), market.address, 0), one_more], &[&client.owner]);
    assert_eq!(
        (shard_at(&world, &market, 0).shard.used(), world.job(&world.job_address(&client, 78)).node),
        (79, 78)
    );
}

#[test]
fn a_shard_grows_to_sixteen_thousand_nodes_and_no_further() {
    let mut world = World::new();
    let market = world.community;
    let payer = world.payer.insecure_clone();
    let grow = shard::grow_shard(payer.pubkey(), market.address, 0);
    let mut steps = 0;
    while shard_at(&world, &market, 0).nodes.len() < MAX_SHARD_NODES {
        world.svm.send(std::slice::from_ref(&grow), &[&payer]).expect("it grows");
        steps += 1;
    }
    assert_eq!(steps, 204);
    assert_eq!(shard_at(&world, &market, 0).nodes.len(), 78 + 204 * 80);
    world.refused(&[grow], &[], rule(MarketError::ShardFullyGrown));

    // It is as good a queue as a small one.
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.finish(&client, &host, &market, job);

    let authority = world.authority.insecure_clone();
    let stranger = world.funded("stranger");
    let address = address::shard(&market.address, 0).0;
    let (rent, before) = (world.lamports(&address), world.lamports(&payer.pubkey()));
    let close = shard::close_shard(authority.pubkey(), market.address, 0, payer.pubkey());
    world.svm.send(&[close], &[&stranger, &authority]).expect("closed");
    world.audit();
    assert_eq!((world.lamports(&payer.pubkey()), world.exists(&address)), (before + rent, false));
}

#[test]
fn growing_needs_a_payer_that_signs_and_a_shard() {
    let mut world = World::new();
    let market = world.community;
    let stranger = world.funded("stranger");
    let grow = shard::grow_shard(stranger.pubkey(), market.address, 0);
    let mut unsigned = grow.clone();
    unsigned.accounts[0].is_signer = false;
    world.refused(&[unsigned], &[], Refusal::Check(Check::MissingSignature));
    world.refused(&[with_account(grow, 1, market.address)], &[&stranger], Refusal::Check(Check::WrongAccountType));
}

#[test]
fn shards_close_last_first_and_their_rent_goes_to_who_paid_it() {
    let mut world = World::new();
    let (market, other) = (world.community, world.premium);
    let (authority, sponsor, donor) =
        (world.authority.insecure_clone(), world.funded("sponsor"), world.funded("donor"));
    for index in [1, 2] {
        let create = shard::create_shard(authority.pubkey(), sponsor.pubkey(), market.address, index);
        world.ok(&[create], &[&authority, &sponsor]);
    }
    let last = address::shard(&market.address, 2).0;
    world.ok(&[shard::grow_shard(donor.pubkey(), market.address, 2)], &[&donor]);
    let close = |index| shard::close_shard(authority.pubkey(), market.address, index, sponsor.pubkey());
    world.refused(&[close(1)], &[&authority], rule(MarketError::ShardIndexOutOfOrder));
    let by_sponsor = with_account(close(2), 0, sponsor.pubkey());
    world.refused(&[by_sponsor], &[&sponsor], rule(MarketError::NotMarketAuthority));
    for (place, key, error) in [
        (2, address::shard(&other.address, 0).0, MarketError::WrongMarket),
        (3, donor.pubkey(), MarketError::WrongRentPayer),
    ] {
        world.refused(&[with_account(close(2), place, key)], &[&authority], rule(error));
    }
    // The growth that somebody gave is the rent payer's.
    let executed = world.ok_closing(close(2), &[&authority], &[last], &sponsor.pubkey());
    let event = ShardClosed { shard: last, market: market.address, index: 2 };
    assert_eq!(executed.events, [Event::ShardClosed(event)]);
    world.ok(&[close(1)], &[&authority]);
    assert_eq!(world.market_account(&market).shards, 1);
    // Its index is free again.
    world.ok(
        &[shard::create_shard(authority.pubkey(), sponsor.pubkey(), market.address, 1)],
        &[&authority, &sponsor],
    );
}

#[test]
fn a_shard_stays_while_anything_is_in_it() {
    let mut world = World::new();
    let market = world.community;
    let authority = world.authority.insecure_clone();
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let close = shard::close_shard(authority.pubkey(), market.address, 0, world.payer.pubkey());
    let not_empty = rule(MarketError::ShardNotEmpty);

    let job = world.post(&client, &market, 0, HOUR);
    world.refused(std::slice::from_ref(&close), &[&authority], not_empty);
    world.join(&host, &market);
    world.refused(std::slice::from_ref(&close), &[&authority], not_empty);
    let cancel = world.cancel_ix(&client, &market, job);
    world.ok(&[cancel], &[&client.owner]);
    assert_eq!(shard_at(&world, &market, 0).shard.seats, 1);
    world.refused(std::slice::from_ref(&close), &[&authority], not_empty);
    let (caller, node) = (host.owner.pubkey(), shard_at(&world, &market, 0).shard.seat_head);
    let leave = queue::Leave { caller, host: host.host, market: market.address, shard: 0, node };
    world.ok(&[queue::leave(leave)], &[&host.owner]);
    world.ok(&[close], &[&authority]);
}
