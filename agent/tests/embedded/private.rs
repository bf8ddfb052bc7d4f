//! Private jobs: the spec goes sealed to the host that the job is assigned to, the result sealed to the client.

use {
    crate::stage::{Embedded, Stage, finish_work, phase, settle},
    gpu_market_agent::{Agent, Config, Parts, Report, state::Phase},
    gpu_market_jobspec::{
        Document, Hash, JobResult, PrivateTerms, Spec,
        sealing::{self, Content, LetterError, SealError, SealingKey},
        store::{Letter, Store, StoreError},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Host, HostParams, JobState, Outcome},
        instructions::host,
    },
    gpu_market_tests::{HostParty, STAKE},
    solana_signer::Signer,
    std::{path::Path, rc::Rc},
};

/// What nobody but client and host may read.
const SECRET: &str = "the-secret-of-the-client";

/// A stage whose host has a sealing key, and the client's own key.
struct Private {
    stage: Stage,
    client: SealingKey,
}

impl Private {
    fn new() -> Self {
        let mut stage = Stage::new();
        let key = SealingKey::generate();
        register(&stage, &stage.host, &key);
        stage.sealing_key = Some(key.to_bytes());
        Self { stage, client: SealingKey::generate() }
    }

    /// Posts a private job. Its spec is nowhere but here.
    fn post(&mut self, script: &str) -> (Address, Spec) {
        let spec = self.spec(script);
        (self.stage.post_spec(&spec), spec)
    }

    fn spec(&self, script: &str) -> Spec {
        Spec { private: Some(PrivateTerms::new(self.client.public())), ..self.stage.spec(script) }
    }

    /// Seals a spec to the key that a host has on chain, as the client does once the job is assigned.
    async fn reveal(&self, job: Address, spec: &Spec, to: &HostParty) {
        let key = self.stage.chain.world.borrow().get::<Host>(&to.host).sealing_key;
        let document = spec.canonical().unwrap();
        sealing::send(self.stage.store.as_ref(), letter(job, Content::Spec), &key, &document).await.unwrap();
    }

    /// The result that the chain names, opened by the client.
    async fn result(&self, job: Address) -> JobResult {
        JobResult::parse(&self.sealed_result(job, &self.client).await.unwrap()).unwrap()
    }

    async fn sealed_result(&self, job: Address, key: &SealingKey) -> Result<Vec<u8>, LetterError> {
        let expected = Hash(self.stage.job(&job).result_hash);
        let letter = letter(job, Content::Result);
        sealing::receive(self.stage.store.as_ref(), letter, key, expected, JobResult::LIMIT).await
    }

    fn store_folder(&self) -> std::path::PathBuf {
        self.stage.folder.path().join("store")
    }
}

fn letter(job: Address, content: Content) -> Letter {
    Letter { job: job.to_bytes(), content }
}

/// Puts the public part of a key on chain.
fn register(stage: &Stage, party: &HostParty, key: &SealingKey) {
    let params =
        HostParams { operator: party.operator.pubkey(), sealing_key: key.public(), metadata_hash: [8; 32] };
    let update = host::update_host(party.owner.pubkey(), params);
    stage.chain.world.borrow_mut().ok(&[update], &[&party.owner]);
}

/// Whether any file in the folder, or below it, holds these bytes.
fn holds(folder: &Path, bytes: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return holds(&path, bytes);
        }
        std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes.as_bytes())
    })
}

/// Why the agent could not get the spec, of the reports that say so.
fn failures(reports: &[Report]) -> Vec<&str> {
    let failed = reports.iter().filter_map(|report| match report {
        Report::Failed { what, reason } if what.starts_with("get the spec of job") => Some(reason.as_str()),
        _ => None,
    });
    failed.collect()
}

#[tokio::test]
async fn a_private_job_is_opened_run_and_paid_and_its_result_opened_by_the_client_alone() {
    let mut private = Private::new();
    let (job, spec) = private.post(&format!("echo {SECRET} | tee private-file"));
    let mut agent = private.stage.agent();
    let reports = settle(&mut agent).await;
    assert_eq!(failures(&reports).len(), 1, "there is no letter yet: {reports:?}");
    assert_eq!((private.stage.state_of(&job), phase(&agent, &job)), (JobState::Open, Some(Phase::Assigned)));

    let host = &private.stage.host;
    private.reveal(job, &spec, host).await;
    private.stage.pass(15);
    let mut reports = settle(&mut agent).await;
    assert!(reports.contains(&Report::Started(job)), "{reports:?}");
    // Short work may be over, and delivered, by now.
    reports.extend(finish_work(&mut agent).await);
    assert!(reports.contains(&Report::Delivered(job)), "{reports:?}");
    let account = private.stage.job(&job);
    assert_eq!((account.state(), account.outcome()), (Ok(JobState::Completed), Ok(Outcome::Success)));

    let result = private.result(job).await;
    assert_eq!(result.output().unwrap(), format!("{SECRET}\n").as_bytes());
    assert_eq!((result.job, result.spec), (job.to_string(), Hash(account.spec_hash)));
    // The host sealed it, and cannot open it again; nor can anybody else.
    for other in [SealingKey::from_bytes(private.stage.sealing_key.unwrap()), SealingKey::generate()] {
        let error = private.sealed_result(job, &other).await.unwrap_err();
        assert!(matches!(error, LetterError::Seal(SealError::WrongKeyOrAltered)), "{error}");
    }
    // The store has two envelopes and neither document.
    for hash in [account.spec_hash, account.result_hash] {
        let found = private.stage.store.get(Hash(hash), 1 << 20).await;
        assert!(matches!(found, Err(StoreError::Missing { .. })));
    }
    assert_eq!(std::fs::read_dir(private.store_folder().join("letters")).unwrap().count(), 2);
    assert!(!holds(&private.store_folder(), SECRET));
}

/// A second host in the same market, with an agent of its own.
fn rival(stage: &Stage, key: &SealingKey) -> (HostParty, Agent<Embedded>) {
    let market = stage.market();
    let party = {
        let mut world = stage.chain.world.borrow_mut();
        let party = world.host("rival", 1_000 * STAKE);
        world.enroll(&party, &market, 100 * STAKE);
        party
    };
    register(stage, &party, key);
    let mut venues = stage.config().venues;
    venues.iter_mut().for_each(|venue| venue.withdraw = None);
    let config = Config {
        limits: stage.limits,
        sealing_key: Some(SealingKey::from_bytes(key.to_bytes())),
        ..Config::new(party.host, stage.folder.path().join("rival"), venues)
    };
    let chain = Embedded { operator: Rc::new(party.operator.insecure_clone()), ..stage.chain.clone() };
    let agent = Agent::open(config, Parts { chain, ..stage.parts() }).unwrap();
    (party, agent)
}

#[tokio::test]
async fn a_host_opens_only_what_is_sealed_to_it_and_waits_for_that() {
    let mut private = Private::new();
    // The first host has lost its secret key.
    private.stage.sealing_key = None;
    let (job, spec) = private.post(&format!("echo {SECRET}"));
    let mut first = private.stage.agent();
    settle(&mut first).await;
    private.reveal(job, &spec, &private.stage.host).await;

    // The other one has a key, and the job is not its.
    let key = SealingKey::generate();
    let letter = letter(job, Content::Spec);
    let expected = spec.hash().unwrap();
    let opened = sealing::receive(private.stage.store.as_ref(), letter, &key, expected, Spec::LIMIT).await;
    assert!(matches!(opened, Err(LetterError::Seal(SealError::WrongKeyOrAltered))));

    // When the job comes to it, the letter in the store is still that of the first.
    private.stage.pass(46);
    first.drain();
    let reports = settle(&mut first).await;
    assert!(reports.iter().any(|report| matches!(report, Report::Declined { .. })), "{reports:?}");
    let (party, mut second) = rival(&private.stage, &key);
    let reports = settle(&mut second).await;
    assert!(reports.contains(&Report::Assigned(job)), "{reports:?}");
    assert_eq!(failures(&reports), [SealError::WrongKeyOrAltered.to_string()], "{reports:?}");
    assert_eq!((private.stage.state_of(&job), phase(&second, &job)), (JobState::Open, Some(Phase::Assigned)));

    private.reveal(job, &spec, &party).await;
    private.stage.pass(15);
    settle(&mut second).await;
    finish_work(&mut second).await;
    assert_eq!(private.stage.state_of(&job), JobState::Completed);
    assert_eq!(private.result(job).await.output().unwrap(), format!("{SECRET}\n").as_bytes());
}

#[tokio::test]
async fn a_letter_that_was_altered_or_exchanged_is_refused_by_name_until_the_right_one_comes() {
    let mut private = Private::new();
    let (job, spec) = private.post("echo right");
    private.reveal(job, &spec, &private.stage.host).await;
    let file = private.store_folder().join(letter(job, Content::Spec).file_name());
    let mut envelope = std::fs::read(&file).unwrap();
    *envelope.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &envelope).unwrap();
    let mut agent = private.stage.agent();
    let reports = settle(&mut agent).await;
    assert_eq!(failures(&reports), [SealError::WrongKeyOrAltered.to_string()], "{reports:?}");

    // Anybody can seal something to the host's key.
    let other = private.spec("echo wrong");
    private.reveal(job, &other, &private.stage.host).await;
    private.stage.pass(15);
    let reports = settle(&mut agent).await;
    let (actual, expected) = (other.hash().unwrap(), spec.hash().unwrap());
    let refusal = LetterError::OtherDocument { content: Content::Spec, expected, actual }.to_string();
    assert_eq!(failures(&reports), [refusal], "{reports:?}");
    std::fs::write(&file, "not sealed").unwrap();
    private.stage.pass(15);
    let reports = settle(&mut agent).await;
    assert_eq!(failures(&reports), [SealError::NotAnEnvelope.to_string()], "{reports:?}");
    assert_eq!(private.stage.state_of(&job), JobState::Open);

    private.reveal(job, &spec, &private.stage.host).await;
    private.stage.pass(15);
    settle(&mut agent).await;
    finish_work(&mut agent).await;
    assert_eq!(private.result(job).await.output().unwrap(), b"right\n");
}

#[tokio::test]
async fn a_host_that_never_gets_the_sealed_spec_declines_and_loses_nothing() {
    let mut private = Private::new();
    let (job, _) = private.post("echo never");
    let mut agent = private.stage.agent();
    settle(&mut agent).await;
    let market = private.stage.market();
    let before = private.stage.chain.world.borrow().member_account(&private.stage.host, &market);
    private.stage.pass(45);
    settle(&mut agent).await;
    assert_eq!(private.stage.job(&job).spec_declines, 0);
    private.stage.pass(1);
    let reports = settle(&mut agent).await;
    let reason = "its spec cannot be had".to_owned();
    assert!(reports.contains(&Report::Declined { job, reason }), "{reports:?}");

    let after = private.stage.chain.world.borrow().member_account(&private.stage.host, &market);
    assert_eq!(private.stage.job(&job).spec_declines, 1);
    assert_eq!((after.collateral, after.missed, after.declined, after.declines), (before.collateral, 0, 0, 0));
    assert_eq!(phase(&agent, &job), None);
    // It pauses for one window of acknowledgement, as the program has it, and waits for jobs again.
    private.stage.pass(private.stage.job(&job).ack_window - 1);
    assert_eq!(settle(&mut agent).await, []);
    private.stage.pass(1);
    assert!(settle(&mut agent).await.contains(&Report::Joined(market.address)));
}

#[tokio::test]
async fn a_letter_to_another_job_opens_none() {
    let mut private = Private::new();
    let (first, spec) = private.post("echo first");
    let again = private.stage.post_spec(&spec);
    private.reveal(first, &spec, &private.stage.host).await;
    // The same spec and the same host: the letter of the one is put in place of the other's.
    let letters = [first, again].map(|job| private.store_folder().join(letter(job, Content::Spec).file_name()));
    std::fs::rename(&letters[0], &letters[1]).unwrap();
    let key = SealingKey::from_bytes(private.stage.sealing_key.unwrap());
    let (letter, expected) = (letter(again, Content::Spec), spec.hash().unwrap());
    let opened = sealing::receive(private.stage.store.as_ref(), letter, &key, expected, Spec::LIMIT).await;
    assert!(matches!(opened, Err(LetterError::Seal(SealError::WrongContent))));
}
