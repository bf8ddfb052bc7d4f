//! A chain that does not answer for a while.

use {
    crate::stage::{Fault, Stage, finish_work, settle},
    gpu_market_agent::Report,
    gpu_market_sdk::gpu_market::state::JobState,
};

const FAULTS: [Fault; 3] = [Fault::Silent, Fault::DropsTransactions, Fault::DropsAnswers];

fn lost() -> Report {
    Report::Lost("the embedded chain does not answer".into())
}

#[tokio::test]
async fn a_start_is_sent_again_and_executed_once() {
    for fault in FAULTS {
        let mut stage = Stage::new();
        let job = stage.post("echo done").await;
        let mut agent = stage.agent();
        for _ in 0..3 {
            agent.step().await.unwrap();
        }
        agent.reports();
        stage.fault(fault);
        settle_lost(&mut agent).await;
        stage.pass(20);
        stage.fault(Fault::None);
        let reports = settle(&mut agent).await;
        // Where reads are answered, it was back in between.
        assert!(fault != Fault::Silent || reports.first() == Some(&Report::Back), "{fault:?}: {reports:?}");
        finish_work(&mut agent).await;
        assert_eq!(stage.state_of(&job), JobState::Completed, "{fault:?}");
    }
}

/// Steps while the chain is lost: said once.
async fn settle_lost(agent: &mut gpu_market_agent::Agent<crate::stage::Embedded>) {
    for _ in 0..3 {
        agent.step().await.unwrap();
    }
    let said = agent.reports().into_iter().filter(|report| *report == lost()).count();
    assert!(said >= 1);
}

#[tokio::test]
async fn work_goes_on_and_no_evidence_is_lost_within_two_intervals() {
    for fault in FAULTS {
        let mut stage = Stage::new();
        let (gate, script) = stage.gate();
        let job = stage.post(&script).await;
        let mut agent = stage.agent();
        settle(&mut agent).await;
        stage.pass(50);
        stage.fault(fault);
        settle_lost(&mut agent).await;
        stage.pass(60);
        stage.fault(Fault::None);
        let reports = settle(&mut agent).await;
        assert!(reports.contains(&Report::Heartbeat(job)), "{fault:?}: {reports:?}");
        assert!(!reports.iter().any(|report| matches!(report, Report::Alarm(_))), "{fault:?}: {reports:?}");
        std::fs::write(gate, "").unwrap();
        finish_work(&mut agent).await;
        assert_eq!((stage.job(&job).evidenced, stage.earned()), (110, 11_000), "{fault:?}");
    }
}

#[tokio::test]
async fn a_finish_is_sent_again_and_pays_once() {
    for fault in FAULTS {
        let mut stage = Stage::new();
        let (gate, script) = stage.gate();
        let job = stage.post(&script).await;
        let mut agent = stage.agent();
        settle(&mut agent).await;
        std::fs::write(gate, "").unwrap();
        crate::stage::work_over(&mut agent).await;
        stage.pass(30);
        stage.fault(fault);
        settle_lost(&mut agent).await;
        stage.pass(30);
        stage.fault(Fault::None);
        settle(&mut agent).await;
        let paid = if fault == Fault::DropsAnswers { 3_000 } else { 6_000 };
        assert_eq!((stage.state_of(&job), stage.earned()), (JobState::Completed, paid), "{fault:?}");
    }
}
