//! A market day from the outside.

mod common;

use {
    common::{gpu_market, text},
    serde_json::Value,
    std::sync::LazyLock,
};

/// The day of the first seed.
static FIRST: LazyLock<Value> = LazyLock::new(|| report("1"));

fn report(seed: &str) -> Value {
    let output = gpu_market(&["demo", "--json", "--seed", seed]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("{field} is no list"))
}

fn amount(value: &Value, field: &str) -> i128 {
    i128::from(value[field].as_i64().unwrap_or_else(|| panic!("{field} of {value} is no number")))
}

/// The states and notes of a job, in order.
fn way(job: &Value) -> Vec<&str> {
    list(job, "trail").iter().filter_map(|step| step["what"].as_str()).collect()
}

fn job_where(holds: impl Fn(&Value) -> bool) -> &'static Value {
    list(&FIRST, "jobs").iter().find(|job| holds(job)).expect("there is such a job")
}

#[test]
fn every_balance_sheet_adds_up_to_the_unit() {
    for balance in list(&FIRST, "balances") {
        let parties = list(balance, "parties");
        let sum = |field| parties.iter().map(|party| amount(party, field)).sum::<i128>();
        let supply = amount(balance, "supply");
        assert!(supply > 0);
        assert_eq!((sum("total"), sum("began"), sum("change")), (supply, supply, 0));
        for party in parties {
            let accounts = party["accounts"].as_object().expect("accounts");
            let held: i128 = accounts.values().map(|held| i128::from(held.as_u64().expect("a number"))).sum();
            assert_eq!(held, amount(party, "total"), "{party}");
        }
    }
    assert_eq!(list(&FIRST, "balances").len(), 2);
}

#[test]
fn every_deposit_is_accounted_for() {
    for job in list(&FIRST, "jobs") {
        let parts = ["paid", "fee", "tip", "due", "refunded"].map(|part| amount(job, part));
        assert_eq!(parts.iter().sum::<i128>(), amount(job, "deposit"), "{job}");
    }
}

#[test]
fn all_invariants_hold_and_are_listed() {
    let names: Vec<_> = list(&FIRST, "checks").iter().filter_map(|check| check["name"].as_str()).collect();
    assert_eq!(names, ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"]);
    assert!(list(&FIRST, "checks").iter().all(|check| check["holds"] == true));
    assert!(list(&FIRST, "findings").is_empty());
}

#[test]
fn clients_cancel_end_extend_and_dispute() {
    let queued = job_where(|job| job["story"] == "cancels_queued");
    assert_eq!((way(queued), amount(queued, "tip")), (vec!["Queued", "Cancelled"], 0));

    let assigned = job_where(|job| job["story"] == "cancels_assigned");
    assert!(way(assigned).ends_with(&["Assigned", "Cancelled"]));
    assert!(amount(assigned, "tip") > 0, "the host is paid the tip");

    let ended = job_where(|job| job["story"] == "ends_early");
    assert_eq!(ended["state"], "Ended");
    assert!(amount(ended, "paid") > 0 && amount(ended, "refunded") > 0);

    let extended = job_where(|job| job["story"] == "extends");
    assert!(way(extended).iter().any(|step| step.starts_with("extended by")));

    let disputed = job_where(|job| way(job).contains(&"disputed"));
    assert_eq!(disputed["verified"], false);
}

#[test]
fn hosts_that_fail_are_found_out() {
    let missed = job_where(|job| way(job).contains(&"not acknowledged"));
    let hosts: Vec<_> = list(missed, "trail").iter().filter_map(|step| step["host"].as_str()).collect();
    assert!(hosts.len() > 1 && hosts[0] == "Somnus", "the job goes to the next host: {hosts:?}");
    for part in ["penalty_to_client", "penalty_to_treasury", "penalty_to_caller"] {
        assert!(amount(missed, part) > 0, "{part}");
    }
    let strikes = |host: &&Value| host["strikes"] == 1;
    let struck: Vec<_> = list(&FIRST, "hosts").iter().filter(strikes).collect();
    assert_eq!((struck.len(), &struck[0]["name"]), (1, &Value::from("Somnus")));

    let lost = job_where(|job| job["state"] == "HostLost");
    assert!(amount(lost, "penalty_to_client") > 0, "premium backs its promise with the bond");
    let fault = job_where(|job| way(job).contains(&"Failed: host fault"));
    assert!(amount(fault, "penalty_to_client") > 0);
    job_where(|job| job["state"] == "TimedOut");
    job_where(|job| way(job).contains(&"declined"));
}

#[test]
fn a_job_nobody_takes_expires_and_one_that_nobody_can_run_ends() {
    let expired = job_where(|job| job["story"] == "nobody_takes");
    assert_eq!(way(expired), ["Queued", "Expired"]);
    assert_eq!((amount(expired, "paid"), amount(expired, "evidenced")), (0, 0));
    let image = job_where(|job| job["name"] == "serve-diffusion");
    assert_eq!(way(image).iter().filter(|step| **step == "spec unavailable").count(), 2);
}

#[test]
fn results_are_the_hashes_of_what_the_commands_print() {
    let done = job_where(|job| job["name"] == "fold-protein" && job["state"] == "Completed");
    assert_eq!(done["verified"], true);
    // sh -c 'seq 1 1000 | sha256sum' | sha256sum
    assert_eq!(done["result_hash"], "63b734d35845e14e80ac53a240178a1f4dab8b9611a73ae446dbb45caa6fc1d2");
    let failed = job_where(|job| job["name"] == "validate-dataset" && job["story"] == "plain");
    assert_eq!((way(failed).last(), &failed["execution"]), (Some(&"Failed: client fault"), &"exit code 3".into()));
}

#[test]
fn compute_units_are_listed_per_instruction() {
    let rows = list(&FIRST, "compute_units");
    for name in ["post", "join", "start", "heartbeat", "finish", "finish_and_rejoin", "cancel", "collect"] {
        let row = rows.iter().find(|row| row["instruction"] == name).unwrap_or_else(|| panic!("{name} is missing"));
        let [min, median, max] = ["min", "median", "max"].map(|column| amount(row, column));
        assert!(0 < min && min <= median && median <= max, "{row}");
    }
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_seed_another() {
    let again = report("1");
    assert!(again == *FIRST);
    assert!(report("2")["jobs"] != FIRST["jobs"]);
}

#[test]
fn several_seeds_give_a_line_each() {
    let output = gpu_market(&["demo", "--seeds", "3..=5"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.lines().all(|line| line.ends_with("8 of 8 invariants hold, 0 findings")), "{lines}");
}

#[test]
fn people_read_tables_and_logs_if_they_want() {
    let output = gpu_market(&["demo", "--verbose"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "progress is only for terminals");
    let tables = text(&output.stdout);
    for part in ["Balance sheet in USDG", "Balance sheet in GPUM", "It adds up", "Compute units", " invoke [1]"] {
        assert!(tables.contains(part), "{part}");
    }
    assert!(!tables.contains("DOES NOT"));
}
