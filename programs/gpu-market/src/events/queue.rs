use crate::prelude::*;

/// A seat was taken: it waits, or the head job was assigned to it.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct SeatJoined {
    pub member: Address,
    pub shard: Address,
    /// The job that it was assigned; all zeros if it waits.
    pub job: Address,
    pub valid_until: i64,
    pub min_rate: u64,
    pub bond: u64,
    pub at: i64,
    pub slot: u64,
    pub node: u32,
    pub terms: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct SeatRenewed {
    pub member: Address,
    pub shard: Address,
    pub valid_until: i64,
    pub min_rate: u64,
    pub bond: u64,
    pub at: i64,
    pub node: u32,
    pub terms: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct SeatLeft {
    pub member: Address,
    pub shard: Address,
    pub caller: Address,
    /// Base units of bond that were freed.
    pub bond: u64,
    pub at: i64,
    pub node: u32,
    /// One if the seat had lapsed.
    pub lapsed: u32,
}

/// A job in line and a waiting seat were brought together; or only lapsed seats were unlinked, then job and member are
/// all zeros.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobMatched {
    pub job: Address,
    pub member: Address,
    /// Shard of the job.
    pub shard: Address,
    /// Shard that the seat waited in.
    pub from_shard: Address,
    pub at: i64,
    pub slot: u64,
    pub node: u32,
    pub reserved: u32,
}
