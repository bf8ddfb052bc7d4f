//! A job from post to close.

use {
    gpu_market::state::{JobState, Member},
    gpu_market_sdk::instructions::job,
    gpu_market_tests::*,
};

#[test]
fn a_job_is_posted_taken_started_finished_paid_and_closed() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);

    let job = world.post(&client, &market, 0, HOUR);
    assert_eq!(world.job(&job).state(), Ok(JobState::Open));
    world.join(&host, &market);
    world.start(&host, &market, job);
    world.run_for(&host, &market, job, 600);
    let executed = world.finish(&client, &host, &market, job);

    let ended = world.job(&job);
    assert_eq!(ended.state(), Ok(JobState::Completed));
    assert_eq!((ended.evidenced, ended.paid), (600, 60_000));
    assert_eq!(ended.fee, 1_200);
    assert_eq!(world.tokens(&host.earnings(&market)), 60_000);
    let member: Member = world.get(&host.member(&market));
    assert_eq!((member.completed, member.seats, member.bonds), (1, 0, 0));
    println!("finish {} CU", executed.compute_units);

    let close = world.close_job_ix(&client.owner, &client, job);
    world.ok(&[close], &[&client.owner]);
    assert!(!world.exists(&job));
    let account = world.client_account(&client);
    assert_eq!(account.available, 1_000 * DOLLAR - 60_000 - 1_200);
    assert_eq!(account.nonce_floor, 1);
    let again = world.post_of(&client, &market, World::post_params(0, HOUR));
    world.refused(&[job::post(again)], &[&client.owner], rule(gpu_market::error::MarketError::NonceBelowFloor));
}
