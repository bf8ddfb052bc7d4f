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

/// A job and the seat that it was brought together with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub job: Job,
    pub seat: Seat,
    /// The seat was picked from behind others.
    pub from_behind: bool,
}

/// What the model says that an operation did: the job and the seat that it brought together, if any.
pub type Matched = Option<Match>;

/// One shard. The bond of a seat stands for the seat: no two have the same, while a member may have several seats.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub capacity: usize,
    pub jobs: VecDeque<Job>,
    pub seats: VecDeque<Seat>,
    pub assigned: Vec<Match>,
    pub lapsed: Vec<Seat>,
}

impl Line {
    pub fn used(&self) -> usize {
        self.jobs.len() + self.seats.len() + self.assigned.len() + self.lapsed.len()
    }

    fn require_room(&self) -> Result<(), MarketError> {
        if self.used() < self.capacity { Ok(()) } else { Err(MarketError::QueueFull) }
    }

    /// Takes the first live seat if it accepts the rate. A match meets a few lapsed seats at most; those of an evicted
    /// member count among them.
    fn take_live_seat(&mut self, rate: u64, evicted: Option<&Address>, now: Now) -> Option<Seat> {
        for _ in 0..LAPSED_PER_MATCH {
            let seat = *self.seats.front()?;
            if now.unix < seat.valid_until && evicted != Some(&seat.member) {
                return (seat.min_rate <= rate).then(|| self.seats.pop_front()).flatten();
            }
            self.seats.pop_front();
            self.lapsed.push(seat);
        }
        None
    }

    fn assign(&mut self, job: Job, seat: Seat) -> Matched {
        self.assign_from(job, seat, false)
    }

    fn assign_from(&mut self, job: Job, seat: Seat, from_behind: bool) -> Matched {
        let matched = Match { job, seat, from_behind };
        self.assigned.push(matched);
        Some(matched)
    }

    pub fn post(&mut self, job: Job, now: Now) -> Result<Matched, MarketError> {
        let seat = if self.jobs.is_empty() { self.take_live_seat(job.rate, None, now) } else { None };
        if let Some(seat) = seat {
            return Ok(self.assign(job, seat));
        }
        self.require_room()?;
        self.jobs.push_back(job);
        Ok(None)
    }

    /// A post to the seat with this bond, if it is `member`'s.
    pub fn post_to(&mut self, bond: u64, member: &Address, job: Job, now: Now) -> Result<Matched, MarketError> {
        let waits = |seat: &Seat| {
            seat.bond == bond && seat.member == *member && now.unix < seat.valid_until && seat.min_rate <= job.rate
        };
        let place = self.seats.iter().position(waits).ok_or(MarketError::HostNotWaiting)?;
        let seat = self.seats.remove(place).expect("a seat");
        Ok(self.assign_from(job, seat, place > 0))
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

    /// The waiting or lapsed seat with this bond leaves.
    pub fn leave(&mut self, bond: u64) {
        self.seats.retain(|seat| seat.bond != bond);
        self.lapsed.retain(|seat| seat.bond != bond);
    }

    /// An assignment ends, and its job and seat with it.
    pub fn remove_assigned(&mut self, job: &Address) -> Match {
        let place = self.assigned.iter().position(|assigned| assigned.job.key == *job).expect("assigned");
        self.assigned.remove(place)
    }

    /// The job of an assignment is cancelled.
    pub fn return_seat(&mut self, job: &Address, answered: bool, now: Now) -> Matched {
        let Match { seat, from_behind, .. } = self.remove_assigned(job);
        if !answered || now.unix >= seat.valid_until {
            self.lapsed.push(seat);
            return None;
        }
        if self.jobs.front().is_some_and(|head| head.rate >= seat.min_rate) {
            let head = self.jobs.pop_front().expect("a head");
            return self.assign(head, seat);
        }
        if from_behind {
            self.seats.push_back(seat);
        } else {
            self.seats.push_front(seat);
        }
        None
    }

    /// The seat of an assignment is gone, and with it all seats of its member that the job meets, if that is evicted.
    pub fn return_job(&mut self, job: &Address, evicted: Option<&Address>, now: Now) -> Matched {
        let Match { job, .. } = self.remove_assigned(job);
        if let Some(seat) = self.take_live_seat(job.rate, evicted, now) {
            return self.assign(job, seat);
        }
        self.jobs.push_front(job);
        None
    }

    /// Matches, or clears lapsed seats out of the way.
    pub fn match_heads(&mut self, now: Now) -> Result<Matched, MarketError> {
        let (lapsed, head) = (self.lapsed.len(), self.jobs.front().copied());
        let seat = self.take_live_seat(head.map_or(u64::MAX, |head| head.rate), None, now);
        match (head, seat) {
            (Some(job), Some(seat)) => {
                self.jobs.pop_front();
                return Ok(self.assign(job, seat));
            }
            // A live seat without a job stays where it is.
            (None, Some(seat)) => self.seats.push_front(seat),
            _ => {}
        }
        if self.lapsed.len() > lapsed { Ok(None) } else { Err(MarketError::NothingToMatch) }
    }

    pub fn give_seat(&mut self, now: Now) -> Result<Seat, MarketError> {
        if !self.jobs.is_empty() {
            return Err(MarketError::SourceHasJobs);
        }
        self.take_live_seat(u64::MAX, None, now).ok_or(MarketError::NothingToMatch)
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
        let assigned = of_kind(NodeKind::Assigned).map(|node| Match {
            job: Job { key: node.job, rate: node.rate },
            seat: node.seat(),
            from_behind: node.from_behind != 0,
        });
        let lapsed = of_kind(NodeKind::Lapsed).map(|node| node.seat());
        let by_bond = |matched: &Match| matched.seat.bond;
        assert_eq!(sorted(assigned, by_bond), sorted(self.assigned.iter().copied(), by_bond), "assignments");
        assert_eq!(
            sorted(lapsed, |seat| seat.bond),
            sorted(self.lapsed.iter().copied(), |seat| seat.bond),
            "lapsed"
        );

        let counters = [shard.jobs, shard.seats, shard.assigned, shard.lapsed].map(usize::from);
        let lengths = [self.jobs.len(), self.seats.len(), self.assigned.len(), self.lapsed.len()];
        assert_eq!(counters, lengths, "counters");
        assert_eq!(shard.used() as usize, self.used());
        assert_eq!(free(shard, nodes), self.capacity - self.used(), "free nodes");
    }
}

fn sorted<T>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by_key(key);
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
