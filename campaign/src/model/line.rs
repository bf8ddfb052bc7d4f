//! A shard as the design describes it: two lines, first come, first served.

use {
    gpu_market::state::{Node, Shard},
    gpu_market_sdk::{Address, decode::ShardAccount},
    std::collections::VecDeque,
};

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Free,
    Queued,
    Waiting,
    Assigned,
    Lapsed,
}

impl Kind {
    pub fn of(kind: u8) -> Option<Self> {
        [Self::Free, Self::Queued, Self::Waiting, Self::Assigned, Self::Lapsed].get(usize::from(kind)).copied()
    }
}

/// A node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    pub kind: Kind,
    pub job: Address,
    pub member: Address,
    pub since: i64,
    pub slot: u64,
    pub valid_until: i64,
    pub rate: u64,
    pub min_rate: u64,
    pub bond: u64,
    pub epoch: u16,
    pub from_behind: bool,
}

/// A node that holds nothing.
pub const EMPTY: Slot = Slot {
    kind: Kind::Free,
    job: Address::new_from_array([0; 32]),
    member: Address::new_from_array([0; 32]),
    since: 0,
    slot: 0,
    valid_until: 0,
    rate: 0,
    min_rate: 0,
    bond: 0,
    epoch: 0,
    from_behind: false,
};

/// The seat of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeatBook {
    pub member: Address,
    pub valid_until: i64,
    pub min_rate: u64,
    pub bond: u64,
    pub epoch: u16,
}

/// A moment: unix seconds and slot.
pub type Moment = (i64, u64);

/// A shard.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub market: Address,
    pub rent_payer: Address,
    pub index: u8,
    /// Nodes of the jobs in line.
    pub jobs: VecDeque<u16>,
    /// Nodes of the seats that wait.
    pub seats: VecDeque<u16>,
    pub nodes: Vec<Slot>,
    /// Nodes that were used and are free; the last is used next.
    pub free: Vec<u16>,
    /// Nodes from here on were never used.
    pub fresh: u16,
}

fn slot_of(node: &Node) -> Slot {
    Slot {
        kind: Kind::of(node.kind).unwrap_or(Kind::Free),
        job: node.job,
        member: node.member,
        since: node.since,
        slot: node.slot,
        valid_until: node.valid_until,
        rate: node.rate,
        min_rate: node.min_rate,
        bond: node.bond,
        epoch: node.epoch,
        from_behind: node.from_behind != 0,
    }
}

/// Follows a list from its head, at most as many steps as there are nodes.
fn walk(nodes: &[Node], head: u16) -> Vec<u16> {
    let mut list = Vec::new();
    let mut index = head;
    while let Some(node) = nodes.get(usize::from(index)) {
        if list.len() >= nodes.len() {
            break;
        }
        list.push(index);
        index = node.next;
    }
    list
}

impl Line {
    pub fn read(account: &ShardAccount) -> Self {
        let Shard { market, rent_payer, index, job_head, seat_head, free_head, fresh, .. } = account.shard;
        let mut free = walk(&account.nodes, free_head);
        free.reverse();
        Self {
            market,
            rent_payer,
            index,
            jobs: walk(&account.nodes, job_head).into(),
            seats: walk(&account.nodes, seat_head).into(),
            nodes: account.nodes.iter().map(slot_of).collect(),
            free,
            fresh,
        }
    }

    pub fn node(&self, index: u16) -> Option<&Slot> {
        self.nodes.get(usize::from(index))
    }

    fn at(&mut self, index: u16) -> &mut Slot {
        &mut self.nodes[usize::from(index)]
    }

    pub fn used(&self) -> usize {
        self.nodes.iter().filter(|node| node.kind != Kind::Free).count()
    }

    pub fn has_room(&self) -> bool {
        !self.free.is_empty() || usize::from(self.fresh) < self.nodes.len()
    }

    fn take_node(&mut self) -> u16 {
        self.free.pop().unwrap_or_else(|| {
            self.fresh += 1;
            self.fresh - 1
        })
    }

    fn put_back(&mut self, index: u16) {
        *self.at(index) = EMPTY;
        self.free.push(index);
    }

    /// Unlinks what is over at the head of the seats, at most four of them, and finds the head seat that takes a job at
    /// `rate`.
    fn live_seat(&mut self, rate: u64, evicted: Option<Address>, now: Moment) -> Option<u16> {
        for _ in 0..4 {
            let head = *self.seats.front()?;
            let node = *self.at(head);
            if now.0 < node.valid_until && Some(node.member) != evicted {
                return (node.min_rate <= rate).then_some(head);
            }
            self.seats.pop_front();
            self.at(head).kind = Kind::Lapsed;
        }
        None
    }

    fn assign(&mut self, index: u16, now: Moment) {
        let node = self.at(index);
        node.kind = Kind::Assigned;
        (node.since, node.slot) = now;
    }

    fn seat_takes(&mut self, index: u16, job: Address, rate: u64, now: Moment) {
        let from_behind = self.seats.front() != Some(&index);
        self.seats.retain(|seat| *seat != index);
        let node = self.at(index);
        node.from_behind = from_behind;
        (node.job, node.rate) = (job, rate);
        self.assign(index, now);
    }

    /// Whether a post now would find a seat, without changing anything.
    pub fn post_finds_seat(&self, rate: u64, now: Moment) -> bool {
        self.jobs.is_empty() && self.clone().live_seat(rate, None, now).is_some()
    }

    /// A new job, to a seat or in line; its node, and whether it is in line. There has to be room.
    pub fn post(&mut self, job: Address, rate: u64, now: Moment) -> (u16, bool) {
        if self.jobs.is_empty()
            && let Some(seat) = self.live_seat(rate, None, now)
        {
            self.seat_takes(seat, job, rate, now);
            return (seat, false);
        }
        let index = self.take_node();
        *self.at(index) = Slot { kind: Kind::Queued, job, rate, since: now.0, slot: now.1, ..EMPTY };
        self.jobs.push_back(index);
        (index, true)
    }

    /// A new job for one seat.
    pub fn post_to(&mut self, index: u16, job: Address, rate: u64, now: Moment) {
        self.seat_takes(index, job, rate, now);
    }

    fn put_seat(&mut self, index: u16, seat: &SeatBook) {
        let node = self.at(index);
        node.member = seat.member;
        node.valid_until = seat.valid_until;
        node.min_rate = seat.min_rate;
        node.bond = seat.bond;
        node.epoch = seat.epoch;
    }

    /// Rate of the head job.
    pub fn head_rate(&self) -> Option<u64> {
        self.jobs.front().and_then(|index| self.node(*index)).map(|node| node.rate)
    }

    /// A seat, to the head job or waiting.
    pub fn join(&mut self, seat: &SeatBook, now: Moment) -> u16 {
        if let Some(head) = self.jobs.pop_front() {
            self.put_seat(head, seat);
            self.assign(head, now);
            return head;
        }
        let index = self.take_node();
        *self.at(index) = Slot { kind: Kind::Waiting, since: now.0, slot: now.1, ..EMPTY };
        self.put_seat(index, seat);
        self.seats.push_back(index);
        index
    }

    pub fn renew(&mut self, index: u16, seat: &SeatBook) {
        self.put_seat(index, seat);
    }

    /// Takes out a waiting or lapsed seat.
    pub fn leave(&mut self, index: u16) {
        self.seats.retain(|seat| *seat != index);
        self.put_back(index);
    }

    /// Takes out a job in line.
    pub fn remove_job(&mut self, index: u16) {
        self.jobs.retain(|job| *job != index);
        self.put_back(index);
    }

    /// Takes out an assignment.
    pub fn remove_assigned(&mut self, index: u16) {
        self.put_back(index);
    }

    /// The job of an assignment is gone, its seat is not.
    pub fn return_seat(&mut self, index: u16, answered: bool, now: Moment) {
        let node = *self.at(index);
        let seat = SeatBook {
            member: node.member,
            valid_until: node.valid_until,
            min_rate: node.min_rate,
            bond: node.bond,
            epoch: node.epoch,
        };
        let alive = answered && now.0 < node.valid_until;
        if alive && self.head_rate().is_some_and(|rate| rate >= seat.min_rate) {
            self.put_back(index);
            self.join(&seat, now);
            return;
        }
        let node = self.at(index);
        let from_behind = std::mem::take(&mut node.from_behind);
        (node.job, node.rate) = (EMPTY.job, 0);
        (node.since, node.slot) = now;
        node.kind = if alive { Kind::Waiting } else { Kind::Lapsed };
        if alive && from_behind {
            self.seats.push_back(index);
        } else if alive {
            self.seats.push_front(index);
        }
    }

    /// The seat of an assignment is gone, its job is not.
    pub fn return_job(&mut self, index: u16, evicted: Option<Address>, now: Moment) {
        let node = self.at(index);
        let (job, rate) = (node.job, node.rate);
        *node = Slot { kind: Kind::Queued, job, rate, since: now.0, slot: now.1, ..EMPTY };
        if let Some(seat) = self.live_seat(rate, evicted, now) {
            self.unite(index, seat, now);
        } else {
            self.jobs.push_front(index);
        }
    }

    /// Gives a job that is in no line to a waiting seat.
    fn unite(&mut self, job: u16, seat: u16, now: Moment) {
        let taken = self.seat_of(seat);
        self.leave(seat);
        self.put_seat(job, &taken);
        self.assign(job, now);
    }

    fn seat_of(&self, index: u16) -> SeatBook {
        let node = &self.nodes[usize::from(index)];
        SeatBook {
            member: node.member,
            valid_until: node.valid_until,
            min_rate: node.min_rate,
            bond: node.bond,
            epoch: node.epoch,
        }
    }

    /// Brings both heads together; none if nothing came of it.
    pub fn match_heads(&mut self, now: Moment) -> Option<()> {
        let lapsed = self.lapsed();
        let rate = self.head_rate().unwrap_or(u64::MAX);
        let seat = self.live_seat(rate, None, now);
        match (self.jobs.front().copied(), seat) {
            (Some(job), Some(seat)) => {
                self.jobs.pop_front();
                self.unite(job, seat, now);
                Some(())
            }
            _ => (self.lapsed() != lapsed).then_some(()),
        }
    }

    fn lapsed(&self) -> usize {
        self.nodes.iter().filter(|node| node.kind == Kind::Lapsed).count()
    }

    /// Takes the head seat out, for another shard.
    pub fn give_seat(&mut self, now: Moment) -> Option<SeatBook> {
        let head = self.live_seat(u64::MAX, None, now)?;
        let seat = self.seat_of(head);
        self.leave(head);
        Some(seat)
    }

    pub fn grow(&mut self, nodes: usize) {
        self.nodes.extend(std::iter::repeat_n(EMPTY, nodes));
    }

    /// A shard with nothing in it.
    pub fn new(market: Address, rent_payer: Address, index: u8, nodes: usize) -> Self {
        let (jobs, seats) = (VecDeque::new(), VecDeque::new());
        Self { market, rent_payer, index, jobs, seats, nodes: vec![EMPTY; nodes], free: Vec::new(), fresh: 0 }
    }
}
