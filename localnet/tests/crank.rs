//! The crank over real JSON-RPC and WebSocket.

mod common;

use {
    common::{
        ClientParty, DOLLAR, HostParty, LAMPORTS, Place, balance, funded, localnet, pass, place,
        proxy::{Fate, Proxy},
        relay::Relay,
        run,
    },
    gpu_market_crank::{
        Kind, Policy, Subject,
        daemon::{self, CrankError, Options, Report, Summary},
    },
    gpu_market_localnet::{Network, keys, tokens},
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Job, JobState, Terms},
        instructions::job::{self, Cancel},
        rpc::{Connection, Endpoint, RpcError, Settings},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{future::Future, time::Duration},
    tokio::{
        sync::{Mutex, mpsc, oneshot, watch},
        time::timeout,
    },
};

/// A crank that has not done something after this time never will.
const PATIENCE: Duration = Duration::from_secs(90);

/// Cranks of different tests would do each other's work.
static TURN: Mutex<()> = Mutex::const_new(());

fn options() -> Options {
    Options { tick: Duration::from_millis(200), ..Options::default() }
}

/// What a crank reports while it runs.
struct Reports {
    receiver: mpsc::UnboundedReceiver<Report>,
}

impl Reports {
    async fn next(&mut self) -> Report {
        timeout(PATIENCE, self.receiver.recv()).await.expect("a report in time").expect("a crank")
    }

    async fn started(&mut self) {
        while !matches!(self.next().await, Report::Started { .. }) {}
    }

    /// Waits until this is done to this job.
    async fn done(&mut self, kind: Kind, job: Address) {
        loop {
            if let Report::Done { action, .. } = self.next().await
                && (action.id.kind, action.id.subject) == (kind, Subject::Job(job))
            {
                return;
            }
        }
    }
}

/// Runs a crank as long as `script` takes.
async fn cranked<F: Future<Output = ()>>(
    connection: &Connection,
    key: &Keypair,
    script: impl FnOnce(Reports) -> F,
) -> Summary {
    let (sender, receiver) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let crank = daemon::run(
        connection,
        key,
        options(),
        async {
            let _ = stopped.await;
        },
        |report| {
            println!("{report}");
            let _ = sender.send(report);
        },
    );
    let script = async {
        script(Reports { receiver }).await;
        let _ = stop.send(());
    };
    let (summary, ()) = tokio::join!(crank, script);
    summary.expect("a crank")
}

async fn terms(place: &Place) -> Terms {
    localnet().network.connection().market(&place.market).await.expect("a market").terms
}

async fn state(job: Address) -> JobState {
    let job: Job = localnet().network.connection().get(&job).await.expect("a job");
    job.state().expect("a state")
}

/// A client with a job in line.
async fn waiting(name: &str, place: Place) -> (ClientParty, Address) {
    let client = ClientParty::new(name, place, 100 * DOLLAR).await;
    client.deposit(100 * DOLLAR).await.expect("a deposit");
    let posted = client.connection.post(&client.post(1), &[&client.owner]).await.expect("a job");
    (client, posted.job)
}

#[test]
fn a_crank_enforces_deadlines_and_its_tips_arrive() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let terms = terms(&place).await;
        let key = funded("tipped crank", LAMPORTS).await;
        let host = HostParty::new("lost host", place).await;
        // One job is there before the crank, the other comes while it runs.
        let (_, early) = waiting("early client", place).await;
        let connection = localnet().network.connection();
        let summary = cranked(connection, &key, |mut reports| async move {
            reports.started().await;
            host.join().await.expect("a seat");
            host.start(early).await.expect("a start");
            let (_, late) = waiting("late client", place).await;
            pass(3 * i64::from(terms.heartbeat_interval) + 61).await;
            reports.done(Kind::ExpireRunning, early).await;
            assert_eq!(state(early).await, JobState::HostLost);
            pass(i64::from(terms.queue_ttl) + 61).await;
            reports.done(Kind::ExpireQueued, late).await;
            assert_eq!(state(late).await, JobState::Expired);
        })
        .await;
        assert_eq!(summary.earned[&place.token.mint], 2 * terms.tip);
        assert_eq!(balance(tokens::wallet(key.pubkey(), place.token)).await, 2 * terms.tip);
        assert!(summary.fees >= 2 * 5_000);
    });
}

#[test]
fn what_happens_while_the_crank_is_cut_off_is_enforced_when_it_is_back() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let terms = terms(&place).await;
        let key = funded("cut off crank", LAMPORTS).await;
        let network = &localnet().network;
        let target = network.endpoint().websocket.strip_prefix("ws://").unwrap().parse().unwrap();
        let relay = Relay::start(target).await;
        let endpoint = Endpoint::new(network.endpoint().rpc.clone(), format!("ws://{}", relay.address));
        let connection = Connection::new(Settings::new(endpoint));
        cranked(&connection, &key, |mut reports| async move {
            reports.started().await;
            relay.cut();
            let (_, job) = waiting("unseen client", place).await;
            pass(i64::from(terms.queue_ttl) + 61).await;
            relay.restore();
            reports.done(Kind::ExpireQueued, job).await;
        })
        .await;
    });
}

#[test]
fn a_crank_asks_for_all_accounts_once_however_much_happens() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let terms = terms(&place).await;
        let key = funded("frugal crank", LAMPORTS).await;
        let direct = localnet().network.endpoint();
        let proxy = Proxy::start(&direct.rpc, Duration::ZERO, |_| Fate::Through).await;
        let websocket = Relay::start(direct.websocket.strip_prefix("ws://").unwrap().parse().unwrap()).await;
        let endpoint = Endpoint::new(proxy.url.clone(), format!("ws://{}", websocket.address));
        let connection = Connection::new(Settings::new(endpoint));
        cranked(&connection, &key, |mut reports| async move {
            reports.started().await;
            let (_, seen) = waiting("frugal client", place).await;
            pass(i64::from(terms.queue_ttl) + 61).await;
            reports.done(Kind::ExpireQueued, seen).await;
            // Not even what a lost connection missed is a reason to read everything again.
            websocket.cut();
            let (_, unseen) = waiting("frugal unseen client", place).await;
            pass(i64::from(terms.queue_ttl) + 61).await;
            websocket.restore();
            reports.done(Kind::ExpireQueued, unseen).await;
        })
        .await;
        assert_eq!(proxy.calls("getProgramAccounts"), 1);
        assert!(proxy.calls("getMultipleAccounts") > 1, "what changed is read again");
    });
}

#[test]
fn two_cranks_share_the_work_and_no_tip_is_paid_twice() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let terms = terms(&place).await;
        let [first, second] = [funded("first crank", LAMPORTS).await, funded("second crank", LAMPORTS).await];
        let connection = localnet().network.connection();
        let (_, job) = waiting("raced client", place).await;
        // Whichever of the two does it, both are told.
        let (over, is_over) = watch::channel(false);
        let both = async {
            let script = |mut reports: Reports| {
                let (over, mut is_over) = (over.clone(), is_over.clone());
                async move {
                    tokio::select! {
                        () = reports.done(Kind::ExpireQueued, job) => drop(over.send(true)),
                        _ = is_over.wait_for(|over| *over) => {}
                    }
                }
            };
            let time = async { pass(i64::from(terms.queue_ttl) + 61).await };
            let (one, two, ()) =
                tokio::join!(cranked(connection, &first, script), cranked(connection, &second, script), time);
            [one, two]
        };
        let summaries = timeout(2 * PATIENCE, both).await.expect("the job expires");
        assert_eq!(state(job).await, JobState::Expired);
        let earned = |summary: &Summary| summary.earned.get(&place.token.mint).copied().unwrap_or(0);
        assert_eq!(summaries.iter().map(earned).sum::<u64>(), terms.tip);
    });
}

#[test]
fn a_crank_does_not_start_where_the_program_is_not() {
    run(async {
        let payer = keys::key("lonely crank");
        let network = Network::start(payer.insecure_clone(), &[], LAMPORTS).await.unwrap();
        let connection = network.connection();
        let started = daemon::run(connection, &payer, options(), std::future::pending(), |_| {}).await;
        assert!(matches!(started, Err(CrankError::Rpc(RpcError::WrongCluster { .. }))), "{started:?}");
    });
}

#[test]
fn a_crank_that_works_for_tips_leaves_the_rest_to_others() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let terms = terms(&place).await;
        let key = funded("greedy crank", LAMPORTS).await;
        let (client, job) = waiting("cheap client", place).await;
        let options = Options { policy: Policy::tipped(terms.tip + 1), ..options() };
        pass(i64::from(terms.queue_ttl) + 61).await;
        let ticks = tokio::time::sleep(Duration::from_secs(2));
        let summary = daemon::run(&client.connection, &key, options, ticks, |_| {}).await.expect("a crank");
        assert_eq!(summary, Summary::default());
        // No crank of another test finds it.
        let (authority, market) = (client.owner.pubkey(), place.market);
        let cancel = Cancel { authority, client: client.client, job, market, shard: 0 };
        client.send(job::cancel(cancel)).await.expect("a refund");
    });
}
