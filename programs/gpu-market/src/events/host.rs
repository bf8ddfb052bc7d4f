use crate::prelude::*;

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct HostRegistered {
    pub host: Address,
    pub owner: Address,
    pub operator: Address,
    pub sealing_key: [u8; 32],
    pub metadata_hash: [u8; 32],
    pub rent_payer: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct HostUpdated {
    pub host: Address,
    pub operator: Address,
    pub sealing_key: [u8; 32],
    pub metadata_hash: [u8; 32],
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct HostClosed {
    pub host: Address,
    /// Missed acknowledgements that the host had when it closed.
    pub strikes: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EarningsOpened {
    pub host: Address,
    pub mint: Address,
    pub vault: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EarningsWithdrawn {
    pub host: Address,
    pub mint: Address,
    /// Owner or operator of the host.
    pub authority: Address,
    pub destination: Address,
    pub amount: u64,
    /// What the vault holds after this.
    pub left: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EarningsClosed {
    pub host: Address,
    pub mint: Address,
    pub vault: Address,
    /// Base units that went to the owner.
    pub returned: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberEnrolled {
    pub member: Address,
    pub market: Address,
    pub host: Address,
    pub earnings: Address,
    pub rent_payer: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberApplied {
    pub application: MemberEnrolled,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberAdmitted {
    pub member: Address,
    pub market: Address,
    pub host: Address,
    pub authority: Address,
    /// Until when the attestation counts, unix seconds.
    pub attested_until: i64,
    pub evidence_hash: [u8; 32],
    /// Base units of the stake mint that do not leave while the member is active.
    pub collateral_floor: u64,
    pub at: i64,
    pub attested_gpus: u32,
    /// Number of the terms in force.
    pub terms: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberPromoted {
    pub member: Address,
    pub market: Address,
    pub host: Address,
    /// Base units of the stake mint that do not leave while the member is active.
    pub collateral_floor: u64,
    pub at: i64,
    /// Number of the terms in force, whose rules are met.
    pub terms: u64,
}

/// A window was judged, or a suspension is over.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberReviewed {
    pub member: Address,
    pub market: Address,
    pub host: Address,
    pub collateral_floor: u64,
    pub suspended_until: i64,
    pub probation_until: i64,
    pub barred_until: i64,
    pub at: i64,
    /// Number of the last window that was judged or is exempt.
    pub reviewed: u32,
    /// Windows of the feeder's record with a lower number do not count for promotion.
    pub fresh_from: u32,
    /// Number of the terms in force.
    pub terms: u32,
    /// See [`crate::state::Review`].
    pub review: u32,
}

/// The owner gave up the place in a premium market; the member is a candidate.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberResigned {
    pub member: Address,
    pub market: Address,
    pub host: Address,
    pub at: i64,
    /// The member is not promoted before.
    pub barred_until: i64,
    pub probation_until: i64,
    /// Windows of the feeder's record with a lower number do not count for promotion.
    pub fresh_from: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MemberClosed {
    pub member: Address,
    pub market: Address,
    pub host: Address,
}
