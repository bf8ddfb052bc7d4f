//! Rounds of attestation from the opening to the pay, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        STAKE,
        grounds::Grounds,
        lamports, localnet, pass, pass_slots, run,
        user::{User, file, text, units},
    },
    gpu_market_sdk::{
        Address, address, digest,
        gpu_market::state::{Gpu, Member, Stake},
    },
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;
/// Slots until a round can be drawn, and until its hash is gone.
const DRAW: u64 = 9;
const DRAW_OVER: u64 = 522;

/// Time passes in these tests.
static TURN: Mutex<()> = Mutex::const_new(());

async fn stake(owner: &User) -> Stake {
    localnet().network.connection().get(&address::stake(&owner.key).0).await.expect("a stake")
}

/// What a benchmark put out, on these GPUs.
fn measurement(name: &str, score: u32, gpus: &str) -> String {
    let result = "01".repeat(32);
    file(name, &format!(r#"{{"result":"{result}","gpus":[{gpus}],"score":{score},"vram_mib":12288}}"#))
}

#[test]
fn a_round_is_opened_by_the_host_and_drawn_by_anyone() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let grounds = Grounds::new("cli draw").await;
        let (host, stranger) = (grounds.candidate("cli drawn host").await, grounds.stranger());
        let (market, owner) = (grounds.premium.to_string(), host.key.to_string());

        let open = ["attest", "open", &market];
        let (code, said) = stranger.fails(&[&open[..], &["--owner", &owner]].concat());
        assert!(code == 8 && said.contains("is not the owner or operator of the host"), "{said}");
        let (code, said) = host.fails(&["attest", "open", &grounds.community.to_string()]);
        assert!(code == 5 && said.contains("gpu-market host enroll"), "{said}");
        let (code, said) = host.fails(&[&open[..], &["--max-fee", "0.1", "--yes"]].concat());
        assert!(code == 6 && said.contains("fee is 0.5, above the 0.1 that you accept; raise --max-fee"), "{said}");
        let (code, said) = host.fails(&open);
        assert!(code == 2 && said.contains("Open this round?") && said.contains("pass --yes"), "{said}");
        let opened = host.does(&open);
        let round = text(&opened, "round");
        assert_eq!((units(&opened, "fee"), &opened["nonce"]), (STAKE / 2, &1.into()));
        let (code, said) = host.fails(&[&open[..], &["--yes"]].concat());
        assert!(code == 6 && said.contains("The member has a round that is not over"), "{said}");
        assert!(said.contains(&format!("gpu-market attest show {round}")), "it says which: {said}");

        let file = measurement("undrawn.json", 1_000, r#""GPU-undrawn""#);
        let (code, said) = host.fails(&["attest", "commit", round, &file]);
        assert!(code == 6 && said.contains("The round was not drawn yet"), "{said}");
        let (code, said) = stranger.fails(&["attest", "expire", round]);
        assert!(code == 6 && said.contains("are not over; wait until they are"), "{said}");
        for command in
            [&["attest", "settle", round][..], &["attest", "claim", round, &file], &["attest", "conclude", round]]
        {
            let (code, said) = stranger.fails(command);
            assert!(code == 6 && said.contains("The round is not decided; finalize it first"), "{said}");
        }
        pass_slots(DRAW).await;
        stranger.does(&["attest", "draw", round]);
        let shown = stranger.does(&["attest", "show", round]);
        assert_eq!((text(&shown, "state"), shown["panel"].as_array().map(Vec::len)), ("running", Some(3)));
        assert!(text(&shown, "seed").chars().any(|digit| digit != '0'));
        let (code, said) = stranger.fails(&["attest", "draw", round]);
        assert!(code == 6 && said.contains("The round is not waiting for its draw"), "{said}");
        let (code, said) = stranger.fails(&["attest", "show", &address::challenge(&host.key, 9).0.to_string()]);
        assert!(code == 5 && said.contains("`gpu-market attest open` prints the address"), "{said}");

        // A host that has seen its panel and walks away pays for it.
        let (code, said) = stranger.fails(&["attest", "finalize", round]);
        assert!(code == 6 && said.contains("comes after the one before it"), "{said}");
        pass(1_800 + 60 + 1).await;
        let (code, said) = host.fails(&["attest", "commit", round, &file]);
        assert!(code == 6 && said.contains("The time for this step of the round is over"), "{said}");
        stranger.does(&["attest", "finalize", round]);
        assert_eq!(text(&stranger.does(&["attest", "show", round]), "result"), "no_answer");
        let (code, said) = stranger.fails(&["attest", "claim", round, &file]);
        assert!(code == 6 && said.contains("GPUs are claimed from a round that passed"), "{said}");
        stranger.does(&["attest", "settle", round]);
        for attestor in &grounds.attestors {
            assert_eq!(stake(attestor).await.amount, 150 * STAKE + STAKE / 2 / 3);
        }
        let (code, said) = stranger.fails(&["attest", "conclude", round]);
        assert!(code == 6 && said.contains("the round is concluded already") && said.contains("close"), "{said}");
        stranger.does(&["attest", "close", round]);
        let (code, said) = host.fails(&[&open[..], &["--yes"]].concat());
        assert!(code == 6 && said.contains("the next one waits for a cooldown"), "{said}");
    });
}

#[test]
fn a_round_that_nobody_draws_expires_and_a_sponsor_may_pay_for_the_next() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let grounds = Grounds::new("cli undrawn").await;
        let (host, stranger) = (grounds.candidate("cli undrawn host").await, grounds.stranger());
        let market = grounds.premium.to_string();
        let before = stake(&host).await.amount;
        let opened = host.does(&["attest", "open", &market]);
        let round = text(&opened, "round");
        assert_eq!(before - stake(&host).await.amount, STAKE / 2);
        pass_slots(DRAW_OVER).await;
        let (code, said) = stranger.fails(&["attest", "draw", round]);
        assert!(code == 6 && said.contains("no longer kept; expire the round and open another"), "{said}");
        stranger.does(&["attest", "expire", round]);
        let shown = stranger.does(&["attest", "show", round]);
        assert_eq!((text(&shown, "state"), text(&shown, "result")), ("decided", "undrawn"));
        assert_eq!(stranger.does(&["attest", "settle", round])["attestors"], serde_json::json!([]));
        let (code, said) = host.fails(&["attest", "open", &market, "--yes"]);
        assert!(code == 6 && said.contains("the next one waits for a cooldown; wait until"), "{said}");
        let (payer, rent) = (lamports(&host.key).await, lamports(&round.parse().unwrap()).await);
        stranger.does(&["attest", "close", round]);
        assert_eq!(stake(&host).await.amount, before, "nobody earned the fee");
        assert_eq!(lamports(&host.key).await, payer + rent, "the rent is its payer's again");

        pass(DAY + 1).await;
        let sponsor = User::with_stake("cli sponsor", 5).await;
        sponsor.does(&["stake", "add", "5"]);
        let opened = host.does(&["attest", "open", &market, "--payer-owner", &sponsor.file]);
        assert_eq!((stake(&host).await.amount, stake(&sponsor).await.amount), (before, 5 * STAKE - STAKE / 2));
        assert_eq!(opened["nonce"], 2);
    });
}

/// What the host and the three attestors measured: two of these agree with the host, the third fails it.
struct Files {
    host: String,
    attestors: [String; 3],
}

fn files() -> Files {
    let gpus = r#""GPU-1","GPU-2""#;
    let fails = file("third.json", r#"{"fails":true}"#);
    let [first, second] =
        [("first.json", 1_300), ("second.json", 1_200)].map(|(name, score)| measurement(name, score, gpus));
    Files { host: measurement("host.json", 0, gpus), attestors: [first, second, fails] }
}

/// Everybody commits; what comes too early or from somebody else is refused.
fn commit(round: &str, host: &User, grounds: &Grounds, files: &Files) {
    let [first, second, third] = &files.attestors;
    let (code, said) = grounds.attestors[0].fails(&["attest", "commit", round, first]);
    assert!(code == 6 && said.contains("comes after the one before it"), "{said}");
    let answer = ["attest", "commit", round, &files.host];
    let (code, said) = grounds.stranger().fails(&answer);
    assert!(code == 8 && said.contains("is not the operator of the host, nor an attestor of the panel"), "{said}");
    host.does(&answer);
    let (code, said) = host.fails(&answer);
    assert!(code == 6 && said.contains("has committed or opened its answer before"), "{said}");
    for (attestor, file) in grounds.attestors.iter().zip([first, second, third]) {
        attestor.does(&["attest", "commit", round, file]);
    }
}

/// Everybody reveals; what is not what was committed to is refused.
fn reveal(round: &str, host: &User, grounds: &Grounds, files: &Files) {
    let unsalted = measurement("unsalted.json", 1_300, r#""GPU-1""#);
    let (code, said) = host.fails(&["attest", "reveal", round, &unsalted]);
    assert!(
        code == 3 && said.contains("unsalted.json.salt: file: it is not there; allowed: the salt that"),
        "{said}"
    );
    let (code, said) = host.fails(&["attest", "reveal", round, &files.host]);
    assert!(code == 6 && said.contains("comes after the one before it"), "{said}");
    let first = &grounds.attestors[0];
    let written = std::fs::read_to_string(&files.attestors[0]).expect("a measurement");
    std::fs::write(&files.attestors[0], written.replace("1300", "1301")).expect("written");
    let (code, said) = first.fails(&["attest", "reveal", round, &files.attestors[0]]);
    assert!(code == 6 && said.contains("not what was committed to") && said.contains("pass exactly"), "{said}");
    std::fs::write(&files.attestors[0], written).expect("written");
    for (attestor, file) in grounds.attestors.iter().zip(&files.attestors) {
        attestor.does(&["attest", "reveal", round, file]);
    }
    host.does(&["attest", "reveal", round, &files.host]);
}

/// A round from its opening to its decision; its address.
async fn decided(host: &User, grounds: &Grounds, files: &Files) -> String {
    let stranger = grounds.stranger();
    let opened = host.does(&["attest", "open", &grounds.premium.to_string()]);
    let round = text(&opened, "round");
    pass_slots(DRAW).await;
    stranger.does(&["attest", "draw", round]);
    commit(round, host, grounds, files);
    reveal(round, host, grounds, files);
    stranger.does(&["attest", "finalize", round]);
    round.to_owned()
}

#[test]
fn a_round_proves_gpus_pays_who_agreed_and_slashes_who_did_not() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let grounds = Grounds::new("cli proof").await;
        let (host, stranger) = (grounds.candidate("cli proven host").await, grounds.stranger());
        let files = files();
        let round = &decided(&host, &grounds, &files).await;
        let shown = stranger.does(&["attest", "show", round]);
        assert_eq!((text(&shown, "result"), &shown["score"], &shown["gpus"]), ("passed", &1_200.into(), &2.into()));
        let (code, said) = stranger.fails(&["attest", "close", round]);
        assert!(code == 6 && said.contains("closes when its attestors are settled"), "{said}");
        assert_eq!(stranger.does(&["attest", "settle", round])["attestors"].as_array().map(Vec::len), Some(3));
        let [first, second, third] = &grounds.attestors;
        for honest in [first, second] {
            assert_eq!(stake(honest).await.amount, 150 * STAKE + STAKE / 4);
        }
        assert_eq!((stake(third).await.amount, stake(third).await.treasury_owed), (100 * STAKE, 50 * STAKE));
        assert_eq!(stranger.does(&["attest", "settle", round])["attestors"], serde_json::json!([]));

        let member = address::member(&grounds.premium, &address::host(&host.key).0).0;
        let found = async || localnet().network.connection().get::<Member>(&member).await.expect("a member");
        let (code, said) = stranger.fails(&["attest", "conclude", round]);
        assert!(code == 6 && said.contains("or the time for it is over"), "{said}");
        let claimed = stranger.does(&["attest", "claim", round, &files.host]);
        assert!(
            claimed["gpus"]
                .as_array()
                .is_some_and(|gpus| gpus.len() == 2 && gpus.iter().all(|gpu| gpu["claimed"] == true))
        );
        assert_eq!(found().await.attested_gpus, 2);
        assert_eq!(stranger.does(&["attest", "claim", round, &files.host])["gpus"], serde_json::json!([]));
        stranger.does(&["attest", "close", round]);

        let set = grounds.set.to_string();
        let release = ["attest", "release-gpu", "GPU-1", "--set", &set];
        let (code, said) = stranger.fails(&release);
        assert!(code == 8 && said.contains("is not the owner of the GPU GPU-1"), "{said}");
        let (code, said) = host.fails(&["attest", "release-gpu", "GPU-3", "--set", &set]);
        assert!(code == 5 && said.contains("as `nvidia-smi -L` does"), "{said}");
        let (code, said) = host.fails(&release);
        assert!(code == 2 && said.contains("Give this GPU up?"), "{said}");
        host.does(&release);
        assert_eq!(found().await.attested_gpus, 1);
        pass(30 * DAY + 3_600).await;
        stranger.does(&["attest", "release-gpu", "GPU-2", "--set", &set]);
        let gpu: Address = address::gpu(&grounds.set, &digest::gpu_uuid(b"GPU-2")).0;
        assert_eq!(localnet().network.connection().find::<Gpu>(&gpu).await.unwrap(), None);
    });
}

#[test]
fn gpus_that_nobody_claims_in_time_are_left_out_and_the_round_is_concluded_by_anyone() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let grounds = Grounds::new("cli late").await;
        let (host, stranger) = (grounds.candidate("cli late host").await, grounds.stranger());
        let files = files();
        let round = &decided(&host, &grounds, &files).await;
        pass(DAY + 1).await;
        let claim = ["attest", "claim", round, &files.host];
        let claimed = &host.does(&claim)["gpus"];
        assert_eq!((claimed.as_array().map(Vec::len), &claimed[0]["claimed"]), (Some(2), &false.into()));
        let reason = text(&claimed[0], "reason");
        assert!(
            reason.contains("The time to claim the GPUs of this round is over; open another round"),
            "{reason}"
        );
        let said = host.says(&claim);
        assert!(
            said.contains("Not all are claimed") && said.contains(&format!("attest conclude {round}")),
            "{said}"
        );

        let concluded = stranger.does(&["attest", "conclude", round]);
        let member = address::member(&grounds.premium, &address::host(&host.key).0).0;
        assert_eq!(text(&concluded, "member"), member.to_string());
        let found: Member = localnet().network.connection().get(&member).await.expect("a member");
        assert_eq!((found.attested_gpus, found.standing.open_round), (0, 0));
        stranger.does(&["attest", "settle", round]);
        stranger.does(&["attest", "close", round]);
        assert_eq!(
            host.does(&["attest", "open", &grounds.premium.to_string()])["nonce"],
            2,
            "nothing bars the next"
        );
    });
}
