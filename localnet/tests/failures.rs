//! What a client is told when the network, the cluster or the payer is not what it should be.

mod common;

use {
    common::{LAMPORTS, funded, localnet, place, relay::Relay, run},
    gpu_market_localnet::{Network, keys},
    gpu_market_sdk::{
        address,
        gpu_market::state::{Client, Market},
        instructions::{Token, client},
        rpc::{Connection, Endpoint, RpcError, Settings, StartAt},
    },
    solana_signer::Signer,
};

/// A connection to a port on which nobody listens: that of a relay which is down would take connections.
async fn nobody() -> Connection {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = Endpoint::new(format!("http://{address}/secret-key"), format!("ws://{address}"));
    Connection::new(Settings::new(endpoint))
}

#[test]
fn an_unreachable_endpoint_is_named_without_its_secret() {
    run(async {
        let connection = nobody().await;
        let key = keys::key("unreachable client");
        let open = client::open_client(key.pubkey(), key.pubkey(), Token::spl(key.pubkey()));
        let sent = connection.send(&key.pubkey(), &[open], &[&key]).await.unwrap_err();
        let read = connection.get::<Market>(&key.pubkey()).await.unwrap_err();
        for error in [sent, read] {
            assert!(matches!(error, RpcError::Unreachable { .. }) && error.is_transient(), "{error}");
            assert!(error.to_string().contains("Connection refused"), "{error}");
            assert!(!error.to_string().contains("secret-key"), "{error}");
        }
        let error = connection.events(StartAt::Now).await.unwrap_err();
        assert!(matches!(error, RpcError::Unreachable { .. }), "{error}");
    });
}

#[test]
fn a_websocket_that_does_not_answer_is_told_apart_from_its_rpc() {
    let network = &localnet().network;
    run(async {
        let relay = Relay::start(([127, 0, 0, 1], 9).into()).await;
        relay.cut();
        let endpoint = Endpoint::new(network.endpoint().rpc.clone(), format!("ws://{}", relay.address));
        let error = Connection::new(Settings::new(endpoint)).events(StartAt::Now).await.unwrap_err();
        assert!(matches!(error, RpcError::Stream { .. }), "{error}");
    });
}

#[test]
fn a_cluster_without_the_program_is_the_wrong_cluster() {
    run(async {
        let payer = keys::key("wrong cluster payer");
        let network = Network::start(payer.insecure_clone(), &[], LAMPORTS).await.unwrap();
        let connection = network.connection();
        let market = address::market(&payer.pubkey(), 1).0;
        let open = client::open_client(payer.pubkey(), payer.pubkey(), Token::spl(payer.pubkey()));
        let errors = [
            connection.require_program().await.unwrap_err(),
            connection.get::<Market>(&market).await.unwrap_err(),
            connection.job(&market).await.unwrap_err(),
            connection.send(&payer.pubkey(), &[open], &[&payer]).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, RpcError::WrongCluster { program: address::PROGRAM, .. }), "{error}");
        }
        assert_eq!(connection.find::<Market>(&market).await.unwrap(), None);
    });
}

/// An account with `lamports` opens a client: it is told what it lacks, and with exactly that it succeeds.
async fn open_with(name: &str, lamports: u64) {
    let localnet = localnet();
    let connection = localnet.network.connection();
    let (key, token) = (funded(name, lamports).await, place(1).await.token);
    let open = client::open_client(key.pubkey(), key.pubkey(), token);
    let error = connection.send(&key.pubkey(), std::slice::from_ref(&open), &[&key]).await.unwrap_err();
    let RpcError::Unfunded { payer, lamports: held, missing } = error else { panic!("{error}") };
    assert_eq!((payer, held), (key.pubkey(), lamports));

    let funded = lamports + missing;
    localnet.network.fund(&key.pubkey(), funded).await.unwrap();
    connection.send(&key.pubkey(), &[open], &[&key]).await.unwrap();
    connection.get::<Client>(&address::client(&key.pubkey(), &token.mint).0).await.unwrap();
    // What is left is its own exemption: nothing was asked for that is not needed.
    let left = connection.inner().get_balance(&key.pubkey()).await.unwrap();
    assert_eq!(left, connection.inner().get_minimum_balance_for_rent_exemption(0).await.unwrap());
}

#[test]
fn a_payer_without_any_lamports_is_told_how_many_it_lacks() {
    localnet();
    run(open_with("unfunded payer", 0));
}

#[test]
fn a_payer_that_can_pay_the_fee_and_not_the_rent_is_told_how_many_lamports_it_lacks() {
    localnet();
    run(open_with("poor payer", 2_000_000));
}
