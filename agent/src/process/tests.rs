use {
    super::*,
    std::time::{Duration, Instant},
};

const LIMITS: Limits = Limits { time: Duration::from_secs(10), memory: None, output: 1_000, file: 1_000 };

fn sh(script: &str, limits: Limits) -> Run {
    run(&["sh".into(), "-c".into(), script.into()], limits).unwrap()
}

fn order(script: &str) -> Order {
    Order { command: vec!["sh".into(), "-c".into(), script.into()], env: BTreeMap::new(), limits: LIMITS }
}

#[test]
fn output_exit_code_and_errors_are_reported() {
    let done = sh("echo hello; echo why >&2", LIMITS);
    assert_eq!((done.output.as_slice(), done.ending), (b"hello\n".as_slice(), Ending::Exited { code: 0 }));
    assert_eq!(done.note, "why");
    assert_eq!(sh("exit 3", LIMITS).ending, Ending::Exited { code: 3 });
    assert_eq!(sh("kill -9 $$", LIMITS).ending, Ending::Signalled);
}

#[test]
fn the_environment_is_clean_and_the_working_folder_its_own_and_empty() {
    let done = sh("echo $HOME$USER$CARGO_MANIFEST_DIR; pwd; ls; cat", LIMITS);
    let output = String::from_utf8(done.output).unwrap();
    assert!(output.starts_with("\n/") && output.ends_with("/work\n") && output.lines().count() == 2, "{output}");
}

#[tokio::test]
async fn a_job_gets_the_variables_of_its_spec() {
    let folder = tempfile::tempdir().unwrap();
    let env = BTreeMap::from([("WHO".to_owned(), "it's \"me\"".to_owned())]);
    let done = run_in(folder.path(), &Order { env, ..order("echo $WHO") }).await.unwrap();
    assert_eq!(done.output, b"it's \"me\"\n");
}

#[test]
fn a_command_out_of_time_is_killed_with_its_children() {
    let before = Instant::now();
    let limits = Limits { time: Duration::from_millis(300), ..LIMITS };
    let done = sh("echo start; sleep 60 & sleep 60", limits);
    assert_eq!((done.output.as_slice(), done.ending), (b"start\n".as_slice(), Ending::OutOfTime));
    assert!(before.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn what_a_command_leaves_behind_is_killed_and_delays_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let done = run_in(folder.path(), &order("sleep 60 & echo $!")).await.unwrap();
    assert_eq!(done.ending, Ending::Exited { code: 0 });
    let left: i32 = String::from_utf8(done.output).unwrap().trim().parse().unwrap();
    // It is sent the signal before the command is reported, and goes when the kernel delivers it.
    let since = Instant::now();
    let state = || std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
    while !state().is_empty() && !state().contains(") Z ") {
        assert!(since.elapsed() < Duration::from_secs(10), "{}", state());
        std::thread::yield_now();
    }
}

#[test]
fn output_is_capped() {
    let done = sh("while :; do echo again; done", LIMITS);
    assert_eq!((done.output.len(), done.ending), (1_000, Ending::TooMuchOutput));
    // Also where the kernel would let the file grow.
    let done = sh("while :; do echo again; done", Limits { file: 1 << 30, ..LIMITS });
    assert_eq!((done.output.len(), done.ending), (1_000, Ending::TooMuchOutput));
}

#[test]
fn files_are_capped() {
    let limits = Limits { file: 4_096, ..LIMITS };
    let done = sh("head -c 100000 /dev/zero > big; wc -c < big", limits);
    assert_eq!(String::from_utf8(done.output).unwrap().trim(), "4096");
}

#[test]
fn memory_is_capped() {
    let limits = Limits { memory: Some(64 << 20), ..LIMITS };
    let greedy = "awk 'BEGIN { x = \"0123456789\"; while (1) x = x x }'";
    let done = sh(greedy, limits);
    assert!(!matches!(done.ending, Ending::Exited { code: 0 } | Ending::OutOfTime), "{done:?}");
    assert_eq!(sh("echo fits", limits).output, b"fits\n");
}

#[test]
fn a_command_that_does_not_exist_is_reported() {
    for command in ["/no/such/program", "no-such-program", "relative/program", ""] {
        let done = run(&[command.into()], LIMITS).unwrap();
        assert_eq!((done.ending, done.note), (Ending::NotStarted, format!("there is no program {command:?}")));
    }
    assert_eq!(run(&[], LIMITS).unwrap().ending, Ending::NotStarted);
}

#[tokio::test]
async fn a_process_outlives_whoever_waits_and_is_taken_up_again_not_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let order =
        order(&format!("echo ran >> ../runs; until [ -e {} ]; do sleep 0.01; done; exit 7", gate.display()));
    // Dropped in the middle.
    let waited = tokio::time::timeout(Duration::from_millis(200), run_in(folder.path(), &order)).await;
    assert!(waited.is_err());
    let pid = take_up(folder.path()).await.unwrap().pid();
    assert!(pid.is_some());
    let again = run_in(folder.path(), &order);
    std::fs::write(&gate, "").unwrap();
    assert_eq!(again.await.unwrap().ending, Ending::Exited { code: 7 });
    // And once more when it is over.
    assert_eq!(run_in(folder.path(), &order).await.unwrap().ending, Ending::Exited { code: 7 });
    assert_eq!(std::fs::read_to_string(folder.path().join("runs")).unwrap(), "ran\n");
}

#[tokio::test]
async fn a_process_that_was_killed_while_nobody_looked_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    launch(folder.path(), &order("sleep 60")).unwrap();
    let process = take_up(folder.path()).await.unwrap();
    process.kill();
    assert_eq!(process.wait(LIMITS).await.unwrap().ending, Ending::Signalled);
    let process = take_up(folder.path()).await.unwrap();
    assert_eq!(process.wait(LIMITS).await.unwrap().ending, Ending::Interrupted);
}

#[test]
fn a_command_that_kills_its_whole_group_has_only_itself_to_blame() {
    assert_eq!(sh("kill -9 0", LIMITS).ending, Ending::Signalled);
}

#[tokio::test]
async fn the_number_of_another_process_is_not_taken_for_the_jobs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pid"), format!("{}\n", std::process::id())).unwrap();
    let process = take_up(folder.path()).await.unwrap();
    assert_eq!(process.pid(), None);
    assert_eq!(process.wait(LIMITS).await.unwrap().ending, Ending::Interrupted);
}
