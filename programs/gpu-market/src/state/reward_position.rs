use {
    super::{ensure, RewardPool},
    crate::prelude::*,
    crate::{
        error::{MarketError, Rule},
        math::{halves, wide, Checked},
        settlement::earned,
    },
};

/// What one stake earns from one reward pool.
///
/// Whoever changes a stake settles and reweighs its positions in the same instruction. Only a slash does not, since it must
/// not depend on a pool: until somebody syncs the position, it earns by the lower weight.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct RewardPosition {
    pub pool: Address,
    pub stake: Address,
    pub rent_payer: Address,
    /// Weight that the pool counts for this position; low half, high half.
    pub weight: [u64; 2],
    /// The pool's accumulated earnings up to which this position is settled; low half, high half.
    pub accumulated: [u64; 2],
    /// Base units earned and not claimed.
    pub pending: u64,
    /// Base units claimed so far.
    pub claimed: u64,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 46],
}

impl RewardPosition {
    /// Weight that the pool counts for this position.
    pub fn weight(&self) -> u128 {
        wide(self.weight)
    }

    /// Begins to earn at the pool's present state; the pool was advanced.
    pub fn open(&mut self, pool: &mut RewardPool, stake_weight: u128) -> Rule<()> {
        pool.position_opened()?;
        self.accumulated = pool.accumulated;
        self.reweigh(pool, stake_weight)
    }

    /// Books what was earned since the last time, by the lower of the recorded weight and the stake's; the pool was
    /// advanced. What a slashed stake no longer earns goes to the others.
    pub fn settle(&mut self, pool: &mut RewardPool, stake_weight: u128) -> Rule<()> {
        let gained = pool.accumulated().minus(wide(self.accumulated))?;
        let recorded = self.weight();
        let amount = earned(recorded.min(stake_weight), gained)?;
        if stake_weight < recorded {
            pool.forfeit(earned(recorded, gained)?.minus(amount)?)?;
        }
        self.pending = self.pending.plus(amount)?;
        self.accumulated = pool.accumulated;
        Ok(())
    }

    /// Makes the pool count the stake's weight from now on.
    pub fn reweigh(&mut self, pool: &mut RewardPool, stake_weight: u128) -> Rule<()> {
        pool.reweigh(self.weight(), stake_weight)?;
        self.weight = halves(stake_weight);
        Ok(())
    }

    /// Takes what was earned.
    pub fn claim(&mut self, pool: &mut RewardPool) -> Rule<u64> {
        let amount = core::mem::take(&mut self.pending);
        ensure(amount > 0, MarketError::NothingToClaim)?;
        self.claimed = self.claimed.plus(amount)?;
        pool.pay(amount)?;
        Ok(amount)
    }

    /// Stops earning.
    pub fn stop(&mut self, pool: &mut RewardPool) -> Rule<()> {
        ensure(self.pending == 0, MarketError::PositionNotEmpty)?;
        self.reweigh(pool, 0)?;
        pool.position_closed()
    }
}
