//! A large market under the loads that come, and a stampede.

use {
    super::{percent, plural, table, thousands, what_is_full},
    crate::{
        load::{
            Kind,
            arrivals::{BUSY_PERCENT, HEARTBEAT, HOSTS, MINUTES, Pattern},
            stampede::{CROWD, Phase},
        },
        results::Results,
        rules::BLOCK_UNITS,
    },
    std::fmt::Write,
};

pub fn findings(results: &Results) -> Vec<String> {
    let steady = results.arrivals.first().map_or(0, |run| run.outcome.usage.block_bps());
    let of = |shards, share| results.stampedes.iter().find(|run| (run.0, run.1) == (shards, share));
    let seconds = |phase: &Phase| format!("{}.{} s", phase.ms / 1_000, phase.ms % 1_000 / 100);
    let mut findings = vec![format!(
        "A market of {} hosts, {BUSY_PERCENT} % of them at work, with the most frequent heartbeats that terms may set, uses {} of \
         the chain.",
        thousands(HOSTS as u64),
        percent(steady),
    )];
    if let (Some(whole), Some(tenth)) = (of(1, 100), of(1, 10)) {
        findings.push(format!(
            "When {} hosts join one shard at the same moment, all have a seat after {}; where others leave a tenth of the blocks, \
             after {}. When all their jobs end at once, all are settled after {} and {}.",
            thousands(CROWD as u64),
            seconds(&whole.2.joined),
            seconds(&tenth.2.joined),
            seconds(&whole.2.settled),
            seconds(&tenth.2.settled),
        ));
    }
    findings
}

pub fn write(text: &mut String, results: &Results) {
    arrivals(text, results);
    stampedes(text, results);
}

fn pattern_name(pattern: Pattern) -> String {
    match pattern {
        Pattern::Steady => "one by one".into(),
        Pattern::Bursts(size) => format!("{} at once", thousands(size)),
    }
}

fn arrivals(text: &mut String, results: &Results) {
    let jobs = results.arrivals.first().map_or(0, |run| run.outcome.jobs);
    let beats = results.arrivals.first().map_or(0, |run| run.outcome.count(Kind::Heartbeat));
    let _ = writeln!(
        text,
        "\n## A day's load\n\n{MINUTES} minutes of a market of {} hosts, {BUSY_PERCENT} % of them at work, a heartbeat every {HEARTBEAT} s. Jobs come \
         as fast as they end, one by one or in bursts ({} jobs and {} heartbeats in the first row). Milliseconds from sending to the \
         end of the block, of which the slot is 200: half of the transactions, 99 in 100, all. Settling is `finish_and_rejoin`.",
        thousands(HOSTS as u64),
        thousands(jobs),
        thousands(beats)
    );
    let rows = results.arrivals.iter().map(|run| {
        let outcome = &run.outcome;
        let delays = |kind| {
            [500, 990, 1_000]
                .map(|permille| outcome.delay_ms(kind, permille).map_or("–".into(), thousands))
                .join(" / ")
        };
        [
            pattern_name(run.pattern),
            run.shards.to_string(),
            format!("{} %", run.share),
            delays(Kind::Post),
            delays(Kind::Start),
            delays(Kind::Rejoin),
            percent(outcome.usage.units * 10_000 / (outcome.usage.blocks * BLOCK_UNITS)),
            percent(outcome.usage.most * 10_000 / BLOCK_UNITS),
            what_is_full(outcome.usage.saturated()).into(),
        ]
    });
    let heads =
        ["jobs come", "shards", "left", "post", "start", "settle", "of all blocks", "fullest block", "ever full"];
    table(text, heads, rows);
}

fn stampedes(text: &mut String, results: &Results) {
    let _ = writeln!(
        text,
        "\n## A stampede\n\nA market opens and {0} hosts join at the same moment; then {0} jobs are posted at the same moment, matched and \
         started, with seats moved to where they are short; then all end at the same moment and are settled. Milliseconds from the \
         first transaction to the last, and what was full.\n\n![A stampede](throughput-stampede.svg)",
        thousands(CROWD as u64)
    );
    let cell = |phase: &Phase| format!("{} ({})", thousands(phase.ms), what_is_full(phase.saturated()));
    let rows = results.stampedes.iter().map(|(shards, share, run)| {
        let name = plural(*shards, "shard");
        [name, format!("{share} %"), cell(&run.joined), cell(&run.started), cell(&run.settled)]
    });
    table(text, ["", "left", "all have a seat", "all have started", "all are settled"], rows);
}
