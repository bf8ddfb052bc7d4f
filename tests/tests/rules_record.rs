//! A host's record: windows that roll by themselves, rates by weight, and how many clients it counts.

use {
    gpu_market::{
        constants::RECORD_WINDOW,
        state::{Counted, Record, Window},
    },
    gpu_market_sdk::Address,
    proptest::prelude::*,
};

/// The first second of window 100.
const T0: i64 = 100 * RECORD_WINDOW;

fn client(number: u64) -> Address {
    let mut bytes = [3; 32];
    // Like the addresses of accounts, the first bytes are as good as random.
    bytes[..8].copy_from_slice(&(number + 1).wrapping_mul(0xd6e8_feb8_6659_fd93).to_le_bytes());
    Address::new_from_array(bytes)
}

fn completed(count: u32, fee: u64) -> Record {
    let mut record = Record::default();
    for number in 0..count {
        record.job_completed(&client(u64::from(number)), fee, 60, T0);
    }
    record
}

#[test]
fn the_sizes_are_what_the_layout_says() {
    assert_eq!((size_of::<Window>(), size_of::<Record>()), (72, 152));
}

#[test]
fn a_window_ends_to_the_second_and_becomes_the_last() {
    let mut record = completed(3, 10);
    record.roll(T0 + RECORD_WINDOW - 1);
    assert_eq!((record.index, record.current.completed, record.last.completed), (100, 3, 0));
    record.roll(T0 + RECORD_WINDOW);
    assert_eq!((record.index, record.current, record.last.completed), (101, Window::default(), 3));
}

#[test]
fn after_two_windows_without_an_event_the_last_is_empty() {
    let mut record = completed(3, 10);
    record.roll(T0 + 2 * RECORD_WINDOW - 1);
    assert_eq!(record.last.completed, 3);
    let mut late = completed(3, 10);
    late.roll(T0 + 2 * RECORD_WINDOW);
    assert_eq!((late.index, late.current, late.last), (102, Window::default(), Window::default()));
}

#[test]
fn a_clock_that_runs_back_changes_nothing() {
    let record = completed(3, 10);
    assert_eq!(record.rolled(T0 - 1), record);
    assert_eq!(record.rolled(i64::MIN), record);
}

#[test]
fn reading_a_record_does_not_change_it() {
    let record = completed(3, 10);
    assert_eq!(record.rolled(T0 + RECORD_WINDOW).last.completed, 3);
    assert_eq!(record.index, 100);
}

#[test]
fn windows_before_a_number_do_not_count() {
    let mut record = completed(3, 10);
    record.job_completed(&client(9), 10, 60, T0 + RECORD_WINDOW);
    let counts = |from| record.since(from).completed;
    assert_eq!((counts(0), counts(100), counts(101), counts(102)), (4, 4, 1, 0));
}

#[test]
fn one_dear_failure_weighs_as_much_as_many_cheap_completions() {
    let mut record = completed(99, 0);
    record.job_failed(&client(0), 0, 98, 0, T0);
    assert_eq!(record.current.success_bps(), 5_000);
    assert_eq!((record.current.completed, record.current.failed, record.current.volume), (99, 1, 0));
}

#[test]
fn a_host_that_fails_at_once_weighs_what_the_whole_job_would_have_paid() {
    let mut early = completed(1, 999);
    let mut late = early;
    early.job_failed(&client(1), 0, 999, 0, T0);
    late.job_failed(&client(1), 999, 999, 60, T0);
    assert_eq!((early.current.success_bps(), late.current.success_bps()), (5_000, 5_000));
}

#[test]
fn a_record_without_ended_jobs_has_a_whole_success_rate_and_none_missed() {
    let mut record = Record::default();
    record.job_ended(&client(0), 10, 60, T0);
    assert_eq!(
        (record.current.success_bps(), record.current.missed_bps(), record.current.judged()),
        (10_000, 0, 0)
    );
    assert_eq!((record.current.volume, record.current.evidenced, record.current.clients()), (10, 60, 1));
}

#[test]
fn a_missed_assignment_counts_among_those_that_were_given() {
    let mut record = completed(19, 9);
    record.job_missed(9, T0);
    assert_eq!((record.current.missed_bps(), record.current.judged()), (500, 20));
    assert_eq!(record.current.success_bps(), 10_000);
}

#[test]
fn jobs_that_pay_next_to_nothing_thin_out_no_missed_assignment() {
    let mut record = completed(20, 0);
    record.job_missed(79, T0);
    assert_eq!(record.current.missed_bps(), 8_000);
}

#[test]
fn a_disputed_completion_becomes_a_failure_of_the_same_weight() {
    let mut record = completed(2, 10);
    record.job_disputed(Counted::Completed, 10, T0, T0 + 5);
    let window = &record.current;
    assert_eq!((window.completed, window.failed, window.disputed, window.success_bps()), (1, 1, 1, 5_000));
}

#[test]
fn a_dispute_counts_in_the_window_that_the_job_ended_in() {
    let mut record = completed(2, 10);
    record.job_disputed(Counted::Completed, 10, T0, T0 + RECORD_WINDOW);
    assert_eq!((record.last.failed, record.current.failed), (1, 0));
    let before = record.rolled(T0 + 2 * RECORD_WINDOW);
    let mut after = before;
    after.job_disputed(Counted::Completed, 10, T0, T0 + 2 * RECORD_WINDOW);
    assert_eq!(before, after, "a window that is no longer read");
}

#[test]
fn a_client_fault_that_is_disputed_fails_and_a_failure_fails_once() {
    let mut record = completed(1, 9);
    record.job_ended(&client(1), 9, 60, T0);
    assert_eq!(record.current.success_bps(), 10_000);
    record.job_disputed(Counted::Neutral, 9, T0, T0);
    assert_eq!(record.current.success_bps(), 5_000);
    let before = record.current;
    record.job_disputed(Counted::Failed, 9, T0, T0);
    assert_eq!((record.current.success_bps(), record.current.disputed), (5_000, before.disputed + 1));
}

#[test]
fn a_failure_a_missed_assignment_and_a_dispute_are_held_against_a_host_each_by_itself() {
    let none = Window { completed: 5, ..Window::default() };
    assert!(!none.has_failures());
    for window in [Window { failed: 1, ..none }, Window { missed: 1, ..none }, Window { disputed: 1, ..none }] {
        assert!(window.has_failures(), "{window:?}");
    }
}

#[test]
fn both_windows_together_hold_the_sum_of_all_and_the_larger_number_of_clients() {
    let many = Window {
        volume: 1,
        ended_weight: 2,
        completed_weight: 3,
        missed_weight: 4,
        sketch: [0b11, 0],
        evidenced: 5,
        completed: 6,
        failed: 7,
        missed: 8,
        disputed: 9,
        reserved: 0,
    };
    let few = Window { sketch: [0, 0b100], ..many };
    let both = Window {
        volume: 2,
        ended_weight: 4,
        completed_weight: 6,
        missed_weight: 8,
        sketch: [0b11, 0],
        evidenced: 10,
        completed: 12,
        failed: 14,
        missed: 16,
        disputed: 18,
        reserved: 0,
    };
    for (current, last) in [(many, few), (few, many)] {
        assert_eq!(Record { current, last, index: 5, reserved: 0 }.since(0), both);
    }
}

#[test]
fn clients_that_pay_no_fee_are_not_counted() {
    assert_eq!((completed(20, 0).current.clients(), completed(1, 1).current.clients()), (0, 1));
}

#[test]
fn the_sketch_counts_as_many_clients_as_documented_on_average() {
    for (clients, expected) in [(10u64, 9.66), (20, 18.6), (50, 41.5)] {
        let trials = 400;
        let total: u32 = (0..trials)
            .map(|trial| {
                let mut record = Record::default();
                for number in 0..clients {
                    record.job_completed(&client(trial * 1_000 + number), 1, 1, T0);
                }
                record.current.clients()
            })
            .sum();
        let mean = f64::from(total) / trials as f64;
        assert!((mean - expected).abs() < 0.4, "{clients} clients: {mean}, expected {expected}");
    }
}

#[test]
fn clients_that_share_a_bit_in_one_window_need_not_in_the_next() {
    let pair = (0..1_000u64)
        .find(|number| {
            let mut record = Record::default();
            record.job_completed(&client(0), 1, 1, T0);
            record.job_completed(&client(number + 1), 1, 1, T0);
            record.current.clients() == 1
        })
        .expect("two that collide");
    let apart = (1..20).any(|later| {
        let mut record = Record::default();
        record.job_completed(&client(0), 1, 1, T0 + later * RECORD_WINDOW);
        record.job_completed(&client(pair + 1), 1, 1, T0 + later * RECORD_WINDOW);
        record.current.clients() == 2
    });
    assert!(apart);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_more_clients_are_counted_than_there_were(keys in prop::collection::vec(any::<[u8; 32]>(), 0..200)) {
        let mut record = Record::default();
        for key in &keys {
            record.job_completed(&Address::new_from_array(*key), 1, 1, T0);
            record.job_completed(&Address::new_from_array(*key), 1, 1, T0);
        }
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        prop_assert!(usize::try_from(record.current.clients()).unwrap() <= distinct.len());
    }

    #[test]
    fn a_client_has_the_bit_of_the_top_seven_of_its_hash_in_that_window(key: [u8; 32], window in 0..1_000i64) {
        const GOLDEN: u128 = 0x9e37_79b9_7f4a_7c15;
        let mut record = Record::default();
        for _ in 0..2 {
            record.job_completed(&Address::new_from_array(key), 1, 1, window * RECORD_WINDOW);
        }
        let word = u64::from_le_bytes(key[..8].try_into().unwrap());
        let salt = (window as u128 * GOLDEN) as u64;
        let bit = ((u128::from(word ^ salt) * GOLDEN) as u64) / (1 << 57);
        let [low, high] = record.current.sketch;
        prop_assert_eq!(u128::from(high) << 64 | u128::from(low), 1u128 << bit);
    }

    #[test]
    fn no_amount_or_time_makes_a_record_panic_or_leave_its_rates(
        events in prop::collection::vec((0..6u8, any::<u64>(), any::<u64>(), any::<u32>(), any::<i64>()), 0..60),
    ) {
        let mut record = Record::default();
        for (event, fee, full, evidenced, now) in events {
            match event {
                0 => record.job_completed(&client(fee), fee, evidenced, now),
                1 => record.job_failed(&client(fee), fee, full, evidenced, now),
                2 => record.job_ended(&client(fee), fee, evidenced, now),
                3 => record.job_missed(full, now),
                4 => record.job_disputed(Counted::Completed, fee, now, now),
                _ => record.job_disputed(Counted::Neutral, fee, full as i64, now),
            }
            for window in [record.current, record.last, record.since(0)] {
                prop_assert!(window.missed_bps() <= 10_000 && window.success_bps() <= 10_000);
            }
        }
    }

    #[test]
    fn rolling_step_by_step_is_rolling_at_once(steps in prop::collection::vec(0..3 * RECORD_WINDOW, 0..10)) {
        let mut record = completed(5, 7);
        let once = record;
        let mut now = T0;
        for step in steps {
            now += step;
            record.roll(now);
        }
        prop_assert_eq!(record, once.rolled(now));
    }
}
