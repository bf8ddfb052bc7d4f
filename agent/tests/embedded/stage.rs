//! An agent on the real program in an embedded chain: a world of one client and one host, whose time the test moves.

use {
    gpu_market_agent::{
        Agent, AgentError, Config, Parts, Report, Venue, Withdraw,
        chain::{Chain, ChainError, RawAccount},
        executor::{Executor, Local, WorkLimits},
        state::{Phase, Row},
    },
    gpu_market_jobspec::{
        Document, JobResult, Spec,
        store::{Folder, Store},
    },
    gpu_market_sdk::{
        Address, Instruction,
        gpu_market::state::{Job, JobState, PostParams},
        instructions::job,
    },
    gpu_market_tests::{ClientParty, DOLLAR, HostParty, STAKE, World},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{
        cell::RefCell,
        collections::BTreeMap,
        rc::Rc,
        sync::Arc,
        time::{Duration, Instant},
    },
    tempfile::TempDir,
};

/// How an embedded chain fails, for tests of what is lost on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Nothing is answered.
    Silent,
    /// Reads are answered; transactions do not arrive.
    DropsTransactions,
    /// Reads are answered; transactions are executed, and the answer is lost.
    DropsAnswers,
}

/// The embedded chain, as the agent sees it.
#[derive(Clone)]
pub struct Embedded {
    pub world: Rc<RefCell<World>>,
    pub operator: Rc<Keypair>,
    pub fault: Rc<RefCell<Fault>>,
}

fn lost() -> ChainError {
    ChainError::Lost("the embedded chain does not answer".into())
}

impl Chain for Embedded {
    fn operator(&self) -> Address {
        self.operator.pubkey()
    }

    async fn accounts(&self, addresses: &[Address]) -> Result<Vec<Option<RawAccount>>, ChainError> {
        if *self.fault.borrow() == Fault::Silent {
            return Err(lost());
        }
        let world = self.world.borrow();
        let raw = |address| world.svm.raw(address).map(|raw| RawAccount { owner: raw.owner, data: raw.data });
        Ok(addresses.iter().map(raw).collect())
    }

    async fn running_jobs(&self, member: Address) -> Result<Vec<Address>, ChainError> {
        let accounts = self.world.borrow().accounts();
        let runs = |job: &Job| job.member == member && job.state() == Ok(JobState::Running);
        let jobs = accounts.into_iter().filter_map(|(key, account)| match account {
            gpu_market_sdk::decode::Account::Job(job) if runs(&job) => Some(key),
            _ => None,
        });
        Ok(jobs.collect())
    }

    async fn send(&self, instructions: &[Instruction]) -> Result<(), ChainError> {
        let fault = *self.fault.borrow();
        if matches!(fault, Fault::Silent | Fault::DropsTransactions) {
            return Err(lost());
        }
        let mut world = self.world.borrow_mut();
        let sent = world.svm.send(instructions, &[&self.operator]);
        match sent {
            Ok(_) => {
                world.audit();
                if fault == Fault::DropsAnswers { Err(lost()) } else { Ok(()) }
            }
            Err(refused) => match refused.refusal {
                Some(refusal) => Err(ChainError::Refused {
                    instruction: gpu_market_sdk::instructions::name(&instructions[0].data).unwrap().into(),
                    refusal,
                }),
                None => Err(ChainError::Other(refused.to_string())),
            },
        }
    }
}

/// A client, a host with one seat, and what its agent works with.
pub struct Stage {
    pub chain: Embedded,
    pub client: ClientParty,
    pub host: HostParty,
    pub owner_wallet: Address,
    pub folder: TempDir,
    pub store: Arc<Folder>,
    pub limits: WorkLimits,
    /// Seconds that the machine's clock is ahead of the chain's.
    pub skew: i64,
    /// The secret key that private specs are sealed to.
    pub sealing_key: Option<[u8; 32]>,
    nonce: u64,
}

impl Stage {
    pub fn new() -> Self {
        let mut world = World::new();
        let client = world.client("client", 1_000 * DOLLAR);
        let host = world.host("host", 1_000 * STAKE);
        let market = world.community;
        world.enroll(&host, &market, 100 * STAKE);
        let token = market.token;
        let owner_wallet = world.token_account(token, &host.owner.pubkey());
        let folder = tempfile::tempdir().unwrap();
        Self {
            chain: Embedded {
                world: Rc::new(RefCell::new(world)),
                operator: Rc::new(host.operator.insecure_clone()),
                fault: Rc::new(RefCell::new(Fault::None)),
            },
            client,
            host,
            owner_wallet,
            store: Arc::new(Folder::new(folder.path().join("store"))),
            folder,
            limits: WorkLimits { memory: None, output: 1_000, file: 1 << 20 },
            skew: 0,
            sealing_key: None,
            nonce: 0,
        }
    }

    pub fn market(&self) -> gpu_market_tests::MarketRef {
        self.chain.world.borrow().community
    }

    pub fn config(&self) -> Config {
        let market = self.market();
        let venue = Venue {
            market: market.address,
            token: market.token,
            seats: 1,
            min_rate: 0,
            access: None,
            withdraw: Some(Withdraw { from: 1, to: self.owner_wallet }),
        };
        let state = self.folder.path().join("state");
        Config {
            limits: self.limits,
            #[cfg(feature = "private")]
            sealing_key: self.sealing_key.map(gpu_market_jobspec::sealing::SealingKey::from_bytes),
            ..Config::new(self.host.host, state, vec![venue])
        }
    }

    pub fn parts(&self) -> Parts<Embedded> {
        let local: Arc<dyn Executor> = Arc::new(Local::new(self.folder.path().join("jobs")));
        let (chain, skew) = (self.chain.clone(), self.skew);
        let clock = Box::new(move || chain.world.borrow().now().unix + skew);
        Parts { clock, ..Parts::new(self.chain.clone(), self.store.clone() as Arc<dyn Store>, vec![local]) }
    }

    /// The agent. The lock of one before it can outlive it for a moment: a process that another test starts just then has
    /// it until it is what it was started as.
    pub fn agent(&self) -> Agent<Embedded> {
        self.agent_with(|config| config)
    }

    /// The agent, with another configuration.
    pub fn agent_with(&self, change: impl Fn(Config) -> Config) -> Agent<Embedded> {
        let from = Instant::now();
        loop {
            match Agent::open(change(self.config()), self.parts()) {
                Err(AgentError::StateInUse(_)) if from.elapsed() < Duration::from_secs(10) => {
                    std::thread::yield_now()
                }
                opened => return opened.unwrap(),
            }
        }
    }

    pub fn fault(&self, fault: Fault) {
        *self.chain.fault.borrow_mut() = fault;
    }

    /// Lets time pass on chain.
    pub fn pass(&self, seconds: u32) {
        self.chain.world.borrow_mut().svm.advance(seconds);
    }

    /// Stores the spec of a shell script and posts a job of ten minutes for it.
    pub async fn post(&mut self, script: &str) -> Address {
        let spec = self.spec(script);
        self.store.put(&spec.canonical().unwrap()).await.unwrap();
        self.post_spec(&spec)
    }

    pub fn spec(&self, script: &str) -> Spec {
        Spec {
            name: "test".into(),
            command: Some(vec!["sh".into(), "-c".into(), script.into()]),
            image: None,
            args: Vec::new(),
            env: BTreeMap::new(),
            gpu: "rtx-4090".into(),
            tier: gpu_market_jobspec::Tier::Community,
            payment: "dollar".into(),
            max_duration_seconds: 600,
            max_rate_per_hour: "1".into(),
            memory_mib: None,
            output_bytes: None,
            private: None,
        }
    }

    /// Posts a job whose spec is not stored.
    pub fn post_spec(&mut self, spec: &Spec) -> Address {
        self.nonce += 1;
        let market = self.market();
        let mut world = self.chain.world.borrow_mut();
        let params = PostParams {
            nonce: self.nonce,
            max_rate: u64::MAX,
            duration: spec.max_duration_seconds,
            spec_hash: spec.hash().unwrap().0,
        };
        let post = world.post_of(&self.client, &market, params);
        world.ok(&[job::post(post)], &[&self.client.owner]);
        post.job()
    }

    pub fn job(&self, job: &Address) -> Job {
        self.chain.world.borrow().job(job)
    }

    pub fn state_of(&self, job: &Address) -> JobState {
        self.job(job).state().unwrap()
    }

    /// The result that the chain names, from the store.
    pub async fn result(&self, job: &Address) -> JobResult {
        let hash = gpu_market_jobspec::Hash(self.job(job).result_hash);
        JobResult::parse(&self.store.get(hash, 1 << 20).await.unwrap()).unwrap()
    }

    pub fn earned(&self) -> u64 {
        let world = self.chain.world.borrow();
        world.tokens(&self.owner_wallet) + world.tokens(&self.host.earnings(&world.community))
    }

    /// A file that a job's script can wait for, and the script.
    pub fn gate(&self) -> (std::path::PathBuf, String) {
        let gate = self.folder.path().join("gate");
        let runs = self.folder.path().join("runs");
        let script = format!(
            "echo ran >> {}; until [ -e {} ]; do sleep 0.02; done; echo done",
            runs.display(),
            gate.display()
        );
        (gate, script)
    }

    /// How often the script of the gate was run.
    pub fn runs(&self) -> usize {
        std::fs::read_to_string(self.folder.path().join("runs")).unwrap_or_default().lines().count()
    }
}

/// Steps until nothing changes any more and all work that was begun has its process. The embedded chain answers at once,
/// so that an executor gets its turn only where it is given one.
pub async fn settle(agent: &mut Agent<Embedded>) -> Vec<Report> {
    let mut changes = 0;
    loop {
        if agent.step().await.unwrap() {
            changes += 1;
            assert!(changes < 100, "an agent that never rests: {:?}", agent.reports());
            continue;
        }
        let is_begun = |row: &Row| row.phase != Phase::Executing || row.pid.is_some();
        if agent.state().rows().values().all(is_begun) || agent.has_ended() {
            return agent.reports();
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until the work that is going on has ended, if any is: short work may have ended while the agent settled.
pub async fn work_over(agent: &mut Agent<Embedded>) {
    if agent.is_working() {
        agent.work_ended().await;
    }
}

/// Waits for the end of a job's work, and lets the agent react to it.
pub async fn finish_work(agent: &mut Agent<Embedded>) -> Vec<Report> {
    work_over(agent).await;
    settle(agent).await
}

pub fn phase(agent: &Agent<Embedded>, job: &Address) -> Option<Phase> {
    agent.state().row(job).map(|row: &Row| row.phase)
}

pub fn opened(stage: &Stage) -> Result<Agent<Embedded>, AgentError> {
    Agent::open(stage.config(), stage.parts())
}
