//! An agent that is killed and started again, in every state.

use {
    crate::stage::{Fault, Stage, finish_work, phase, settle},
    gpu_market_agent::{Alarm, Config, Report, state::Phase},
    gpu_market_jobspec::Ending,
    gpu_market_sdk::gpu_market::state::{JobState, Outcome},
};

#[tokio::test]
async fn an_assigned_job_is_started_by_the_next_agent() {
    let mut stage = Stage::new();
    let job = stage.post("echo done").await;
    let mut agent = stage.agent();
    // Joins; notes the job; gets its spec.
    for _ in 0..3 {
        agent.step().await.unwrap();
    }
    assert_eq!((phase(&agent, &job), stage.state_of(&job)), (Some(Phase::Assigned), JobState::Open));
    assert!(agent.state().row(&job).unwrap().spec.is_some());
    drop(agent);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    assert_eq!(stage.state_of(&job), JobState::Completed);
}

#[tokio::test]
async fn a_started_job_is_run_by_the_next_agent() {
    let mut stage = Stage::new();
    let job = stage.post("echo done").await;
    let mut agent = stage.agent();
    for _ in 0..4 {
        agent.step().await.unwrap();
    }
    assert_eq!((phase(&agent, &job), stage.state_of(&job)), (Some(Phase::Started), JobState::Running));
    drop(agent);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    assert_eq!(stage.state_of(&job), JobState::Completed);
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_the_next_agents_own() {
    let mut stage = Stage::new();
    let job = stage.post("echo done").await;
    let mut agent = stage.agent();
    for _ in 0..3 {
        agent.step().await.unwrap();
    }
    stage.fault(Fault::DropsAnswers);
    agent.step().await.unwrap();
    assert_eq!((phase(&agent, &job), stage.state_of(&job)), (Some(Phase::Assigned), JobState::Running));
    drop(agent);
    stage.fault(Fault::None);
    let mut agent = stage.agent();
    let reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Started(job)), "{reports:?}");
    finish_work(&mut agent).await;
    assert_eq!(stage.state_of(&job), JobState::Completed);
}

#[tokio::test]
async fn work_goes_on_without_an_agent_and_is_taken_up_not_begun_again() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    let pid = agent.state().row(&job).unwrap().pid;
    drop(agent);
    stage.pass(50);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    assert_eq!((phase(&agent, &job), agent.state().row(&job).unwrap().pid), (Some(Phase::Executing), pid));
    std::fs::write(gate, "").unwrap();
    finish_work(&mut agent).await;
    assert_eq!((stage.state_of(&job), stage.runs()), (JobState::Completed, 1));
    assert_eq!((stage.job(&job).evidenced, stage.earned()), (50, 5_000));
}

#[tokio::test]
async fn work_that_ended_without_an_agent_is_reported_by_the_next() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    drop(agent);
    std::fs::write(gate, "").unwrap();
    let status = stage.folder.path().join("jobs").join(job.to_string()).join("status");
    while !status.exists() {
        tokio::task::yield_now().await;
    }
    let mut agent = stage.agent();
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    assert_eq!((stage.state_of(&job), stage.runs()), (JobState::Completed, 1));
    assert_eq!(stage.result(&job).await.output().unwrap(), b"done\n");
}

#[tokio::test]
async fn work_that_was_killed_without_an_agent_is_the_hosts_fault_and_still_paid() {
    let mut stage = Stage::new();
    let (_, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    drop(agent);
    // It counts as run from its first line on.
    while stage.runs() == 0 {
        tokio::task::yield_now().await;
    }
    let folder = stage.folder.path().join("jobs").join(job.to_string());
    let process = gpu_market_agent::process::take_up(&folder).await.unwrap();
    process.kill();
    let limits = gpu_market_agent::process::Limits {
        time: std::time::Duration::from_secs(10),
        memory: None,
        output: 9,
        file: 9,
    };
    process.wait(limits).await.unwrap();
    stage.pass(40);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    let account = stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Failed), Ok(Outcome::HostFault)));
    assert_eq!((account.paid, stage.runs()), (4_000, 1));
    assert_eq!(stage.result(&job).await.ending, Ending::Interrupted);
}

#[tokio::test]
async fn a_result_that_the_chain_does_not_know_is_reported_by_the_next_agent() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    std::fs::write(gate, "").unwrap();
    stage.fault(Fault::DropsTransactions);
    crate::stage::work_over(&mut agent).await;
    agent.step().await.unwrap();
    assert_eq!((phase(&agent, &job), stage.state_of(&job)), (Some(Phase::Finished), JobState::Running));
    drop(agent);
    stage.fault(Fault::None);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    assert_eq!((stage.state_of(&job), phase(&agent, &job)), (JobState::Completed, None));
    assert_eq!(stage.result(&job).await.output().unwrap(), b"done\n");
}

#[tokio::test]
async fn a_finish_whose_answer_was_lost_is_not_sent_again() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    std::fs::write(gate, "").unwrap();
    stage.fault(Fault::DropsAnswers);
    crate::stage::work_over(&mut agent).await;
    agent.step().await.unwrap();
    assert_eq!((phase(&agent, &job), stage.state_of(&job)), (Some(Phase::Finished), JobState::Completed));
    drop(agent);
    stage.fault(Fault::None);
    let mut agent = stage.agent();
    let reports = settle(&mut agent).await;
    assert!(reports.iter().all(|report| !matches!(report, Report::Failed { .. })), "{reports:?}");
    assert_eq!(phase(&agent, &job), None);
    stage.result(&job).await;
}

#[tokio::test]
async fn a_job_that_ended_without_an_agent_is_closed_by_the_next() {
    let mut stage = Stage::new();
    let (_, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    let pid = agent.state().row(&job).unwrap().pid.unwrap();
    drop(agent);
    stage.pass(241);
    let (market, caller) = (stage.market(), gpu_market_sdk::svm::keypair("payer"));
    {
        let mut world = stage.chain.world.borrow_mut();
        let expire = world.expire_running_ix(&caller, &stage.client, &stage.host, &market, job, None);
        world.ok(&[expire], &[&caller]);
    }
    let mut agent = stage.agent();
    let reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Ended { job, state: Some(JobState::HostLost), paid: 0 }), "{reports:?}");
    assert!(std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().is_empty());
    assert_eq!(phase(&agent, &job), None);
}

#[tokio::test]
async fn a_lost_state_is_named_and_taken_over_only_on_demand() {
    let mut stage = Stage::new();
    let (_, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    drop(agent);
    std::fs::remove_dir_all(stage.config().state).unwrap();
    stage.pass(30);
    let mut agent = stage.agent();
    assert_eq!(settle(&mut agent).await, [Report::Alarm(Alarm::ForeignStart(job))]);
    drop(agent);
    let mut agent = stage.agent_with(|config| Config { take_over: true, ..config });
    settle(&mut agent).await;
    let account = stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Failed), Ok(Outcome::HostFault)));
    assert_eq!(account.paid, 3_000);
}
