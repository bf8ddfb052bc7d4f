//! Questions of the command `gpu-market`, asked in a terminal and answered there.

mod common;

use {
    common::{
        DOLLAR, Place, lamports, localnet, place, run,
        user::{User, post, text},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Client, Job},
    },
    rexpect::{
        process::wait::WaitStatus,
        session::{PtySession, spawn_command},
    },
    std::{
        io::Write,
        process::{Command, Output, Stdio},
    },
};

/// How long a command may take to say something, milliseconds.
const PATIENCE: u64 = 60_000;
const NO: i32 = 10;

/// A client with fifty dollars in its escrow.
async fn client(name: &str, place: Place) -> User {
    let user = User::new(name, place, 100 * DOLLAR).await;
    user.does(&["client", "fund", "50", "--market", &place.market.to_string()]);
    user
}

fn typed(user: &User, arguments: &[&str]) -> PtySession {
    spawn_command(user.command("display", arguments), Some(PATIENCE)).expect("a terminal")
}

/// Reads on until the question, and returns what was shown before it.
fn asked(session: &mut PtySession, question: &str) -> String {
    session.exp_string(&format!("{question} [y/N] ")).expect("the question")
}

/// What is said to the end, and how it ends.
fn ended(mut session: PtySession) -> (String, WaitStatus) {
    let said = session.exp_eof().expect("an end");
    (said, session.process.wait().expect("a status"))
}

#[track_caller]
fn assert_exit((said, status): (String, WaitStatus), expected: i32) -> String {
    assert!(matches!(status, WaitStatus::Exited(_, code) if code == expected), "{status:?}: {said}");
    said
}

/// The nonce floor of the user's escrow.
async fn floor(user: &User, place: Place) -> u64 {
    let client = address::client(&user.key, &place.token.mint).0;
    localnet().network.connection().get::<Client>(&client).await.expect("an escrow").nonce_floor
}

async fn jobs(user: &User, place: Place) -> u32 {
    let client = address::client(&user.key, &place.token.mint).0;
    localnet().network.connection().get::<Client>(&client).await.expect("an escrow").open_jobs
}

#[test]
fn a_job_is_posted_after_a_yes_to_what_it_reserves() {
    localnet();
    run(async {
        let place = place(1).await;
        let market = place.market.to_string();
        for (name, answer) in [("cli agreeing", "y"), ("cli agreeing politely", " Yes ")] {
            let user = client(name, place).await;
            let mut session = typed(&user, &post(&market, &["--nonce", "3"]));
            let shown =
                session.exp_regex("Post this job, and reserve [0-9.]+ tokens\\? \\[y/N\\] ").expect("the question");
            assert!(shown.0.contains("deposit"), "what it costs is shown first: {}", shown.0);
            assert_eq!(jobs(&user, place).await, 0, "nothing is sent before the answer");
            session.send_line(answer).expect("typed");
            let said = assert_exit(ended(session), 0);
            let job: Address = address::job(&address::client(&user.key, &place.token.mint).0, 3).0;
            assert!(said.contains(&job.to_string()), "{said}");
            assert_eq!(localnet().network.connection().get::<Job>(&job).await.unwrap().nonce, 3);
        }
    });
}

#[test]
fn whatever_is_no_yes_sends_nothing() {
    localnet();
    run(async {
        let place = place(2).await;
        let market = place.market.to_string();
        let user = client("cli declining", place).await;
        let before = lamports(&user.key).await;
        let command = post(&market, &[]);
        for answer in [&b"n\n"[..], b"\n", b"yess\n", b"no\n", "ja, für heute\n".as_bytes(), b"\xe9\xff\n"] {
            let mut session = typed(&user, &command);
            session.exp_regex("\\[y/N\\] ").expect("the question");
            session.stream.writer.write_all(answer).and_then(|()| session.stream.writer.flush()).expect("typed");
            let said = assert_exit(ended(session), NO);
            assert!(said.contains("error: nothing was sent: you said no"), "{answer:?}: {said}");
        }
        assert_eq!((jobs(&user, place).await, lamports(&user.key).await), (0, before));
    });
}

#[test]
fn the_end_of_the_input_is_no_yes() {
    localnet();
    run(async {
        let place = place(3).await;
        let market = place.market.to_string();
        let user = client("cli silent", place).await;
        let before = lamports(&user.key).await;
        let raise = ["client", "raise-nonce-floor", "5", "--market", &market];
        let question = "Give up all nonces below this? The floor never falls.";

        let mut session = typed(&user, &raise);
        assert!(asked(&mut session, question).contains("nonce floor before"));
        session.send_control('d').expect("typed");
        let said = assert_exit(ended(session), NO);
        assert!(said.contains("error: nothing was sent: you said no"), "{said}");

        assert_eq!((floor(&user, place).await, lamports(&user.key).await), (0, before));

        let mut session = typed(&user, &raise);
        asked(&mut session, question);
        session.send_line("yes").expect("typed");
        assert_exit(ended(session), 0);
        assert_eq!(floor(&user, place).await, 5);
    });
}

#[test]
fn a_yes_that_was_passed_and_a_dry_run_ask_nothing_in_a_terminal() {
    localnet();
    run(async {
        let place = place(4).await;
        let market = place.market.to_string();
        let user = client("cli decided", place).await;
        let raise = ["client", "raise-nonce-floor", "5", "--market", &market];
        let said = assert_exit(ended(typed(&user, &[&raise[..], &["--dry-run"]].concat())), 0);
        assert!(said.contains("A dry run: nothing is sent") && !said.contains("[y/N]"), "{said}");
        assert_eq!(floor(&user, place).await, 0);
        let said = assert_exit(ended(typed(&user, &[&raise[..], &["-y"]].concat())), 0);
        assert!(said.contains("Nonce floor raised") && !said.contains("[y/N]"), "{said}");
        assert_eq!(floor(&user, place).await, 5);
    });
}

/// Runs a command whose standard input is this text and no terminal.
fn piped(mut command: Command, text: &str) -> Output {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the command starts");
    // It may be over before it reads.
    let _ = child.stdin.take().expect("a pipe").write_all(text.as_bytes());
    child.wait_with_output().expect("the command ends")
}

#[test]
fn a_yes_that_comes_through_a_pipe_is_no_answer() {
    localnet();
    run(async {
        let place = place(5).await;
        let market = place.market.to_string();
        let user = client("cli piped", place).await;
        let output = piped(user.command("display", &post(&market, &[])), "y\ny\n");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.contains("There is no terminal to ask on: pass --yes to go ahead, or --dry-run"), "{said}");
        // A key from standard input leaves nobody to ask, either.
        let key = std::fs::read_to_string(&user.file).expect("a key file");
        let mut command = user.command("display", &post(&market, &[]));
        command.args(["--fee-payer", "-"]);
        let output = piped(command, &key);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("There is no terminal to ask on"), "{said}");
        assert_eq!(jobs(&user, place).await, 0);
    });
}

#[test]
fn every_command_that_cannot_be_undone_asks_and_a_no_is_heard() {
    localnet();
    run(async {
        let place = place(6).await;
        let (market, mint) = (place.market.to_string(), place.token.mint.to_string());
        let user = client("cli careful client", place).await;
        let staker = User::with_stake("cli careful staker", 10).await;
        staker.does(&["stake", "add", "10"]);
        staker.does(&["host", "register"]);
        let posted = user.does(&post(&market, &[]));
        let job = text(&posted, "job");
        let [admin, authority] = ["admin", "market-authority"].map(User::of_key);
        let set = address::attestor_set(&authority.key, 1).0.to_string();
        let terms = ["--panel", "3", "--quorum", "2", "--bond", "100", "--fee", "1"];
        let announce = [&["attest", "set", "announce", &set], &terms[..]].concat();
        let asking: [(&User, &[&str], &str); 12] = [
            (&user, &["job", "extend", job, "1h"], "Extend this job?"),
            (&user, &["job", "cancel", job], "Take this job back?"),
            (&staker, &["stake", "lock", "14"], "It can be locked for longer, never for a shorter time."),
            (&staker, &["host", "close"], "Close this host?"),
            (&authority, &["market", "update", &market, "--tip", "0.003"], "Announce these terms?"),
            (&authority, &["market", "close-shard", &localnet().market(8).to_string()], "Close the only shard?"),
            (&authority, &["market", "grow", &market, "0"], "It is a gift to who created the shard."),
            (&authority, &announce, "Announce this?"),
            (&admin, &["admin", "update", "--min-bond", "7"], "Change the settings of the protocol?"),
            (&admin, &["admin", "split", "--stakers", "1", "--referral", "1"], "Announce this split of all fees?"),
            (&admin, &["admin", "pause", "--posting"], "Change this for all markets?"),
            (&admin, &["admin", "treasury", "close", &mint], "Close this treasury?"),
        ];
        for (who, command, question) in asking {
            let before = lamports(&who.key).await;
            let mut session = typed(who, command);
            session.exp_string(question).expect("the question");
            session.exp_string("[y/N] ").expect("the question");
            session.send_line("n").expect("typed");
            let said = assert_exit(ended(session), NO);
            assert!(said.contains("nothing was sent"), "{command:?}: {said}");
            assert_eq!(lamports(&who.key).await, before, "{command:?}: a transaction would have cost a fee");
        }
    });
}
