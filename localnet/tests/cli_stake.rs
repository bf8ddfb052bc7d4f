//! How stake leaves, what a slash leaves to the harmed, and what hosts are given, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        DOLLAR, HostParty, Place, STAKE, balance, lamports, localnet, pass, place, run,
        silence::slashed,
        user::{User, post, text, units},
    },
    gpu_market_localnet::tokens,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Credit, Job, RewardPosition, Stake},
    },
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;
const EVIDENCE: &str = "0505050505050505050505050505050505050505050505050505050505050505";

/// Time passes in these tests.
static TURN: Mutex<()> = Mutex::const_new(());

#[test]
fn stake_that_has_cooled_is_withdrawn_and_an_empty_stake_is_closed() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let user = User::with_stake("cli unstaker", 100).await;
        let wallet = tokens::wallet(user.key, localnet().stake().expect("a mint"));
        for command in [&["stake", "withdraw"][..], &["stake", "close", "--yes"]] {
            let (code, said) = user.fails(command);
            assert!(code == 5 && said.contains("open it with `gpu-market stake add AMOUNT`"), "{said}");
        }
        let before = lamports(&user.key).await;
        user.does(&["stake", "add", "100"]);
        let (code, said) = user.fails(&["stake", "withdraw"]);
        assert!(code == 6 && said.contains("No cooling tranche has finished unbonding; wait until"), "{said}");
        let (code, said) = user.fails(&["stake", "close", "--yes"]);
        assert!(code == 6 && said.contains("when nothing is staked, cooling or owed; unstake, withdraw"), "{said}");
        user.does(&["stake", "request-unstake", "60"]);
        pass(5 * DAY).await;
        user.does(&["stake", "request-unstake", "all"]);
        let (code, said) = user.fails(&["stake", "withdraw"]);
        assert!(code == 6 && said.contains("wait until the earliest tranche unlocks"), "{said}");
        pass(5 * DAY + 1).await;
        assert_eq!(units(&user.does(&["stake", "withdraw"]), "amount"), 60 * STAKE);
        assert_eq!(balance(wallet).await, 60 * STAKE);
        pass(5 * DAY).await;
        assert_eq!(units(&user.does(&["stake", "withdraw"]), "amount"), 40 * STAKE);
        assert_eq!(balance(wallet).await, 100 * STAKE);
        let (code, said) = user.fails(&["stake", "close"]);
        assert!(code == 2 && said.contains("Close this stake?") && said.contains("pass --yes"), "{said}");
        user.does(&["stake", "close"]);
        assert_eq!(before - lamports(&user.key).await, 6 * 5_000, "all but the fees of six transactions");
        let stake = address::stake(&user.key).0;
        assert_eq!(localnet().network.connection().find::<Stake>(&stake).await.unwrap(), None);
    });
}

#[test]
fn a_slash_is_the_harmed_clients_after_the_unbonding_and_the_pools_are_told() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(5).await;
        let mint = place.token.mint;
        let host = HostParty::new("cli slashed host", place).await;
        let owner = User::of_key("cli slashed host owner");
        let client = User::new("cli harmed client", place, 100 * DOLLAR).await;
        let stranger = User::new("cli credit stranger", place, 0).await;
        let [owned, harmed] = [owner.key.to_string(), client.key.to_string()];
        owner.does(&["stake", "position", "open", &mint.to_string()]);
        let (code, said) = stranger.fails(&["stake", "position", "sync", &owned]);
        assert!(code == 6 && said.contains("every pool counts what this stake weighs"), "{said}");
        assert_eq!(client.does(&["stake", "credits"])["credits"], serde_json::json!([]));
        slashed(&host, &client, place).await;

        let credits = &client.does(&["stake", "credits"])["credits"];
        let owed = units(&credits[0], "amount");
        assert!(owed > 0 && units(&credits[0], "claimable") == 0, "{credits}");
        assert_eq!(client.does(&["stake", "credits", "--claim"])["claims"], serde_json::json!([]));
        assert_eq!(owner.does(&["stake", "position", "show"])["positions"][0]["needs_sync"], true);
        stranger.does(&["stake", "position", "sync", &owned]);
        let position = address::position(&address::reward_pool(&mint).0, &address::stake(&owner.key).0).0;
        let position: RewardPosition = localnet().network.connection().get(&position).await.expect("a position");
        let stake: Stake =
            localnet().network.connection().get(&address::stake(&owner.key).0).await.expect("a stake");
        assert_eq!(position.weight(), stake.weight().unwrap());
        let (code, said) = stranger.fails(&["stake", "position", "sync", &owned]);
        assert!(code == 6 && said.contains("nothing is left to do"), "{said}");

        pass(10 * DAY + 1).await;
        let claimed = stranger.does(&["stake", "credits", "--claim", "--owner", &harmed]);
        assert_eq!(units(&claimed["claims"][0], "amount"), owed);
        let wallet = tokens::wallet(client.key, localnet().stake().expect("a mint"));
        assert_eq!(balance(wallet).await, owed, "it is the client's, whoever asks");
        let credit = address::credit(&address::stake(&owner.key).0, &client.key).0;
        let credit: Credit = localnet().network.connection().get(&credit).await.expect("a credit");
        assert_eq!(credit.claims.total(), Ok(0));

        let pools = stranger.does(&["rewards", "pool", "show"]);
        let rows = pools["pools"].as_array().expect("rows");
        let row = rows.iter().find(|row| text(row, "mint") == mint.to_string()).expect("the pool");
        assert_eq!((&row["positions"], text(row, "weight")), (&1.into(), &*stake.weight().unwrap().to_string()));
    });
}

/// A host that was admitted into a premium market and has a seat there.
async fn admitted(name: &str, place: Place) -> HostParty {
    let host = HostParty::at(name, place);
    let [owner, operator] = [format!("{name} owner"), format!("{name} operator")];
    let owner = User::with_stake(&owner, 200).await;
    let operator = User::new(&operator, place, 0).await;
    let market = place.market.to_string();
    owner.does(&["host", "register", "--operator", &operator.key.to_string()]);
    owner.does(&["stake", "add", "200"]);
    owner.does(&["host", "apply", &market]);
    owner.does(&["stake", "allocate", &market, "100"]);
    let admit = ["market", "admit", &market, &owner.key.to_string(), "--gpus", "1", "--evidence-hash", EVIDENCE];
    User::of_key("market-authority").does(&admit);
    host.join().await.expect("a seat");
    host
}

#[test]
fn an_incentive_pays_the_host_of_a_listed_market_once_for_a_job() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(2).await;
        let (market, mint) = (place.market.to_string(), place.token.mint.to_string());
        let host = admitted("cli incentivized", place).await;
        let giver = User::new("cli incentive giver", place, 100 * DOLLAR).await;
        let stranger = User::new("cli incentive stranger", place, 0).await;
        let open = ["rewards", "emission", "open", &mint, "100", "--id", "1", "--for", "30d", "--hosts", &market];
        let open = [&open[..], &["--rate", "1", "--weekly-cap", "50"]].concat();
        let (code, said) = giver.fails(&open);
        assert!(code == 6 && said.contains("go to hosts of listed premium markets; name a listed"), "{said}");
        User::of_key("admin").does(&["admin", "list", &market]);
        let (code, said) = giver.fails(&open);
        assert!(code == 2 && said.contains("Give this to the hosts?"), "{said}");
        let opened = giver.does(&open);
        let emission = text(&opened, "emission");

        let client = User::new("cli incentive client", place, 100 * DOLLAR).await;
        client.does(&["client", "fund", "50", "--market", &market]);
        let posted = client.does(&post(&market, &[]));
        let key = text(&posted, "job");
        let job: Address = key.parse().expect("an address");
        let (code, said) = stranger.fails(&["rewards", "pay-incentive", emission, key]);
        assert!(code == 6 && said.contains("jobs of its market that ended within its time"), "{said}");
        let (code, said) = stranger.fails(&["rewards", "pay-incentive", emission, emission]);
        assert!(code == 2 && said.contains("this is no Job account"), "{said}");
        host.start(job).await.expect("started");
        for _ in 0..10 {
            pass(60).await;
            host.heartbeat(job).await.expect("evidence");
        }
        host.finish(job, address::client(&client.key, &place.token.mint).0).await.expect("finished");
        let fee = localnet().network.connection().get::<Job>(&job).await.expect("a job").fee;

        let before =
            units(&User::of_key("cli incentivized owner").does(&["host", "earnings"])["vaults"][0], "amount");
        let paid = units(&stranger.does(&["rewards", "pay-incentive", emission, key]), "amount");
        assert!(paid > 0 && paid <= fee, "never more than the fee: {paid} of {fee}");
        let after =
            units(&User::of_key("cli incentivized owner").does(&["host", "earnings"])["vaults"][0], "amount");
        assert_eq!(after - before, paid);
        let (code, said) = stranger.fails(&["rewards", "pay-incentive", emission, key]);
        assert!(code == 6 && said.contains("Nothing of the emission is due"), "{said}");

        let (code, said) = giver.fails(&["rewards", "emission", "close", emission]);
        assert!(code == 6 && said.contains("also by its funder after its end"), "{said}");
        pass(30 * DAY).await;
        let closed = giver.does(&["rewards", "emission", "close", emission]);
        assert_eq!(units(&closed, "returned"), 100 * DOLLAR - paid);
        assert_eq!(balance(tokens::wallet(giver.key, place.token)).await, 100 * DOLLAR - paid);
    });
}
