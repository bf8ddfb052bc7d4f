use crate::prelude::*;

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PoolOpened {
    pub pool: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PoolClosed {
    pub pool: Address,
    pub mint: Address,
    /// Base units that went to the treasury: rests of divisions, and gifts.
    pub left: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PositionOpened {
    pub position: Address,
    pub pool: Address,
    pub stake: Address,
    pub rent_payer: Address,
    /// Weight of this position; low half, high half.
    pub position_weight: [u64; 2],
    /// Sum of the weights that positions record, after this; low half, high half.
    pub weight: [u64; 2],
    /// What a unit of weight has earned, base units × 2⁶⁴, after this; low half, high half.
    pub accumulated: [u64; 2],
    /// Positions of the stake after this.
    pub positions: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PositionSynced {
    pub position: Address,
    pub pool: Address,
    pub stake: Address,
    /// Weight of this position after this; low half, high half.
    pub position_weight: [u64; 2],
    /// Sum of the weights that positions record, after this; low half, high half.
    pub weight: [u64; 2],
    /// What a unit of weight has earned, base units × 2⁶⁴, after this; low half, high half.
    pub accumulated: [u64; 2],
    /// Earned and not claimed, after this.
    pub pending: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RewardsClaimed {
    pub position: Address,
    pub pool: Address,
    pub stake: Address,
    pub destination: Address,
    /// Weight of this position after this; low half, high half.
    pub position_weight: [u64; 2],
    /// Sum of the weights that positions record, after this; low half, high half.
    pub weight: [u64; 2],
    /// What a unit of weight has earned, base units × 2⁶⁴, after this; low half, high half.
    pub accumulated: [u64; 2],
    pub amount: u64,
    /// All that the pool ever paid, this included.
    pub claimed: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct PositionClosed {
    pub position: Address,
    pub pool: Address,
    pub stake: Address,
    /// Sum of the weights that positions record, after this; low half, high half.
    pub weight: [u64; 2],
    /// What a unit of weight has earned, base units × 2⁶⁴, after this; low half, high half.
    pub accumulated: [u64; 2],
    /// All that the position ever claimed.
    pub claimed: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EmissionOpened {
    pub emission: Address,
    /// The reward pool or the market.
    pub target: Address,
    pub funder: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    pub amount: u64,
    /// Unix seconds.
    pub start: i64,
    /// Unix seconds.
    pub end: i64,
    /// Of an incentive: micro base units per evidenced second at most.
    pub rate: u64,
    /// Of an incentive: base units in one week at most.
    pub window_cap: u64,
    /// See `EmissionKind`.
    pub kind: u64,
    pub id: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EmissionReleased {
    pub emission: Address,
    pub pool: Address,
    pub amount: u64,
    /// Released so far, this included.
    pub released: u64,
    /// All that the pool ever received, this included.
    pub received: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct IncentivePaid {
    pub emission: Address,
    pub job: Address,
    pub member: Address,
    pub amount: u64,
    /// Paid so far, this included.
    pub released: u64,
    /// Paid in this week so far, this included.
    pub window_paid: u64,
    /// Unix seconds.
    pub at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct EmissionClosed {
    pub emission: Address,
    pub funder: Address,
    /// Base units that went back to the funder: what hosts did not earn, and gifts.
    pub returned: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
/// A vault was compared with the book of its account.
pub struct SolvencyChecked {
    /// The client, stake or reward pool.
    pub account: Address,
    pub vault: Address,
    /// Base units in the vault.
    pub held: u64,
    /// Base units that it has to hold.
    pub booked: u64,
    /// One if nothing enters from now on, zero if it does.
    pub halted: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct LockExtended {
    pub stake: Address,
    pub old_days: u64,
    pub days: u64,
    /// Unix seconds.
    pub at: i64,
}
