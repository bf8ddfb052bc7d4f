use {
    crate::{
        account_types::Account,
        error::{MarketError, Rule},
        instructions::same,
        state::{RewardPool, RewardPosition, Stake},
    },
    anchor_lang::{prelude::*, AccountBitvec, AnchorAccount, Bumps, ErrorCode, TryAccounts},
};

/// What the IDL and callers from other programs see of [`Positions`].
mod declared {
    use super::*;

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
}

pub use declared::{__client_accounts_positions, __cpi_accounts_positions};

/// One position with its pool.
type Pair = (Account<RewardPool>, Account<RewardPosition>);

/// Every reward position of a stake, each with its pool: whoever changes the stake's weight names them all, in any order,
/// from the first place on.
///
/// Reads its accounts by itself: the framework looks at all eight places, and most stakes earn from one pool or none.
pub struct Positions([Option<Pair>; 4]);

impl Positions {
    /// Books what the positions have earned by `now`, changes the stake, and reweighs them.
    #[inline(never)]
    pub fn change<T>(
        &mut self,
        stake: &mut Account<Stake>,
        now: i64,
        change: impl FnOnce(&mut Stake) -> Rule<T>,
    ) -> Result<T> {
        let before = stake.weight()?;
        let changed = change(stake)?;
        let after = stake.weight()?;
        let mut named = 0u8;
        for (pool, position) in self.0.iter_mut().map_while(Option::as_mut) {
            require!(is_of(position, pool, stake), MarketError::WrongPosition);
            pool.advance(now)?;
            position.settle(pool, before)?;
            position.reweigh(pool, after)?;
            named = named.saturating_add(1);
        }
        require!(named == stake.positions, MarketError::PositionsMissing);
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

impl Bumps for Positions {
    type Bumps = ();
}

impl TryAccounts for Positions {
    const HEADER_SIZE: usize = declared::Positions::HEADER_SIZE;
    const MUT_MASK: [u64; 4] = declared::Positions::MUT_MASK;
    // Only a reader of remaining accounts asks, and no instruction has both.
    const HAS_DYNAMIC_MUT_MASK: bool = false;
    type IxArgs<'a> = ();

    fn active_mut_mask(&self) -> [u64; 4] {
        Self::MUT_MASK
    }

    /// Reads pairs up to the first place that holds the program's id, which says that there is none. Refuses an account
    /// that the instruction names twice, as the framework does for what is declared `mut`.
    #[inline(never)]
    fn try_accounts(
        program: &Address,
        views: &[AccountView],
        duplicates: Option<&AccountBitvec>,
        offset: usize,
        _data: &[u8],
    ) -> Result<(Self, (), ())> {
        let mut pairs = [const { None }; 4];
        let named = views.chunks_exact(2).take_while(|pair| !pair.iter().any(|view| same(view.address(), program)));
        let mut place = offset;
        for (slot, pair) in pairs.iter_mut().zip(named) {
            let [pool, position] = pair else { break };
            for _ in pair {
                let twice = duplicates.zip(u8::try_from(place).ok()).is_some_and(|(all, place)| all.get(place));
                require!(!twice, ErrorCode::ConstraintDuplicateMutableAccount);
                place = place.saturating_add(1);
            }
            // SAFETY: neither account has another name in this instruction, as just checked.
            *slot = Some(unsafe { (Account::load_mut(*pool)?, Account::load_mut(*position)?) });
        }
        Ok((Self(pairs), (), ()))
    }

    fn update_accounts(&mut self) -> Result<()> {
        Ok(())
    }

    fn exit_accounts(&mut self, _data: &[u8]) -> Result<()> {
        Ok(())
    }
}

#[cfg(feature = "idl-build")]
impl Positions {
    pub fn __idl_accounts() -> String {
        declared::Positions::__idl_accounts()
    }

    pub fn __idl_register_deps(accounts: &mut Vec<&'static str>, types: &mut Vec<&'static str>) {
        declared::Positions::__idl_register_deps(accounts, types);
    }
}
