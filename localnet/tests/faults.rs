//! What the client makes of a network that loses, repeats and delays calls, and of a node that forgets: a job is posted
//! once, its escrow is reserved once, and where it cannot be known the error says so.

mod common;

use {
    common::{
        ClientParty, DOLLAR, localnet, place,
        proxy::{Call, Fate, Proxy},
        run,
    },
    gpu_market_sdk::{
        gpu_market::state::{Client, Job},
        rpc::{Connection, Endpoint, Posted, RpcError, Settings},
    },
    serde_json::{Value, json},
    solana_signer::Signer,
    std::{
        sync::{Arc, Mutex},
        time::Duration,
    },
};

const SEND: &str = "sendTransaction";
const STATUSES: &str = "getSignatureStatuses";
/// Heights that a blockhash is good for.
const LIFETIME: u64 = 150;

/// A client whose calls go over a relay.
struct Scene {
    client: ClientParty,
    proxy: Proxy,
    connection: Connection,
}

impl Scene {
    async fn new(name: &str, fate: impl Fn(&Call) -> Fate + Send + Sync + 'static) -> Self {
        let client = ClientParty::new(name, place(3).await, 10 * DOLLAR).await;
        client.deposit(10 * DOLLAR).await.unwrap();
        let direct = localnet().network.endpoint();
        let proxy = Proxy::start(&direct.rpc, Duration::ZERO, fate).await;
        let endpoint = Endpoint::new(proxy.url.clone(), direct.websocket.clone());
        Self { client, proxy, connection: Connection::new(Settings::new(endpoint)) }
    }

    async fn post(&self) -> Result<Posted, RpcError> {
        self.connection.post(&self.client.post(0), &[&self.client.owner]).await
    }

    /// Checks on the chain itself that there is one job and that its deposit is reserved once.
    async fn assert_posted_once(&self) {
        let direct = &self.client.connection;
        let account: Client = direct.get(&self.client.client).await.unwrap();
        let job: Job = direct.get(&self.client.post(0).job()).await.unwrap();
        assert_eq!((account.open_jobs, account.reserved), (1, job.deposit));
        assert_eq!(account.available, 10 * DOLLAR - job.deposit);
    }
}

/// A fate for the calls of one method; all others go through.
fn of(method: &'static str, fate: impl Fn(&Call) -> Fate) -> impl Fn(&Call) -> Fate {
    move |call| if call.method == method { fate(call) } else { Fate::Through }
}

/// Whether the whole ledger is asked, and not what the node remembers.
fn asks_the_ledger(call: &Call) -> bool {
    call.params.pointer("/1/searchTransactionHistory") == Some(&Value::Bool(true))
}

#[test]
fn a_transaction_whose_acceptance_is_never_heard_of_is_confirmed_all_the_same() {
    localnet();
    run(async {
        let scene = Scene::new("unanswered client", of(SEND, |_| Fate::Unanswered)).await;
        let posted = scene.post().await.unwrap();
        assert_eq!(posted.receipt.map(|receipt| receipt.renewals), Some(0));
        scene.assert_posted_once().await;
    });
}

#[test]
fn a_transaction_that_got_lost_is_sent_again() {
    localnet();
    run(async {
        let lost = of(SEND, |call| if call.earlier < 2 { Fate::Lost } else { Fate::Through });
        let scene = Scene::new("lost client", lost).await;
        let posted = scene.post().await.unwrap();
        assert_eq!(posted.receipt.map(|receipt| receipt.renewals), Some(0));
        assert_eq!(scene.proxy.calls(SEND), 3);
        scene.assert_posted_once().await;
    });
}

#[test]
fn a_transaction_that_arrives_twice_is_executed_once() {
    localnet();
    run(async {
        let scene = Scene::new("repeated client", of(SEND, |_| Fate::Twice)).await;
        scene.post().await.unwrap();
        scene.assert_posted_once().await;
    });
}

#[test]
fn confirmations_that_get_lost_are_asked_for_again() {
    localnet();
    run(async {
        let dropped = of(STATUSES, |call| if call.earlier < 10 { Fate::Unanswered } else { Fate::Through });
        let scene = Scene::new("patient client", dropped).await;
        scene.post().await.unwrap();
        assert!(scene.proxy.calls(STATUSES) > 10);
        scene.assert_posted_once().await;
    });
}

#[test]
fn a_post_finds_its_job_although_its_transaction_cannot_be_followed() {
    localnet();
    run(async {
        let scene = Scene::new("cut client", of(STATUSES, |_| Fate::Lost)).await;
        let posted = scene.post().await.unwrap();
        assert_eq!(posted.receipt, None, "the job is found on the chain, though its transaction could not be");
        scene.assert_posted_once().await;
        let again = scene.client.connection.post(&scene.client.post(0), &[&scene.client.owner]).await.unwrap();
        assert_eq!((again.job, again.receipt), (scene.client.post(0).job(), None));
        scene.assert_posted_once().await;
    });
}

#[test]
fn what_is_not_known_of_a_transaction_is_said_with_its_signature() {
    localnet();
    run(async {
        let scene = Scene::new("blind client", of(STATUSES, |_| Fate::Lost)).await;
        let owner = &scene.client.owner;
        let withdraw = scene.client.withdraw_of(DOLLAR);
        let error = scene.connection.send(&owner.pubkey(), &[withdraw], &[owner]).await.unwrap_err();
        let RpcError::Unconfirmed { signature, .. } = error else { panic!("{error}") };
        assert!(error.to_string().contains(&signature.to_string()), "{error}");
        assert!(!error.is_transient(), "to repeat it blindly could withdraw twice");
        let emitted = scene.client.connection.emitted(&signature).await.unwrap();
        assert!(emitted.is_some(), "it was executed, and is found by its signature");
    });
}

#[test]
fn a_transaction_whose_blockhash_expires_on_the_way_is_signed_anew_and_executed_once() {
    localnet();
    run(async {
        // Every sending of the first signature is lost.
        let first: Arc<Mutex<Option<Value>>> = Arc::default();
        let lost = of(SEND, move |call| {
            let sent = call.params.get(0).cloned();
            let mut first = first.lock().unwrap();
            let known = first.get_or_insert_with(|| sent.clone().unwrap_or_default());
            if sent.as_ref() == Some(known) { Fate::Lost } else { Fate::Through }
        });
        let scene = Scene::new("expired client", lost).await;
        let (posted, ()) = tokio::join!(scene.post(), outlive(&scene.proxy));
        assert_eq!(posted.unwrap().receipt.map(|receipt| receipt.renewals), Some(1));
        scene.assert_posted_once().await;
    });
}

/// Once something was sent, lets more blocks pass than a blockhash outlives.
async fn outlive(proxy: &Proxy) {
    let network = &localnet().network;
    while proxy.calls(SEND) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let clock = network.connection().clock().await.unwrap();
    network.travel_to_slot(clock.slot + 2 * LIFETIME).await.unwrap();
}

#[test]
fn a_node_that_forgot_a_transaction_in_a_restart_does_not_make_the_client_repeat_it() {
    localnet();
    run(async {
        // The node answers for what it remembers, which is nothing; its ledger knows.
        let forgetful =
            of(STATUSES, |call| if asks_the_ledger(call) { Fate::Through } else { Fate::Answered(json!([null])) });
        let scene = Scene::new("forgotten client", forgetful).await;
        let owner = &scene.client.owner;
        let withdraw = [scene.client.withdraw_of(DOLLAR)];
        let key = owner.pubkey();
        let signers = [owner];
        let send = scene.connection.send(&key, &withdraw, &signers);
        let (receipt, ()) = tokio::join!(send, outlive(&scene.proxy));
        assert_eq!(receipt.unwrap().renewals, 0);
        assert_eq!(common::balance(scene.client.wallet).await, DOLLAR, "withdrawn once");
    });
}

#[test]
fn a_chain_whose_clock_is_far_from_this_machines_makes_no_difference() {
    localnet();
    run(async {
        let scene = Scene::new("late client", |_| Fate::Through).await;
        scene.post().await.unwrap();
        let view = scene.connection.job(&scene.client.post(0).job()).await.unwrap();
        let before = scene.connection.clock().await.unwrap();
        common::pass(5 * 86_400).await;
        let after = scene.connection.clock().await.unwrap();
        assert!(after.unix >= before.unix + 5 * 86_400);
        let again = scene.connection.job(&scene.client.post(0).job()).await.unwrap();
        assert_eq!(view.phase, again.phase, "deadlines are the chain's");
        let market = scene.connection.market(&scene.client.place.market).await.unwrap();
        assert!(market.clock.unix >= after.unix);
        scene.assert_posted_once().await;
    });
}
