use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::HOST_GRACE,
        error::MarketError,
        events::{emit_cpi, JobCancelled},
        instructions::now,
        math::Checked,
        state::{Client, Job, JobState, NodeKind, TipTo},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct Cancel {
    /// Owner or delegate of the client.
    pub authority: Signer,
    #[account(mut, constraint(address_eq(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(
        mut,
        constraint(address_eq(&shard.market, &job.market) @ MarketError::WrongMarket),
        constraint(shard.index == job.shard @ MarketError::WrongShard)
    )]
    pub shard: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Takes back a job that has not started, in line or assigned alike. A host that was within its time is owed the tip,
/// and its seat takes the next job or is the first in line again.
pub fn cancel(ctx: &mut Context<Cancel>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.client.actor(accounts.authority.address(), now.unix)?;
    let job = &mut accounts.job;
    job.require_open()?;
    let index = job.node;
    let answer_by = i64::from(job.ack_window).plus(HOST_GRACE)?;
    let mut queue = accounts.shard.queue();
    let node = queue.node(index)?;
    node.require_job(job.address())?;
    let queued = node.is(NodeKind::Queued);
    let in_time = !queued && now.unix.saturating_sub(node.since) <= answer_by;
    let member = node.member;
    let next = if queued {
        queue.remove_job(index)?;
        None
    } else {
        queue.return_seat(index, in_time, now)?
    };
    job.record_member(&member);
    let tip_to = if in_time { TipTo::Host } else { TipTo::Client };
    let settled = job.settle_unstarted(JobState::Cancelled, tip_to, now.unix)?;
    accounts.client.settle(&settled, job.delegation)?;
    job.invariant()?;
    let event = JobCancelled {
        job: *job.address(),
        member,
        next_job: *accounts.shard.job_in(next),
        fee: settled.fee,
        due: settled.due,
        refunded: settled.refund,
        at: now.unix,
        slot: now.slot,
        node: next.unwrap_or(index).into(),
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
