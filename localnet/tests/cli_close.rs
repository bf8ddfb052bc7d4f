//! What ends for good, and what has to be left first, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        HostParty, LAMPORTS, MARKETS, localnet, pass, place, run,
        user::{User, post, text},
    },
    gpu_market_localnet::keys,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Market, Terms},
    },
    serde_json::Value,
    std::path::Path,
    tokio::sync::Mutex,
};

/// Time passes in one of these tests.
static TURN: Mutex<()> = Mutex::const_new(());

async fn lamports(account: &Address) -> u64 {
    localnet().network.connection().inner().get_balance(account).await.expect("a balance")
}

/// An operator with a market of its own, of two shards.
async fn operator() -> (User, Address) {
    let user = User::new("cli closing operator", place(1).await, 0).await;
    localnet().network.fund(&user.key, 2 * LAMPORTS).await.expect("funded");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("closing.toml");
    std::fs::write(&file, MARKETS.replacen("shards = 1", "shards = 2", 1)).expect("a markets file");
    let mint = |symbol: &str| format!("{symbol}={}", localnet().mints[symbol].mint);
    let (file, dollar, stake) = (file.display().to_string(), mint("USDG"), mint("GPUM"));
    user.does(&["market", "create", &file, "--only", "1", "--mint", &dollar, "--mint", &stake]);
    let market = address::market(&user.key, 1).0;
    (user, market)
}

/// How many lamports the closed accounts held, before they are closed.
async fn rent(accounts: &[Address]) -> u64 {
    let mut rent = 0;
    for account in accounts {
        rent += lamports(account).await;
    }
    assert!(rent > 0, "there is something to get back");
    rent
}

/// What is left of an owner's lamports when everything that was closed came back.
fn after(before: u64, rent: u64, done: &Value) -> u64 {
    let transactions = done["transactions"].as_array().expect("transactions").len();
    before + rent - 5_000 * u64::try_from(transactions).expect("a few")
}

fn closed(done: &Value) -> Vec<&str> {
    done["closed"].as_array().expect("rows").iter().map(|row| text(row, "what")).collect()
}

#[test]
fn a_market_is_closed_piece_by_piece_and_all_rent_comes_back() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let (user, key) = operator().await;
        let market = key.to_string();
        let stranger = User::new("cli closing stranger", place(1).await, 0).await;
        for command in ["close", "close-shard", "close-terms"] {
            let (code, said) = stranger.fails(&["market", command, &market, "--yes"]);
            assert!(code == 8 && said.contains("is not the authority of the market"), "{said}");
        }
        let (code, said) = user.fails(&["market", "close-terms", &market, "--yes"]);
        assert!(code == 6 && said.contains("terms 1 are in force; those close with the market"), "{said}");

        user.does(&["market", "update", &market, "--tip", "0.003"]);
        let (code, said) = user.fails(&["market", "close", &market, "--yes"]);
        assert!(
            code == 6 && said.contains("terms 2 are announced") && said.contains("close the market in "),
            "{said}"
        );
        pass(3_601).await;

        let [first, second] = [1, 2].map(|number| address::terms(&key, number).0);
        let (before, held) = (lamports(&user.key).await, rent(&[first]).await);
        let done = user.does(&["market", "close-terms", &market]);
        assert_eq!(closed(&done), ["terms 1"]);
        assert_eq!(lamports(&user.key).await, after(before, held, &done));

        let shards = [0, 1].map(|index| address::shard(&key, index).0);
        let (before, held) = (lamports(&user.key).await, rent(&shards[1..]).await);
        let done = user.does(&["market", "close-shard", &market]);
        assert_eq!(closed(&done), ["shard 1"]);
        assert_eq!(lamports(&user.key).await, after(before, held, &done));

        let explained = user.does(&["market", "close", &market, "--dry-run"]);
        assert_eq!(explained["instructions"].as_array().map(Vec::len), Some(3));
        let (before, held) = (lamports(&user.key).await, rent(&[shards[0], second, key]).await);
        let done = user.does(&["market", "close", &market]);
        assert_eq!(closed(&done), ["shard 0", "terms 2", "the market"]);
        assert_eq!(lamports(&user.key).await, after(before, held, &done));
        let connection = localnet().network.connection();
        assert_eq!(connection.find::<Market>(&key).await.unwrap(), None);
        assert_eq!(connection.find::<Terms>(&second).await.unwrap(), None);
        let (code, said) = user.fails(&["market", "close", &market, "--yes"]);
        assert!(code == 5 && said.contains("gpu-market market list"), "{said}");
    });
}

#[test]
fn what_has_to_be_left_first_is_named() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(5).await;
        let (market, mint) = (place.market.to_string(), place.token.mint.to_string());
        let [authority, admin] = ["market-authority", "admin"].map(User::of_key);
        let client = User::new("cli tenant", place, 100 * common::DOLLAR).await;
        client.does(&["client", "fund", "50", "--market", &market]);
        let posted = client.does(&post(&market, &[]));
        let (code, said) = authority.fails(&["market", "close-shard", &market, "--yes"]);
        assert!(code == 6 && said.contains("shard 0 has 1 jobs in line, 0 seats"), "{said}");
        client.does(&["job", "cancel", text(&posted, "job")]);

        let host = HostParty::new("cli inhabitant", place).await;
        let owner = User::of_key("cli inhabitant owner");
        let (code, said) = authority.fails(&["market", "close", &market, "--yes"]);
        assert!(code == 6 && said.contains("this one has 1") && said.contains("gpu-market host leave"), "{said}");
        let (code, said) = owner.fails(&["host", "close-earnings", "--mint", &mint, "--yes"]);
        assert!(code == 6 && said.contains("when the host has no members"), "{said}");
        let (code, said) = client.fails(&["host", "review", &market, "--owner", &owner.key.to_string()]);
        assert!(code == 6 && said.contains("member of a premium market is reviewed"), "{said}");

        let premium = localnet().market(6).to_string();
        let (code, said) = client.fails(&["host", "review", &premium, "--owner", &owner.key.to_string()]);
        assert!(code == 5 && said.contains("see where it is: `gpu-market host status`"), "{said}");

        owner.does(&["stake", "deallocate", &market, "all"]);
        owner.does(&["host", "leave", &market]);
        let (vault, before) = (address::earnings(&host.host, &place.token.mint).0, lamports(&owner.key).await);
        let held = rent(&[vault]).await;
        owner.does(&["host", "close-earnings", "--mint", &mint]);
        assert_eq!(lamports(&owner.key).await, before + held - 5_000);
        let (code, said) = owner.fails(&["host", "close-earnings", "--mint", &mint, "--yes"]);
        assert!(code == 5 && said.contains("it is closed already"), "{said}");

        let markets = localnet().deployment.markets.len();
        let (code, said) = admin.fails(&["admin", "close-config", "--yes"]);
        assert!(code == 6 && said.contains("The config closes when every market is closed, and "), "{said}");
        assert!(said.contains("gpu-market market close") && markets > 0, "{said}");
        let (code, said) = client.fails(&["admin", "close-config", "--yes"]);
        assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
    });
}

#[test]
fn a_treasury_and_a_pool_that_nobody_uses_are_closed_and_opened_again() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let admin = User::of_key("admin");
        assert_eq!(keys::deployment().admin, admin.key);
        // A mint that no market is paid in would do as well; nobody has swept anything of the stake's here.
        let mint = localnet().stake().expect("a mint").mint.to_string();
        let stranger = User::new("cli tidy stranger", place(1).await, 0).await;
        stranger.does(&["rewards", "pool", "close", &mint]);
        let (code, said) = stranger.fails(&["rewards", "pool", "close", &mint, "--yes"]);
        assert!(code == 5 && said.contains("gpu-market rewards pool open"), "{said}");
        let (code, said) = stranger.fails(&["admin", "treasury", "close", &mint, "--yes"]);
        assert!(code == 8 && said.contains("is not the admin"), "{said}");
        admin.does(&["admin", "treasury", "close", &mint]);
        let (code, said) = admin.fails(&["admin", "treasury", "close", &mint, "--yes"]);
        assert!(code == 5 && said.contains("gpu-market admin treasury show"), "{said}");
        stranger.does(&["rewards", "pool", "open", &mint]);
        let (code, said) = stranger.fails(&["rewards", "pool", "close", &mint, "--yes"]);
        assert!(code == 5 && said.contains("gpu-market admin treasury open"), "{said}");
        stranger.does(&["admin", "treasury", "open", &mint]);
    });
}
