//! The queue against deques: any sequence of operations on two shards leaves what first come, first served means.
//!
//! `GPU_MARKET_QUEUE_OPERATIONS` sets the number of operations.

#[path = "rules/line.rs"]
mod line;
#[path = "rules/machine.rs"]
mod machine;
mod rules;

use {
    gpu_market::{queue::Queue, state::FIRST_SEQ},
    gpu_market_sdk::Address,
    machine::{Operation, Pair, World},
    proptest::prelude::*,
    rules::*,
};

const OPERATIONS: u32 = 240_000;
const PER_CASE: u32 = 800;

fn operation() -> impl Strategy<Value = (usize, Operation)> {
    use Operation::*;
    let rate = || 0..4u64;
    let lifetime = || 1..60i64;
    let choice = any::<usize>;
    let operation = prop_oneof![
        6 => rate().prop_map(|rate| Post { rate }),
        2 => (choice(), rate()).prop_map(|(choice, rate)| PostTo { choice, rate }),
        6 => (rate(), lifetime()).prop_map(|(min_rate, lifetime)| Join { min_rate, lifetime }),
        1 => (choice(), rate(), lifetime())
            .prop_map(|(choice, min_rate, lifetime)| Renew { choice, min_rate, lifetime }),
        3 => choice().prop_map(|choice| Leave { choice }),
        2 => choice().prop_map(|choice| CancelQueued { choice }),
        2 => (choice(), any::<bool>()).prop_map(|(choice, answered)| CancelAssigned { choice, answered }),
        2 => (choice(), any::<bool>()).prop_map(|(choice, evict)| ReturnJob { choice, evict }),
        2 => choice().prop_map(|choice| Start { choice }),
        1 => Just(MatchHeads),
        1 => Just(Rebalance),
        2 => (1..30i64).prop_map(|seconds| Wait { seconds }),
    ];
    (0..2usize, operation)
}

fn operations() -> u32 {
    let asked = std::env::var("GPU_MARKET_QUEUE_OPERATIONS").ok().and_then(|asked| asked.parse().ok());
    asked.unwrap_or(OPERATIONS)
}

proptest! {
    #![proptest_config(cases(operations() / PER_CASE))]

    #[test]
    fn any_sequence_of_operations_leaves_what_first_come_first_served_means(
        capacities in [1..24usize, 1..24usize],
        operations in prop::collection::vec(operation(), PER_CASE as usize),
    ) {
        let mut world = World::new(capacities);
        for (at, operation) in operations {
            world.apply(at, operation);
            world.shards.iter().for_each(Pair::check);
        }
    }

    #[test]
    fn no_index_makes_the_queue_panic(
        operations in prop::collection::vec(operation(), 60), indices in prop::collection::vec(any::<u16>(), 12),
    ) {
        let mut world = World::new([8, 8]);
        for (at, operation) in operations {
            world.apply(at, operation);
        }
        let (now, seat) = (world.now, world.seat(0, 10));
        for index in indices.iter().flat_map(|index| [*index, index % 9]) {
            let tries: [&dyn Fn(&mut Queue) -> bool; 6] = [
                &|queue| queue.remove_job(index).is_ok(),
                &|queue| queue.remove_seat(index).is_ok(),
                &|queue| queue.remove_assigned(index).is_ok(),
                &|queue| queue.return_seat(index, true, now).is_ok(),
                &|queue| queue.return_job(index, &Address::default(), now).is_ok(),
                &|queue| queue.post_to(index, &seat.member, &seat.member, 1, now).is_ok(),
            ];
            for attempt in tries {
                let _ = attempt(&mut world.shards[0].clone().queue());
            }
        }
    }
}

#[test]
fn a_match_meets_four_lapsed_seats_at_most_and_the_next_match_goes_on() {
    let mut world = World::new([16, 1]);
    for lifetime in [1, 1, 1, 1, 1, 100] {
        world.apply(0, Operation::Join { min_rate: 0, lifetime });
    }
    world.apply(0, Operation::Wait { seconds: 5 });
    world.apply(0, Operation::Post { rate: 1 });
    let shard = &world.shards[0].shard;
    assert_eq!((shard.jobs, shard.lapsed, shard.seats, shard.assigned), (1, 4, 2, 0));
    world.apply(0, Operation::MatchHeads);
    let shard = &world.shards[0].shard;
    assert_eq!((shard.jobs, shard.lapsed, shard.seats, shard.assigned), (0, 5, 0, 1));
}

#[test]
fn numbers_start_in_the_middle_so_that_either_end_has_room() {
    let mut world = World::new([4, 1]);
    world.apply(0, Operation::Post { rate: 1 });
    assert_eq!(world.shards[0].nodes[0].seq, FIRST_SEQ);
    assert_eq!(FIRST_SEQ, 1 << 63);
}
