//! Fees, rewards and credits of the demo, from the outside.

mod common;

use {
    common::{gpu_market, list, report, report_of, text},
    serde_json::Value,
    std::sync::LazyLock,
};

const MARKETS: &str = include_str!("../../examples/markets.toml");

/// The report of the first seed.
static FIRST: LazyLock<Value> = LazyLock::new(|| report(&["--seed", "1"]));

fn amount(value: &Value, field: &str) -> i128 {
    i128::from(value[field].as_u64().unwrap_or_else(|| panic!("{field} of {value} is no number")))
}

fn income<'a>(report: &'a Value, token: &str) -> &'a Value {
    list(report, "incomes").iter().find(|income| income["token"] == token).expect("an income")
}

fn deeds(name: &str) -> Vec<&'static Value> {
    list(&FIRST["rewards"], "steps").iter().filter(|step| step["step"] == name).collect()
}

fn change(report: &Value, token: &str, party: &str) -> i128 {
    let balance = list(report, "balances").iter().find(|balance| balance["token"] == token).expect("a balance");
    let party = list(balance, "parties").iter().find(|row| row["party"] == party).expect("a party");
    i128::from(party["change"].as_i64().expect("a number"))
}

/// What jobs of the day and of the ascent say, in the token that they are paid in.
fn of_jobs(report: &Value, token: &str, field: &str) -> i128 {
    let jobs = list(report, "jobs").iter().chain(list(&report["ascent"], "jobs"));
    jobs.filter(|job| job["payment"] == token).map(|job| amount(job, field)).sum()
}

#[test]
fn every_fee_of_a_job_is_swept_and_split_by_the_config() {
    for token in ["USDG", "GPUM"] {
        let income = income(&FIRST, token);
        let [swept, stakers, referrers, treasury] =
            ["swept", "to_stakers", "to_referrers", "to_treasury"].map(|part| amount(income, part));
        assert_eq!(swept, of_jobs(&FIRST, token, "fee"), "{token}");
        assert_eq!(stakers + referrers + treasury, swept, "{token}");
        // Half of each sweep, rounded down; at most a tenth, since not every client was referred.
        assert!(stakers <= swept / 2 && stakers > swept / 2 - 20, "{token}: {stakers} of {swept}");
        assert!(0 < referrers && referrers <= swept / 10, "{token}: {referrers} of {swept}");
    }
}

#[test]
fn stakers_claim_what_pools_received_to_the_rest_of_divisions() {
    for (token, given) in [("USDG", 0), ("GPUM", 210_000_000_000)] {
        let income = income(&FIRST, token);
        let [stakers, emitted, claimed, rests] =
            ["to_stakers", "emitted", "claimed", "rests"].map(|part| amount(income, part));
        assert_eq!((emitted, claimed + rests), (given, stakers + emitted), "{token}");
        assert!(rests < 100, "{token}: {rests}");
        assert_eq!(change(&FIRST, token, "reward pools"), 0);
    }
}

#[test]
fn a_funder_loses_what_stakers_and_hosts_were_paid_and_no_more() {
    let usdg = income(&FIRST, "USDG");
    assert!(amount(usdg, "incentives") > 0);
    assert_eq!(change(&FIRST, "USDG", "Croesus"), -amount(usdg, "incentives"));
    assert_eq!(change(&FIRST, "GPUM", "Croesus"), -210_000_000_000);
    // Never more than the treasury's part of the fees of the market, so that washing gains nothing.
    assert!(amount(usdg, "incentives") <= amount(usdg, "to_treasury"));
}

#[test]
fn the_treasury_has_its_share_of_fees_slashes_and_rests() {
    let judged = list(&FIRST["ascent"], "rounds").iter().flat_map(|round| list(round, "panel"));
    let slashed: i128 = judged.map(|judge| amount(judge, "slash")).sum();
    let penalties: i128 = list(&FIRST, "jobs").iter().map(|job| amount(job, "penalty_to_treasury")).sum();
    for (token, slashes) in [("USDG", 0), ("GPUM", penalties + slashed)] {
        let income = income(&FIRST, token);
        let [fees, swept, rests] = ["to_treasury", "slashes_swept", "rests"].map(|part| amount(income, part));
        assert_eq!(swept, slashes, "{token}");
        assert_eq!(change(&FIRST, token, "treasury"), fees + swept + rests, "{token}");
    }
}

#[test]
fn clients_claim_all_that_slashes_credited_to_them() {
    let jobs = list(&FIRST, "jobs").iter().chain(list(&FIRST["ascent"], "jobs"));
    let credited: i128 = jobs.map(|job| amount(job, "penalty_to_client")).sum();
    assert!(credited > 0);
    assert_eq!(amount(income(&FIRST, "GPUM"), "credits_claimed"), credited);
    assert_eq!(deeds("credits_claimed").len(), 1);
}

#[test]
fn a_slashed_staker_is_synced_before_the_fees_of_the_day_are_swept() {
    let steps = list(&FIRST["rewards"], "steps");
    let place = |deed: &str| steps.iter().position(|step| step["step"] == deed).expect("such a step");
    assert!(place("weight_synced") < place("fees_swept"));
    let what = deeds("weight_synced")[0]["what"].as_str().expect("text");
    assert!(what.starts_with("Somnus was slashed: anybody lowers its weight from "), "{what}");
    let weights: Vec<u128> = what.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(weights.len() == 2 && weights[1] < weights[0], "{what}");
}

#[test]
fn a_claim_in_the_second_of_the_sweep_is_refused() {
    let refused = deeds("claim_refused");
    assert_eq!(refused.len(), 2, "once in each token");
    assert!(refused.iter().all(|step| step["refusal"]["name"] == "NothingToClaim"));
}

#[test]
fn a_yield_is_stated_as_what_it_is() {
    let shown = deeds("yield_shown");
    let rule = "what the last stream pays at today's weights, which will change; not a promise";
    assert_eq!((shown.len(), shown[0]["rule"].as_str()), (1, Some(rule)));
}

#[test]
fn no_vault_is_short_and_everything_is_closed_at_the_end() {
    let checked = deeds("vaults_checked")[0]["what"].as_str().expect("text");
    assert!(checked.ends_with("vaults compared with their books, 0 are short"), "{checked}");
    let closed = list(&FIRST["rewards"], "steps").last().expect("a step");
    let what = closed["what"].as_str().expect("text");
    for kind in ["2 Emission with ", "2 RewardPool with ", "6 RewardPosition with "] {
        assert!(what.contains(kind), "{what}");
    }
}

#[test]
fn without_a_split_all_fees_are_the_treasurys_and_no_rewards_are_told() {
    let section = "[rewards]\nstakers_bps = 5000\nreferral_bps = 1000 # at most 2000\n";
    assert!(MARKETS.contains(section));
    let report = report_of("no-rewards", &MARKETS.replacen(section, "", 1));
    assert!(report["rewards"].is_null() && list(&report, "findings").is_empty());
    for token in ["USDG", "GPUM"] {
        let income = income(&report, token);
        assert!(amount(income, "swept") > 0);
        assert_eq!(amount(income, "to_treasury"), amount(income, "swept"));
    }
}

#[test]
fn people_read_what_became_of_fees() {
    let output = gpu_market(&["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    for line in [
        "of every fee 50.00 % go to stakers and 10.00 % to whoever referred the client, the rest to the treasury",
        "  refused: NothingToClaim: The position has earned nothing yet",
        "Croesus gives 210 GPUM to the stakers over 3 weeks",
        "What came of fees, rewards and slashes",
        "  to referrers",
        "credits claimed",
    ] {
        assert!(report.contains(line), "{line}");
    }
}
