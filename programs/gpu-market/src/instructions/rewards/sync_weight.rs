use {
    super::is_of,
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, PositionSynced},
        instructions::{key, now},
        state::{RewardPool, RewardPosition, Stake},
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: after a slash, anybody may have a pool count the lower weight.
#[derive(Accounts)]
pub struct SyncWeight {
    pub stake: Account<Stake>,
    #[account(mut)]
    pub pool: Account<RewardPool>,
    #[account(mut, constraint(is_of(&position, &pool, &stake) @ MarketError::WrongPosition))]
    pub position: Account<RewardPosition>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn sync_weight(ctx: &mut Context<SyncWeight>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let (pool, position) = (&mut accounts.pool, &mut accounts.position);
    let weight = accounts.stake.weight()?;
    pool.advance(now)?;
    position.settle(pool, weight)?;
    position.reweigh(pool, weight)?;
    let event = PositionSynced {
        position: key(position),
        pool: position.pool,
        stake: position.stake,
        position_weight: position.weight,
        weight: pool.weight,
        accumulated: pool.accumulated,
        pending: position.pending,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
