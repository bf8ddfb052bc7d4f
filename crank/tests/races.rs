//! What happens when somebody is quicker, when an action is refused again and again, and when all keys but the crank's are
//! lost.

mod common;

use {
    common::{Crank, everything},
    gpu_market::{
        error::MarketError,
        state::{Client, Job, Member},
    },
    gpu_market_crank::{Kind, Outcome},
    gpu_market_sdk::{address, decode::Account, error::Refusal, instructions::job},
    gpu_market_tests::*,
};

#[test]
fn of_two_cranks_one_gets_the_tip_and_the_other_loses_nothing() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let [mut first, mut second] = ["first", "second"].map(|name| Crank::new(&mut world, name, everything()));
    for nonce in 0..3 {
        world.post(&client, &market, nonce, HOUR);
    }
    world.svm.advance(TERMS.queue_ttl + 61);
    let (mine, theirs) = (first.plan(&world), second.plan(&world));
    assert_eq!((mine.len(), theirs.len()), (3, 3));
    for (number, (own, other)) in mine.into_iter().zip(theirs).enumerate() {
        // They are quicker in turn.
        let (quick, slow) = if number % 2 == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
        let (early, late) = if number % 2 == 0 { (own, other) } else { (other, own) };
        assert_eq!(quick.send(&mut world, early).refusal, None);
        let refusal = slow.send(&mut world, late).refusal;
        assert_eq!(refusal, Some(Some(Refusal::Rule(MarketError::JobNotOpen))));
    }
    // What they read then tells both that nothing is left.
    assert_eq!((first.plan(&world), second.plan(&world)), (vec![], vec![]));
    assert_eq!(world.tokens(&first.dollars) + world.tokens(&second.dollars), 3 * TERMS.tip);
    assert_eq!(first.planner.due(world.now()) + second.planner.due(world.now()), 0);
}

#[test]
fn what_is_on_its_way_is_not_planned_again() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.post(&client, &market, 0, HOUR);
    world.svm.advance(TERMS.queue_ttl + 61);
    let due = crank.plan(&world);
    assert_eq!(due.len(), 1);
    world.svm.advance(3_600);
    assert_eq!(crank.plan(&world), []);
    crank.planner.report(&due[0].id, Outcome::Lost, world.now());
    world.svm.advance(2);
    assert_eq!(crank.plan(&world).len(), 1);
}

#[test]
fn what_is_refused_again_and_again_is_tried_less_and_less_and_holds_nothing_else_up() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, 600);
    world.run_for(&host, &market, job, 300);
    world.svm.freeze(market.token, &host.earnings(&market)).expect("frozen");
    world.finish(&client, &host, &market, job);
    let start = world.now().unix;
    let mut tries = Vec::new();
    for nonce in 1..=40 {
        for action in crank.plan(&world) {
            let kind = action.id.kind;
            let refusal = crank.send(&mut world, action).refusal;
            if kind == Kind::Collect {
                assert_eq!(refusal, Some(Some(Refusal::Rule(MarketError::VaultFrozen))));
                tries.push(world.now().unix - start);
            } else {
                assert_eq!(refusal, None);
            }
        }
        let waiting = world.post(&client, &market, nonce, HOUR);
        world.cancel(&client, &market, waiting);
        world.svm.advance(1);
    }
    assert_eq!(tries, [0, 2, 6, 14, 30]);
}

#[test]
fn a_crank_with_room_for_one_does_the_same_one_after_the_other() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    for nonce in 0..4 {
        world.post(&client, &market, nonce, HOUR);
    }
    world.svm.advance(TERMS.queue_ttl + 61);
    crank.sync(&world);
    for left in (0..4).rev() {
        let due = crank.planner.plan(world.now(), 1);
        assert_eq!(due.len(), 1);
        crank.send(&mut world, due[0].clone());
        crank.sync(&world);
        assert_eq!(crank.planner.due(world.now()), left);
    }
    assert_eq!(world.tokens(&crank.dollars), 4 * TERMS.tip);
}

/// I9: with every key but an honest crank's lost, all money is booked to its owners after a bounded wait.
#[test]
fn with_every_other_key_lost_a_crank_books_all_money_to_its_owners() {
    let Scene { mut world, market, client, host } = Scene::community();
    let other = world.enrolled("other", &market);
    world.add_shard(&market, 1);
    // Running, assigned, in line in two shards, due, and a seat that waits.
    let due = world.running(&client, &host, &market, 0, 600);
    world.run_for(&host, &market, due, 120);
    world.svm.freeze(market.token, &host.earnings(&market)).expect("frozen");
    world.finish(&client, &host, &market, due);
    world.svm.thaw(market.token, &host.earnings(&market)).expect("thawed");
    world.running(&client, &host, &market, 1, HOUR);
    world.post(&client, &market, 2, HOUR);
    world.join(&other, &market);
    world.post(&client, &market, 3, HOUR);
    let elsewhere = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(4, HOUR)) };
    world.ok(&[job::post(elsewhere)], &[&client.owner]);
    for token in [world.dollar, world.stake_token] {
        world.open_treasury(token);
    }
    let owner = solana_signer::Signer::pubkey(&client.owner);
    let stake_token = world.stake_token;
    common::open_wallet(&mut world, &owner, stake_token);

    let mut crank = Crank::new(&mut world, "crank", everything());
    let done = crank.live(&mut world, 30 * DAY);
    assert!(done.contains(&Kind::Collect) && done.contains(&Kind::ExpireQueued), "{done:?}");
    let accounts = world.accounts();
    for account in accounts.values() {
        match account {
            Account::Job(Job { .. }) => panic!("a job is left"),
            Account::Client(Client { reserved, due, fees_owed, .. }) => {
                assert_eq!([*reserved, *due, *fees_owed], [0; 3])
            }
            Account::Member(Member { seats, bonds, .. }) => assert_eq!((*seats, *bonds), (0, 0)),
            Account::Credit(_) => panic!("a credit is left"),
            Account::Shard(shard) => assert_eq!(shard.shard.used(), 0),
            _ => {}
        }
    }
    assert!(world.tokens(&crank.dollars) > 0);
    assert!(world.exists(&address::stake_vault(&host.stake).0));
}
