//! What a block counts, and how many jobs go through.

use {
    super::{percent, plural, table, thousands, what_is_full},
    crate::{
        costs::Sample,
        load::saturated::Throughput,
        results::{Capacity, Results, SHARDS},
        rules::ACCOUNT_PERCENT,
    },
    gpu_market::constants::MAX_SHARD_NODES,
    std::fmt::Write,
};

/// Samples whose cost is shown, and what they are called.
const SHOWN: [(Sample, &str); 12] = [
    (Sample::PostQueued, "`post`, queued"),
    (Sample::PostMatched, "`post`, matched"),
    (Sample::JoinWaits, "`join`, waits"),
    (Sample::JoinMatched, "`join`, matched"),
    (Sample::Start, "`start`"),
    (Sample::Heartbeat, "`heartbeat`"),
    (Sample::Finish, "`finish`"),
    (Sample::RejoinWaits, "`finish_and_rejoin`, waits"),
    (Sample::RejoinMatched, "`finish_and_rejoin`, matched"),
    (Sample::Rebalance, "`rebalance`"),
    (Sample::Cancel, "`cancel`, queued"),
    (Sample::CancelMiddle, "`cancel`, middle of a full shard"),
];

/// The first rows of the capacity.
const POST: usize = 0;
const LIFE: usize = 2;

pub fn findings(results: &Results) -> Vec<String> {
    let row = |index: usize| {
        let row = &results.capacity[index];
        SHARDS.map(|shards| row.of(shards).map_or(0, |throughput| throughput.jobs_per_second))
    };
    let [[post_1, post_3, post_16], [life_1, life_3, life_16]] = [row(POST), row(LIFE)];
    let minute = results.capacity.last().and_then(|row| row.of(1)).map_or(0, |one| one.jobs_per_second);
    vec![
        format!(
            "One shard takes {} posts or {} whole jobs a second (without heartbeats); its account is full then. Three shards \
             take {} or {}; the block is full then, because three accounts may have {} % of it. Sixteen take {} or {}.",
            thousands(post_1),
            thousands(life_1),
            thousands(post_3),
            thousands(life_3),
            3 * ACCOUNT_PERCENT,
            thousands(post_16),
            thousands(life_16),
        ),
        format!(
            "With a heartbeat each minute it is {} whole jobs a second, whatever the number of shards: heartbeats write nothing \
             that others write, and fill the block.",
            thousands(minute)
        ),
    ]
}

pub fn write(text: &mut String, results: &Results) {
    costs(text, results);
    let _ = writeln!(
        text,
        "\n## Jobs per second\n\nMore is sent than fits, and nobody else uses the blocks. In brackets what is full: the shard's account, or the \
         block. Posts alone fill a line of 16,384 within seconds; a whole life is post, join, start, heartbeats and finish, of 58 \
         minutes.\n\n![Jobs per second by number of shards](throughput-shards.svg)"
    );
    let cell = |row: &Capacity, shards| row.of(shards).map_or_else(String::new, described);
    let rows = results
        .capacity
        .iter()
        .map(|row| [row.name.clone(), cell(row, SHARDS[0]), cell(row, SHARDS[1]), cell(row, SHARDS[2])]);
    table(text, ["", "1 shard", "3 shards", "16 shards"], rows);
    markets(text, results);
    shares(text, results);
}

fn described(throughput: &Throughput) -> String {
    format!("{} ({})", thousands(throughput.jobs_per_second), what_is_full(throughput.saturated()))
}

fn costs(text: &mut String, results: &Results) {
    let _ = writeln!(
        text,
        "\n## What a block counts\n\nWith limits set, in a shard of {} nodes. Shared: accounts that unrelated users write, which are the \
         shards.",
        thousands(MAX_SHARD_NODES as u64)
    );
    let rows = SHOWN.map(|(sample, name)| {
        let (cost, nodes) = (results.costs.of(sample), MAX_SHARD_NODES as u64);
        let kib = cost.loaded_limit(nodes) / 1_024;
        let figures =
            [cost.cu(), cost.cu_limit(), cost.tx_bytes, cost.write_locks, cost.shards, kib, cost.units(nodes)];
        let [cu, limit, bytes, locks, shared, kib, units] = figures.map(thousands);
        [name.into(), cu, limit, bytes, locks, shared, kib, units]
    });
    let heads = ["transaction", "CU", "CU limit", "bytes", "write locks", "shared", "KiB loaded", "units"];
    table(text, heads, rows);
}

fn markets(text: &mut String, results: &Results) {
    let _ =
        writeln!(text, "\nMarkets share no account. Whole lives without heartbeats, in markets of one shard each:");
    let rows = results.markets.iter().map(|(markets, throughput)| {
        let usage = throughput.usage;
        [
            plural(*markets, "market"),
            thousands(throughput.jobs_per_second),
            what_is_full(throughput.saturated()).into(),
            percent(usage.block_bps()),
            percent(usage.account_bps()),
        ]
    });
    table(text, ["", "jobs/s", "full", "of the block", "of the hottest shard's limit"], rows);
}

fn shares(text: &mut String, results: &Results) {
    let _ = writeln!(
        text,
        "\nOthers use the chain too. Jobs per second of a market of three shards, where they leave this much of each block; in the \
         third column one client posts everything, whose own account is then as hot as a shard:"
    );
    let rows = results.shared.iter().map(|row| {
        let one_client = described(&row.one_client).replace("shard", "client");
        [format!("{} %", row.share), described(&row.posts), one_client, described(&row.lives)]
    });
    table(text, ["left", "posts", "posts of one client", "whole lives without heartbeats"], rows);
    let _ = writeln!(
        text,
        "\nWhere less than {ACCOUNT_PERCENT} % is left, the block is full before any one account is, and a single shard is no limit."
    );
}
