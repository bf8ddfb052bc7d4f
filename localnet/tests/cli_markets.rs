//! What an authority and anyone else does for a market, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        ClientParty, DOLLAR, HostParty, LAMPORTS, MARKETS, Place, lamports, localnet, place, run,
        user::{User, file, text},
    },
    gpu_market_sdk::{
        Address, address,
        decode::ShardAccount,
        gpu_market::state::Market,
        instructions::queue::{self, Seat},
    },
    solana_signer::Signer,
};

async fn nodes(market: &Address, shard: u8) -> usize {
    let shard = localnet().network.connection().get::<ShardAccount>(&address::shard(market, shard).0).await;
    shard.expect("a shard").nodes.len()
}

#[test]
fn a_successor_is_the_authority_of_a_market_once_it_accepts() {
    localnet();
    run(async {
        let place = place(7).await;
        let market = place.market.to_string();
        let authority = User::of_key("market-authority");
        let [successor, stranger] =
            [User::new("cli successor", place, 0).await, User::new("cli claimant", place, 0).await];
        let heir = successor.key.to_string();
        let found = async || localnet().network.connection().get::<Market>(&place.market).await.expect("a market");

        let accept = ["market", "accept-authority", &market];
        let (code, said) = successor.fails(&accept);
        assert!(code == 6 && said.contains("nobody is proposed as authority of this market"), "{said}");
        assert!(said.contains(&format!("gpu-market market propose-authority {market} SUCCESSOR")), "{said}");
        let propose = ["market", "propose-authority", &market, &heir];
        let (code, said) = stranger.fails(&propose);
        assert!(code == 8 && said.contains("is not the authority of the market"), "{said}");
        let said = authority.says(&propose);
        assert!(
            said.contains(&format!("the successor runs `gpu-market market accept-authority {market}`")),
            "{said}"
        );
        let said = authority.says(&propose[..3]);
        assert!(said.contains("Proposal taken back") && !said.contains("next:"), "{said}");
        assert_eq!(found().await.pending_authority, Address::default());

        authority.does(&propose);
        let (code, said) = stranger.fails(&accept);
        assert!(code == 8 && said.contains("is not the proposed authority") && said.contains(&heir), "{said}");
        successor.does(&accept);
        assert_eq!((found().await.authority, found().await.pending_authority), (successor.key, Address::default()));
        let (code, said) = authority.fails(&["market", "pause", &market, "--posting"]);
        assert!(code == 8 && said.contains(&heir), "it says who is: {said}");
        let paused = successor.does(&["market", "pause", &market, "--posting", "--joining"]);
        assert_eq!(paused["paused"], serde_json::json!(["posting", "joining"]));
        assert_eq!(successor.does(&["market", "resume", &market])["paused"], serde_json::json!([]));
    });
}

#[test]
fn anyone_makes_a_shard_larger_for_its_rent() {
    localnet();
    run(async {
        let place = place(101).await;
        let market = place.market.to_string();
        let user = User::new("cli grower", place, 0).await;
        let (code, said) = user.fails(&["market", "grow", &market, "1", "--yes"]);
        assert!(code == 2 && said.contains("the market has 1 shards; allowed: 0 to 0"), "{said}");
        let (code, said) = user.fails(&["market", "grow", &market, "0"]);
        assert!(code == 2 && said.contains("It is a gift to who created the shard."), "{said}");
        let before = nodes(&place.market, 0).await;
        let shard = address::shard(&place.market, 0).0;
        let (held, paid) = (lamports(&shard).await, lamports(&user.key).await);
        user.does(&["market", "grow", &market, "0"]);
        assert_eq!(nodes(&place.market, 0).await, before + 80);
        let rent = lamports(&shard).await - held;
        assert_eq!(paid - lamports(&user.key).await, rent + 5_000, "the rent and the fee");
    });
}

/// An operator's market of two shards.
async fn halves() -> Place {
    let first = place(1).await;
    let operator = User::new("cli halves operator", first, 0).await;
    localnet().network.fund(&operator.key, 2 * LAMPORTS).await.expect("funded");
    let markets = file("halves.toml", &MARKETS.replacen("shards = 1", "shards = 2", 1));
    let mint = |symbol: &str| format!("{symbol}={}", localnet().mints[symbol].mint);
    let (dollar, stake) = (mint("USDG"), mint("GPUM"));
    operator.does(&["market", "create", &markets, "--only", "1", "--mint", &dollar, "--mint", &stake]);
    let market = address::market(&operator.key, 1).0;
    Place { market, ..first }
}

#[test]
fn a_job_and_a_seat_that_two_shards_keep_apart_are_brought_together_by_anyone() {
    localnet();
    run(async {
        let place = halves().await;
        let market = place.market.to_string();
        let stranger = User::new("cli matchmaker", place, 0).await;
        let client = ClientParty::new("cli first shard client", place, 10 * DOLLAR).await;
        client.deposit(10 * DOLLAR).await.expect("a deposit");
        let job = client.connection.post(&client.post(1), &[&client.owner]).await.expect("a job").job.to_string();
        let host = HostParty::new("cli second shard host", place).await;
        let seat = Seat {
            operator: host.operator.pubkey(),
            host: host.host,
            market: place.market,
            terms: place.terms,
            shard: 1,
            min_rate: 0,
            access: None,
        };
        host.as_operator(queue::join(seat)).await.expect("a seat");
        assert_eq!(text(&stranger.does(&["job", "show", &job]), "state"), "queued");
        let shown = stranger.does(&["market", "show", &market]);
        assert_eq!((&shown["seats_waiting"], &shown["jobs_in_line"]), (&1.into(), &1.into()));

        let explained = stranger.does(&["market", "rebalance", &market, "--dry-run"]);
        assert_eq!(explained["instructions"][0]["name"], "rebalance");
        let moves = &stranger.does(&["market", "rebalance", &market])["moves"];
        assert_eq!(moves.as_array().map(Vec::len), Some(1));
        assert_eq!((&moves[0]["from"], &moves[0]["to"]), (&1.into(), &0.into()));
        assert_eq!(text(&stranger.does(&["job", "show", &job]), "state"), "assigned");
        assert_eq!(stranger.does(&["market", "rebalance", &market])["moves"], serde_json::json!([]));
    });
}
