use {
    super::shared::{give_back, slash_for_client},
    crate::{
        constants::DECLINE_BPS,
        error::MarketError,
        events::{emit_cpi, AssignmentFailed, FailureReason},
        instructions::{key, now, same},
        queue::ShardAccount,
        settlement::Penalty,
        state::{Client, Credit, Host, Job, Member, Stake},
        typed_account::Account,
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct Decline {
    #[account(constraint(same(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(
        mut,
        constraint(same(&shard.market, &job.market) @ MarketError::WrongMarket),
        constraint(shard.index == job.shard @ MarketError::WrongShard)
    )]
    pub shard: ShardAccount,
    /// Stake of the host's owner; only for a decline beyond the free ones.
    #[account(mut, constraint(same(&stake.owner, &host.owner) @ MarketError::WrongStake))]
    pub stake: Option<Account<Stake>>,
    /// The client's credit of that stake; only for a decline beyond the free ones.
    #[account(mut)]
    pub credit: Option<Account<Credit>>,
}

/// Declines by choice. A few in a window are free, each further one costs a slice of the bond. The seat is given up.
pub fn decline(ctx: &mut Context<Decline>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let job = &mut accounts.job;
    job.require_open()?;
    let address = key(job);
    let member_address = key(&accounts.member);
    let node = accounts.shard.get(usize::from(job.node)).copied().ok_or(MarketError::NodeOutOfRange)?;
    node.require_assigned(&address, &member_address)?;

    require!(now.unix.saturating_sub(node.since) <= i64::from(job.ack_window), MarketError::AckWindowOver);

    let refund = job.attempt_failed(true)?;
    let returned = give_back(job, &mut accounts.client, &mut accounts.shard, refund, &Address::default(), now)?;
    let member = &mut accounts.member;
    member.release_seat(node.bond)?;
    let penalty =
        if member.decline(now.unix)? { Penalty::to_client(node.bond, DECLINE_BPS)? } else { Penalty::NONE };
    let penalty =
        slash_for_client(penalty, member, &mut accounts.stake, &mut accounts.credit, &accounts.client, now.unix)?;
    member.invariant()?;
    let event = AssignmentFailed::new(
        address,
        member_address,
        *accounts.operator.address(),
        FailureReason::Declined,
        job,
        &returned.next,
        &returned.settled,
        penalty,
        now,
    );
    emit_cpi!(ctx, event);
    Ok(())
}
