//! The shards of a market, in which the program's own queue brings jobs and hosts together. Both are numbers here, which
//! their addresses carry.

use {
    crate::rules::SLOT_MS,
    bytemuck::Zeroable,
    gpu_market::{
        error::Rule,
        queue::{Queue, Seat},
        state::{NIL, Node, NodeKind, Now, Shard},
    },
    gpu_market_sdk::{
        Address,
        placement::{Line, Move},
    },
};

/// Later than any simulation lasts: hosts renew their seats in time.
const VALID: i64 = i64::MAX;

/// A job and the host that got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub job: usize,
    pub host: usize,
    pub shard: u8,
    pub node: u16,
}

pub struct Shards(Vec<(Shard, Vec<Node>)>);

impl Shards {
    /// Empty shards of this many nodes each.
    pub fn new(count: usize, nodes: usize) -> Self {
        let empty = |index: usize| {
            let mut shard = Shard::zeroed();
            shard.open(key(0), u8::try_from(index).expect("at most 16 shards"), key(0));
            (shard, vec![Node::zeroed(); nodes])
        };
        Self((0..count).map(empty).collect())
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Jobs that have a host and have not started.
    pub fn assigned(&self) -> u64 {
        self.0.iter().map(|(shard, _)| u64::from(shard.assigned)).sum()
    }

    /// What placement sees at `now`, unix seconds.
    pub fn lines(&self, now: i64) -> Vec<Line> {
        self.0.iter().map(|(shard, nodes)| Line::new(shard, nodes, now)).collect()
    }

    fn queue(&mut self, shard: u8) -> Queue<'_> {
        let (shard, nodes) = &mut self.0[usize::from(shard)];
        Queue { shard, nodes }
    }

    /// A job is posted; returns its match if a seat takes it at once. Fails if the shard is full.
    pub fn post(&mut self, shard: u8, job: usize, now: i64) -> Rule<Option<Match>> {
        let node = self.queue(shard).post(&key(job), 0, at(now))?;
        Ok(self.matched(shard, node))
    }

    /// A host joins; returns its match if a job waits. There are never more hosts than nodes.
    pub fn join(&mut self, shard: u8, host: usize, now: i64) -> Option<Match> {
        let seat = Seat { member: key(host), valid_until: VALID, min_rate: 0, bond: 1, epoch: 0 };
        let node = self.queue(shard).join(&seat, at(now)).expect("there is room for a seat");
        self.matched(shard, node)
    }

    /// A host starts the job in this node.
    pub fn start(&mut self, shard: u8, node: u16) {
        self.queue(shard).remove_assigned(node).expect("the job is assigned");
    }

    /// Moves a seat. Nothing happens if the shards have changed so that the program would refuse.
    pub fn rebalance(&mut self, step: Move, now: i64) -> Option<Match> {
        let (from, to) = (&self.0[usize::from(step.from)].0, &self.0[usize::from(step.to)].0);
        if from.job_head != NIL || from.seat_head == NIL || to.job_head == NIL {
            return None;
        }
        let seat = self.queue(step.from).give_seat(at(now)).expect("a seat waits");
        let node = self.queue(step.to).receive_seat(&seat, at(now)).expect("a job waits");
        self.matched(step.to, node)
    }

    fn matched(&self, shard: u8, index: u16) -> Option<Match> {
        let node = &self.0[usize::from(shard)].1[usize::from(index)];
        let is_match = node.is(NodeKind::Assigned);
        is_match.then(|| Match { job: number(&node.job), host: number(&node.member), shard, node: index })
    }
}

/// Takes a seat and a job that are about to be brought together out of what is seen.
pub fn take(lines: &mut [Line], step: Move) {
    for line in lines {
        if line.index == step.from {
            line.seats -= 1;
            line.head_seat = line.head_seat.filter(|_| line.seats > 0);
        }
        if line.index == step.to {
            line.jobs -= 1;
            line.head_job = line.head_job.filter(|_| line.jobs > 0);
        }
    }
}

/// Seconds at the start of a block.
pub fn seconds(block: u64) -> i64 {
    i64::try_from(block * SLOT_MS / 1_000).unwrap_or(i64::MAX)
}

fn at(unix: i64) -> Now {
    Now { unix, slot: 0 }
}

/// An address that carries a number; none is all zeros, which would stand for nobody.
fn key(number: usize) -> Address {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    Address::new_from_array(bytes)
}

fn number(key: &Address) -> usize {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&key.as_ref()[..8]);
    usize::try_from(u64::from_le_bytes(bytes)).expect("a number that was put there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_and_a_host_meet_in_the_shard_of_the_program_and_leave_it() {
        let mut shards = Shards::new(2, 4);
        assert_eq!(shards.join(0, 7, 0), None);
        let matched = shards.post(0, 9, 1).expect("room").expect("matched");
        assert_eq!((matched.job, matched.host, matched.shard), (9, 7, 0));
        shards.start(0, matched.node);
        assert_eq!(shards.lines(1)[0].room, 4);
    }

    #[test]
    fn a_seat_moves_to_where_a_job_waits_and_a_move_that_comes_too_late_does_nothing() {
        let mut shards = Shards::new(2, 4);
        shards.join(0, 7, 0);
        shards.post(1, 9, 1).expect("room");
        let step = Move { from: 0, to: 1 };
        let mut lines = shards.lines(2);
        take(&mut lines, step);
        assert!(lines[0].head_seat.is_none() && lines[1].head_job.is_none());
        let matched = shards.rebalance(step, 2).expect("matched");
        assert_eq!((matched.job, matched.host, matched.shard), (9, 7, 1));
        assert_eq!(shards.rebalance(step, 2), None);
    }
}
