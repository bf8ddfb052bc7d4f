use {
    crate::{
        account_types::Account,
        error::{MarketError, Rule},
        instructions::same,
        state::{RewardPool, RewardPosition, Stake},
    },
    anchor_lang::prelude::*,
};

/// Every reward position of a stake, each with its pool: whoever changes the stake's weight names them all, in any order.
#[derive(Accounts)]
pub struct Positions {
    #[account(mut)]
    pub pool_1: Option<Account<RewardPool>>,
    #[account(mut)]
    pub position_1: Option<Account<RewardPosition>>,
    #[account(mut)]
    pub pool_2: Option<Account<RewardPool>>,
    #[account(mut)]
    pub position_2: Option<Account<RewardPosition>>,
    #[account(mut)]
    pub pool_3: Option<Account<RewardPool>>,
    #[account(mut)]
    pub position_3: Option<Account<RewardPosition>>,
    #[account(mut)]
    pub pool_4: Option<Account<RewardPool>>,
    #[account(mut)]
    pub position_4: Option<Account<RewardPosition>>,
}

type Pair<'a> = (&'a mut Option<Account<RewardPool>>, &'a mut Option<Account<RewardPosition>>);

impl Positions {
    fn pairs(&mut self) -> [Pair<'_>; 4] {
        [
            (&mut self.pool_1, &mut self.position_1),
            (&mut self.pool_2, &mut self.position_2),
            (&mut self.pool_3, &mut self.position_3),
            (&mut self.pool_4, &mut self.position_4),
        ]
    }

    /// Books what the positions have earned by `now`, changes the stake, and reweighs them.
    #[inline(never)]
    pub fn change<T>(
        &mut self,
        stake: &mut Account<Stake>,
        now: i64,
        change: impl FnOnce(&mut Stake) -> Rule<T>,
    ) -> Result<T> {
        let before = stake.weight()?;
        let mut settled = 0u8;
        for (pool, position) in self.pairs() {
            if let (Some(pool), Some(position)) = (pool, position) {
                require!(is_of(position, pool, stake), MarketError::WrongPosition);
                pool.advance(now)?;
                position.settle(pool, before)?;
                settled = settled.saturating_add(1);
            }
        }
        require!(settled == stake.positions, MarketError::PositionsMissing);
        let changed = change(stake)?;
        let after = stake.weight()?;
        for (pool, position) in self.pairs() {
            if let (Some(pool), Some(position)) = (pool, position) {
                position.reweigh(pool, after)?;
            }
        }
        Ok(changed)
    }
}

/// Whether a position is that of this stake in this pool. Accounts of the program are at their derived addresses, so no two
/// are.
#[inline(never)]
pub(crate) fn is_of(
    position: &Account<RewardPosition>,
    pool: &Account<RewardPool>,
    stake: &Account<Stake>,
) -> bool {
    same(&position.pool, pool.address()) && same(&position.stake, stake.address())
}
