//! What stakers earn and where fees go, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        DOLLAR, HostParty, Place, STAKE, balance, localnet, pass, place, run,
        silence::slashed,
        user::{User, post, text, units},
    },
    gpu_market_localnet::tokens,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Client, Job, RewardPool, Stake},
    },
    solana_signer::Signer,
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;

/// Time passes in these tests, and pools are shared.
static TURN: Mutex<()> = Mutex::const_new(());

/// A user with 1,000 tokens of the stake in the wallet, 100 of them staked.
async fn staker(name: &str, place: Place) -> User {
    let user = User::new(name, place, 0).await;
    localnet().mint(localnet().stake().expect("a mint"), user.key, 1_000 * STAKE).await.expect("minted");
    let (code, said) = user.fails(&["stake", "position", "open", &place.token.mint.to_string()]);
    assert!(code == 5 && said.contains("open it with `gpu-market stake add AMOUNT`"), "{said}");
    assert_eq!(user.does(&["stake", "add", "100"])["opened"], true);
    user
}

/// A giver's emission of 700 dollars to the stakers over 30 days.
async fn given(place: Place) -> (User, String) {
    let giver = User::new("cli giver", place, 700 * DOLLAR).await;
    let mint = place.token.mint.to_string();
    let short = ["rewards", "emission", "open", &mint, "701", "--id", "1", "--for", "30d"];
    let (code, said) = giver.fails(&short);
    assert!(code == 7 && said.contains("1 too few"), "{said}");
    let open = ["rewards", "emission", "open", &mint, "700", "--id", "1", "--for", "30d"];
    let (code, said) = giver.fails(&open);
    assert!(code == 2 && said.contains("It cannot be taken back.") && said.contains("pass --yes"), "{said}");
    let given = giver.does(&open);
    let (code, said) = giver.fails(&["rewards", "emission", "open", &mint, "1", "--id", "1", "--for", "30d"]);
    assert!(code == 7 || code == 6, "{said}");
    (giver, text(&given, "emission").to_owned())
}

#[test]
fn a_staker_earns_what_is_given_and_claims_it_once() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(1).await;
        let mint = place.token.mint.to_string();
        let user = staker("cli staker", place).await;

        let position = user.does(&["stake", "position", "open", &mint]);
        let (code, said) = user.fails(&["stake", "position", "open", &mint]);
        assert!(code == 6 && said.contains(&format!("the stake earns in {mint} already")), "{said}");
        assert!(said.contains("gpu-market stake position show"), "{said}");

        let (code, said) = user.fails(&["stake", "lock", "13", "--yes"]);
        assert!(code == 6 && said.contains("A lock lasts 14 to 365 days"), "{said}");
        let (code, said) = user.fails(&["stake", "lock", "90"]);
        assert!(code == 2 && said.contains("Lock this stake?"), "{said}");
        let locked = user.does(&["stake", "lock", "90"]);
        assert_eq!(locked["lock_days"], 90);
        let weight = |value, field| text(value, field).parse::<u128>().expect("a weight");
        assert_eq!(weight(&position, "weight"), weight(&locked, "weight_before"));
        assert_eq!(weight(&locked, "weight") * 365, weight(&locked, "weight_before") * 635, "the published curve");
        let (code, said) = user.fails(&["stake", "lock", "30", "--yes"]);
        assert!(code == 6 && said.contains("can only be extended"), "{said}");

        let (giver, emission) = given(place).await;
        pass(31 * DAY).await;
        assert_eq!(units(&giver.does(&["rewards", "emission", "show", &emission]), "due"), 700 * DOLLAR);
        let released = user.does(&["rewards", "emission", "release", &emission]);
        assert_eq!((units(&released, "amount"), units(&released, "left")), (700 * DOLLAR, 0));
        let (code, said) = user.fails(&["rewards", "emission", "release", &emission]);
        assert!(code == 6 && said.contains("Nothing of the emission is due"), "{said}");
        user.does(&["rewards", "emission", "close", &emission]);

        shows_what_it_earns(&user).await;
        claims_all_of_it(&user, place).await;
        unstakes_and_returns(&user, &mint);
    });
}

/// Three of the seven days of the stream are over.
async fn shows_what_it_earns(user: &User) {
    pass(3 * DAY).await;
    let shown = user.does(&["stake", "position", "show"]);
    let earning = &shown["positions"][0];
    let earned = units(earning, "claimable");
    let (least, most) = (300 * DOLLAR - 1, 302 * DOLLAR);
    assert!((least..most).contains(&earned), "three of seven days of 700 dollars, the only staker: {earned}");
    // 100 dollars a day.
    let yearly = units(earning, "last_stream_a_year");
    assert!((36_490 * DOLLAR..=36_510 * DOLLAR).contains(&yearly), "{yearly}");
    assert!(earning["of_the_stake"].is_null(), "dollars are no share of what is staked");
    // A script is told by the name of the field; people are told in words.
    let words = user.says(&["stake", "position", "show"]);
    assert!(words.contains("which will change; not a promise"), "{words}");
}

/// The stream has run dry, so that what is shown is what is paid, to the unit.
async fn claims_all_of_it(user: &User, place: Place) {
    pass(5 * DAY).await;
    let wallet = tokens::wallet(user.key, place.token);
    let before = balance(wallet).await;
    let shown = units(&user.does(&["stake", "position", "show"])["positions"][0], "claimable");
    // Another test's fees may have come before, and waited for the first staker.
    let pool = address::reward_pool(&place.token.mint).0;
    let received = localnet().network.connection().get::<RewardPool>(&pool).await.unwrap().received;
    assert!(received >= 700 * DOLLAR);
    assert!((received - 3..=received).contains(&shown), "all but a rest of divisions: {shown} of {received}");
    let claimed = user.does(&["stake", "claim"]);
    assert_eq!(claimed["claims"].as_array().map(Vec::len), Some(1));
    assert_eq!(units(&claimed["claims"][0], "amount"), shown);
    assert_eq!(balance(wallet).await - before, shown);
    assert_eq!(user.does(&["stake", "claim"])["claims"], serde_json::json!([]));
    assert_eq!(balance(wallet).await - before, shown);
}

fn unstakes_and_returns(user: &User, mint: &str) {
    let unbonding = user.does(&["stake", "request-unstake", "all"]);
    assert_eq!(units(&unbonding, "amount"), 100 * STAKE);
    assert_eq!(text(&user.does(&["stake", "show"]), "staked"), "0");
    assert_eq!(units(&user.does(&["stake", "restake", "all"]), "amount"), 100 * STAKE);
    let (code, said) = user.fails(&["rewards", "pool", "close", mint, "--yes"]);
    assert!(code == 6 && said.contains("closes without positions, emissions"), "{said}");
    user.does(&["stake", "position", "close", mint]);
    assert_eq!(user.does(&["stake", "position", "show"])["positions"], serde_json::json!([]));

    let checked = user.does(&["stake", "check", &user.key.to_string()]);
    assert_eq!((units(&checked, "held"), units(&checked, "booked")), (100 * STAKE, 100 * STAKE));
    assert_eq!(checked["halted"], false);
    assert_eq!(user.does(&["rewards", "pool", "check", mint])["halted"], false);
    let (code, said) = user.fails(&["rewards", "pool", "open", mint]);
    assert!(code == 6 && said.contains("is open already"), "{said}");
}

/// A client who was referred, with a job that a host ran for some minutes and finished. Returns the job.
async fn referred(client: &User, host: &HostParty, place: Place) -> Job {
    let market = place.market.to_string();
    client.does(&["client", "fund", "50", "--market", &market]);
    host.join().await.expect("joined");
    let posted = client.does(&post(&market, &[]));
    let job: Address = text(&posted, "job").parse().expect("an address");
    host.start(job).await.expect("started");
    for _ in 0..10 {
        pass(100).await;
        host.heartbeat(job).await.expect("evidence");
    }
    host.finish(job, address::client(&client.key, &place.token.mint).0).await.expect("finished");
    localnet().network.connection().get::<Job>(&job).await.expect("a job")
}

#[test]
fn a_fee_goes_to_stakers_referrer_and_treasury_to_the_unit() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(3).await;
        let mint = place.token.mint.to_string();
        let [referrer, worker] =
            [HostParty::new("cli referrer", place).await, HostParty::new("cli fee worker", place).await];
        let client = User::new("cli referred client", place, 100 * DOLLAR).await;
        let stranger = User::new("cli sweeper", place, 0).await;
        let whose = client.key.to_string();
        let sweep = ["rewards", "sweep", &whose, "--mint", &mint];

        let (code, said) = stranger.fails(&sweep);
        assert!(code == 5 && said.contains(&format!("escrow of {whose}")), "{said}");
        client.does(&["client", "fund", "1", "--mint", &mint]);
        let (code, said) = stranger.fails(&sweep);
        assert!(code == 6 && said.contains("nothing to sweep"), "{said}");
        let (code, said) = client.fails(&["client", "referrer", &whose, "--mint", &mint]);
        assert!(code == 5 && said.contains("gpu-market host register"), "{said}");
        let owner = User::of_key("cli referrer owner");
        let named = client.does(&["client", "referrer", &owner.key.to_string(), "--mint", &mint]);
        let earnings = address::earnings(&referrer.host, &place.token.mint).0;
        assert_eq!(text(&named, "earnings"), earnings.to_string());

        let fee = referred(&client, &worker, place).await.fee;
        assert!(fee > 100, "{fee}");
        let (code, said) = client.fails(&["client", "referrer", "--none", "--mint", &mint]);
        assert!(code == 6 && said.contains("fees"), "{said}");

        let vaults =
            [address::reward_vault(&place.token.mint).0, earnings, address::treasury_vault(&place.token.mint).0];
        let before = [balance(vaults[0]).await, balance(vaults[1]).await, balance(vaults[2]).await];
        let swept = stranger.does(&sweep);
        let after = [balance(vaults[0]).await, balance(vaults[1]).await, balance(vaults[2]).await];
        let got = [0, 1, 2].map(|vault| after[vault] - before[vault]);
        // Half for the stakers, a tenth for the referrer, the rest for the treasury.
        assert_eq!(got, [fee / 2, fee / 10, fee - fee / 2 - fee / 10]);
        let said = ["to_stakers", "to_referrer", "to_treasury"].map(|part| units(&swept, part));
        assert_eq!((said, units(&swept, "fees")), (got, fee));
        assert_eq!(text(&swept, "kept_for_referrer"), "0");
        let (code, said) = stranger.fails(&sweep);
        assert!(code == 6 && said.contains("nothing to sweep"), "{said}");

        let account: Client =
            localnet().network.connection().get(&address::client(&client.key, &place.token.mint).0).await.unwrap();
        assert_eq!((account.fees_owed, account.referral_owed), (0, 0));
        let checked = stranger.does(&["client", "check", "--mint", &mint, "--owner", &whose]);
        assert_eq!((text(&checked, "held"), &checked["halted"]), (text(&checked, "booked"), &false.into()));
        assert_eq!(text(&owner.does(&["host", "earnings"])["vaults"][0], "amount"), (fee / 10).to_string());
    });
}

#[test]
fn the_treasurys_part_of_a_slash_is_swept_by_anyone() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(5).await;
        let host = HostParty::new("cli silent host", place).await;
        let client = User::new("cli kept waiting", place, 100 * DOLLAR).await;
        let owner = host.owner.pubkey().to_string();
        let (code, said) = client.fails(&["rewards", "sweep-slashes", &owner]);
        assert!(code == 6 && said.contains("nothing to sweep"), "{said}");
        slashed(&host, &client, place).await;

        let stake = address::stake(&host.owner.pubkey()).0;
        let owed = localnet().network.connection().get::<Stake>(&stake).await.unwrap().treasury_owed;
        assert!(owed > 0, "a part of the bond");
        let vault = address::treasury_vault(&localnet().stake().expect("a mint").mint).0;
        let before = balance(vault).await;
        assert_eq!(units(&client.does(&["rewards", "sweep-slashes", &owner]), "to_treasury"), owed);
        assert_eq!(balance(vault).await - before, owed);
    });
}
