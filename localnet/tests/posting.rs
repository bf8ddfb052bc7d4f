//! What a post costs in calls of the endpoint, and several posts at once.

mod common;

use {
    common::{
        ClientParty, DOLLAR, localnet, place,
        proxy::{Fate, Proxy},
        run,
        user::{User, post},
    },
    gpu_market_sdk::{
        address, budget,
        gpu_market::{
            error::MarketError,
            state::{Client, PostParams},
        },
        instructions::job::Post,
        rpc::{Connection, Endpoint, FeePolicy, Settings},
    },
    std::{collections::BTreeSet, time::Duration},
};

const SEND: &str = "sendTransaction";
/// How long an answer of the endpoint takes, so that calls which do not wait for each other overlap.
const DELAY: Duration = Duration::from_millis(150);

async fn client(name: &str) -> ClientParty {
    let client = ClientParty::new(name, place(5).await, 10 * DOLLAR).await;
    client.deposit(10 * DOLLAR).await.unwrap();
    client
}

#[test]
fn a_post_waits_for_the_endpoint_once_before_it_is_sent() {
    localnet();
    run(async {
        let client = client("quick client").await;
        let direct = localnet().network.endpoint();
        let proxy = Proxy::start(&direct.rpc, DELAY, |_| Fate::Through).await;
        let endpoint = Endpoint::new(proxy.url.clone(), direct.websocket.clone());
        let settings = Settings { fee: FeePolicy::up_to(50_000), ..Settings::new(endpoint) };
        let connection = Connection::new(settings);
        connection.post(&client.post(0), &[&client.owner]).await.unwrap();
        assert_eq!(proxy.round_trips_before(SEND), 1, "{:?}", proxy.moments());
        assert_eq!(proxy.calls("simulateTransaction"), 1);
        assert_eq!(proxy.calls("getRecentPrioritizationFees"), 1);
        assert_eq!(proxy.calls("getLatestBlockhash"), 0, "the simulation brings it along");
    });
}

/// For the market, its terms, its mint, the escrow beside the queue, a free nonce, and for what every transaction waits.
#[test]
fn the_command_waits_for_the_endpoint_six_times_before_it_sends_a_post() {
    localnet();
    run(async {
        let place = place(5).await;
        let (user, market) = (User::new("hurried", place, 10 * DOLLAR).await, place.market.to_string());
        user.does(&["client", "fund", "10", "--market", &market]);
        let proxy = Proxy::start(&localnet().network.endpoint().rpc, DELAY, |_| Fate::Through).await;
        let mut command = user.command_through(&proxy.url, "json-compact", &post(&market, &["--yes"]));
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(proxy.round_trips_before(SEND), 6, "{:?}", proxy.moments());
    });
}

#[test]
fn a_market_is_read_once_a_minute_for_posting() {
    localnet();
    run(async {
        let client = client("regular client").await;
        let direct = localnet().network.endpoint();
        let proxy = Proxy::start(&direct.rpc, Duration::ZERO, |_| Fate::Through).await;
        let connection = Connection::new(Settings::new(Endpoint::new(proxy.url.clone(), direct.websocket.clone())));
        for nonce in 0..3 {
            let market = connection.recent_market(&client.place.market).await.unwrap();
            let post = Post { terms: market.terms.number, ..client.post(nonce) };
            connection.post(&post, &[&client.owner]).await.unwrap();
        }
        assert_eq!(proxy.calls("getMultipleAccounts"), 3, "clock, market and terms");
    });
}

#[test]
fn several_posts_go_in_one_transaction() {
    localnet();
    run(async {
        let client = client("busy client").await;
        let floor = client.connection.get::<Client>(&client.client).await.unwrap().nonce_floor;
        let mut nonces = Vec::new();
        while nonces.len() < 6 {
            let from = nonces.last().map_or(floor, |last| last + 1);
            nonces.push(address::nonce_with_canonical_bump(&client.client, from));
        }
        let posts: Vec<Post> = nonces.into_iter().map(|nonce| client.post(nonce)).collect();
        let results = client.connection.post_all(&posts, &[&client.owner]).await;
        let posted: Vec<_> = results.into_iter().map(|result| result.unwrap()).collect();
        assert!(posted.iter().map(|posted| posted.job).eq(posts.iter().map(Post::job)));
        let transactions: BTreeSet<_> = posted.iter().map(|posted| posted.receipt.unwrap().signature).collect();
        assert!(transactions.len() <= 2, "at least four posts fit one transaction");
        let limit = posted[0].receipt.unwrap().unit_limit;
        assert!(limit >= 4 * budget::compute_units("post").unwrap(), "{limit}");
        let account: Client = client.connection.get(&client.client).await.unwrap();
        assert_eq!(account.open_jobs, 6);

        let again = client.connection.post_all(&posts, &[&client.owner]).await;
        assert!(again.iter().all(|result| result.as_ref().is_ok_and(|posted| posted.receipt.is_none())));
        let after: Client = client.connection.get(&client.client).await.unwrap();
        assert_eq!((after.open_jobs, after.reserved), (6, account.reserved));
    });
}

#[test]
fn a_refused_post_keeps_no_other_of_its_batch_from_being_posted() {
    localnet();
    run(async {
        let client = client("careless client").await;
        let too_cheap = PostParams { max_rate: 1, ..client.post(1).params };
        let posts = [client.post(0), Post { params: too_cheap, ..client.post(1) }, client.post(2)];
        let results = client.connection.post_all(&posts, &[&client.owner]).await;
        let [first, refused, last] = &results[..] else { panic!("{results:?}") };
        assert!(first.is_ok() && last.is_ok(), "{results:?}");
        let refusal = refused.as_ref().unwrap_err().refusal();
        assert_eq!(refusal, Some(MarketError::RateAboveMaximum.into()));
        let account: Client = client.connection.get(&client.client).await.unwrap();
        assert_eq!(account.open_jobs, 2);
    });
}
