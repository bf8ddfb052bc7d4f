//! Two shards and what they should hold: applies operations to both and compares. Shared with the fuzzer.

use {
    super::line::{Job, Line, Match, Matched},
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        queue::{Queue, Seat},
        state::{Node, NodeKind, Now, Shard},
    },
    gpu_market_sdk::Address,
};

/// An operation. Numbers choose among what is there.
#[derive(Clone, Debug)]
pub enum Operation {
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

/// A shard and what it should hold.
#[derive(Clone)]
pub struct Pair {
    pub shard: Shard,
    pub nodes: Vec<Node>,
    pub line: Line,
}

impl Pair {
    fn new(capacity: usize) -> Self {
        let mut shard = Shard::zeroed();
        shard.open(key(0), 0, key(0));
        Self { shard, nodes: vec![Node::zeroed(); capacity], line: Line { capacity, ..Line::default() } }
    }

    pub fn queue(&mut self) -> Queue<'_> {
        Queue { shard: &mut self.shard, nodes: &mut self.nodes }
    }

    pub fn check(&self) {
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

pub struct World {
    pub shards: [Pair; 2],
    pub now: Now,
    /// Jobs and seats so far: each has a key of its own.
    made: u32,
}

fn choose<T: Copy>(from: impl IntoIterator<Item = T>, choice: usize) -> Option<T> {
    let all: Vec<T> = from.into_iter().collect();
    (!all.is_empty()).then(|| all[choice % all.len()])
}

impl World {
    pub fn new(capacities: [usize; 2]) -> Self {
        Self { shards: capacities.map(Pair::new), now: Now { unix: 1_000, slot: 5 }, made: 0 }
    }

    fn key(&mut self) -> Address {
        self.made += 1;
        key(self.made)
    }

    /// A seat of one of a few members; its bond is its own.
    pub fn seat(&mut self, min_rate: u64, lifetime: i64) -> Seat {
        self.made += 1;
        let member = key(u32::MAX - self.made % 5);
        Seat { member, valid_until: self.now.unix + lifetime, min_rate, bond: self.made.into(), epoch: 3 }
    }

    pub fn apply(&mut self, at: usize, operation: Operation) {
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

/// The key with this number; never all zeros.
fn key(number: u32) -> Address {
    let mut bytes = [0xee; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Address::new_from_array(bytes)
}
