use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, UnstakeRequested},
        instructions::{key, now, same},
        state::Stake,
    },
    anchor_lang::prelude::*,
};

/// No tokens move: staked and cooling tokens lie in the same vault.
#[derive(Accounts)]
pub struct ChangeStake {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
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
