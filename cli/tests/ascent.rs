//! The ascent of a host, from the outside.

mod common;

use {
    common::{gpu_market, list, report, report_of, text},
    serde_json::Value,
    std::{collections::BTreeSet, sync::LazyLock},
};

const MARKETS: &str = include_str!("../../examples/markets.toml");

/// The report of the first seed.
static FIRST: LazyLock<Value> = LazyLock::new(|| report(&["--seed", "1"]));

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_else(|| panic!("{field} of {value} is no number"))
}

fn names<'a>(values: &'a [Value], field: &str) -> Vec<&'a str> {
    values.iter().map(|value| value[field].as_str().unwrap_or_else(|| panic!("{field} of {value}"))).collect()
}

fn ascent() -> &'static Value {
    &FIRST["ascent"]
}

fn steps() -> &'static [Value] {
    list(ascent(), "steps")
}

/// The steps with this name.
fn deeds(name: &str) -> Vec<&'static Value> {
    steps().iter().filter(|step| step["step"] == name).collect()
}

fn jobs(place: &str, state: &str) -> Vec<&'static Value> {
    list(ascent(), "jobs").iter().filter(|job| job["place"] == place && job["state"] == state).collect()
}

fn sum(values: &[&Value], field: &str) -> u64 {
    values.iter().map(|value| number(value, field)).sum()
}

const ROUND: [&str; 9] = [
    "round_opened",
    "round_drawn",
    "answer_committed",
    "readings_committed",
    "readings_revealed",
    "answer_opened",
    "round_decided",
    "attestors_settled",
    "gpus_claimed",
];

#[test]
fn the_steps_of_the_first_seed_come_in_this_order() {
    let mut expected = vec!["attestors_bonded", "enrolled", "seat_refused", "served"];
    expected.extend(ROUND);
    expected.extend(["round_closed", "served", "served", "applied", "rules_shown", "promotion_refused"]);
    expected.extend(["served", "served", "rules_shown", "promotion_refused", "gpus_released"]);
    expected.extend(ROUND);
    expected.extend(["round_closed", "rules_shown", "promotion_refused", "collateral_allocated", "promoted"]);
    expected.extend(["served", "lost", "review_refused", "suspended", "join_refused", "review_refused"]);
    expected.extend(["reinstated", "served", "retired", "closed"]);
    assert_eq!(names(steps(), "step"), expected);
    let times: Vec<i64> = steps().iter().map(|step| step["at"].as_i64().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn every_refusal_is_shown_by_its_name_and_rule() {
    let refused: Vec<&Value> = steps().iter().filter(|step| step.get("refusal").is_some()).collect();
    let refusals: Vec<&str> =
        refused.iter().map(|step| step["refusal"]["name"].as_str().expect("a name")).collect();
    assert_eq!(
        refusals,
        [
            "NoSeatLeft",
            "TooFewCompleted",
            "NotAttested",
            "CollateralBelowFloor",
            "ReviewTooEarly",
            "MemberNotActive",
            "SuspensionNotOver"
        ]
    );
    for step in refused {
        let rule = step["refusal"]["rule"].as_str().expect("a rule");
        // Rule and remedy in one sentence.
        assert!(rule.contains("; ") && rule.ends_with('.'), "{rule}");
    }
    let rule = deeds("join_refused")[0]["refusal"]["rule"].as_str().expect("a rule");
    assert!(rule.starts_with("The member is not active in this market; "), "{rule}");
}

#[test]
fn the_sdk_shows_what_is_missing_until_nothing_is() {
    let shown = deeds("rules_shown");
    let rules: Vec<Vec<&str>> = shown.iter().map(|step| names(list(step, "missing"), "rule")).collect();
    assert_eq!(rules[0], ["Completed", "Volume", "Attested", "Score", "Collateral"]);
    assert_eq!(rules[1], ["Attested", "Score", "Collateral"]);
    assert_eq!(rules[2], ["Collateral"]);
    for unmet in shown.iter().flat_map(|step| list(step, "missing")) {
        assert!(number(unmet, "current") < number(unmet, "needed"), "{unmet}");
        assert!(unmet["text"].as_str().is_some_and(|text| text.contains(": ")), "{unmet}");
    }
    // What the program answers is the first rule that the SDK shows.
    for (shown, refused) in shown.iter().zip(deeds("promotion_refused")) {
        assert_eq!(list(shown, "missing")[0]["refusal"], refused["refusal"]["name"]);
    }
}

#[test]
fn the_record_is_what_the_policy_asks_for() {
    let served = jobs("community", "Completed");
    let clients: BTreeSet<&str> = served.iter().filter_map(|job| job["client"].as_str()).collect();
    assert!(clients.len() >= 3, "{clients:?}");
    assert!(served.len() >= 20);
    assert!(sum(&served, "evidenced") >= 10 * 3_600);
    // One hundredth of a dollar.
    assert!(sum(&served, "fee") >= 10_000);
    let days: BTreeSet<i64> = served.iter().map(|job| job["ended_at"].as_i64().expect("a time") / 86_400).collect();
    assert!(days.len() >= 3, "{days:?}");
}

#[test]
fn jobs_are_paid_at_the_rate_of_their_market_and_verified() {
    let (community, premium) = (jobs("community", "Completed"), jobs("premium", "Completed"));
    assert!(community.iter().all(|job| number(job, "rate") == 9_083_333));
    assert!(premium.iter().all(|job| number(job, "rate") == 12_111_111));
    assert!(community.iter().chain(&premium).all(|job| job["verified"] == true));
    let lost = jobs("premium", "HostLost");
    assert_eq!((premium.len(), lost.len()), (5, 2));
    // A quarter of a bond of 40 each.
    assert!(lost.iter().all(|job| number(job, "penalty_to_client") == 10_000_000_000));
    for job in list(ascent(), "jobs") {
        let parts = ["paid", "fee", "tip", "due", "refunded"].map(|part| number(job, part));
        assert_eq!(parts.iter().sum::<u64>(), number(job, "deposit"), "{job}");
        assert!(number(job, "evidenced") <= number(job, "duration"));
    }
}

#[test]
fn rounds_are_judged_by_a_drawn_panel_that_shares_the_fee() {
    let rounds = list(ascent(), "rounds");
    assert_eq!(names(rounds, "place"), ["community", "premium"]);
    let bench = list(ascent(), "attestors");
    for round in rounds {
        let panel = list(round, "panel");
        let drawn: BTreeSet<&str> = names(panel, "attestor").into_iter().collect();
        assert_eq!((panel.len(), drawn.len(), bench.len()), (3, 3, 5));
        assert!(panel.iter().all(|judge| judge["passes"] == true && judge.get("fault").is_none()));
        let mut scores: Vec<u64> = panel.iter().map(|judge| number(judge, "score")).collect();
        scores.sort_unstable();
        assert!(scores[0] >= 1_000);
        assert_eq!(number(round, "score"), scores[1], "the median");
        let pay: u64 = panel.iter().map(|judge| number(judge, "pay")).sum();
        assert_eq!(pay + number(round, "refunded"), number(round, "fee"));
        assert_eq!((number(round, "gpus"), number(round, "claimed")), (2, 2));
        assert_eq!(round["passed"], true);
    }
    assert_ne!(rounds[0]["seed"], rounds[1]["seed"]);
}

#[test]
fn the_host_ends_active_in_premium_on_probation() {
    let state = &ascent()["state"];
    assert_eq!((&state["premium"]["state"], &state["community"]["state"]), (&"Active".into(), &"Active".into()));
    assert_eq!((number(&state["premium"], "completed"), number(&state["premium"], "lost")), (5, 2));
    assert_eq!((number(&state["premium"], "attested_gpus"), number(&state["community"], "attested_gpus")), (2, 0));
    // Two bonds of 40, less a quarter of one for each lost job: still above the floor.
    assert_eq!(number(&state["premium"], "collateral"), 60_000_000_000);
    assert_eq!(number(state, "strikes"), 0);
    let reinstated = number(deeds("reinstated")[0], "at");
    assert!(number(&state["premium"], "attested_until") > reinstated);
    assert!(number(&state["premium"], "probation_until") > reinstated);
    let suspended = number(deeds("suspended")[0], "at");
    assert!(reinstated >= suspended + 3 * 86_400);
}

#[test]
fn everything_that_the_story_opened_is_closed_and_its_rent_returned() {
    let closed = ascent()["closed"].as_object().expect("kinds");
    let jobs = list(ascent(), "jobs").len() as u64;
    for (kind, accounts) in [
        ("AttestorSet", 1),
        ("Challenge", 2),
        ("Client", 4),
        ("Credit", 2),
        // Those of the first round were closed before the second.
        ("Gpu", 4),
        ("Host", 1),
        ("Job", jobs),
        ("Member", 2),
        ("Stake", 6),
        ("earnings vault", 1),
    ] {
        assert_eq!(number(&closed[kind], "accounts"), accounts, "{kind}");
        assert!(number(&closed[kind], "rent") > 0, "{kind}");
    }
    assert_eq!(closed.len(), 10);
    assert!(list(&FIRST, "findings").is_empty());
}

#[test]
fn the_balance_sheets_hold_its_people() {
    for (balance, people) in list(&FIRST, "balances").iter().zip([
        &["Hercules", "Hypatia", "Niels"][..],
        &["Hercules", "Minos", "Rhadamanthys", "Aeacus", "Themis", "Dike", "Hypatia", "Niels"],
    ]) {
        let parties = list(balance, "parties");
        let party = |name: &&str| parties.iter().find(|party| party["party"] == *name);
        assert!(people.iter().all(|name| party(name).is_some()), "{}", balance["token"]);
        for name in people {
            let party = party(name).expect("a party");
            assert_eq!(party["total"], party["accounts"]["wallet"], "everybody took home what is theirs: {party}");
        }
    }
    let attestors = list(ascent(), "attestors");
    let stakes = list(&list(&FIRST, "balances")[1], "parties");
    let earned: i64 = stakes
        .iter()
        .filter(|party| attestors.contains(&party["party"]))
        .map(|party| party["change"].as_i64().expect("a number"))
        .sum();
    let paid: u64 =
        list(ascent(), "rounds").iter().map(|round| number(round, "fee") - number(round, "refunded")).sum();
    assert_eq!(u64::try_from(earned), Ok(paid));
}

#[test]
fn every_seed_ends_active_in_premium() {
    let output = gpu_market(&["demo", "--seeds", "2..=4"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.lines().all(|line| line.contains(" Hercules Active in rtx-3060 premium USDG,")), "{lines}");
}

#[test]
fn an_attestation_that_ran_out_is_taken_again() {
    let longer = MARKETS.replacen("suspension_days = 3", "suspension_days = 30", 1).replacen(
        "cooldown_days = 28",
        "cooldown_days = 60",
        1,
    );
    let report = report_of("long-suspension", &longer);
    let rounds = list(&report["ascent"], "rounds");
    assert_eq!(names(rounds, "place"), ["community", "premium", "premium"]);
    assert_eq!((number(&rounds[1], "number"), number(&rounds[2], "number")), (1, 2));
    let steps = names(list(&report["ascent"], "steps"), "step");
    let place = |name: &str| steps.iter().rposition(|step| *step == name).expect("a step");
    assert!(place("suspended") < place("round_opened") && place("round_closed") < place("reinstated"));
    assert_eq!(report["ascent"]["state"]["premium"]["state"], "Active");
}

#[test]
fn without_attestors_or_with_a_policy_out_of_reach_the_day_is_told_alone() {
    let begin = MARKETS.find("[attestors]").expect("the section");
    let end = MARKETS.find("[terms.community]").expect("the next one");
    let none = format!("{}{}", &MARKETS[..begin], &MARKETS[end..]);
    let hard = MARKETS.replacen("min_evidenced_hours = 10", "min_evidenced_hours = 1000", 1);
    for (name, markets, expected) in [
        ("no-attestors", none, "the markets file has no [attestors], so that no GPU can be attested; add"),
        ("hard-policy", hard, "the policy asks for more work than a day of the demo holds; ask for less"),
    ] {
        let report = report_of(name, &markets);
        let obstacle = report["ascent"]["obstacle"].as_str().expect("an obstacle");
        assert!(obstacle.starts_with(expected), "{obstacle}");
        assert!(list(&report, "findings").is_empty() && !list(&report, "jobs").is_empty());
    }
}

#[test]
fn people_read_dated_lines_with_rules_refusals_and_numbers() {
    let output = gpu_market(&["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    for line in [
        "The ascent of Hercules: from rtx-3060 community USDG to rtx-3060 premium USDG",
        "2027-01-15 08:00:00  Minos, Rhadamanthys, Aeacus, Themis, Dike bond 100 GPUM each",
        "2027-01-16 08:00:00  Hercules enrolls in rtx-3060 community USDG with 20 GPUM of collateral",
        "  refused: NoSeatLeft: The member has no seat left",
        "  missing: completed jobs in the feeder market: ",
        "  rule: a job without evidence for 180 s is lost, anybody may end it a minute later; it costs 25 % of the bond",
        "  refused: MemberNotActive: ",
        "Hercules reviewed again: Reinstated",
    ] {
        assert!(report.contains(line), "{line}");
    }
}
