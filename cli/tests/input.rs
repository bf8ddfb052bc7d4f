//! What the command says to bad input: file, field, what is allowed. Nothing panics.

mod common;

use common::{file, folder, gpu_market, text};

const MARKETS: &str = include_str!("../../examples/markets.toml");

const JOB: &str = r#"{"name":"a","command":["true"],"gpu":"rtx-4090","tier":"community","payment":"USDG",
    "max_duration_seconds":600,"max_rate_per_hour":"0.3"}"#;

/// What the command says when it refuses its input.
fn refused(arguments: &[&str]) -> String {
    let output = gpu_market(arguments);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(output.stdout.is_empty(), "it printed a report");
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[test]
fn help_names_every_option() {
    let output = gpu_market(&["demo", "--help"]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for option in ["--seed", "--seeds", "--json", "--verbose", "--markets", "--jobs"] {
        assert!(help.contains(option), "{option}");
    }
    assert!(text(&gpu_market(&["--help"]).stdout).contains("demo"));
}

#[test]
fn wrong_arguments_are_refused() {
    for arguments in [&["demo", "--seed", "x"][..], &["demo", "--seeds", "5..=1"], &["demo", "--fast"], &[]] {
        let output = gpu_market(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_bad_markets_file_is_refused_by_file_and_field() {
    let folder = folder("bad-markets");
    let cases = [
        ("id = 3", "id = 1", "markets[2].id: it is used twice; allowed:"),
        (
            r#"rate_per_hour = "0.0327""#,
            "rate_per_hour = 0.0327",
            "markets[0].rate_per_hour: invalid type: floating",
        ),
        (r#"bond = "10""#, r#"bond = "1""#, "markets[0].bond: 1 is too low; allowed: stake.min_bond (5) or more"),
        (
            "ack_window_seconds = 120",
            "ack_window_seconds = 5",
            "ack_window_seconds: 5 is out of range; allowed: 60 to",
        ),
        ("unbonding_days = 10", "unbonding_days = 3", "stake.unbonding_days: 3 is out of range; allowed: 8 to 60"),
        ("[stake]", "[stake", "line "),
    ];
    for (number, (from, to, expected)) in cases.into_iter().enumerate() {
        assert!(MARKETS.contains(from), "{from}");
        let path = file(&folder, &format!("{number}.toml"), &MARKETS.replacen(from, to, 1));
        let message = refused(&["demo", "--markets", &path]);
        assert!(message.contains(&path) && message.contains(expected), "{message}");
    }
}

#[test]
fn a_bad_job_file_is_refused_by_file_and_field() {
    let cases = [
        ("600", "7", "max_duration_seconds: 7 is out of range in this market; allowed: 300 to 14400"),
        ("rtx-4090", "gtx-970", "gpu: there is no market for \"gtx-970\"; allowed: one of"),
        (r#""name":"a""#, r#""name":"a","prio":1"#, "prio: unknown field `prio`, expected one of `name`"),
        ("\"0.3\"", "\"0.1\"", "max_rate_per_hour: 0.1 is not a rate that this market takes; allowed: 0.2182 USDG"),
        ("\"true\"", "", "command: it names no program; allowed:"),
        ("}", "", "file: EOF while parsing"),
    ];
    for (number, (from, to, expected)) in cases.into_iter().enumerate() {
        let folder = folder(&format!("bad-job-{number}"));
        let path = file(&folder, "job.json", &JOB.replacen(from, to, 1));
        let message = refused(&["demo", "--jobs", folder.to_str().expect("UTF-8")]);
        assert!(message.contains(&path) && message.contains(expected), "{message}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let missing = refused(&["demo", "--markets", "/no/such/file.toml"]);
    assert!(missing.contains("/no/such/file.toml: cannot be read"), "{missing}");
    let missing = refused(&["demo", "--jobs", "/no/such/folder"]);
    assert!(missing.contains("/no/such/folder: cannot be read"), "{missing}");
    let empty = folder("no-jobs");
    let message = refused(&["demo", "--jobs", empty.to_str().expect("UTF-8")]);
    assert!(message.contains("allowed: at least one job spec"), "{message}");
    std::fs::write(empty.join("binary.json"), [0xff, 0xfe, 0]).expect("written");
    let message = refused(&["demo", "--jobs", empty.to_str().expect("UTF-8")]);
    assert!(message.contains("binary.json: cannot be read"), "{message}");
}

#[test]
fn one_job_of_ones_own_makes_a_day_too() {
    let folder = folder("one-job");
    file(&folder, "mine.json", JOB);
    file(&folder, "notes.txt", "not a job");
    let output = gpu_market(&["demo", "--json", "--jobs", folder.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let jobs = report["jobs"].as_array().expect("jobs");
    assert!(!jobs.is_empty() && jobs.iter().all(|job| job["name"] == "a"));
}
