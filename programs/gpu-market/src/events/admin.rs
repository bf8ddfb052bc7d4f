use crate::prelude::*;

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ConfigCreated {
    pub config: Address,
    pub admin: Address,
    pub pauser: Address,
    pub stake_mint: Address,
    pub treasury: Address,
    pub rent_payer: Address,
    pub unbonding: i64,
    pub min_bond: u64,
    pub stake_decimals: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ConfigUpdated {
    pub config: Address,
    pub pauser: Address,
    pub treasury: Address,
    pub unbonding: i64,
    pub min_bond: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PauseSet {
    pub config: Address,
    /// The pauser or the admin.
    pub authority: Address,
    pub old_bits: u8,
    pub bits: u8,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AdminProposed {
    pub config: Address,
    pub admin: Address,
    /// All zeros if a proposal was taken back.
    pub successor: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AdminAccepted {
    pub config: Address,
    pub old_admin: Address,
    pub admin: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ConfigClosed {
    pub config: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct TreasuryOpened {
    pub treasury: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct FeesSwept {
    pub client: Address,
    pub treasury: Address,
    /// Base units of fees that were owed and are split.
    pub amount: u64,
    /// Base units that went to the reward pool of the mint.
    pub stakers: u64,
    /// Base units that went to the referrer, from before too.
    pub referrer: u64,
    /// Base units that the referrer is owed after this.
    pub referral_owed: u64,
    /// All that the treasury was ever swept, this included.
    pub received: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct SlashesSwept {
    pub stake: Address,
    pub treasury: Address,
    pub amount: u64,
    /// All that the treasury was ever swept, this included.
    pub received: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct TreasuryWithdrawn {
    pub treasury: Address,
    pub destination: Address,
    pub amount: u64,
    /// All that was ever withdrawn, this included.
    pub withdrawn: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct TreasuryClosed {
    pub treasury: Address,
    pub mint: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct SplitAnnounced {
    pub config: Address,
    pub stakers_bps: u64,
    pub referral_bps: u64,
    /// Unix seconds.
    pub effective_at: i64,
}
