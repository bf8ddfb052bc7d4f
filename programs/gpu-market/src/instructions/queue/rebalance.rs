use {
    crate::{
        account_types::{EventAuthority, ShardAccount},
        error::MarketError,
        events::{emit_cpi, JobMatched},
        instructions::{now, same},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Rebalance {
    /// Has waiting seats and no job in line.
    #[account(mut)]
    pub from: ShardAccount,
    /// Has jobs in line.
    #[account(mut, constraint(same(&to.market, &from.market) @ MarketError::WrongMarket))]
    pub to: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Moves a seat to where a job waits, and matches the two.
pub fn rebalance(ctx: &mut Context<Rebalance>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let seat = accounts.from.queue().give_seat(now)?;
    let node = accounts.to.queue().receive_seat(&seat, now)?;
    let event = JobMatched {
        job: *accounts.to.job_in(Some(node)),
        member: seat.member,
        shard: *accounts.to.address(),
        from_shard: *accounts.from.address(),
        at: now.unix,
        slot: now.slot,
        node: node.into(),
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
