use {
    crate::{
        error::MarketError,
        events::{emit_cpi, JobMatched},
        instructions::{key, now, same},
        queue::{with_queue, ShardAccount},
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct Rebalance {
    /// Has waiting seats and no job in line.
    #[account(mut)]
    pub from: ShardAccount,
    /// Has jobs in line.
    #[account(mut, constraint(same(&to.market, &from.market) @ MarketError::WrongMarket))]
    pub to: ShardAccount,
}

/// Moves a seat to where a job waits, and matches the two.
pub fn rebalance(ctx: &mut Context<Rebalance>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let seat = with_queue(&mut accounts.from, |queue| queue.give_seat(now))?;
    let assignment = with_queue(&mut accounts.to, |queue| queue.receive_seat(&seat, now))?;
    let event = JobMatched {
        job: assignment.job,
        member: assignment.member,
        shard: key(&accounts.to),
        from_shard: key(&accounts.from),
        at: now.unix,
        slot: now.slot,
        node: assignment.node.into(),
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
