//! A host that changes, earns a place, gives it up and ends, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        DOLLAR, HostParty, Place, STAKE, balance,
        grounds::Grounds,
        localnet, pass, pass_slots, place, run,
        user::{User, file, post, text, units},
    },
    gpu_market_localnet::tokens,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Gpu, Host, Job, Member, MemberState},
    },
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;

/// Time passes in these tests.
static TURN: Mutex<()> = Mutex::const_new(());

/// A job of a client of this name that the host ran for some minutes and finished. Returns what it paid.
async fn worked(host: &HostParty, client: &str, place: Place) -> u64 {
    let market = place.market.to_string();
    let client = User::new(client, place, 100 * DOLLAR).await;
    client.does(&["client", "fund", "50", "--market", &market]);
    host.join().await.expect("joined");
    let job: Address = text(&client.does(&post(&market, &[])), "job").parse().expect("an address");
    host.start(job).await.expect("started");
    for _ in 0..5 {
        pass(100).await;
        host.heartbeat(job).await.expect("evidence");
    }
    host.finish(job, address::client(&client.key, &place.token.mint).0).await.expect("finished");
    let job: Job = localnet().network.connection().get(&job).await.expect("a job");
    assert!(job.paid > 0);
    job.paid
}

#[test]
fn a_host_changes_its_operator_and_its_description_and_nothing_else() {
    localnet();
    run(async {
        let place = place(1).await;
        let [owner, operator] =
            [User::new("cli changing owner", place, 0).await, User::new("cli new operator", place, 0).await];
        owner.does(&["host", "register", "--sealing-key", &"07".repeat(32)]);
        let (code, said) = owner.fails(&["host", "register"]);
        assert!(
            code == 6 && said.contains("has a host already; change it with `gpu-market host update`"),
            "{said}"
        );
        let (code, said) = owner.fails(&["host", "update", "--metadata", "/no/such/file"]);
        assert!(code == 3 && said.contains("/no/such/file: cannot be read"), "{said}");
        let described = file("description.json", "{}");
        let operates = operator.key.to_string();
        owner.does(&["host", "update", "--operator", &operates, "--metadata", &described]);
        let host: Host = localnet().network.connection().get(&address::host(&owner.key).0).await.unwrap();
        assert_eq!((host.operator, host.sealing_key), (operator.key, [7; 32]));
        // SHA-256 of the two braces.
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(text(&operator.does(&["host", "status"]), "metadata_hash"), hash);
        let (code, said) = operator.fails(&["host", "update", "--operator", &operates]);
        assert!(code == 8 && said.contains("is not the owner of the host"), "{said}");
    });
}

#[test]
fn what_was_earned_outlives_the_place_that_earned_it() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(5).await;
        let (market, mint) = (place.market.to_string(), place.token.mint.to_string());
        let host = HostParty::new("cli leaver", place).await;
        let owner = User::of_key("cli leaver owner");
        let paid = worked(&host, "cli leaver's client", place).await;

        let (code, said) = owner.fails(&["host", "close", "--yes"]);
        assert!(code == 6 && said.contains("closes when the host has no members"), "{said}");
        let (code, said) = owner.fails(&["host", "leave", &market, "--yes"]);
        assert!(code == 6 && said.contains("without seats and without collateral; leave all seats"), "{said}");
        owner.does(&["stake", "deallocate", &market, "all"]);
        let (code, said) = owner.fails(&["host", "leave", &market, "--yes"]);
        assert!(code == 6 && said.contains("wait: 24 hours after the last job ended"), "{said}");
        pass(DAY + 1).await;
        let (code, said) = owner.fails(&["host", "leave", &market]);
        assert!(code == 2 && said.contains("The host's record there is lost."), "{said}");
        owner.does(&["host", "leave", &market]);
        let (code, said) = owner.fails(&["host", "leave", &market, "--yes"]);
        assert!(code == 5 && said.contains("see where it is: `gpu-market host status`"), "{said}");

        let vaults = &owner.does(&["host", "earnings"])["vaults"];
        assert_eq!((vaults.as_array().map(Vec::len), units(&vaults[0], "amount")), (Some(1), paid));
        let said = owner.says(&["host", "close", "--dry-run"]);
        assert!(said.contains(&format!("warning: the earnings vault of {mint} stays")), "{said}");
        assert!(said.contains(&format!("gpu-market host close-earnings --mint {mint}")), "{said}");
        let withdrawn = owner.does(&["host", "withdraw", "--mint", &mint]);
        assert_eq!(units(&withdrawn["vaults"][0], "amount"), paid);
        assert_eq!(balance(tokens::wallet(owner.key, place.token)).await, paid);
        assert_eq!(owner.does(&["host", "withdraw"])["vaults"], serde_json::json!([]));
        owner.does(&["host", "close-earnings", "--mint", &mint]);
        let (code, said) = owner.fails(&["host", "close"]);
        assert!(code == 2 && said.contains("Close this host?") && !said.contains("earnings vault"), "{said}");
        owner.does(&["host", "close"]);
        let (code, said) = owner.fails(&["host", "status"]);
        assert!(code == 5 && said.contains("gpu-market host register"), "{said}");
    });
}

#[test]
fn each_tier_says_how_it_is_entered_and_left() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let place = place(3).await;
        let (market, premium) = (place.market.to_string(), localnet().market(4).to_string());
        let host = HostParty::new("cli newcomer", place).await;
        let owner = User::of_key("cli newcomer owner");
        let stranger = User::new("cli host stranger", place, 0).await;
        for (command, next) in [
            (["host", "enroll", &premium], format!("apply for a place: `gpu-market host apply {premium}`")),
            (["host", "apply", &market], format!("enroll: `gpu-market host enroll {market}`")),
            (["host", "resign", &market], format!("leave this market: `gpu-market host leave {market}`")),
            (["host", "promote", &market], "`gpu-market host enroll`".to_owned()),
        ] {
            let (code, said) = owner.fails(&[&command[..], &["--yes"]].concat());
            assert!(code == 6 && said.contains(&next), "{command:?}: {said}");
        }
        let (code, said) = owner.fails(&["host", "resign", &premium, "--yes"]);
        assert!(code == 5 && said.contains("see where it is: `gpu-market host status`"), "{said}");
        let (code, said) = owner.fails(&["host", "promote", &premium]);
        assert!(code == 6 && said.contains("Only a candidate or a removed member is promoted; apply"), "{said}");
        owner.does(&["host", "apply", &premium]);
        let (code, said) = stranger.fails(&["host", "promote", &premium, "--owner", &owner.key.to_string()]);
        assert!(
            code == 6 && said.contains("completed fewer jobs") && said.contains("complete more jobs"),
            "{said}"
        );
        assert!(said.contains(&format!("all that is missing: `gpu-market host missing {premium}`")), "{said}");
        let (code, said) = owner.fails(&["host", "resign", &premium, "--yes"]);
        assert!(code == 6 && said.contains("The member is not active in this market"), "{said}");

        host.join().await.expect("joined");
        assert_eq!(owner.does(&["host", "drain", "--market", &premium])["left"], serde_json::json!([]));
        let (code, said) = stranger.fails(&["host", "drain", "--owner", &owner.key.to_string()]);
        assert!(code == 8 && said.contains("is not the owner or operator of the host"), "{said}");
        let drained = owner.does(&["host", "drain", "--market", &market]);
        assert_eq!((drained["left"].as_array().map(Vec::len), &drained["going_on"]), (Some(1), &0.into()));
    });
}

/// A round that the host passes with one GPU.
async fn proven(host: &User, grounds: &Grounds) {
    let measured = format!(r#"{{"result":"{}","gpus":["GPU-place"],"score":1000,"vram_mib":1}}"#, "02".repeat(32));
    let files = ["host", "one", "two", "three"].map(|name| file(&format!("place-{name}.json"), &measured));
    let opened = host.does(&["attest", "open", &grounds.premium.to_string()]);
    let round = text(&opened, "round");
    pass_slots(9).await;
    host.does(&["attest", "draw", round]);
    for step in ["commit", "reveal"] {
        let attestors = || grounds.attestors.iter().zip(&files[1..]);
        let host = || host.does(&["attest", step, round, &files[0]]);
        // The host commits before the attestors and opens after them.
        if step == "commit" {
            host();
        }
        attestors().for_each(|(attestor, file)| drop(attestor.does(&["attest", step, round, file])));
        if step == "reveal" {
            host();
        }
    }
    host.does(&["attest", "finalize", round]);
    host.does(&["attest", "settle", round]);
    host.does(&["attest", "claim", round, &files[0]]);
    host.does(&["attest", "close", round]);
}

#[test]
fn a_place_is_earned_by_the_rules_and_given_up_by_its_owner() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let grounds = Grounds::new("cli places").await;
        let (community, premium) = (grounds.community.to_string(), grounds.premium.to_string());
        let host = HostParty::new("cli climber", grounds.place).await;
        let (owner, stranger) = (User::of_key("cli climber owner"), grounds.stranger());
        let owned = owner.key.to_string();
        worked(&host, "cli climber's client", grounds.place).await;
        owner.does(&["host", "apply", &premium]);
        owner.does(&["stake", "allocate", &premium, "100"]);
        let promote = ["host", "promote", &premium, "--owner", &owned];
        let (code, said) = stranger.fails(&promote);
        assert!(code == 6 && said.contains("no fresh attestation of the GPUs of one seat; open a round"), "{said}");
        proven(&owner, &grounds).await;
        assert_eq!(stranger.does(&["host", "missing", &premium, "--owner", &owned])["missing"], 0);
        stranger.does(&promote);
        let member = address::member(&grounds.premium, &host.host).0;
        let state =
            async || localnet().network.connection().get::<Member>(&member).await.expect("a member").state();
        assert_eq!(state().await, Ok(MemberState::Active));
        let (code, said) = stranger.fails(&promote);
        assert!(code == 6 && said.contains("Only a candidate or a removed member is promoted"), "{said}");

        let freed = owner.does(&["stake", "deallocate", &premium, "all"]);
        assert_eq!(units(&freed, "amount"), 60 * STAKE, "the floor stays");
        let seated = HostParty::at("cli climber", Place { market: grounds.premium, ..grounds.place });
        seated.join().await.expect("a seat");
        let resign = ["host", "resign", &premium];
        let (code, said) = owner.fails(&[&resign[..], &["--yes"]].concat());
        assert!(code == 6 && said.contains("holds 1 here") && said.contains("gpu-market host drain"), "{said}");
        owner.does(&["host", "drain"]);
        let (code, said) = stranger.fails(&[&resign[..], &["--yes"]].concat());
        assert!(code == 5 && said.contains("host whose owner or operator is"), "{said}");
        let (code, said) = owner.fails(&resign);
        assert!(code == 2 && said.contains("Give up the place in this market?"), "{said}");
        assert!(owner.does(&resign)["barred_until"].is_i64());
        assert_eq!(state().await, Ok(MemberState::Candidate));

        for market in [&premium, &community] {
            owner.does(&["stake", "deallocate", market, "all"]);
        }
        let (code, said) = owner.fails(&["host", "leave", &premium, "--yes"]);
        assert!(code == 6 && said.contains("stays open until its last job can no longer be disputed"), "{said}");
        pass(15 * DAY).await;
        for market in [&premium, &community] {
            owner.does(&["host", "leave", market]);
        }
        owner.does(&["host", "close"]);
        releases_what_nobody_owns(&grounds, &stranger).await;
    });
}

/// The host of a GPU is closed: nobody can give the GPU up until its attestation is over, and then anyone can.
async fn releases_what_nobody_owns(grounds: &Grounds, stranger: &User) {
    let set = grounds.set.to_string();
    let release = ["attest", "release-gpu", "GPU-place", "--set", &set];
    let (code, said) = stranger.fails(&release);
    assert!(code == 5 && said.contains("its attestation expires, and then anyone releases it"), "{said}");
    pass(16 * DAY).await;
    stranger.does(&release);
    let gpu = address::gpu(&grounds.set, &gpu_market_sdk::digest::gpu_uuid(b"GPU-place")).0;
    assert_eq!(localnet().network.connection().find::<Gpu>(&gpu).await.unwrap(), None);
}
