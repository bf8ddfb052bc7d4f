use crate::prelude::*;

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct StakeOpened {
    pub stake: Address,
    pub owner: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Seconds that unstake requests cool.
    pub unbonding: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct Staked {
    pub stake: Address,
    pub amount: u64,
    /// Staked after this, allocated or not.
    pub staked: u64,
    /// Seconds that unstake requests cool from now on.
    pub unbonding: i64,
    /// Unix seconds: all reward positions of the stake were settled and reweighed then.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct CollateralAllocated {
    pub stake: Address,
    pub member: Address,
    pub amount: u64,
    /// Collateral of the member after this.
    pub collateral: u64,
    /// Part of the stake that is collateral of members after this.
    pub allocated: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct CollateralDeallocated {
    pub stake: Address,
    pub member: Address,
    pub amount: u64,
    /// Collateral of the member after this.
    pub collateral: u64,
    /// Part of the stake that is collateral of members after this.
    pub allocated: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct UnstakeRequested {
    pub stake: Address,
    pub amount: u64,
    /// When the amount can be withdrawn, unix seconds.
    pub unlock_at: i64,
    /// Staked after this.
    pub staked: u64,
    /// Cooling after this.
    pub cooling: u64,
    /// Unix seconds: all reward positions of the stake were settled and reweighed then.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct Restaked {
    pub stake: Address,
    pub amount: u64,
    /// Staked after this.
    pub staked: u64,
    /// Cooling after this.
    pub cooling: u64,
    /// Unix seconds: all reward positions of the stake were settled and reweighed then.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct StakeWithdrawn {
    pub stake: Address,
    pub destination: Address,
    pub amount: u64,
    /// Cooling after this.
    pub cooling: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct StakeClosed {
    pub stake: Address,
    /// Base units that went to the owner: gifts to the vault, because nothing else was left in it.
    pub returned: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct CreditOpened {
    pub credit: Address,
    pub stake: Address,
    pub beneficiary: Address,
    pub rent_payer: Address,
    /// Credits that the stake has after this.
    pub credits: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct CreditClaimed {
    pub credit: Address,
    pub stake: Address,
    pub beneficiary: Address,
    pub destination: Address,
    pub amount: u64,
    /// What the credit still holds after this.
    pub left: u64,
    /// What the stake owes to all of its credits after this.
    pub owed: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct CreditClosed {
    pub credit: Address,
    pub stake: Address,
    /// Credits that the stake has after this.
    pub credits: u32,
}
