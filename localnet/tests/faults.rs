//! What the client makes of a network that loses and repeats calls: a job is posted once, its escrow is reserved once, and where it cannot be known the error says so.

mod common;

use {
    common::{
        DOLLAR, localnet,
        proxy::Fate,
        relayed::{Relayed, SEND, STATUSES, of},
        run,
    },
    gpu_market_sdk::rpc::RpcError,
    solana_signer::Signer,
};

#[test]
fn a_transaction_whose_acceptance_is_never_heard_of_is_confirmed_all_the_same() {
    localnet();
    run(async {
        let scene = Relayed::new("unanswered client", of(SEND, |_| Fate::Unanswered)).await;
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
        let scene = Relayed::new("lost client", lost).await;
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
        let scene = Relayed::new("repeated client", of(SEND, |_| Fate::Twice)).await;
        scene.post().await.unwrap();
        scene.assert_posted_once().await;
    });
}

#[test]
fn confirmations_that_get_lost_are_asked_for_again() {
    localnet();
    run(async {
        let dropped = of(STATUSES, |call| if call.earlier < 10 { Fate::Unanswered } else { Fate::Through });
        let scene = Relayed::new("patient client", dropped).await;
        scene.post().await.unwrap();
        assert!(scene.proxy.calls(STATUSES) > 10);
        scene.assert_posted_once().await;
    });
}

#[test]
fn a_post_finds_its_job_although_its_transaction_cannot_be_followed() {
    localnet();
    run(async {
        let scene = Relayed::new("cut client", of(STATUSES, |_| Fate::Lost)).await;
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
        let scene = Relayed::new("blind client", of(STATUSES, |_| Fate::Lost)).await;
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
