//! What a shard's queue means, in deques: jobs and seats by name, first come, first served.

use {
    gpu_market::{
        constants::LAPSED_PER_MATCH,
        error::MarketError,
        queue::Seat,
        state::{NIL, Node, NodeKind, Now, Shard},
    },
    gpu_market_sdk::Address,
    std::collections::VecDeque,
};

/// A job in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub key: Address,
    pub rate: u64,
}

/// What the model says that an operation did: the job and the seat that it brought together, if any.
pub type Matched = Option<(Job, Seat)>;

/// One shard.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub capacity: usize,
    pub jobs: VecDeque<Job>,
    pub seats: VecDeque<Seat>,
    pub assigned: Vec<(Job, Seat)>,
    pub lapsed: Vec<Seat>,
    /// Members whose assigned seat was picked from behind the head of the line.
    pub picked: Vec<Address>,
    /// Whether the seat last taken off its job was one of them.
    pub was_picked: bool,
}

impl Line {
    pub fn used(&self) -> usize {
        self.jobs.len() + self.seats.len() + self.assigned.len() + self.lapsed.len()
    }

    fn require_room(&self) -> Result<(), MarketError> {
        if self.used() < self.capacity { Ok(()) } else { Err(MarketError::QueueFull) }
    }

    /// Takes the first live seat if it accepts the rate. A match meets a few lapsed seats at most.
    fn take_live_seat(&mut self, rate: u64, now: Now) -> Option<Seat> {
        for _ in 0..LAPSED_PER_MATCH {
            let seat = *self.seats.front()?;
            if now.unix < seat.valid_until {
                return (seat.min_rate <= rate).then(|| self.seats.pop_front()).flatten();
            }
            self.seats.pop_front();
            self.lapsed.push(seat);
        }
        None
    }

    fn assign(&mut self, job: Job, seat: Seat) -> Matched {
        self.assigned.push((job, seat));
        Some((job, seat))
    }

    pub fn post(&mut self, job: Job, now: Now) -> Result<Matched, MarketError> {
        let seat = if self.jobs.is_empty() { self.take_live_seat(job.rate, now) } else { None };
        if let Some(seat) = seat {
            return Ok(self.assign(job, seat));
        }
        self.require_room()?;
        self.jobs.push_back(job);
        Ok(None)
    }

    pub fn post_to(&mut self, member: &Address, job: Job, now: Now) -> Result<Matched, MarketError> {
        let waits =
            |seat: &Seat| seat.member == *member && now.unix < seat.valid_until && seat.min_rate <= job.rate;
        let place = self.seats.iter().position(waits).ok_or(MarketError::HostNotWaiting)?;
        let seat = self.seats.remove(place).expect("a seat");
        if place > 0 {
            self.picked.push(seat.member);
        }
        Ok(self.assign(job, seat))
    }

    pub fn join(&mut self, seat: Seat) -> Result<Matched, MarketError> {
        let Some(job) = self.jobs.front().copied() else {
            self.require_room()?;
            self.seats.push_back(seat);
            return Ok(None);
        };
        if job.rate < seat.min_rate {
            return Err(MarketError::HeadBelowTerms);
        }
        self.jobs.pop_front();
        Ok(self.assign(job, seat))
    }

    /// A waiting or lapsed seat leaves.
    pub fn leave(&mut self, member: &Address) {
        self.seats.retain(|seat| seat.member != *member);
        self.lapsed.retain(|seat| seat.member != *member);
    }

    /// An assignment ends, and its job and seat with it.
    pub fn remove_assigned(&mut self, job: &Address) -> (Job, Seat) {
        let place = self.assigned.iter().position(|(assigned, _)| assigned.key == *job).expect("assigned");
        let (job, seat) = self.assigned.remove(place);
        self.was_picked = self.picked.contains(&seat.member);
        self.picked.retain(|member| *member != seat.member);
        (job, seat)
    }

    /// The job of an assignment is cancelled.
    pub fn return_seat(&mut self, job: &Address, answered: bool, now: Now) -> Matched {
        let (_, seat) = self.remove_assigned(job);
        if !answered || now.unix >= seat.valid_until {
            self.lapsed.push(seat);
            return None;
        }
        if self.jobs.front().is_some_and(|head| head.rate >= seat.min_rate) {
            let head = self.jobs.pop_front().expect("a head");
            return self.assign(head, seat);
        }
        if self.was_picked {
            self.seats.push_back(seat);
        } else {
            self.seats.push_front(seat);
        }
        None
    }

    /// The seat of an assignment is gone.
    pub fn return_job(&mut self, job: &Address, now: Now) -> Matched {
        let (job, _) = self.remove_assigned(job);
        if let Some(seat) = self.take_live_seat(job.rate, now) {
            return self.assign(job, seat);
        }
        self.jobs.push_front(job);
        None
    }

    pub fn match_heads(&mut self, now: Now) -> Result<Matched, MarketError> {
        let lapsed = self.lapsed.len();
        let Some(job) = self.jobs.front().copied() else {
            while self.lapsed.len() - lapsed < usize::from(LAPSED_PER_MATCH)
                && self.seats.front().is_some_and(|seat| now.unix >= seat.valid_until)
            {
                self.lapsed.extend(self.seats.pop_front());
            }
            return if self.lapsed.len() > lapsed { Ok(None) } else { Err(MarketError::NothingToMatch) };
        };
        match self.take_live_seat(job.rate, now) {
            Some(seat) => {
                self.jobs.pop_front();
                Ok(self.assign(job, seat))
            }
            None if self.lapsed.len() > lapsed => Ok(None),
            None => Err(MarketError::NothingToMatch),
        }
    }

    pub fn give_seat(&mut self, now: Now) -> Result<Seat, MarketError> {
        if !self.jobs.is_empty() {
            return Err(MarketError::SourceHasJobs);
        }
        self.take_live_seat(u64::MAX, now).ok_or(MarketError::NothingToMatch)
    }

    pub fn receive_seat(&mut self, seat: Seat) -> Result<Matched, MarketError> {
        let job = *self.jobs.front().ok_or(MarketError::NothingToMatch)?;
        if job.rate < seat.min_rate {
            return Err(MarketError::HeadBelowTerms);
        }
        self.jobs.pop_front();
        Ok(self.assign(job, seat))
    }

    /// I5 and I6: the shard holds exactly this, in this order, and every slot of it is in one place.
    pub fn check(&self, shard: &Shard, nodes: &[Node]) {
        let jobs = walk(nodes, NodeKind::Queued, shard.job_head, shard.job_tail);
        let jobs: Vec<Job> = jobs.iter().map(|node| Job { key: node.job, rate: node.rate }).collect();
        assert_eq!(jobs, Vec::from(self.jobs.clone()), "jobs in line");
        let seats: Vec<Seat> = walk(nodes, NodeKind::Waiting, shard.seat_head, shard.seat_tail)
            .iter()
            .map(|node| node.seat())
            .collect();
        assert_eq!(seats, Vec::from(self.seats.clone()), "seats in line");

        let of_kind = |kind: NodeKind| nodes.iter().filter(move |node| node.kind == kind as u8);
        let assigned =
            of_kind(NodeKind::Assigned).map(|node| (Job { key: node.job, rate: node.rate }, node.seat()));
        let lapsed = of_kind(NodeKind::Lapsed).map(|node| node.seat());
        assert_eq!(sorted(assigned, |(job, _)| job.key), sorted(self.assigned.iter().copied(), |(job, _)| job.key));
        assert_eq!(sorted(lapsed, |seat| seat.member), sorted(self.lapsed.iter().copied(), |seat| seat.member));

        let counters = [shard.jobs, shard.seats, shard.assigned, shard.lapsed].map(usize::from);
        let lengths = [self.jobs.len(), self.seats.len(), self.assigned.len(), self.lapsed.len()];
        assert_eq!(counters, lengths, "counters");
        assert_eq!(shard.used() as usize, self.used());
        assert_eq!(free(shard, nodes), self.capacity - self.used(), "free nodes");
    }
}

fn sorted<T>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> Address) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by_key(|item| key(item).to_bytes());
    items
}

/// The nodes of a list, whose links and numbers are checked on the way.
fn walk(nodes: &[Node], kind: NodeKind, head: u16, tail: u16) -> Vec<&Node> {
    let mut found: Vec<&Node> = Vec::new();
    let (mut prev, mut index) = (NIL, head);
    while index != NIL {
        let node = &nodes[usize::from(index)];
        assert_eq!((node.kind, node.prev), (kind as u8, prev), "node {index}");
        assert!(found.last().is_none_or(|last| last.seq < node.seq), "numbers rise along a line");
        found.push(node);
        assert!(found.len() <= nodes.len(), "a line runs in a circle");
        (prev, index) = (index, node.next);
    }
    assert_eq!(prev, tail, "the tail is the last");
    found
}

/// Nodes on the free list and nodes never used; all of them hold nothing.
fn free(shard: &Shard, nodes: &[Node]) -> usize {
    let mut count = nodes.len() - usize::from(shard.fresh);
    assert!(nodes[usize::from(shard.fresh)..].iter().all(|node| node.kind == NodeKind::Free as u8));
    let mut index = shard.free_head;
    while index != NIL {
        let node = &nodes[usize::from(index)];
        assert!(node.kind == NodeKind::Free as u8 && index < shard.fresh, "node {index} is free");
        assert_eq!((node.job, node.member, node.bond), Default::default(), "a free node holds nothing");
        count += 1;
        assert!(count <= nodes.len(), "the free list runs in a circle");
        index = node.next;
    }
    count
}
