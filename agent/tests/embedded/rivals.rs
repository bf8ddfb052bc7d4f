//! Two agents for one host, and a clock that is off.

use {
    crate::stage::{Stage, finish_work, opened, settle},
    gpu_market_agent::{Agent, AgentError, Alarm, Config, Report},
    gpu_market_sdk::gpu_market::state::JobState,
};

#[tokio::test]
async fn a_second_agent_with_the_same_state_is_refused() {
    let stage = Stage::new();
    let _first = stage.agent();
    let error = opened(&stage).err().unwrap();
    assert!(matches!(&error, AgentError::StateInUse(folder) if *folder == stage.config().state), "{error}");
}

#[tokio::test]
async fn a_start_by_a_second_agent_is_named_and_the_job_left_to_it() {
    let mut stage = Stage::new();
    let job = stage.post("echo done").await;
    let mut agent = stage.agent();
    // Joins; notes the job; gets its spec.
    for _ in 0..3 {
        agent.step().await.unwrap();
    }
    agent.reports();
    let market = stage.market();
    stage.chain.world.borrow_mut().start(&stage.host, &market, job);
    let alarm = Report::Alarm(Alarm::ForeignStart(job));
    assert_eq!(settle(&mut agent).await, std::slice::from_ref(&alarm));
    stage.pass(50);
    // It gives no evidence of it and takes no new jobs.
    assert_eq!(settle(&mut agent).await, []);
    assert_eq!((stage.state_of(&job), stage.job(&job).evidenced), (JobState::Running, 0));
    assert!(alarm.to_string().contains("a second agent has the same operator key; stop one of them"), "{alarm}");
}

#[tokio::test]
async fn a_heartbeat_of_a_second_agent_is_named_and_the_job_goes_on() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    stage.pass(20);
    assert_eq!(settle(&mut agent).await, []);
    let heartbeat = stage.chain.world.borrow().heartbeat_ix(&stage.host, &stage.market(), job);
    stage.chain.world.borrow_mut().ok(&[heartbeat], &[&stage.host.operator]);
    assert_eq!(settle(&mut agent).await, [Report::Alarm(Alarm::ForeignHeartbeat(job))]);
    std::fs::write(gate, "").unwrap();
    finish_work(&mut agent).await;
    assert_eq!(stage.state_of(&job), JobState::Completed);
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!(member.seats, 0, "it takes no new jobs");
}

#[tokio::test]
async fn a_key_that_is_not_the_operators_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    let mut parts = stage.parts();
    parts.chain.operator = std::rc::Rc::new(gpu_market_sdk::svm::keypair("stranger"));
    let mut agent = Agent::open(stage.config(), parts).unwrap();
    let error = agent.step().await.unwrap_err();
    assert!(matches!(error, AgentError::NotOperator { .. }), "{error}");
    assert!(error.to_string().contains("is not the operator of the host"), "{error}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_once_and_nothing_is_lost() {
    let mut stage = Stage::new();
    stage.skew = -400;
    let job = stage.post("echo done").await;
    let mut agent = Agent::open(Config { clock_tolerance: 30, ..stage.config() }, stage.parts()).unwrap();
    let reports = settle(&mut agent).await;
    let alarms: Vec<_> = reports.iter().filter(|report| matches!(report, Report::Alarm(_))).collect();
    assert_eq!(alarms, [&Report::Alarm(Alarm::ClockOff(-400))]);
    assert!(alarms[0].to_string().starts_with("this machine's clock is 400 seconds behind the cluster's"));
    finish_work(&mut agent).await;
    assert_eq!(stage.state_of(&job), JobState::Completed);
}
