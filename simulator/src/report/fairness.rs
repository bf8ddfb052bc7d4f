//! How long jobs wait.

use {
    super::{plural, table, thousands},
    crate::{
        fairness::{HOSTS, JOBS, Load, MEAN_LOAD_PERCENT, SWING_PERCENT, Waits},
        results::Results,
    },
    std::fmt::Write,
};

pub fn load_name(load: Load) -> &'static str {
    match load {
        Load::Even => "even",
        Load::Skewed => "skewed",
        Load::SkewedBursts => "skewed, in bursts",
    }
}

/// The waits of one setup.
pub fn find(results: &Results, load: Load, shards: usize, rebalance: bool) -> Option<&Waits> {
    let is_it = |(setup, _): &&(crate::fairness::Setup, Waits)| {
        (setup.load, setup.shards, setup.rebalance) == (load, shards, rebalance)
    };
    results.waits.iter().find(is_it).map(|(_, waits)| waits)
}

fn minutes(seconds: u64) -> String {
    thousands((seconds + 30) / 60)
}

pub fn findings(results: &Results) -> Vec<String> {
    let of = |load, shards, rebalance| find(results, load, shards, rebalance);
    let (Some(one), Some(even), Some(skewed), Some(alone)) = (
        of(Load::Even, 1, false),
        of(Load::Even, 16, true),
        of(Load::Skewed, 16, true),
        of(Load::Skewed, 16, false),
    ) else {
        return Vec::new();
    };
    vec![
        format!(
            "Where everybody places by the rule of two, jobs wait in sixteen shards as in one: 99 in 100 at most {} minutes, and {} \
             in one line.",
            minutes(even.seconds(990)),
            minutes(one.seconds(990)),
        ),
        format!(
            "Where half of the clients and hosts do not choose, moving seats (`rebalance`) is what keeps sixteen shards one market: \
             with it 99 in 100 wait at most {} minutes; without it {} of {} jobs are never matched while hosts wait elsewhere.",
            minutes(skewed.seconds(990)),
            thousands(alone.stranded as u64),
            thousands(JOBS as u64),
        ),
    ]
}

pub fn write(text: &mut String, results: &Results) {
    let _ = writeln!(
        text,
        "\n## Fairness\n\n{} jobs in a market of {HOSTS} hosts at {MEAN_LOAD_PERCENT} % of what they can do, {SWING_PERCENT} % more than that for half of each day \
         and {SWING_PERCENT} % less for the other, so that lines form every day. Each shard is first in, first out, and has 16,384 nodes. \
         Everybody sees the shards as they were up to a second ago. *Skewed*: half of the clients post into the first shard whatever \
         it holds, and half of the hosts join the last; *in bursts*: a hundred jobs at a time. *Moved*: a second after a seat and a \
         job wait apart, someone calls `rebalance`. Minutes from post to match, of the jobs that were matched:\n\n\
         ![How long jobs wait](throughput-waiting.svg)",
        thousands(JOBS as u64)
    );
    let rows = results.waits.iter().map(|(setup, waits)| {
        let [p50, p90, p99, max] = [500, 900, 990, 1_000].map(|permille| minutes(waits.seconds(permille)));
        [
            load_name(setup.load).into(),
            plural(setup.shards, "shard"),
            if setup.rebalance { thousands(waits.moved) } else { "–".into() },
            minutes(waits.mean()),
            p50,
            p90,
            p99,
            max,
            thousands(waits.longest),
            thousands(waits.stranded as u64),
            thousands(waits.refused as u64),
        ]
    });
    let heads =
        ["load", "", "moved", "mean", "p50", "p90", "p99", "max", "most in line", "never matched", "refused: full"];
    table(text, heads, rows);
    let _ = writeln!(
        text,
        "\nThe mean is that of one line as soon as seats are moved: no host waits for more than a second while a job does. What several lines cost is the tail \
         of a skewed load, since a job in the long line is overtaken by later ones in the short lines."
    );
}
