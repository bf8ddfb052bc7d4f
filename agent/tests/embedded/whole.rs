//! A whole job.

use {
    crate::stage::{Stage, finish_work, phase, settle},
    gpu_market_agent::{Report, state::Phase},
    gpu_market_jobspec::{Ending, Hash, Verdict},
    gpu_market_sdk::gpu_market::state::{JobState, Outcome},
};

#[tokio::test]
async fn a_job_is_taken_run_reported_paid_and_withdrawn_and_the_seat_taken_again() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let mut agent = stage.agent();
    assert_eq!(settle(&mut agent).await, [Report::Joined(stage.market().address)]);

    let job = stage.post(&script).await;
    let reports = settle(&mut agent).await;
    let working = Report::Working { job, executor: "local process" };
    assert_eq!(reports, [Report::Assigned(job), Report::Started(job), working]);
    assert_eq!((stage.state_of(&job), phase(&agent, &job)), (JobState::Running, Some(Phase::Executing)));

    // Nothing before a heartbeat is due, and one when it is.
    stage.pass(44);
    assert_eq!(settle(&mut agent).await, []);
    stage.pass(1);
    assert_eq!(settle(&mut agent).await, [Report::Heartbeat(job)]);
    assert!(agent.state().row(&job).unwrap().pid.is_some());
    stage.pass(30);

    std::fs::write(gate, "").unwrap();
    let reports = finish_work(&mut agent).await;
    let account = stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Completed), Ok(Outcome::Success)));
    // 100 base units a second.
    assert_eq!((account.evidenced, account.paid, stage.earned()), (75, 7_500, 7_500));
    let result = stage.result(&job).await;
    assert_eq!((result.verdict, result.ending), (Verdict::Success, Ending::Exited { code: 0 }));
    assert_eq!((result.job.as_str(), result.spec), (job.to_string().as_str(), Hash(account.spec_hash)));
    assert!(reports.contains(&Report::Ended { job, state: Some(JobState::Completed), paid: 7_500 }), "{reports:?}");
    assert!(reports.contains(&Report::Withdrawn { market: stage.market().address, amount: 7_500 }), "{reports:?}");
    assert_eq!(stage.chain.world.borrow().tokens(&stage.owner_wallet), 7_500);

    // It waits again, and has forgotten the job.
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!((member.seats, member.completed), (1, 1));
    assert_eq!(phase(&agent, &job), None);
    assert!(!stage.folder.path().join("jobs").join(job.to_string()).exists());
    assert_eq!(stage.runs(), 1);
}

#[tokio::test]
async fn one_job_follows_another() {
    let mut stage = Stage::new();
    let mut agent = stage.agent();
    let jobs = [stage.post("echo 1").await, stage.post("echo 2").await];
    for job in jobs {
        settle(&mut agent).await;
        assert_ne!(stage.state_of(&job), JobState::Open);
        finish_work(&mut agent).await;
        assert_eq!(stage.state_of(&job), JobState::Completed);
    }
    assert_eq!(stage.result(&jobs[1]).await.output().unwrap(), b"2\n");
}

#[tokio::test]
async fn an_agent_runs_until_it_is_stopped_and_then_drains() {
    let mut stage = Stage::new();
    let job = stage.post("echo done").await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let mut reports = Vec::new();
    let on_report = |report: Report| {
        if matches!(report, Report::Ended { .. }) {
            let _ = stop.take().map(|stop| stop.send(()));
        }
        reports.push(report);
    };
    let stopped = async move { stopped.await.unwrap_or_default() };
    gpu_market_agent::run(stage.config(), stage.parts(), stopped, on_report).await.unwrap();
    assert_eq!(stage.state_of(&job), JobState::Completed);
    let end = reports.iter().position(|report| *report == Report::Draining).unwrap();
    assert_eq!(reports[end..], [Report::Draining, Report::Left(stage.market().address)]);
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!(member.seats, 0);
}
