//! The event stream over a real WebSocket, and over one that breaks.

mod common;

use {
    common::{ClientParty, DOLLAR, localnet, place, relay::Relay, run},
    gpu_market_sdk::{
        events::Event,
        rpc::{Connection, Endpoint, EventStream, Settings, StartAt},
    },
    std::time::Duration,
    tokio::time::timeout,
};

/// A stream that has nothing after this time has lost something.
const PATIENCE: Duration = Duration::from_secs(60);

/// The amounts of the next deposits of one client, `count` of them.
async fn deposits(stream: &mut EventStream, client: &ClientParty, count: usize) -> Vec<u64> {
    let mut amounts = Vec::new();
    while amounts.len() < count {
        let emitted = timeout(PATIENCE, stream.next()).await.expect("an event in time").expect("a stream");
        assert!(emitted.unknown.is_empty(), "{emitted:?}");
        amounts.extend(emitted.events.iter().filter_map(|event| match event {
            Event::EscrowDeposited(deposited) if deposited.client == client.client => Some(deposited.amount),
            _ => None,
        }));
    }
    amounts
}

/// A connection whose WebSocket goes through a relay.
async fn relayed() -> (Connection, Relay) {
    let network = &localnet().network;
    let target = network.endpoint().websocket.strip_prefix("ws://").unwrap().parse().unwrap();
    let relay = Relay::start(target).await;
    let endpoint = Endpoint::new(network.endpoint().rpc.clone(), format!("ws://{}", relay.address));
    (Connection::new(Settings::new(endpoint)), relay)
}

#[test]
fn events_arrive_in_order_and_once() {
    localnet();
    run(async {
        let client = ClientParty::new("watched client", place(1).await, DOLLAR).await;
        let mut stream = client.connection.events(StartAt::Now).await.unwrap();
        for amount in [1, 2, 3] {
            client.deposit(amount).await.unwrap();
        }
        assert_eq!(deposits(&mut stream, &client, 3).await, [1, 2, 3]);
    });
}

#[test]
fn what_happens_while_the_connection_is_broken_is_made_up_for_and_nothing_comes_twice() {
    localnet();
    run(async {
        let client = ClientParty::new("cut off client", place(1).await, DOLLAR).await;
        let (connection, relay) = relayed().await;
        let mut stream = connection.events(StartAt::Now).await.unwrap();
        client.deposit(1).await.unwrap();
        assert_eq!(deposits(&mut stream, &client, 1).await, [1]);
        relay.cut();
        for amount in [2, 3] {
            client.deposit(amount).await.unwrap();
        }
        relay.restore();
        client.deposit(4).await.unwrap();
        assert_eq!(deposits(&mut stream, &client, 3).await, [2, 3, 4]);
        client.deposit(5).await.unwrap();
        assert_eq!(deposits(&mut stream, &client, 1).await, [5]);
    });
}

#[test]
fn a_service_continues_after_the_transaction_at_which_it_stopped() {
    localnet();
    run(async {
        let client = ClientParty::new("resumed client", place(1).await, DOLLAR).await;
        let last = client.deposit(1).await.unwrap();
        client.deposit(2).await.unwrap();
        let mut stream = client.connection.events(StartAt::After(last.signature)).await.unwrap();
        client.deposit(3).await.unwrap();
        assert_eq!(deposits(&mut stream, &client, 2).await, [2, 3]);
    });
}
