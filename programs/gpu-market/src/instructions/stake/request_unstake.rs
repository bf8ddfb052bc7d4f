use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, UnstakeRequested},
        instructions::{key, now, rewards::positions::*, same},
        state::Stake,
    },
    anchor_lang::prelude::*,
};

/// No tokens move: staked and cooling tokens lie in the same vault.
///
/// The weight in reward pools changes at once, so every position is named.
#[derive(Accounts)]
pub struct ChangeStake {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
    pub positions: Nested<Positions>,
}

pub fn request_unstake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let stake = &mut accounts.stake;
    let unlock_at = accounts.positions.change(stake, now, |stake| stake.request_unstake(amount, now))?;
    stake.books()?;
    let event = UnstakeRequested {
        stake: key(stake),
        amount,
        unlock_at,
        staked: stake.amount,
        cooling: stake.cooling.total()?,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
