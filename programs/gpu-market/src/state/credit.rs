use {
    super::{ensure, Tranches},
    crate::error::{MarketError, Rule},
    crate::prelude::*,
};

/// Slashed stake on its way to a harmed client. The tokens lie in the stake's vault until they are claimed, which is
/// possible after the stake's unbonding period, so that slashing oneself is no shortcut out of the stake.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Credit {
    pub stake: Address,
    /// Owner of the client account that was harmed.
    pub beneficiary: Address,
    pub rent_payer: Address,
    /// Base units of the stake mint, and when they can be claimed.
    pub claims: Tranches,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 46],
}

impl Credit {
    pub fn add(&mut self, amount: u64, claimable_at: i64) -> Rule<()> {
        self.claims.add(amount, claimable_at)
    }

    /// Takes what can be claimed by `now`.
    pub fn claim(&mut self, now: i64) -> Rule<u64> {
        let amount = self.claims.take_unlocked(now)?;
        ensure(amount > 0, MarketError::CreditNotClaimable)?;
        Ok(amount)
    }

    pub fn is_empty(&self) -> Rule<bool> {
        Ok(self.claims.total()? == 0)
    }
}
