use crate::prelude::*;

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ClientOpened {
    pub client: Address,
    pub owner: Address,
    pub mint: Address,
    pub rent_payer: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EscrowDeposited {
    pub client: Address,
    pub depositor: Address,
    pub amount: u64,
    /// Available after the deposit.
    pub available: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EscrowWithdrawn {
    pub client: Address,
    pub amount: u64,
    /// Available after the withdrawal.
    pub available: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct DelegateSet {
    pub client: Address,
    /// All zeros if the delegate was revoked.
    pub delegate: Address,
    pub cap: u64,
    pub expires_at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct NonceFloorRaised {
    pub client: Address,
    pub floor: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ClientClosed {
    pub client: Address,
    /// Base units that went to the owner, gifts to the vault included.
    pub returned: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ReferrerSet {
    pub client: Address,
    /// All zeros if there was none.
    pub old_referrer: Address,
    /// Earnings vault of the referrer; all zeros if there is none from now on.
    pub referrer: Address,
}
