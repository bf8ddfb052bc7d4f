use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        error::MarketError,
        events::{emit_cpi, JobStarted},
        instructions::now,
        state::{Host, Job, Market, Member},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct Start {
    #[account(constraint(address_eq(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    #[account(constraint(address_eq(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(address_eq(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut, constraint(address_eq(&job.market, market.address()) @ MarketError::WrongMarket))]
    pub job: Account<Job>,
    #[account(
        mut,
        constraint(address_eq(&shard.market, market.address()) @ MarketError::WrongMarket),
        constraint(shard.index == job.shard @ MarketError::WrongShard)
    )]
    pub shard: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// `max_duration` is the longest that the host is willing to run the job, extensions included.
pub fn start(ctx: &mut Context<Start>, max_duration: u32) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.job.require_open()?;
    require!(accounts.member.may_start(&accounts.market, now.unix)?, MarketError::MemberUnfit);
    let index = accounts.job.node;
    let mut queue = accounts.shard.queue();
    let node = queue.node(index)?;
    node.require_assigned(accounts.job.address(), accounts.member.address())?;
    let bond = node.bond;
    queue.remove_assigned(index)?;
    accounts.job.start(accounts.member.address(), bond, max_duration, now)?;
    accounts.member.job_started()?;
    accounts.member.invariant()?;
    let event = JobStarted {
        job: *accounts.job.address(),
        member: *accounts.member.address(),
        bond,
        at: now.unix,
        slot: now.slot,
        duration: accounts.job.duration,
        max_duration: accounts.job.max_duration,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
