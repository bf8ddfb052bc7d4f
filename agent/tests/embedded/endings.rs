//! Jobs that do not go as they should.

use {
    crate::stage::{Embedded, Stage, finish_work, phase, settle},
    gpu_market_agent::{Agent, Parts, Report, executor::WorkLimits},
    gpu_market_jobspec::{
        Ending, Hash, Image, PrivateTerms, Spec, Verdict, Work,
        store::{Folder, Letter, Pending, Store, StoreError},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{JobState, Outcome},
        instructions::job,
    },
    solana_signer::Signer,
    std::sync::Arc,
};

/// Runs a script to its end and returns the job.
async fn run(stage: &mut Stage, script: &str) -> Address {
    let job = stage.post(script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    job
}

#[tokio::test]
async fn a_job_that_fails_is_the_clients_fault_and_its_output_is_kept() {
    let mut stage = Stage::new();
    let job = run(&mut stage, "echo partly; echo why >&2; exit 3").await;
    let account = stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Failed), Ok(Outcome::ClientFault)));
    let result = stage.result(&job).await;
    assert_eq!((result.ending.clone(), result.note.as_str()), (Ending::Exited { code: 3 }, "why"));
    assert_eq!((result.verdict, result.output().unwrap()), (Verdict::ClientFault, b"partly\n".to_vec()));
}

#[tokio::test]
async fn a_job_with_too_much_output_or_memory_is_the_clients_fault() {
    let mut stage = Stage::new();
    let job = run(&mut stage, "while :; do echo again; done").await;
    let result = stage.result(&job).await;
    assert_eq!((result.ending.clone(), result.output().unwrap().len()), (Ending::TooMuchOutput, 1_000));
    assert_eq!(stage.job(&job).outcome(), Ok(Outcome::ClientFault));

    let mut stage = Stage::new();
    stage.limits = WorkLimits { memory: Some(64 << 20), ..stage.limits };
    let job = run(&mut stage, "awk 'BEGIN { x = \"0123456789\"; while (1) x = x x }'").await;
    let ending = stage.result(&job).await.ending;
    assert!(!matches!(ending, Ending::Exited { code: 0 } | Ending::OutOfTime), "{ending:?}");
    assert_eq!(stage.job(&job).outcome(), Ok(Outcome::ClientFault));
}

#[tokio::test]
async fn a_job_whose_time_is_over_is_stopped_and_paid_in_full() {
    let mut stage = Stage::new();
    let (_, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    for _ in 0..10 {
        stage.pass(60);
        settle(&mut agent).await;
    }
    finish_work(&mut agent).await;
    let account = stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Failed), Ok(Outcome::ClientFault)));
    assert_eq!((account.evidenced, account.paid), (600, 60_000));
    assert_eq!(stage.result(&job).await.ending, Ending::OutOfTime);
}

#[tokio::test]
async fn a_job_that_its_client_extends_runs_on() {
    let mut stage = Stage::new();
    let (gate, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    let extend = job::extend(stage.client.owner.pubkey(), stage.client.client, job, 600);
    stage.chain.world.borrow_mut().ok(&[extend], &[&stage.client.owner]);
    for _ in 0..11 {
        stage.pass(60);
        settle(&mut agent).await;
    }
    std::fs::write(gate, "").unwrap();
    finish_work(&mut agent).await;
    assert_eq!((stage.state_of(&job), stage.job(&job).evidenced), (JobState::Completed, 660));
}

#[tokio::test]
async fn a_job_that_its_client_ends_is_killed() {
    let mut stage = Stage::new();
    let (_, script) = stage.gate();
    let job = stage.post(&script).await;
    let mut agent = stage.agent();
    settle(&mut agent).await;
    let pid = agent.state().row(&job).unwrap().pid.unwrap();
    assert!(std::path::Path::new(&format!("/proc/{pid}/cmdline")).exists());
    stage.pass(30);
    let parties = stage.chain.world.borrow().parties(job, &stage.client, &stage.host, &stage.market());
    let end = job::end(stage.client.owner.pubkey(), parties, stage.market().token);
    stage.chain.world.borrow_mut().ok(&[end], &[&stage.client.owner]);
    let reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Ended { job, state: Some(JobState::Ended), paid: 3_000 }), "{reports:?}");
    finish_work(&mut agent).await;
    assert_eq!((phase(&agent, &job), stage.earned()), (None, 3_000));
    assert!(std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().is_empty());
    assert!(!stage.folder.path().join("jobs").join(job.to_string()).exists());
}

#[tokio::test]
async fn a_job_that_is_cancelled_before_its_start_pays_its_tip() {
    let mut stage = Stage::new();
    let spec = stage.spec("true");
    let job = stage.post_spec(&spec);
    let mut agent = stage.agent();
    // Its spec is not there, so it is not started.
    settle(&mut agent).await;
    let cancel = stage.chain.world.borrow().cancel_ix(&stage.client, &stage.market(), job);
    stage.chain.world.borrow_mut().ok(&[cancel], &[&stage.client.owner]);
    let reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Collected(job)), "{reports:?}");
    assert_eq!((stage.earned(), phase(&agent, &job)), (1_000, None));
}

#[tokio::test]
async fn a_spec_that_cannot_be_had_is_declined_in_the_first_half_of_the_window() {
    let mut stage = Stage::new();
    let spec = stage.spec("true");
    let job = stage.post_spec(&spec);
    let mut agent = stage.agent();
    let reports = settle(&mut agent).await;
    let hash = spec.hash_text();
    assert!(matches!(&reports[..], [.., Report::Failed { reason, .. }] if reason.contains(&hash)), "{reports:?}");
    stage.pass(45);
    settle(&mut agent).await;
    assert_eq!(stage.job(&job).spec_declines, 0);
    stage.pass(1);
    let reports = settle(&mut agent).await;
    let reason = "its spec cannot be had".to_owned();
    assert!(reports.contains(&Report::Declined { job, reason }), "{reports:?}");
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!((stage.job(&job).spec_declines, member.missed, member.declines), (1, 0, 0));
}

#[tokio::test]
async fn a_spec_that_comes_late_is_run() {
    let mut stage = Stage::new();
    let spec = stage.spec("echo late");
    let job = stage.post_spec(&spec);
    let mut agent = stage.agent();
    settle(&mut agent).await;
    spec.store(&stage).await;
    stage.pass(15);
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    assert_eq!(stage.result(&job).await.output().unwrap(), b"late\n");
}

#[tokio::test]
async fn work_that_no_executor_runs_is_declined_at_no_cost_and_named() {
    let mut stage = Stage::new();
    let spec = Spec { command: None, image: Some("a/b:c".into()), ..stage.spec("true") };
    assert!(matches!(spec.work(), Ok(Work::Image(Image { .. }))));
    spec.store(&stage).await;
    let job = stage.post_spec(&spec);
    let mut agent = stage.agent();
    let reports = settle(&mut agent).await;
    let reason =
        "no executor runs this: local process: it is no container engine, and a/b:c is an image".to_owned();
    assert!(reports.contains(&Report::Declined { job, reason }), "{reports:?}");
    assert_eq!(stage.job(&job).spec_declines, 1);
}

/// A folder that takes no more than a node of IPFS would, in small: no letters, no large documents.
struct Plain(Arc<Folder>);

/// Bytes of output whose result such a folder takes.
const PLAIN_OUTPUT: usize = 300;

impl Store for Plain {
    fn name(&self) -> String {
        self.0.name()
    }

    fn largest(&self) -> usize {
        (64 << 10) + PLAIN_OUTPUT / 3 * 4
    }

    fn require_letters(&self) -> Result<(), StoreError> {
        Err(StoreError::NoLetters { store: self.name() })
    }

    fn put<'a>(&'a self, document: &'a [u8]) -> Pending<'a, Hash> {
        assert!(document.len() <= self.largest());
        self.0.put(document)
    }

    fn get<'a>(&'a self, hash: Hash, limit: usize) -> Pending<'a, Vec<u8>> {
        self.0.get(hash, limit)
    }

    fn send<'a>(&'a self, _: Letter, _: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async { self.require_letters() })
    }

    fn receive(&self, _: Letter, _: usize) -> Pending<'_, Vec<u8>> {
        Box::pin(async { Err(StoreError::NoLetters { store: self.name() }) })
    }
}

fn plain_agent(stage: &Stage) -> Agent<Embedded> {
    let store = Arc::new(Plain(stage.store.clone()));
    Agent::open(stage.config(), Parts { store, ..stage.parts() }).unwrap()
}

#[tokio::test]
async fn output_is_no_larger_than_the_store_takes_a_result() {
    let mut stage = Stage::new();
    let job = stage.post("while :; do echo again; done").await;
    let mut agent = plain_agent(&stage);
    let mut reports = settle(&mut agent).await;
    reports.extend(finish_work(&mut agent).await);
    assert!(reports.contains(&Report::Delivered(job)), "{reports:?}");
    let result = stage.result(&job).await;
    assert_eq!((result.ending.clone(), result.output().unwrap().len()), (Ending::TooMuchOutput, PLAIN_OUTPUT));
}

#[tokio::test]
async fn a_private_job_whose_result_could_not_be_delivered_is_declined_at_no_cost() {
    let mut stage = Stage::new();
    let terms = PrivateTerms { salt: Hash([1; 32]), result_key: Hash([2; 32]) };
    let spec = Spec { private: Some(terms), ..stage.spec("true") };
    spec.store(&stage).await;
    let job = stage.post_spec(&spec);
    let mut agent = plain_agent(&stage);
    let reports = settle(&mut agent).await;
    let declined = |report: &Report| match report {
        Report::Declined { job: declined, reason } => *declined == job && reason.contains("keeps no letters"),
        _ => false,
    };
    assert!(reports.iter().any(declined), "{reports:?}");
    let member = stage.chain.world.borrow().member_account(&stage.host, &stage.market());
    assert_eq!((stage.job(&job).spec_declines, member.missed, member.declines), (1, 0, 0));
}

/// What the tests here do with a spec.
trait Document {
    fn hash_text(&self) -> String;
    async fn store(&self, stage: &Stage);
}

impl Document for Spec {
    fn hash_text(&self) -> String {
        gpu_market_jobspec::Document::hash(self).unwrap().to_string()
    }

    async fn store(&self, stage: &Stage) {
        let canonical = gpu_market_jobspec::Document::canonical(self).unwrap();
        stage.store.put(&canonical).await.unwrap();
    }
}
