use crate::prelude::*;
#[cfg(feature = "program")]
use crate::{
    settlement::Penalty,
    state::{Job, Now, Settled},
};

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobPosted {
    pub job: Address,
    pub client: Address,
    pub market: Address,
    /// Owner or delegate that signed.
    pub authority: Address,
    pub rent_payer: Address,
    /// Member that it was assigned to; all zeros if it waits in line.
    pub member: Address,
    pub spec_hash: [u8; 32],
    pub nonce: u64,
    pub rate: u64,
    pub deposit: u64,
    pub queue_fee: u64,
    pub at: i64,
    pub slot: u64,
    pub terms: u32,
    pub duration: u32,
    pub node: u16,
    pub delegation: u16,
    pub shard: u8,
    pub flags: u8,
    pub reserved: [u8; 2],
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobStarted {
    pub job: Address,
    pub member: Address,
    pub bond: u64,
    pub at: i64,
    pub slot: u64,
    pub duration: u32,
    pub max_duration: u32,
}

/// A heartbeat.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobEvidenced {
    pub job: Address,
    /// All zeros if the checkpoint stayed the same.
    pub checkpoint: [u8; 32],
    pub at: i64,
    pub slot: u64,
    /// Seconds of evidence in all.
    pub evidenced: u32,
    pub reserved: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobCollected {
    pub job: Address,
    pub member: Address,
    pub amount: u64,
    pub fee: u64,
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobExtended {
    pub job: Address,
    pub authority: Address,
    /// New deposit in all.
    pub deposit: u64,
    pub at: i64,
    /// New duration in all, seconds.
    pub duration: u32,
    /// Seconds added.
    pub seconds: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobRepriced {
    pub job: Address,
    pub rate: u64,
    pub deposit: u64,
    pub at: i64,
    pub terms: u32,
    pub reserved: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobFinished {
    pub job: Address,
    pub member: Address,
    pub result_hash: [u8; 32],
    /// Moved to the earnings vault now.
    pub paid: u64,
    pub fee: u64,
    /// Booked for later, because a vault was frozen.
    pub due: u64,
    pub refunded: u64,
    /// Base units of the stake mint credited to the client.
    pub penalty: u64,
    pub at: i64,
    pub evidenced: u32,
    /// See `Outcome`.
    pub outcome: u32,
}

/// A job finished, and its host joined again or was refused.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct HostRejoined {
    pub finished: JobFinished,
    pub shard: Address,
    /// The job that the seat was assigned; all zeros if it waits or was refused.
    pub next_job: Address,
    pub valid_until: i64,
    pub min_rate: u64,
    pub bond: u64,
    pub slot: u64,
    /// `u32::MAX` if refused.
    pub node: u32,
    /// Code of the refusal; zero if the seat was taken.
    pub refusal: u32,
    pub terms: u32,
    pub reserved: u32,
}

/// A job ended without its host finishing it.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobEnded {
    pub job: Address,
    /// All zeros if it never was assigned.
    pub member: Address,
    pub caller: Address,
    pub paid: u64,
    pub fee: u64,
    /// Paid to the caller.
    pub tip: u64,
    pub due: u64,
    pub refunded: u64,
    /// Base units of the stake mint credited to the client.
    pub penalty: u64,
    pub at: i64,
    pub evidenced: u32,
    /// See `JobState`: ended, timed out, host lost or expired.
    pub state: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobCancelled {
    pub job: Address,
    /// Member that it was assigned to; all zeros if it was in line.
    pub member: Address,
    /// Job that the member's seat took instead; all zeros if it waits.
    pub next_job: Address,
    pub fee: u64,
    /// Tip that the member can collect.
    pub due: u64,
    pub refunded: u64,
    pub at: i64,
    pub slot: u64,
    /// Node of the seat now.
    pub node: u32,
    pub reserved: u32,
}

/// Why an assignment did not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum FailureReason {
    Declined = 0,
    SpecUnavailable = 1,
    MissedAck = 2,
    Unfit = 3,
}

/// A job was taken from the host that it was assigned to.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AssignmentFailed {
    pub job: Address,
    /// The member that it was taken from.
    pub member: Address,
    pub caller: Address,
    /// The member that it is assigned to now; all zeros if it is in line again or refunded.
    pub next_member: Address,
    /// Base units of the payment mint, if it was refunded.
    pub refunded: u64,
    pub fee: u64,
    pub tip: u64,
    /// Base units of the stake mint: credited to the client, to the treasury, to the caller.
    pub penalty_client: u64,
    pub penalty_treasury: u64,
    pub penalty_tip: u64,
    pub at: i64,
    pub slot: u64,
    /// See [`FailureReason`].
    pub reason: u32,
    pub attempts: u32,
    /// See `JobState`: open or expired.
    pub state: u32,
    pub reserved: u32,
}

#[cfg(feature = "program")]
impl AssignmentFailed {
    #[allow(clippy::too_many_arguments)]
    #[inline(never)]
    pub(crate) fn new(
        job_address: &Address,
        member: &Address,
        caller: &Address,
        reason: FailureReason,
        job: &Job,
        next_member: &Address,
        settled: &Option<Settled>,
        penalty: Penalty,
        now: Now,
    ) -> Self {
        let settled = settled.unwrap_or_default();
        Self {
            job: *job_address,
            member: *member,
            caller: *caller,
            next_member: *next_member,
            refunded: settled.refund,
            fee: settled.fee,
            tip: settled.tip,
            penalty_client: penalty.client,
            penalty_treasury: penalty.treasury,
            penalty_tip: penalty.tip,
            at: now.unix,
            slot: now.slot,
            reason: reason as u32,
            attempts: job.attempts.into(),
            state: job.state.into(),
            reserved: 0,
        }
    }
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobDisputed {
    pub job: Address,
    pub member: Address,
    /// Fee that was paid for it.
    pub fee: u64,
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct JobClosed {
    pub job: Address,
    pub client: Address,
    pub rent_payer: Address,
    pub nonce: u64,
    /// What was due to a host that has closed its member, now the client's.
    pub forfeited: u64,
    pub at: i64,
}
