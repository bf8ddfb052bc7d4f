//! The committed page and plots are what the command writes, and say what they claim.

use {
    gpu_market_sdk::svm::SLOTS_PER_SECOND,
    gpu_market_simulator::{
        chain::Saturated,
        costs::Sample,
        fairness::{JOBS, Load, Waits},
        load::{nodes_of, saturated::Throughput},
        report,
        results::Results,
        rules::ACCOUNT_UNITS,
    },
    std::{path::Path, sync::LazyLock},
};

static RESULTS: LazyLock<Results> = LazyLock::new(Results::simulate);

#[test]
fn the_committed_files_are_what_the_command_writes() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let differs = |(name, content): &&(&str, String)| {
        !std::fs::read_to_string(docs.join(name)).is_ok_and(|committed| committed == *content)
    };
    let files = report::files(&RESULTS);
    let stale: Vec<&str> = files.iter().filter(differs).map(|(name, _)| *name).collect();
    assert!(stale.is_empty(), "run cargo run --release --locked -p gpu-market-simulator: {stale:?}");
}

/// Capacity of a row by its name.
fn capacity(name: &str, shards: usize) -> &'static Throughput {
    let row = RESULTS.capacity.iter().find(|row| row.name == name).expect("the row");
    row.of(shards).expect("the number of shards")
}

fn waits(load: Load, shards: usize, rebalance: bool) -> &'static Waits {
    report::fairness::find(&RESULTS, load, shards, rebalance).expect("the setup")
}

#[test]
fn one_shard_is_full_before_the_block_and_three_fill_it_so_that_more_help_little() {
    for name in ["post", "post and match", "whole life, a heartbeat each hour"] {
        let [one, three, sixteen] = [1, 3, 16].map(|shards| capacity(name, shards));
        assert_eq!(one.saturated(), Saturated::Account, "{name}");
        assert_eq!(three.saturated(), Saturated::Block, "{name}");
        assert!(sixteen.jobs_per_second * 100 < three.jobs_per_second * 105, "{name}");
    }
}

#[test]
fn posts_go_through_as_fast_as_the_units_of_one_account_divide() {
    let units = RESULTS.costs.of(Sample::PostQueued).units(nodes_of(1) as u64);
    let expected = ACCOUNT_UNITS / units * SLOTS_PER_SECOND;
    let measured = capacity("post", 1).jobs_per_second;
    assert!(measured.abs_diff(expected) * 100 <= expected, "{measured}, expected {expected}");
}

#[test]
fn frequent_heartbeats_fill_the_block_whatever_the_number_of_shards() {
    let [one, sixteen] = [1, 16].map(|shards| capacity("whole life, a heartbeat each minute", shards));
    assert_eq!((one.saturated(), sixteen.saturated()), (Saturated::Block, Saturated::Block));
    assert!(sixteen.jobs_per_second * 100 < one.jobs_per_second * 102);
}

#[test]
fn with_less_than_an_accounts_share_left_the_block_is_full_first() {
    for row in RESULTS.shared.iter().filter(|row| row.share < 40) {
        for throughput in [row.posts, row.one_client, row.lives] {
            assert_eq!(throughput.saturated(), Saturated::Block, "{} %", row.share);
        }
    }
}

#[test]
fn a_full_queue_costs_no_more_than_an_empty_one() {
    for pair in &report::peers::PAIRS {
        let [empty, full] = [pair.empty, pair.full].map(|sample| RESULTS.costs.of(sample).alone_cu);
        assert!(full.abs_diff(empty) <= 200, "{}: {empty} and {full}", pair.name);
    }
}

#[test]
fn in_sixteen_shards_jobs_wait_as_in_one_where_everybody_places_by_the_rule() {
    let (one, sixteen) = (waits(Load::Even, 1, false), waits(Load::Even, 16, true));
    assert!(sixteen.seconds(990) * 100 <= one.seconds(990) * 102);
    assert_eq!(sixteen.sorted.len(), JOBS);
}

#[test]
fn under_a_skewed_load_moved_seats_leave_the_mean_of_one_line_and_without_them_jobs_are_stranded() {
    for load in [Load::Skewed, Load::SkewedBursts] {
        let one = waits(load, 1, false).mean();
        for shards in [4, 16] {
            let (moved, alone) = (waits(load, shards, true), waits(load, shards, false));
            assert_eq!((moved.stranded, moved.refused), (0, 0));
            assert!(moved.mean().abs_diff(one) * 100 <= one, "{load:?}: {} and {one}", moved.mean());
            assert!(alone.stranded > 0, "{load:?}");
        }
    }
}
