//! Jobs and seats that are stuck, and that a crank gets unstuck by what the planner says and nothing else.

mod common;

use {
    common::{Crank, everything},
    gpu_market::{
        constants::JOB_RETENTION,
        state::{JobState, MemberState},
    },
    gpu_market_crank::{Kind, Policy, Tip},
    gpu_market_sdk::{
        address,
        instructions::{job, member, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// The tip of a missed acknowledgement of 10 STAKE: a tenth of a tenth.
const MISSED_TIP: u64 = STAKE / 10;

#[test]
fn a_job_whose_time_in_line_is_over_is_refunded_for_its_tip_and_not_a_second_earlier() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.svm.advance(TERMS.queue_ttl + 60);
    assert_eq!(crank.plan(&world), []);
    assert_eq!(crank.planner.next().unix, Some(world.now().unix + 1));
    world.svm.advance(1);
    let due = crank.plan(&world);
    assert_eq!(due[0].tip, Some(Tip { mint: world.dollar.mint, amount: TERMS.tip }));
    assert_eq!(due[0].why, format!("job {job} waited in line longer than 3600 s"));
    crank.send(&mut world, due[0].clone());
    assert_eq!(crank.run(&mut world), []);
    assert_eq!(world.job(&job).state(), Ok(JobState::Expired));
    assert_eq!(world.tokens(&crank.dollars), TERMS.tip);
}

#[test]
fn a_job_that_its_host_does_not_start_is_taken_from_it_with_a_credit_that_the_crank_opens() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 60);
    assert_eq!(crank.run(&mut world), []);
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::ExpireAssigned]);
    assert_eq!(world.tokens(&crank.stakes), MISSED_TIP);
    assert_eq!(world.line(&market), [job]);
    assert!(world.exists(&address::credit(&host.stake, &client.owner.pubkey()).0));
}

#[test]
fn all_seats_of_a_host_that_missed_a_job_are_evicted() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    for _ in 0..3 {
        world.join(&host, &market);
    }
    world.post(&client, &market, 0, HOUR);
    world.svm.advance(TERMS.ack_window + 61);
    assert_eq!(crank.run(&mut world), [Kind::ExpireAssigned, Kind::Leave, Kind::Leave]);
    assert_eq!(world.member_account(&host, &market).seats, 0);
}

#[test]
fn a_chain_that_stood_still_punishes_nobody_and_tips_nobody() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut greedy = Crank::new(&mut world, "greedy", Policy::tipped(1));
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let slot = world.now().slot;
    world.svm.halt(TERMS.ack_window + 61);
    // Whoever works for tips waits for the slots that a penalty needs.
    assert_eq!(greedy.plan(&world), []);
    assert_eq!(greedy.planner.next().slot, Some(slot + u64::from(TERMS.ack_window) + 60));
    let due = crank.plan(&world);
    assert_eq!((due.len(), due[0].tip), (1, None));
    assert_eq!(crank.send(&mut world, due[0].clone()).refusal, None);
    assert_eq!(world.line(&market), [job]);
    assert_eq!(world.member_account(&host, &market).missed, 0);
}

#[test]
fn a_job_of_a_host_that_is_no_longer_fit_is_taken_at_once() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    assert_eq!(crank.run(&mut world), []);
    world.set_member_state(&host, &market, MemberState::Suspended);
    assert_eq!(crank.run(&mut world), [Kind::ExpireAssigned]);
    assert_eq!((world.line(&market), world.tokens(&crank.stakes)), (vec![job], 0));
}

#[test]
fn a_job_of_a_host_whose_attestation_is_over_is_taken_the_second_it_is() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let until = world.now().unix + 100;
    world.attest(&host, &market, 8, until);
    world.svm.advance(99);
    assert_eq!(crank.run(&mut world), []);
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::ExpireAssigned]);
    assert_eq!(world.line(&market), [job]);
}

#[test]
fn a_lost_host_ends_its_job_and_pays_the_client_out_of_its_bond() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(3 * TERMS.heartbeat_interval + 60);
    assert_eq!(crank.run(&mut world), []);
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::ExpireRunning]);
    assert_eq!(world.job(&job).state(), Ok(JobState::HostLost));
    assert_eq!(world.tokens(&crank.dollars), PREMIUM_TERMS.tip);
    assert_eq!(world.stake_account(&host).owed, 2 * STAKE);
}

#[test]
fn evidence_puts_the_deadline_of_a_running_job_off() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, 600);
    crank.sync(&world);
    world.run_for(&host, &market, job, 540);
    assert_eq!(crank.run(&mut world), []);
    world.svm.advance(121);
    assert_eq!(crank.run(&mut world), [Kind::ExpireRunning]);
    assert_eq!(world.job(&job).state(), Ok(JobState::TimedOut));
}

#[test]
fn a_job_behind_lapsed_seats_is_matched_and_the_bonds_of_the_lapsed_are_freed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", Policy { cleaning: false, ..everything() });
    let gone: Vec<HostParty> = ["a", "b", "c", "d", "e"].map(|name| world.enrolled(name, &market)).into();
    for host in &gone {
        world.join(host, &market);
    }
    world.svm.advance(TERMS.seat_lifetime);
    world.join(&host, &market);
    let job = world.post(&client, &market, 0, HOUR);
    assert_eq!(world.line(&market), [job]);
    let done = crank.run(&mut world);
    assert_eq!(done.iter().filter(|kind| **kind == Kind::Leave).count(), 5, "{done:?}");
    assert!(done.contains(&Kind::MatchHeads), "{done:?}");
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
    for host in &gone {
        assert_eq!(world.member_account(host, &market).seats, 0);
    }
}

#[test]
fn a_seat_that_asks_for_more_than_the_job_pays_is_not_matched() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let seat = gpu_market_sdk::instructions::queue::Seat { min_rate: TERMS.rate, ..world.seat_of(&host, &market) };
    world.ok(&[gpu_market_sdk::instructions::queue::join(seat)], &[&host.operator]);
    let node = usize::from(world.head_seat(&market));
    // As if terms with a lower rate had come into force since.
    let mut shard = world.shard(&market);
    shard.nodes[node].min_rate = TERMS.rate + 1;
    let offset = gpu_market_sdk::decode::NODES_OFFSET - gpu_market_sdk::decode::DISCRIMINATOR_SIZE + node * 128;
    let key = address::shard(&market.address, 0).0;
    world.write_field(&key, offset, bytemuck::bytes_of(&shard.nodes[node]));
    world.post(&client, &market, 0, HOUR);
    assert_eq!(crank.run(&mut world), []);
    // When its lifetime is over it is in nobody's way any more.
    world.svm.advance(TERMS.seat_lifetime);
    let done = crank.run(&mut world);
    assert!(done.contains(&Kind::Leave), "{done:?}");
}

#[test]
fn a_seat_is_moved_to_the_shard_where_a_job_waits() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.add_shard(&market, 1);
    world.join(&host, &market);
    let post = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(0, HOUR)) };
    world.ok(&[job::post(post)], &[&client.owner]);
    assert_eq!(crank.run(&mut world), [Kind::Rebalance]);
    assert_eq!(world.queue_of(&market, 1).assigned.len(), 1);
}

#[test]
fn what_a_frozen_vault_kept_from_a_host_is_collected_once_it_is_thawed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, 600);
    world.run_for(&host, &market, job, 300);
    let earnings = host.earnings(&market);
    world.svm.freeze(market.token, &earnings).expect("frozen");
    world.finish(&client, &host, &market, job);
    let owed = world.job(&job).due;
    assert!(owed > 0);
    let due = crank.plan(&world);
    assert_eq!(due[0].id.kind, Kind::Collect);
    assert!(crank.send(&mut world, due[0].clone()).refusal.is_some());
    world.svm.thaw(market.token, &earnings).expect("thawed");
    world.svm.advance(2);
    assert_eq!(crank.run(&mut world), [Kind::Collect]);
    assert_eq!(world.tokens(&earnings), owed);
}

#[test]
fn a_running_job_is_collected_where_the_policy_says_so() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", Policy { collect_above: Some(20_000), ..everything() });
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 180);
    assert_eq!(crank.run(&mut world), []);
    world.run_for(&host, &market, job, 60);
    assert_eq!(crank.run(&mut world), [Kind::Collect]);
    assert_eq!(world.tokens(&host.earnings(&market)), 240 * 100);
}

#[test]
fn an_ended_job_is_closed_after_its_seven_days() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.post(&client, &market, 0, HOUR);
    world.cancel(&client, &market, job);
    world.svm.advance(u32::try_from(JOB_RETENTION).unwrap());
    assert_eq!(crank.run(&mut world), []);
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::CloseJob]);
    assert!(!world.exists(&job));
    assert_eq!(crank.planner.index().job(&job), None);
}

#[test]
fn a_job_that_owes_a_host_which_closed_its_member_closes_all_the_same() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, 600);
    world.run_for(&host, &market, job, 300);
    world.svm.freeze(market.token, &host.earnings(&market)).expect("frozen");
    world.finish(&client, &host, &market, job);
    world.take_back(&host, &market, 50 * STAKE);
    world.svm.advance(8 * DAY);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.ok(&[close], &[&host.owner]);
    let done = crank.run(&mut world);
    assert!(done.contains(&Kind::CloseJob), "{done:?}");
    assert!(!world.exists(&job));
}

#[test]
fn fees_and_slashes_are_swept_once_they_have_a_treasury_to_go_to() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let job = world.running(&client, &host, &market, 0, 600);
    world.svm.advance(60);
    world.finish(&client, &host, &market, job);
    world.missed_ack(&client, &host, &market, 1);
    let done = crank.run(&mut world);
    assert!(!done.contains(&Kind::SweepFees) && !done.contains(&Kind::SweepSlashes), "{done:?}");
    for token in [world.dollar, world.stake_token] {
        world.open_treasury(token);
    }
    let mut done = crank.run(&mut world);
    done.sort();
    assert_eq!(done, [Kind::SweepFees, Kind::SweepSlashes]);
    assert_eq!(world.treasury_account(world.stake_token).received, STAKE / 10);
}

#[test]
fn a_credit_is_claimed_for_its_beneficiary_and_then_closed_by_whoever_opened_it() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let token = world.stake_token;
    let wallet = common::open_wallet(&mut world, &client.owner.pubkey(), token);
    world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    assert_eq!(crank.run(&mut world), [Kind::ExpireAssigned]);
    world.svm.advance(world.unbonding());
    let done = crank.run(&mut world);
    assert!(done.contains(&Kind::ClaimCredit) && done.contains(&Kind::CloseCredit), "{done:?}");
    assert_eq!(world.tokens(&wallet), 8 * STAKE / 10);
    assert!(!world.exists(&address::credit(&host.stake, &client.owner.pubkey()).0));
}

#[test]
fn a_credit_that_somebody_opened_for_a_penalty_to_come_is_left_alone() {
    let Scene { mut world, client, host, .. } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.slash(&host, &client);
    assert_eq!(crank.run(&mut world), []);
    // Without collateral there is no penalty to come, and the credit is in the way of closing the stake.
    let market = world.community;
    world.take_back(&host, &market, 50 * STAKE);
    assert_eq!(crank.run(&mut world), [Kind::CloseCredit]);
    let unstake = stake::request_unstake(host.owner.pubkey(), 100 * STAKE);
    world.ok(&[unstake], &[&host.owner]);
}
