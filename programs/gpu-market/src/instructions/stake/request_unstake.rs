use {
    crate::{
        error::MarketError,
        events::{emit_cpi, UnstakeRequested},
        instructions::{key, now, same},
        state::Stake,
        typed_account::Account,
    },
    anchor_lang::prelude::*,
};

/// No tokens move: staked and cooling tokens lie in the same vault.
#[event_cpi]
#[derive(Accounts)]
pub struct ChangeStake {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
}

pub fn request_unstake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    let stake = &mut ctx.accounts.stake;
    let unlock_at = stake.request_unstake(amount, now()?.unix)?;
    stake.books()?;
    let event = UnstakeRequested {
        stake: key(stake),
        amount,
        unlock_at,
        staked: stake.amount,
        cooling: stake.cooling.total()?,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
