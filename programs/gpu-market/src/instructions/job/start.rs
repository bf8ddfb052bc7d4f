use {
    crate::{
        error::MarketError,
        events::{emit_cpi, JobStarted},
        instructions::{key, now},
        queue::{with_queue, ShardAccount},
        state::{Host, Job, Market, Member},
        typed_account::Account,
    },
    anchor_lang::{address_eq, prelude::*},
};

#[event_cpi]
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
}

/// `max_duration` is the longest that the host is willing to run the job, extensions included.
pub fn start(ctx: &mut Context<Start>, max_duration: u32) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.job.require_open()?;
    require!(accounts.member.is_fit(&accounts.market, now.unix)?, MarketError::MemberUnfit);
    let member = key(&accounts.member);
    let address = key(&accounts.job);
    let index = accounts.job.node;
    let bond = with_queue(&mut accounts.shard, |queue| {
        let node = queue.node(index)?;
        node.require_assigned(&address, &member)?;
        let bond = node.bond;
        queue.remove_assigned(index)?;
        Ok(bond)
    })?;
    accounts.job.start(member, bond, max_duration, now)?;
    accounts.member.job_started()?;
    accounts.member.invariant()?;
    let event = JobStarted {
        job: address,
        member,
        bond,
        at: now.unix,
        slot: now.slot,
        duration: accounts.job.duration,
        max_duration: accounts.job.max_duration,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
