//! Time that passes on the chain while a transaction is on its way, and a node that forgot it. These tests move the
//! clock of the network that they share, so they run one after the other.

mod common;

use {
    common::{
        DOLLAR, localnet,
        proxy::{Call, Fate, Proxy},
        relayed::{Relayed, SEND, STATUSES, of},
        run,
    },
    serde_json::{Value, json},
    solana_signer::Signer,
    std::{
        sync::{Mutex, MutexGuard, PoisonError},
        time::Duration,
    },
};

/// Heights that a blockhash is good for.
const LIFETIME: u64 = 150;

static ALONE: Mutex<()> = Mutex::new(());

/// Nobody else moves the clock until this is dropped.
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the whole ledger is asked, and not what the node remembers.
fn asks_the_ledger(call: &Call) -> bool {
    call.params.pointer("/1/searchTransactionHistory") == Some(&Value::Bool(true))
}

#[test]
fn a_transaction_whose_blockhash_expires_on_the_way_is_signed_anew_and_executed_once() {
    localnet();
    let _alone = alone();
    run(async {
        // Every sending of the first signature is lost.
        let first: Mutex<Option<Value>> = Mutex::default();
        let lost = of(SEND, move |call| {
            let sent = call.params.get(0).cloned();
            let mut first = first.lock().unwrap();
            let known = first.get_or_insert_with(|| sent.clone().unwrap_or_default());
            if sent.as_ref() == Some(&*known) { Fate::Lost } else { Fate::Through }
        });
        let scene = Relayed::new("expired client", lost).await;
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
    let _alone = alone();
    run(async {
        // The node answers for what it remembers, which is nothing; its ledger knows.
        let forgetful =
            of(STATUSES, |call| if asks_the_ledger(call) { Fate::Through } else { Fate::Answered(json!([null])) });
        let scene = Relayed::new("forgotten client", forgetful).await;
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
    let _alone = alone();
    run(async {
        let scene = Relayed::new("late client", |_| Fate::Through).await;
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
