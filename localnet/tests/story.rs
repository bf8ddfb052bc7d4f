//! The whole story over RPC, every party a process of its own: an operator opens a market, two hosts work in it, two
//! clients post jobs, a crank enforces deadlines. A host is killed in the middle of a job, the endpoint goes away and
//! comes back, and at the end every balance is what the jobs say, to the unit.
//!
//! `localnet/story` builds what it needs and runs it.

mod common;

use {
    common::{
        MARKETS, PROGRAM,
        process::{Daemon, Party, Site},
        relay::Relay,
    },
    gpu_market_localnet::{Localnet, tokens},
    gpu_market_migrations::Deployment,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Client, Job, JobState},
        instructions::Token,
    },
    std::{
        net::SocketAddr,
        path::PathBuf,
        time::{Duration, Instant},
    },
};

/// Number of the operator's market.
const MARKET: &str = "900";
/// Whole dollars that a client starts with, and puts into its escrow.
const DOLLARS: u64 = 100;
const DOLLAR: u64 = 1_000_000;
/// Whole tokens that a host starts with and stakes.
const STAKE: u64 = 1_000;
/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The most memory that a host's agent may have.
const AGENT_MEMORY: u64 = 50_000_000;

/// The market of the story: an hour costs a dollar and a bit, and a host that says nothing for four minutes is lost.
const STORY_MARKET: &str = r#"
[terms.story]
min_duration_seconds = 60
max_duration_seconds = 14400
queue_ttl_seconds = 14400
ack_window_seconds = 120
heartbeat_seconds = 60
seat_lifetime_seconds = 3600
fee_bps = 200
missed_ack_bps = 1000
sla_bps = 0
attempts = 3

[[markets]]
id = 900
gpu = "story"
gpus_per_seat = 1
tier = "community"
payment = "USDG"
rate_per_hour = "1.2345"
terms = "story"
bond = "10"
tip = "0.002"
queue_fee = "0.05"
shards = 1
"#;

struct Story {
    localnet: Localnet,
    site: Site,
    rpc: Relay,
    websocket: Relay,
    operator: Party,
    market: Address,
    dollar: Token,
    jobs: Vec<Address>,
}

/// A host: two keys, one process.
struct Host {
    owner: Party,
    operator: Party,
    address: Address,
    process: Option<Daemon>,
}

struct Customer {
    party: Party,
    client: Address,
}

fn socket(url: &str) -> SocketAddr {
    url.split("://").last().and_then(|address| address.parse().ok()).expect("host and port")
}

/// Waits until something holds, with what it finds; the test fails if that takes too long.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "{what} takes more than {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

impl Story {
    async fn begin() -> Self {
        let deployment = Deployment::parse("examples/markets.toml", MARKETS).expect("a deployment");
        let localnet = Localnet::start(PROGRAM, deployment).await.expect("a network");
        let endpoint = localnet.network.endpoint();
        let (rpc, websocket) =
            (Relay::start(socket(&endpoint.rpc)).await, Relay::start(socket(&endpoint.websocket)).await);
        let site = Site {
            folder: folder(),
            rpc: format!("http://{}", rpc.address),
            websocket: format!("ws://{}", websocket.address),
        };
        let operator = Party::new(&site, "story operator");
        localnet.network.fund(&operator.key(), 10 * common::LAMPORTS).await.expect("funded");
        let market = address::market(&operator.key(), 900).0;
        let dollar = localnet.mints.get("USDG").copied().expect("a mint");
        Self { localnet, site, rpc, websocket, operator, market, dollar, jobs: Vec::new() }
    }

    /// The operator opens its market from a file.
    fn open_market(&self) {
        let header = MARKETS.split("[[markets]]").next().expect("what comes before the markets");
        let file = self.site.folder.join("story.toml");
        std::fs::write(&file, format!("{header}{STORY_MARKET}")).expect("a markets file");
        let mints: Vec<String> =
            self.localnet.mints.iter().map(|(symbol, token)| format!("{symbol}={}", token.mint)).collect();
        let mut arguments = vec!["market", "create", file.to_str().expect("a path"), "--only", MARKET];
        mints.iter().for_each(|mint| arguments.extend(["--mint", mint]));
        self.operator.run(&arguments);
    }

    async fn host(&self, name: &str) -> Host {
        let (owner, operator) = (format!("{name} owner"), format!("{name} operator"));
        let (owner, operator) = (Party::new(&self.site, &owner), Party::new(&self.site, &operator));
        for party in [&owner, &operator] {
            self.localnet.network.fund(&party.key(), common::LAMPORTS).await.expect("funded");
        }
        let stake = self.localnet.stake().expect("a mint");
        self.localnet.mint(stake, owner.key(), STAKE * common::STAKE).await.expect("minted");
        let market = self.market.to_string();
        owner.run(&["host", "register", "--operator", &operator.key().to_string()]);
        owner.run(&["stake", "add", &STAKE.to_string()]);
        owner.run(&["host", "enroll", &market]);
        owner.run(&["stake", "allocate", &market, "500"]);
        let address = address::host(&owner.key()).0;
        let mut host = Host { owner, operator, address, process: None };
        self.start(&mut host);
        host
    }

    /// Starts a host's agent, for the first time or again.
    fn start(&self, host: &mut Host) {
        let market = self.market.to_string();
        host.process = Some(host.operator.spawn(&["host", "run", &market, "--poll", "1"]));
    }

    async fn customer(&self, name: &str) -> Customer {
        let party = Party::new(&self.site, name);
        self.localnet.network.fund(&party.key(), common::LAMPORTS).await.expect("funded");
        self.localnet.mint(self.dollar, party.key(), DOLLARS * DOLLAR).await.expect("minted");
        party.run(&["client", "fund", &DOLLARS.to_string(), "--market", &self.market.to_string()]);
        let client = address::client(&party.key(), &self.dollar.mint).0;
        Customer { party, client }
    }

    /// A client posts a job that works for so many seconds.
    fn post(&mut self, customer: &Customer, seconds: u32) -> Address {
        let file = self.site.folder.join(format!("job-{}.json", self.jobs.len()));
        let command = format!("sleep {seconds}; echo worked {seconds} seconds");
        let spec = serde_json::json!({
            "name": format!("story-{}", self.jobs.len()),
            "command": ["sh", "-c", command],
            "gpu": "story",
            "tier": "community",
            "payment": "USDG",
            "max_duration_seconds": 3600,
            "max_rate_per_hour": "2",
        });
        std::fs::write(&file, spec.to_string()).expect("a spec");
        let market = self.market.to_string();
        let posted = customer.party.run(&["job", "post", file.to_str().expect("a path"), "--market", &market]);
        let job = posted.get("job").and_then(|job| job.as_str()).expect("the job's address");
        let job = job.parse().expect("an address");
        self.jobs.push(job);
        job
    }

    async fn job(&self, job: &Address) -> Job {
        self.localnet.network.connection().get(job).await.expect("a job")
    }

    async fn reaches(&self, job: &Address, state: JobState) -> Job {
        eventually(&format!("{job} to be {state:?}"), async || {
            let account = self.job(job).await;
            (account.state() == Ok(state)).then_some(account)
        })
        .await
    }

    /// Lets time pass on the network.
    async fn pass(&self, seconds: i64) {
        let network = &self.localnet.network;
        let now = network.connection().clock().await.expect("a clock").unix;
        network.travel_to(now + seconds).await.expect("time passed");
    }

    /// Base units in the wallet of a key; zero if it has none.
    async fn wallet(&self, owner: &Address) -> u64 {
        self.tokens(&tokens::wallet(*owner, self.dollar)).await
    }

    async fn tokens(&self, account: &Address) -> u64 {
        let balance = self.localnet.network.connection().inner().get_token_account_balance(account).await;
        balance.map_or(0, |balance| balance.amount.parse().expect("a number"))
    }
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("gpu-market-story-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it needs the gpu-market command; localnet/story builds and runs both"]
async fn a_market_survives_a_killed_host_and_a_restarted_endpoint_and_every_balance_is_right() {
    let mut story = Story::begin().await;
    story.open_market();
    let (mut first, mut second) = (story.host("first host").await, story.host("second host").await);
    let customers = [story.customer("first client").await, story.customer("second client").await];
    let crank_party = Party::new(&story.site, "crank");
    let crank = crank_party.spawn(&["crank", "run"]);

    // Six short jobs of two clients on two hosts.
    let short: Vec<Address> = (0..6).map(|turn| story.post(&customers[turn % 2], 1)).collect();
    for job in &short {
        story.reaches(job, JobState::Completed).await;
    }

    // The endpoint goes away while two jobs run, and comes back.
    let long: Vec<Address> = customers.iter().map(|customer| story.post(customer, 15)).collect();
    for job in &long {
        story.reaches(job, JobState::Running).await;
    }
    story.rpc.cut();
    story.websocket.cut();
    tokio::time::sleep(Duration::from_secs(5)).await;
    story.rpc.restore();
    story.websocket.restore();
    for job in &long {
        story.reaches(job, JobState::Completed).await;
    }

    // A host is killed in the middle of a job. The crank ends the job; its client pays the evidence alone.
    let lost = story.post(&customers[0], 3_600);
    let running = story.reaches(&lost, JobState::Running).await;
    let victim =
        if running.member == address::member(&story.market, &first.address).0 { &mut first } else { &mut second };
    victim.process.take().expect("it runs").kill();
    story.pass(600).await;
    story.reaches(&lost, JobState::HostLost).await;

    // The same host comes back with what it remembers, and works on.
    story.start(victim);
    let again: Vec<Address> = (0..4).map(|turn| story.post(&customers[turn % 2], 1)).collect();
    for job in &again {
        story.reaches(job, JobState::Completed).await;
    }

    end(story, [first, second], customers, (crank_party, crank)).await;
}

/// Everybody takes what is theirs, and it adds up.
async fn end(story: Story, hosts: [Host; 2], customers: [Customer; 2], (crank_party, crank): (Party, Daemon)) {
    let mut jobs = Vec::new();
    for job in &story.jobs {
        jobs.push(story.job(job).await);
    }
    for mut host in hosts {
        let process = host.process.take().expect("it runs");
        let memory = process.peak_memory();
        println!("the agent of {} had {}.{} MB at most", host.address, memory / 1_000_000, memory / 100_000 % 10);
        assert!(memory < AGENT_MEMORY, "an agent takes less than 50 MB, and this one had {memory} bytes");
        assert!(process.interrupt().success(), "a drained host ends well");
        host.owner.run(&["host", "withdraw", "--market", &story.market.to_string()]);
        let member = address::member(&story.market, &host.address).0;
        let earned: u64 = jobs.iter().filter(|job| job.member == member).map(|job| job.paid).sum();
        assert_eq!(story.wallet(&host.owner.key()).await, earned, "the pay of {}", host.address);
    }
    assert!(crank.interrupt().success(), "a stopped crank ends well");

    let mut tips = 0;
    for customer in &customers {
        let own: Vec<&Job> = jobs.iter().filter(|job| job.client == customer.client).collect();
        for job in &own {
            assert_eq!(job.deposit, job.paid + job.fee + job.tip_paid + job.refunded, "nothing is open or lost");
        }
        let cost: u64 = own.iter().map(|job| job.paid + job.fee + job.tip_paid).sum();
        tips += own.iter().map(|job| job.tip_paid).sum::<u64>();
        customer.party.run(&["client", "withdraw", "ALL", "--market", &story.market.to_string()]);
        let left = story.wallet(&customer.party.key()).await;
        assert_eq!(left, DOLLARS * DOLLAR - cost, "what {} has left", customer.client);
        let account: Client = story.localnet.network.connection().get(&customer.client).await.expect("a client");
        assert_eq!((account.available, account.reserved), (0, 0));
        let vault = story.tokens(&address::client_vault(&customer.client).0).await;
        assert_eq!(vault, account.fees_owed, "the vault holds what the treasury is owed, and nothing else");
    }
    assert_eq!(story.wallet(&crank_party.key()).await, tips, "the tips of the crank");
    std::fs::remove_dir_all(&story.site.folder).expect("the folder is this test's");
}
