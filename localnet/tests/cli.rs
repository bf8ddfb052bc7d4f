//! The command `gpu-market` as a process, against the real network.

mod common;

use {
    common::{
        DOLLAR, HostParty, LAMPORTS, balance, localnet, pass, place, run,
        user::{User, binary, post, text},
    },
    gpu_market_localnet::{Network, keys, tokens},
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Client, Job, Market},
    },
    solana_signer::Signer,
    std::{path::Path, process::Command},
};

#[test]
fn a_client_funds_its_escrow_and_withdraws() {
    localnet();
    run(async {
        let place = place(1).await;
        let market = place.market.to_string();
        let user = User::new("cli client", place, 10 * DOLLAR).await;

        let (code, said) = user.fails(&["client", "withdraw", "1", "--market", &market]);
        assert!(code == 5 && said.contains("open it with `gpu-market client fund`"), "{said}");
        let (code, said) = user.fails(&["client", "fund", "10.5", "--market", &market]);
        assert!(code == 7 && said.contains("holds 10 of") && said.contains("0.5 too few"), "{said}");
        let (code, said) = user.fails(&["client", "fund", "0.0000001", "--market", &market]);
        assert!(
            code == 2 && said.contains("AMOUNT: 0.0000001 is finer than the token, which has 6 decimals"),
            "{said}"
        );

        let funded = user.does(&["client", "fund", "2.5", "--market", &market]);
        assert_eq!(
            (text(&funded, "amount"), &funded["opened"], &funded["decimals"]),
            ("2500000", &true.into(), &6.into())
        );
        user.does(&["client", "fund", "1.5", "--market", &market]);
        let shown = user.does(&["client", "balance", "--market", &market]);
        assert_eq!((text(&shown, "available"), text(&shown, "reserved")), ("4000000", "0"));
        assert_eq!(user.does(&["client", "balance"])["escrows"].as_array().map(Vec::len), Some(1));

        let (code, said) = user.fails(&["client", "withdraw", "4.1", "--market", &market]);
        assert!(code == 6 && said.contains("4 is available: withdraw ALL, or less"), "{said}");
        let withdrawn = user.does(&["client", "withdraw", "all", "--market", &market]);
        assert_eq!(text(&withdrawn, "amount"), "4000000");
        assert_eq!(balance(tokens::wallet(user.key, place.token)).await, 10 * DOLLAR);

        let (code, said) = user.fails(&["client", "close", "--market", &market]);
        assert!(code == 2 && said.contains("pass --yes to go ahead, or --dry-run"), "{said}");
        user.does(&["client", "close", "--market", &market]);
        assert_eq!(
            localnet()
                .network
                .connection()
                .find::<Client>(&text(&funded, "client").parse().unwrap())
                .await
                .unwrap(),
            None
        );
    });
}

#[test]
fn a_job_is_posted_once_extended_and_taken_back() {
    localnet();
    run(async {
        let place = place(2).await;
        let market = place.market.to_string();
        let user = User::new("cli poster", place, 100 * DOLLAR).await;
        let (code, said) = user.fails(&post(&market, &["--yes"]));
        assert!(code == 5 && said.contains(&format!("gpu-market client fund AMOUNT --market {market}")), "{said}");
        user.does(&["client", "fund", "0.01", "--market", &market]);
        let (code, said) = user.fails(&post(&market, &["--yes"]));
        assert!(code == 6 && said.contains("deposit ") && said.contains("gpu-market client fund "), "{said}");
        user.does(&["client", "fund", "50", "--market", &market]);

        let rate = [
            "job",
            "post",
            "--market",
            &market,
            "--spec-hash",
            &"01".repeat(32),
            "--duration",
            "1h",
            "--max-rate",
            "0.0001",
        ];
        let (code, said) = user.fails(&rate);
        assert!(
            code == 6 && said.contains("above the 0.0001 per hour that you accept; raise --max-rate"),
            "{said}"
        );
        let (code, said) = user.fails(&post(&market, &[]));
        assert!(code == 2 && said.contains("Post this job, and reserve ") && said.contains("pass --yes"), "{said}");

        let posted = user.does(&post(&market, &["--nonce", "7"]));
        let job = text(&posted, "job");
        assert_eq!(posted["already_posted"], false);
        let again = user.does(&post(&market, &["--nonce", "7"]));
        assert_eq!((text(&again, "job"), &again["already_posted"]), (job, &true.into()));
        let other = [
            "job",
            "post",
            "--market",
            &market,
            "--spec-hash",
            &"02".repeat(32),
            "--duration",
            "1h",
            "--max-rate",
            "99",
            "--nonce",
            "7",
        ];
        let (code, said) = user.fails(&other);
        assert!(code == 6 && said.contains("the nonce 7 is taken by another job"), "{said}");

        let shown = user.does(&["job", "show", job]);
        assert_eq!((text(&shown, "state"), &shown["place_in_line"]), ("queued", &1.into()));
        assert_eq!(shown["cost"]["deposit"], posted["deposit"]);
        assert_eq!(user.does(&["job", "list"])["jobs"].as_array().map(Vec::len), Some(1));
        user.does(&["job", "extend", job, "30m"]);
        assert_eq!(user.does(&["job", "show", job])["duration"], 5_400);

        let stranger = User::new("cli stranger", place, 0).await;
        let (code, said) = stranger.fails(&["job", "cancel", job, "--yes"]);
        assert!(code == 8 && said.contains("is not the owner or delegate of the client of"), "{said}");
        assert!(said.contains(&user.key.to_string()), "it says who is: {said}");

        let cancelled = user.does(&["job", "cancel", job]);
        assert_eq!(cancelled["refunded"], cancelled["deposit"]);
        let logs = user.does(&["job", "logs", job]);
        let names: Vec<&str> =
            logs["events"].as_array().unwrap().iter().map(|event| text(event, "event")).collect();
        assert_eq!(names, ["JobPosted", "JobExtended", "JobCancelled"]);
        assert_eq!(text(&user.does(&["job", "watch", job]), "state"), "cancelled");
        user.does(&["job", "close", job]);
        let (code, said) = user.fails(&["job", "show", job]);
        assert!(code == 5 && said.contains("it may be closed, or on another cluster"), "{said}");
    });
}

#[test]
fn a_dry_run_explains_what_would_be_and_changes_nothing() {
    localnet();
    run(async {
        let place = place(3).await;
        let market = place.market.to_string();
        let user = User::new("cli dry client", place, 10 * DOLLAR).await;
        let explained = user.does(&["client", "fund", "3", "--market", &market, "--dry-run"]);
        let instructions = explained["instructions"].as_array().expect("instructions");
        let names: Vec<&str> = instructions.iter().map(|instruction| text(instruction, "name")).collect();
        assert_eq!(names, ["open_client", "deposit"]);
        assert_eq!(text(&instructions[1]["arguments"], "amount"), "3000000");
        let accounts = instructions[1]["accounts"].as_array().expect("accounts");
        assert_eq!(
            (text(&accounts[0], "account"), text(&accounts[0], "address")),
            ("depositor", user.key.to_string().as_str())
        );
        assert!(explained["cost"]["compute_units"].as_u64().is_some_and(|units| (2_000..40_000).contains(&units)));
        assert!(text(&explained["cost"], "rent_lamports").parse::<u64>().unwrap() > 1_000_000);
        let bid = |option, price| {
            let arguments = ["client", "fund", "3", "--market", &market, "--dry-run", option, price];
            user.does(&arguments)["cost"]["compute_unit_price"].as_u64().expect("a price")
        };
        assert_eq!(bid("--with-compute-unit-price", "7"), 7);
        assert!(bid("--max-compute-unit-price", "50000") <= 50_000);
        let client = address::client(&user.key, &place.token.mint).0;
        assert_eq!(localnet().network.connection().find::<Client>(&client).await.unwrap(), None);
    });
}

#[test]
fn markets_are_listed_shown_and_paused_by_their_authority_alone() {
    localnet();
    run(async {
        let place = place(4).await;
        let market = place.market.to_string();
        let user = User::new("cli onlooker", place, 0).await;
        let listed = user.does(&["market", "list"]);
        let rows = listed["markets"].as_array().expect("markets");
        // Another test opens more.
        let is_listed = |market: &Address| rows.iter().any(|row| text(row, "market") == market.to_string());
        assert!(localnet().deployment.markets.iter().all(|opened| is_listed(&localnet().market(opened.id))));
        assert!(rows.iter().all(|row| row["jobs_in_line"].is_u64() && text(row, "rate").parse::<u64>().is_ok()));
        let shown = user.does(&["market", "show", &format!("{}/4", keys::deployment().market_authority)]);
        assert_eq!(
            (text(&shown, "market"), shown["shards"].as_array().map(Vec::is_empty)),
            (market.as_str(), Some(false))
        );

        let (code, said) = user.fails(&["market", "pause", &market, "--joining"]);
        let authority = User::of_key("market-authority");
        assert!(code == 8 && said.contains("is not the authority of the market"), "{said}");
        assert!(said.contains(&authority.key.to_string()), "it says who is: {said}");
        authority.does(&["market", "pause", &market, "--joining"]);
        assert_eq!(user.does(&["market", "show", &market])["paused"], serde_json::json!(["joining"]));
        authority.does(&["market", "resume", &market]);

        let announced = authority.does(&["market", "update", &market, "--tip", "0.003"]);
        assert_eq!(announced["changes"][0]["term"], "tip");
        let found = localnet().network.connection().get::<Market>(&place.market).await.unwrap();
        assert_eq!(found.announced_terms, 2);
        assert_eq!(user.does(&["market", "rebalance", &market])["moves"], serde_json::json!([]));
    });
}

#[test]
fn anyone_opens_markets_from_a_file_and_a_second_run_creates_nothing() {
    localnet();
    run(async {
        let user = User::new("cli operator", place(1).await, 0).await;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/markets.toml").display().to_string();
        let mint = |symbol: &str| format!("{symbol}={}", localnet().mints[symbol].mint);
        let (dollar, stake) = (mint("USDG"), mint("GPUM"));
        let (code, said) = user.fails(&["market", "create", &file, "--only", "1", "--mint", &stake]);
        assert!(
            code == 2 && said.contains("--mint: the file names no mint of USDG; allowed: --mint USDG=ADDRESS"),
            "{said}"
        );
        let create = ["market", "create", &file, "--only", "1,2", "--mint", &dollar, "--mint", &stake];
        let steps = user.does(&create)["steps"].as_array().map(Vec::len);
        assert!(steps.is_some_and(|steps| steps >= 5), "a set, two markets and their shards");
        assert_eq!(user.does(&create)["steps"], serde_json::json!([]));
        let market = address::market(&user.key, 2).0;
        localnet().network.connection().get::<Market>(&market).await.expect("the market is there");
    });
}

#[test]
fn a_host_is_registered_staked_and_enrolled_and_drains() {
    localnet();
    run(async {
        let (place, stake) = (place(3).await, localnet().stake().expect("a mint"));
        let market = place.market.to_string();
        let user = User::new("cli host", place, 0).await;
        localnet().mint(stake, user.key, 100 * common::STAKE).await.expect("minted");
        let (code, said) = user.fails(&["host", "status"]);
        assert!(code == 5 && said.contains("register one with `gpu-market host register`"), "{said}");
        user.does(&["host", "register", "--sealing-key", &"07".repeat(32)]);
        assert_eq!(text(&user.does(&["stake", "add", "100"]), "amount"), "100000000000");
        let (code, said) = user.fails(&["stake", "allocate", &market, "50"]);
        assert!(code == 5 && said.contains("gpu-market host enroll"), "{said}");
        user.does(&["host", "enroll", &market]);
        user.does(&["stake", "allocate", &market, "60"]);
        let (code, said) = user.fails(&["stake", "allocate", &market, "50"]);
        assert!(code == 6 && said.contains("stake"), "{said}");
        let status = user.does(&["host", "status"]);
        assert_eq!(
            (text(&status["members"][0], "collateral"), text(&status["members"][0], "state")),
            ("60000000000", "active")
        );
        assert_eq!(text(&user.does(&["stake", "show"]), "free"), "40000000000");
        assert_eq!(user.does(&["host", "earnings"])["vaults"][0]["amount"], "0");

        let party = HostParty {
            connection: localnet().network.connection().clone(),
            owner: keys::key("cli host"),
            operator: keys::key("cli host"),
            host: address::host(&user.key).0,
            wallet: tokens::wallet(user.key, place.token),
            place,
        };
        party.join().await.expect("joined");
        assert_eq!(user.does(&["market", "show", &market])["seats_waiting"], 1);
        assert_eq!(user.does(&["host", "drain"])["left"].as_array().map(Vec::len), Some(1));
        assert_eq!(user.does(&["market", "show", &market])["seats_waiting"], 0);
        let missing = user.does(&["host", "missing", &localnet().market(4).to_string()]);
        assert!(missing["missing"].as_u64().is_some_and(|count| count > 3), "{missing}");
        assert_eq!(missing["rules"].as_array().map(Vec::len), Some(11));
    });
}

#[test]
fn a_job_that_ran_shows_what_it_cost_and_its_host_withdraws() {
    localnet();
    run(async {
        let place = place(5).await;
        let market = place.market.to_string();
        let user = User::new("cli buyer", place, 100 * DOLLAR).await;
        let host = HostParty::new("cli worker", place).await;
        user.does(&["client", "fund", "50", "--market", &market]);
        host.join().await.expect("joined");
        let posted = user.does(&post(&market, &[]));
        assert_eq!(text(&posted, "queue"), "taken at once by a waiting seat");
        let job: Address = text(&posted, "job").parse().expect("an address");
        host.start(job).await.expect("started");
        pass(60).await;
        host.heartbeat(job).await.expect("evidence");
        assert_eq!(text(&user.does(&["job", "watch", &job.to_string(), "--until", "running"]), "state"), "running");
        let (code, said) = user.fails(&["job", "cancel", &job.to_string(), "--yes"]);
        assert!(code == 6 && said.contains("gpu-market job end"), "{said}");
        user.does(&["job", "end", &job.to_string()]);
        let shown = user.does(&["job", "show", &job.to_string()]);
        let paid: u64 = text(&shown["cost"], "paid").parse().expect("a number");
        assert!(text(&shown, "state") == "ended" && paid > 0);

        let owner = User::of_key("cli worker owner");
        owner.does(&["host", "withdraw"]);
        assert_eq!(balance(host.wallet).await, paid);
        user.does(&["job", "close", &job.to_string()]);
        assert_eq!(localnet().network.connection().find::<Job>(&job).await.unwrap(), None);
    });
}

#[test]
fn a_cluster_without_the_program_and_a_key_without_lamports_are_named() {
    localnet();
    run(async {
        let place = place(6).await;
        let market = place.market.to_string();
        let poor = User::of_key("cli pauper");
        localnet().mint(place.token, poor.key, DOLLAR).await.expect("minted");
        let (code, said) = poor.fails(&["client", "fund", "1", "--market", &market]);
        assert!(code == 7 && said.contains(&format!("{} holds 0 lamports, ", poor.key)), "{said}");

        let empty = Network::start(keys::key("cli empty payer"), &[], LAMPORTS).await.expect("a network");
        let output = Command::new(binary())
            .args(["market", "list", "--url", &empty.endpoint().rpc, "--keypair", &poor.file])
            .output()
            .expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("wrong cluster: GPU Market (") && said.contains("is not deployed at"), "{said}");
    });
}

#[test]
fn settings_and_attestors_are_shown() {
    localnet();
    run(async {
        let user = User::new("cli reader", place(1).await, 0).await;
        let config = user.does(&["admin", "config"]);
        assert_eq!(text(&config, "admin"), keys::deployment().admin.to_string());
        let (code, said) = user.fails(&["admin", "pause", "--posting", "--yes"]);
        assert!(code == 8 && said.contains("is not the admin or pauser of the protocol"), "{said}");
        let treasuries = user.does(&["admin", "treasury", "show"]);
        assert_eq!(treasuries["treasuries"].as_array().map(Vec::len), Some(2));
        let set = address::attestor_set(&keys::deployment().market_authority, 1).0.to_string();
        let shown = user.does(&["attest", "set", "show", &set]);
        assert_eq!(
            (&shown["panel"], &shown["quorum"], text(&shown, "bond")),
            (&3.into(), &2.into(), "100000000000")
        );
    });
}

#[test]
fn the_first_job_of_the_docs_names_the_market_and_the_operator_of_this_network() {
    let docs = include_str!("../../docs/FIRST-JOB.md");
    let market = address::market(&keys::deployment().market_authority, 1).0;
    assert!(docs.contains(&format!("    MARKET={market}\n")), "docs/FIRST-JOB.md: market 1 is {market}");
    let operator = keys::key("host-operator").pubkey();
    assert!(
        docs.contains(&format!("host register --operator {operator}\n")),
        "docs/FIRST-JOB.md: the operator is {operator}"
    );
}
