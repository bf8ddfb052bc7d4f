//! The queue against deques: any sequence of operations on two shards leaves what first come, first served means.
//!
//! `GPU_MARKET_QUEUE_OPERATIONS` sets the number of operations.

#[path = "rules/line.rs"]
mod line;
#[path = "rules/machine.rs"]
mod machine;
mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        queue::Queue,
        state::{FIRST_SEQ, Node, NodeKind, Now},
    },
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

#[test]
fn a_seat_is_asked_for_by_name_until_the_second_that_it_is_over() {
    let mut world = World::new([4, 1]);
    let (now, seat) = (world.now, world.seat(3, 60));
    let mut shard = world.shards[0].clone();
    let index = shard.queue().join(&seat, now).unwrap();
    let post_to = |member: &Address, rate, seconds| {
        let now = Now { unix: now.unix + seconds, ..now };
        shard.clone().queue().post_to(index, member, &key(1), rate, now)
    };
    for seconds in [0, 59] {
        assert_eq!(post_to(&seat.member, 3, seconds), Ok(()));
    }
    for seconds in [60, 61] {
        assert_eq!(post_to(&seat.member, 3, seconds), Err(MarketError::HostNotWaiting));
    }
    assert_eq!(post_to(&seat.member, 2, 0), Err(MarketError::HostNotWaiting), "below its rate");
    assert_eq!(post_to(&key(2), 3, 0), Err(MarketError::HostNotWaiting), "somebody else's");
}

#[test]
fn a_node_tells_since_when_it_holds_what_it_holds() {
    let mut world = World::new([4, 1]);
    let (first, second) = (world.seat(0, 1_000), world.seat(0, 1_000));
    let mut shard = world.shards[0].clone();
    let at = |step: u32| Now { unix: 1_000 + i64::from(step), slot: 50 + u64::from(step) };
    let node = |shard: &Pair, index: u16, kind, step| {
        let node = shard.nodes[usize::from(index)];
        assert!(node.is(kind));
        assert_eq!(Now { unix: node.since, slot: node.slot }, at(step));
    };
    let job = shard.queue().post(&key(1), 5, at(1)).unwrap();
    node(&shard, job, NodeKind::Queued, 1);
    assert_eq!(shard.queue().join(&first, at(2)), Ok(job));
    node(&shard, job, NodeKind::Assigned, 2);
    assert_eq!(shard.queue().return_job(job, &Address::default(), at(3)), Ok(false));
    node(&shard, job, NodeKind::Queued, 3);
    assert_eq!(shard.queue().join(&first, at(4)), Ok(job));
    let seat = shard.queue().join(&second, at(5)).unwrap();
    node(&shard, seat, NodeKind::Waiting, 5);
    assert_eq!(shard.queue().return_job(job, &first.member, at(6)), Ok(true));
    node(&shard, job, NodeKind::Assigned, 6);
    assert_eq!(shard.queue().return_seat(job, true, at(7)), Ok(None));
    node(&shard, job, NodeKind::Waiting, 7);
    assert_eq!(shard.queue().post(&key(2), 5, at(8)), Ok(job));
    node(&shard, job, NodeKind::Assigned, 8);
    assert_eq!(shard.queue().return_seat(job, false, at(9)), Ok(None));
    node(&shard, job, NodeKind::Lapsed, 9);
}

#[test]
fn a_job_back_in_line_shows_no_trace_of_its_seat_nor_a_seat_of_its_job() {
    let mut world = World::new([4, 1]);
    let (now, seat) = (world.now, world.seat(0, 60));
    let mut shard = world.shards[0].clone();
    shard.queue().post(&key(1), 5, now).unwrap();
    let waiting = shard.nodes[0];
    assert_eq!(shard.queue().join(&seat, now), Ok(0));

    let mut without_seat = shard.clone();
    assert_eq!(without_seat.queue().return_job(0, &Address::default(), now), Ok(false));
    assert_eq!(without_seat.nodes[0], Node { seq: waiting.seq + 1, ..waiting });

    assert_eq!(shard.queue().return_seat(0, true, now), Ok(None));
    let node = shard.nodes[0];
    assert_eq!((node.job, node.rate, node.seat()), (Address::default(), 0, seat));
}

#[test]
fn a_job_is_found_only_in_the_node_that_holds_it() {
    let (job, member) = (key(1), key(2));
    let holding = |kind: NodeKind| Node { job, member, kind: kind as u8, ..Node::zeroed() };
    for kind in [NodeKind::Free, NodeKind::Queued, NodeKind::Waiting, NodeKind::Assigned, NodeKind::Lapsed] {
        let (node, queued, assigned) = (holding(kind), kind == NodeKind::Queued, kind == NodeKind::Assigned);
        let only = |is: bool, error| if is { Ok(()) } else { Err(error) };
        assert_eq!(node.require_job(&job), only(queued || assigned, MarketError::NodeMismatch));
        let neither = if assigned { MarketError::JobNotQueued } else { MarketError::NodeMismatch };
        assert_eq!(node.require_queued(&job), only(queued, neither));
        assert_eq!(node.require_assigned(&job, &member), only(assigned, MarketError::JobNotAssigned));
        for result in [node.require_job(&key(3)), node.require_queued(&key(3))] {
            assert_eq!(result, Err(MarketError::NodeMismatch));
        }
    }
    let assigned = holding(NodeKind::Assigned);
    assert_eq!(assigned.require_assigned(&key(3), &member), Err(MarketError::NodeMismatch));
    assert_eq!(assigned.require_assigned(&job, &key(3)), Err(MarketError::WrongMember));
}

#[test]
fn a_shard_has_room_for_as_many_as_it_has_nodes() {
    let mut shard = gpu_market::state::Shard::zeroed();
    for count in [0, 1, 2_048] {
        let nodes = &mut vec![Node::zeroed(); count];
        let queue = Queue { shard: &mut shard, nodes };
        assert_eq!(queue.capacity(), Ok(u32::try_from(count).unwrap()));
    }
}
