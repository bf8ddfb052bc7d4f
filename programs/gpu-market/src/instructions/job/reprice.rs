use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        error::MarketError,
        events::{emit_cpi, JobRepriced},
        instructions::{now, same},
        state::{Actor, Client, Job, Market, Terms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Reprice {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(constraint(same(&job.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(constraint(same(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(
        mut,
        constraint(same(&shard.market, market.address()) @ MarketError::WrongMarket),
        constraint(shard.index == job.shard @ MarketError::WrongShard)
    )]
    pub shard: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Moves a job in line to the terms in force, keeping its place, so that its rate need not block the line.
pub fn reprice(ctx: &mut Context<Reprice>, max_rate: u64) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.market.require_in_force(&accounts.terms, now.unix)?;
    let job = &mut accounts.job;
    let (old, new) = job.reprice(&accounts.terms, max_rate)?;
    if new >= old {
        accounts.client.reserve(new.saturating_sub(old), job.delegation, Actor::Owner)?;
    } else {
        accounts.client.unreserve(old.saturating_sub(new), job.delegation)?;
    }
    let mut queue = accounts.shard.queue();
    let node = queue.node_mut(job.node)?;
    node.require_queued(job.address())?;
    node.rate = job.rate;
    job.invariant()?;
    let event = JobRepriced {
        job: *job.address(),
        rate: job.rate,
        deposit: new,
        at: now.unix,
        terms: job.terms,
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
