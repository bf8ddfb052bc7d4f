use {
    super::is_of,
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, PositionClosed},
        instructions::{key, now, same},
        state::{RewardPool, RewardPosition, Stake},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ClosePosition {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    #[account(mut)]
    pub pool: Account<RewardPool>,
    #[account(mut, close = rent_payer, constraint(is_of(&position, &pool, &stake) @ MarketError::WrongPosition))]
    pub position: Account<RewardPosition>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&position.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// What was earned is claimed first; what has been earned since, within the same second at most, is given up.
pub fn close_position(ctx: &mut Context<ClosePosition>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let (pool, position) = (&mut accounts.pool, &mut accounts.position);
    pool.advance(now)?;
    position.settle(pool, accounts.stake.weight()?)?;
    position.stop(pool)?;
    accounts.stake.position_closed()?;
    let event = PositionClosed {
        position: key(position),
        pool: position.pool,
        stake: position.stake,
        weight: pool.weight,
        accumulated: pool.accumulated,
        claimed: position.claimed,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
