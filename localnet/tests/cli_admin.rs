//! The protocol's settings, pauses, admin and income, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        DOLLAR, LAMPORTS, PROGRAM, STAKE, balance, localnet, pass, place, run,
        user::{User, binary, post, text, units},
    },
    gpu_market_localnet::{Network, keys, tokens},
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Config, Market},
    },
    solana_signer::Signer,
    std::process::Command,
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;

/// There is one config, and time passes.
static TURN: Mutex<()> = Mutex::const_new(());

async fn config() -> Config {
    localnet().network.connection().get(&address::config().0).await.expect("a config")
}

async fn stranger(name: &str) -> User {
    User::new(name, place(1).await, 0).await
}

#[test]
fn settings_are_changed_by_the_admin_alone_and_within_bounds() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let admin = User::of_key("admin");
        let stranger = stranger("cli usurper").await;
        let key = stranger.key.to_string();
        let (code, said) = stranger.fails(&["admin", "update", "--pauser", &key, "--yes"]);
        assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
        for (setting, value, rule, next) in [
            ("--unbonding", "7d", "The unbonding period is between 8 and 60 days", "choose a period in that range"),
            ("--min-bond", "0", "The minimum bond is never zero", "at least one base unit"),
            ("--pauser", "11111111111111111111111111111111", "A required key is all zeros", "pass the key"),
        ] {
            let (code, said) = admin.fails(&["admin", "update", setting, value, "--yes"]);
            assert!(code == 6 && said.contains(rule) && said.contains(next), "{setting}: {said}");
        }
        let (code, said) = admin.fails(&["admin", "update", "--min-bond", "6"]);
        assert!(code == 2 && said.contains("Change the settings of the protocol?"), "{said}");
        let before = config().await;
        let changes = ["--pauser", &key, "--treasury", &key, "--unbonding", "12d", "--min-bond", "6"];
        let changed = admin.does(&[&["admin", "update"], &changes[..]].concat());
        assert_eq!((text(&changed, "pauser"), units(&changed, "min_bond")), (key.as_str(), 6 * STAKE));
        let after = config().await;
        assert_eq!((after.pauser, after.treasury), (stranger.key, stranger.key));
        assert_eq!((after.unbonding, after.min_bond, after.admin), (12 * DAY, 6 * STAKE, before.admin));
        let [pauser, treasury] = [before.pauser, before.treasury].map(|key| key.to_string());
        admin.does(&["admin", "update", "--pauser", &pauser, "--treasury", &treasury]);
        assert_eq!((config().await.pauser, config().await.min_bond), (before.pauser, 6 * STAKE), "the rest stays");
    });
}

#[test]
fn the_pauser_stops_entries_and_no_exit() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(3).await;
        let market = place.market.to_string();
        let client = User::new("cli paused client", place, 100 * DOLLAR).await;
        client.does(&["client", "fund", "50", "--market", &market]);
        let job = client.does(&post(&market, &[]));
        let host = User::with_stake("cli paused host", 100).await;
        host.does(&["host", "register"]);

        let pauser = User::of_key("pauser");
        let (code, said) = pauser.fails(&["admin", "pause", "--posting"]);
        assert!(code == 2 && said.contains("Change this for all markets?"), "{said}");
        let paused = pauser.does(&["admin", "pause", "--posting", "--enrolling", "--staking"]);
        assert_eq!(paused["paused"], serde_json::json!(["posting", "enrolling", "staking"]));
        for (who, command, said_first) in [
            (
                &client,
                post(&market, &["--yes"]),
                "posting is paused in this market by the protocol's pauser; wait, or",
            ),
            (&host, vec!["host", "enroll", &market], "Enrolling is paused; wait until"),
            (&host, vec!["stake", "add", "1"], "Staking is paused; wait until"),
        ] {
            let (code, said) = who.fails(&command);
            assert!(code == 6 && said.contains(said_first), "{command:?}: {said}");
        }
        client.does(&["job", "cancel", text(&job, "job")]);
        client.does(&["client", "withdraw", "all", "--market", &market]);

        // What is not named goes on.
        let joining = pauser.does(&["admin", "pause", "--joining"]);
        assert_eq!(joining["paused"], serde_json::json!(["joining"]));
        host.does(&["stake", "add", "1"]);
        assert_eq!(pauser.does(&["admin", "resume"])["paused"], serde_json::json!([]));
        assert_eq!(client.does(&["admin", "config"])["paused"], serde_json::json!([]));
        host.does(&["host", "enroll", &market]);
        let (code, said) = client.fails(&["admin", "resume", "--yes"]);
        assert!(code == 8 && said.contains("is not the admin or pauser of the protocol"), "{said}");
    });
}

#[test]
fn a_successor_is_admin_once_it_accepts() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let admin = User::of_key("admin");
        let [successor, stranger] = [stranger("cli heir").await, stranger("cli pretender").await];
        let heir = successor.key.to_string();
        let (code, said) = successor.fails(&["admin", "accept-admin"]);
        assert!(code == 6 && said.contains("nobody is proposed as admin; the admin proposes"), "{said}");
        let (code, said) = stranger.fails(&["admin", "propose-admin", &heir]);
        assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
        let said = admin.says(&["admin", "propose-admin", &heir]);
        assert!(said.contains("next: the successor runs `gpu-market admin accept-admin`"), "{said}");
        let (code, said) = stranger.fails(&["admin", "accept-admin"]);
        assert!(code == 8 && said.contains("is not the proposed admin") && said.contains(&heir), "{said}");
        let said = admin.says(&["admin", "propose-admin"]);
        assert!(said.contains("Proposal taken back") && !said.contains("next:"), "{said}");
        let (code, _) = successor.fails(&["admin", "accept-admin"]);
        assert_eq!(code, 6);

        admin.does(&["admin", "propose-admin", &heir]);
        assert_eq!(text(&stranger.does(&["admin", "config"]), "pending_admin"), heir);
        successor.does(&["admin", "accept-admin"]);
        assert_eq!((config().await.admin, config().await.pending_admin), (successor.key, Address::default()));
        let (code, said) = admin.fails(&["admin", "propose-admin"]);
        assert!(code == 8 && said.contains(&heir), "{said}");
        successor.does(&["admin", "propose-admin", &admin.key.to_string()]);
        admin.does(&["admin", "accept-admin"]);
        assert_eq!(config().await.admin, admin.key);
    });
}

#[test]
fn a_split_is_announced_two_weeks_before_it_counts() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let admin = User::of_key("admin");
        let stranger = stranger("cli splitter").await;
        let split = |stakers, referral| ["admin", "split", "--stakers", stakers, "--referral", referral];
        let (code, said) = stranger.fails(&split("4000", "500"));
        assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
        for (stakers, referral) in [("8001", "2000"), ("0", "2001")] {
            let (code, said) = admin.fails(&split(stakers, referral));
            assert!(
                code == 6 && said.contains("at most the whole fee") && said.contains("smaller shares"),
                "{said}"
            );
        }
        let (code, said) = admin.fails(&split("4000", "500"));
        assert!(code == 2 && said.contains("Announce this split of all fees?"), "{said}");
        admin.does(&split("4000", "500"));
        let shown = stranger.does(&["admin", "config"]);
        assert_eq!((&shown["stakers_bps"], &shown["next_stakers_bps"]), (&5_000.into(), &4_000.into()));
        pass(14 * DAY + 1).await;
        let shown = stranger.does(&["admin", "config"]);
        assert_eq!((&shown["stakers_bps"], &shown["referral_bps"]), (&4_000.into(), &500.into()));
        assert!(shown["next_stakers_bps"].is_null());
    });
}

#[test]
fn a_market_is_listed_and_taken_off_the_list_by_the_admin() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let market = localnet().market(2);
        let key = market.to_string();
        let admin = User::of_key("admin");
        let stranger = stranger("cli lister").await;
        let listed =
            async || localnet().network.connection().get::<Market>(&market).await.expect("a market").listed;
        for command in ["list", "unlist"] {
            let (code, said) = stranger.fails(&["admin", command, &key]);
            assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
            let (code, said) = admin.fails(&["admin", command, &address::market(&stranger.key, 1).0.to_string()]);
            assert!(code == 5 && said.contains("see which there are: `gpu-market market list`"), "{said}");
        }
        assert_eq!(admin.does(&["admin", "list", &key])["listed"], true);
        assert_eq!(listed().await, 1);
        assert_eq!(admin.does(&["admin", "unlist", &key])["listed"], false);
        assert_eq!(listed().await, 0);
    });
}

#[test]
fn a_treasury_pays_out_to_its_owner_alone() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let token = place(1).await.token;
        let mint = token.mint.to_string();
        let admin = User::of_key("admin");
        let stranger = stranger("cli treasure hunter").await;
        let vault = address::treasury_vault(&token.mint).0;
        let before = balance(vault).await;
        // Ten dollars, as if from fees.
        let payer = localnet().network.payer();
        let gift = tokens::mint_to(token, payer.pubkey(), vault, 10 * DOLLAR - before);
        localnet().network.connection().send(&payer.pubkey(), &[gift], &[payer]).await.expect("minted");

        let withdraw = |amount| ["admin", "treasury", "withdraw", &mint, amount];
        let (code, said) = stranger.fails(&withdraw("1"));
        assert!(code == 8 && said.contains("is not the admin of the protocol"), "{said}");
        let (code, said) = admin.fails(&withdraw("10.5"));
        assert!(code == 6 && said.contains("the treasury holds 10; withdraw ALL, or less"), "{said}");
        let (code, said) = admin.fails(&["admin", "treasury", "close", &mint, "--yes"]);
        assert!(code == 6 && said.contains(&format!("gpu-market admin treasury withdraw {mint} ALL")), "{said}");
        let wallet = tokens::wallet(config().await.treasury, token);
        let withdrawn = admin.does(&withdraw("4"));
        assert_eq!(
            (units(&withdrawn, "amount"), text(&withdrawn, "destination")),
            (4 * DOLLAR, &*wallet.to_string())
        );
        assert_eq!(balance(wallet).await, 4 * DOLLAR);
        assert_eq!(units(&admin.does(&withdraw("all")), "amount"), 6 * DOLLAR);
        assert_eq!((balance(wallet).await, balance(vault).await), (10 * DOLLAR, 0));
        let (code, said) = admin.fails(&withdraw("all"));
        assert!(code == 6 && said.contains("The amount is zero"), "{said}");
        let shown = stranger.does(&["admin", "treasury", "show"]);
        let rows = shown["treasuries"].as_array().expect("rows");
        let row = rows.iter().find(|row| text(row, "mint") == mint).expect("the treasury");
        assert_eq!((units(row, "held"), units(row, "withdrawn")), (0, 10 * DOLLAR));
        let (code, said) = stranger.fails(&["admin", "treasury", "open", &mint]);
        assert!(code == 6 && said.contains("is open already") && said.contains("treasury show"), "{said}");
        let (code, said) = stranger.fails(&["admin", "treasury", "open", &address::config().0.to_string()]);
        assert!(
            code == 2 && said.contains("this is no mint") && said.contains("allowed: the address of one"),
            "{said}"
        );
        let (code, said) = stranger.fails(&["admin", "treasury", "open", &address::job(&vault, 1).0.to_string()]);
        assert!(code == 5 && said.contains("check the address, and the cluster with --url"), "{said}");
    });
}

#[test]
fn a_cluster_with_the_program_and_no_config_says_who_creates_it() {
    run(async {
        let network = Network::start(keys::key("cli bare payer"), &[], LAMPORTS).await.expect("a network");
        network.deploy(PROGRAM, &keys::key("upgrade-authority")).await.expect("deployed");
        let output = Command::new(binary())
            .args(["admin", "config", "--url", &network.endpoint().rpc, "--keypair", &User::of_key("admin").file])
            .output()
            .expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains("there is no config of the protocol on this cluster; only the program's"), "{said}");
        assert!(said.contains("gpu-market market create FILE --create-config"), "{said}");
    });
}
