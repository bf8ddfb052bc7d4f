//! The queue against deques: any sequence of operations on two shards leaves what first come, first served means.
//!
//! `GPU_MARKET_QUEUE_OPERATIONS` raises the number of operations.

#[path = "rules/line.rs"]
mod line;
mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        queue::{Queue, Seat},
        state::{FIRST_SEQ, Node, NodeKind, Now, Shard},
    },
    gpu_market_sdk::Address,
    line::{Job, Line, Match, Matched},
    proptest::prelude::*,
    rules::*,
};

const OPERATIONS: u32 = 240_000;
const PER_CASE: u32 = 800;

/// An operation. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Operation {
    Post { rate: u64 },
    PostTo { choice: usize, rate: u64 },
    Join { min_rate: u64, lifetime: i64 },
    Renew { choice: usize, min_rate: u64, lifetime: i64 },
    Leave { choice: usize },
    CancelQueued { choice: usize },
    CancelAssigned { choice: usize, answered: bool },
    ReturnJob { choice: usize, evict: bool },
    Start { choice: usize },
    MatchHeads,
    Rebalance,
    Wait { seconds: i64 },
}

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

/// A shard and what it should hold.
#[derive(Clone)]
struct Pair {
    shard: Shard,
    nodes: Vec<Node>,
    line: Line,
}

impl Pair {
    fn new(capacity: usize) -> Self {
        let mut shard = Shard::zeroed();
        shard.open(key(0), 0, key(0));
        Self { shard, nodes: vec![Node::zeroed(); capacity], line: Line { capacity, ..Line::default() } }
    }

    fn queue(&mut self) -> Queue<'_> {
        Queue { shard: &mut self.shard, nodes: &mut self.nodes }
    }

    fn check(&self) {
        self.line.check(&self.shard, &self.nodes);
    }

    fn node_of(&self, is_it: impl Fn(&Node) -> bool) -> u16 {
        let found: Vec<usize> = (0..self.nodes.len()).filter(|index| is_it(&self.nodes[*index])).collect();
        assert_eq!(found.len(), 1, "it is in exactly one node");
        u16::try_from(found[0]).expect("an index")
    }

    fn node_of_job(&self, job: &Address) -> u16 {
        self.node_of(|node| node.job == *job)
    }

    fn node_of_seat(&self, bond: u64) -> u16 {
        self.node_of(|node| node.bond == bond)
    }

    /// Compares what an operation says with what the model says. A refusal reverts the transaction.
    fn settle(&mut self, before: Pair, real: Result<u16, MarketError>, model: Result<Matched, MarketError>) {
        match (real, model) {
            (Ok(node), Ok(matched)) => self.agree(node, matched),
            (Err(real), Err(model)) => {
                assert_eq!(real, model);
                *self = before;
            }
            (real, model) => panic!("the queue says {real:?}, the model {model:?}"),
        }
    }

    fn agree(&self, node: u16, matched: Matched) {
        let node = &self.nodes[usize::from(node)];
        assert_eq!(node.is(NodeKind::Assigned), matched.is_some());
        if let Some(Match { job, seat, .. }) = matched {
            assert_eq!((node.job, node.member), (job.key, seat.member), "the node that it names holds the match");
        }
    }
}

struct World {
    shards: [Pair; 2],
    now: Now,
    /// Jobs and seats so far: each has a key of its own.
    made: u32,
}

fn choose<T: Copy>(from: impl IntoIterator<Item = T>, choice: usize) -> Option<T> {
    let all: Vec<T> = from.into_iter().collect();
    (!all.is_empty()).then(|| all[choice % all.len()])
}

impl World {
    fn new(capacities: [usize; 2]) -> Self {
        Self { shards: capacities.map(Pair::new), now: Now { unix: 1_000, slot: 5 }, made: 0 }
    }

    fn key(&mut self) -> Address {
        self.made += 1;
        key(self.made)
    }

    /// A seat of one of a few members; its bond is its own.
    fn seat(&mut self, min_rate: u64, lifetime: i64) -> Seat {
        self.made += 1;
        let member = key(u32::MAX - self.made % 5);
        Seat { member, valid_until: self.now.unix + lifetime, min_rate, bond: self.made.into(), epoch: 3 }
    }

    fn apply(&mut self, at: usize, operation: Operation) {
        use Operation::*;
        let now = self.now;
        match operation {
            Post { rate } => {
                let job = Job { key: self.key(), rate };
                let pair = &mut self.shards[at];
                let before = pair.clone();
                let (real, model) = (pair.queue().post(&job.key, rate, now), pair.line.post(job, now));
                pair.settle(before, real, model);
            }
            PostTo { choice, rate } => self.post_to(at, choice, rate),
            Join { min_rate, lifetime } => {
                let seat = self.seat(min_rate, lifetime);
                let pair = &mut self.shards[at];
                let before = pair.clone();
                let (real, model) = (pair.queue().join(&seat, now), pair.line.join(seat));
                if real.is_err() {
                    // A finish is not reverted where its rejoin is refused.
                    assert!(
                        pair.nodes == before.nodes && pair.shard == before.shard,
                        "a refused join changes nothing"
                    );
                }
                pair.settle(before, real, model);
            }
            Renew { choice, min_rate, lifetime } => {
                let pair = &mut self.shards[at];
                let Some(seat) = choose(0..pair.line.seats.len(), choice) else { return };
                let seat = &mut pair.line.seats[seat];
                (seat.min_rate, seat.valid_until, seat.epoch) = (min_rate, now.unix + lifetime, seat.epoch + 1);
                let seat = *seat;
                let node = pair.node_of_seat(seat.bond);
                pair.queue().renew(node, &seat).expect("a waiting seat");
            }
            Leave { choice } => {
                let pair = &mut self.shards[at];
                let Some(seat) = choose(pair.line.seats.iter().chain(&pair.line.lapsed).copied(), choice) else {
                    return;
                };
                let node = pair.node_of_seat(seat.bond);
                assert_eq!(pair.nodes[usize::from(node)].seat(), seat, "the node holds what the seat recorded");
                pair.queue().remove_seat(node).expect("a seat");
                pair.line.leave(seat.bond);
            }
            CancelQueued { choice } => {
                let pair = &mut self.shards[at];
                let Some(place) = choose(0..pair.line.jobs.len(), choice) else { return };
                let job = pair.line.jobs.remove(place).expect("a job");
                let node = pair.node_of_job(&job.key);
                pair.queue().remove_job(node).expect("a job in line");
            }
            CancelAssigned { choice, .. } | ReturnJob { choice, .. } | Start { choice } => {
                let assigned = self.shards[at].line.assigned.iter().copied();
                let Some(matched) = choose(assigned, choice) else { return };
                self.unassign(at, &operation, &matched);
            }
            MatchHeads => {
                let pair = &mut self.shards[at];
                let before = pair.clone();
                let (real, model) = (pair.queue().match_heads(now), pair.line.match_heads(now));
                match (real, model) {
                    (Ok(None), Ok(None)) => {}
                    (Ok(Some(node)), Ok(Some(matched))) => pair.agree(node, Some(matched)),
                    (real, model) => {
                        assert_eq!(real.expect_err("a refusal"), model.expect_err("a refusal"));
                        *pair = before;
                    }
                }
            }
            Rebalance => self.rebalance(at),
            Wait { seconds } => self.now.unix += seconds,
        }
    }

    /// Any node may be named, with the member that waited there or never did.
    fn post_to(&mut self, at: usize, choice: usize, rate: u64) {
        let now = self.now;
        let job = Job { key: self.key(), rate };
        let pair = &mut self.shards[at];
        let node = u16::try_from(choice % (pair.nodes.len() + 1)).expect("an index");
        let held = pair.nodes.get(usize::from(node)).copied().unwrap_or(Node::zeroed());
        let member = if choice.is_multiple_of(7) { key(0) } else { held.member };
        let before = pair.clone();
        let real = pair.queue().post_to(node, &member, &job.key, rate, now);
        let model = pair.line.post_to(held.bond, &member, job, now);
        pair.settle(before, real.map(|()| node), model);
    }

    fn unassign(&mut self, at: usize, operation: &Operation, matched: &Match) {
        let (now, job) = (self.now, &matched.job.key);
        let pair = &mut self.shards[at];
        let node = pair.node_of_job(job);
        let (real, model) = match operation {
            Operation::CancelAssigned { answered, .. } => {
                (pair.queue().return_seat(node, *answered, now), pair.line.return_seat(job, *answered, now))
            }
            Operation::ReturnJob { evict, .. } => {
                let evicted = evict.then_some(&matched.seat.member);
                let real = pair.queue().return_job(node, evicted.unwrap_or(&Address::default()), now);
                (real.map(|again| again.then_some(node)), pair.line.return_job(job, evicted, now))
            }
            _ => {
                pair.line.remove_assigned(job);
                pair.queue().remove_assigned(node).expect("an assignment");
                return;
            }
        };
        let next = real.expect("an assignment");
        assert_eq!(next.is_some(), model.is_some());
        if let Some(next) = next {
            pair.agree(next, model);
        }
    }

    fn rebalance(&mut self, at: usize) {
        let now = self.now;
        let before = self.shards.clone();
        let [first, second] = &mut self.shards;
        let (from, to) = if at == 0 { (first, second) } else { (second, first) };
        let real = from.queue().give_seat(now).and_then(|seat| to.queue().receive_seat(&seat, now));
        let model = from.line.give_seat(now).and_then(|seat| to.line.receive_seat(seat));
        match (real, model) {
            (Ok(node), Ok(matched)) => to.agree(node, matched),
            (real, model) => {
                assert_eq!(real.err(), model.err());
                self.shards = before;
            }
        }
    }
}

fn operations() -> u32 {
    let asked = std::env::var("GPU_MARKET_QUEUE_OPERATIONS").ok().and_then(|asked| asked.parse().ok());
    asked.unwrap_or(OPERATIONS).max(OPERATIONS)
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
