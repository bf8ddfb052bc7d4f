//! Seats: taken, renewed, given up.

use {
    crate::stage::{Stage, finish_work, settle},
    gpu_market_agent::{AgentError, Config, Report},
    gpu_market_sdk::gpu_market::state::JobState,
};

#[tokio::test]
async fn a_waiting_seat_is_renewed_before_it_lapses() {
    let stage = Stage::new();
    let market = stage.market().address;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    stage.pass(1_349);
    assert_eq!(settle(&mut agent).await, []);
    stage.pass(1);
    assert_eq!(settle(&mut agent).await, [Report::Renewed(market)]);
    // One that lapsed while nobody looked is given up and taken again.
    stage.pass(1_801);
    assert_eq!(settle(&mut agent).await, [Report::Left(market), Report::Joined(market)]);
}

#[tokio::test]
async fn draining_gives_up_waiting_seats_and_takes_none() {
    let stage = Stage::new();
    let mut agent = stage.agent();
    settle(&mut agent).await;
    agent.drain();
    assert_eq!(settle(&mut agent).await, [Report::Draining, Report::Left(stage.market().address)]);
    assert!(agent.is_drained());
    assert_eq!(settle(&mut agent).await, []);
}

#[tokio::test]
async fn draining_declines_an_unstarted_job() {
    let mut stage = Stage::new();
    let job = stage.post("true").await;
    let mut agent = stage.agent();
    agent.step().await.unwrap();
    agent.drain();
    let reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Declined { job, reason: "this host drains".into() }), "{reports:?}");
    assert!(agent.is_drained());
    assert_eq!((stage.state_of(&job), stage.job(&job).attempts), (JobState::Open, 1));
}

#[tokio::test]
async fn draining_finishes_a_running_job_and_does_not_rejoin() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    agent.drain();
    settle(&mut agent).await;
    assert!(!agent.is_drained());
    std::fs::write(gate, "").unwrap();
    finish_work(&mut agent).await;
    assert_eq!((stage.state_of(&job), agent.is_drained()), (JobState::Completed, true));
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!(member.seats, 0);
}

#[tokio::test]
async fn a_host_or_place_that_is_not_there_is_named() {
    let stage = Stage::new();
    let nowhere = gpu_market_sdk::Address::new_from_array([9; 32]);
    let config = Config { host: nowhere, ..stage.config() };
    let mut agent = gpu_market_agent::Agent::open(config, stage.parts()).unwrap();
    let error = agent.step().await.unwrap_err();
    assert!(matches!(error, AgentError::NoHost(host) if host == nowhere), "{error}");
    drop(agent);

    let mut config = Config { state: stage.folder.path().join("other"), ..stage.config() };
    config.venues[0].market = stage.chain.world.borrow().premium.address;
    let mut agent = gpu_market_agent::Agent::open(config, stage.parts()).unwrap();
    let error = agent.step().await.unwrap_err();
    assert!(error.to_string().ends_with("enroll it, or apply for a place, first"), "{error}");
}
