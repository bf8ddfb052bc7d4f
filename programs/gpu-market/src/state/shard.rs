use crate::prelude::*;

/// Index that stands for no node.
pub const NIL: u16 = u16::MAX;

/// What a queue node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum NodeKind {
    /// Nothing; on the free list or never used.
    Free = 0,
    /// A job in line.
    Queued = 1,
    /// A seat that waits for a job.
    Waiting = 2,
    /// A job and the seat that it is assigned to; in neither list.
    Assigned = 3,
    /// A seat whose lifetime is over; in neither list, kept until its bond is freed.
    Lapsed = 4,
}

/// One slot of a shard: a job, a seat, or both.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "program", derive(IdlType))]
pub struct Node {
    /// The job; all zeros in a waiting or lapsed seat.
    pub job: Address,
    /// The seat's member; all zeros in a queued job.
    pub member: Address,
    /// Place in line: rises along a list.
    pub seq: u64,
    /// When the node came to hold what it holds: queued, waiting or assigned since, unix seconds.
    pub since: i64,
    /// Slot of `since`.
    pub slot: u64,
    /// Until when the seat is valid.
    pub valid_until: i64,
    /// Rate of the job, micro base units per second.
    pub rate: u64,
    /// Worst rate that the seat accepts.
    pub min_rate: u64,
    /// Bond recorded for the seat.
    pub bond: u64,
    pub prev: u16,
    pub next: u16,
    /// The member's epoch when the seat was taken.
    pub epoch: u16,
    /// See [`NodeKind`].
    pub kind: u8,
    /// One if the seat was taken out of the middle of the line, so that it does not come back at its head.
    pub from_behind: u8,
}

const _: () = assert!(core::mem::size_of::<Node>() == 128);

/// Sequence numbers start in the middle of their range, because a node put back at the head of a line takes the number
/// before the head's.
pub const FIRST_SEQ: u64 = 1 << 63;

/// Header of a queue shard: two lists over the slab of nodes that follows it, and a free list.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Shard {
    pub market: Address,
    /// Gets the rent of the whole account, growth included, when it closes.
    pub rent_payer: Address,
    /// Sequence number of the next node at the tail of a list.
    pub next_seq: u64,
    pub job_head: u16,
    pub job_tail: u16,
    pub seat_head: u16,
    pub seat_tail: u16,
    /// First node of the free list.
    pub free_head: u16,
    /// Nodes from here on were never used.
    pub fresh: u16,
    /// Jobs in line.
    pub jobs: u16,
    /// Seats waiting.
    pub seats: u16,
    /// Nodes that hold an assigned job.
    pub assigned: u16,
    /// Nodes that hold a lapsed seat.
    pub lapsed: u16,
    pub index: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 33],
}

impl Shard {
    /// Makes a fresh account an empty queue.
    pub fn open(&mut self, market: Address, index: u8, rent_payer: Address) {
        self.market = market;
        self.index = index;
        self.rent_payer = rent_payer;
        self.next_seq = FIRST_SEQ;
        self.job_head = NIL;
        self.job_tail = NIL;
        self.seat_head = NIL;
        self.seat_tail = NIL;
        self.free_head = NIL;
    }

    /// Nodes that hold something.
    pub fn used(&self) -> u32 {
        u32::from(self.jobs)
            .saturating_add(u32::from(self.seats))
            .saturating_add(u32::from(self.assigned))
            .saturating_add(u32::from(self.lapsed))
    }
}
