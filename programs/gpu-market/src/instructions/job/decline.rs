use {
    super::shared::{give_back, slash_for_client},
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::DECLINE_BPS,
        error::MarketError,
        events::{emit_cpi, AssignmentFailed, FailureReason},
        instructions::{now, same},
        settlement::Penalty,
        state::{Client, Credit, Host, Job, Member, Stake},
    },
    anchor_lang::prelude::*,
};

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
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Declines by choice. A few in a window are free, each further one costs a slice of the bond. The seat is given up.
pub fn decline(ctx: &mut Context<Decline>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.job.require_open()?;
    let node = accounts.shard.node(accounts.job.node)?;
    node.require_assigned(accounts.job.address(), accounts.member.address())?;
    let bond = node.bond;

    require!(now.unix.saturating_sub(node.since) <= i64::from(accounts.job.ack_window), MarketError::AckWindowOver);

    let refund = accounts.job.attempt_failed(true)?;
    let returned =
        give_back(&mut accounts.job, &mut accounts.client, &mut accounts.shard, refund, &Address::default(), now)?;
    let member = &mut accounts.member;
    member.release_seat(bond)?;
    let penalty = if member.decline(now.unix)? { Penalty::to_client(bond, DECLINE_BPS)? } else { Penalty::NONE };
    let penalty =
        slash_for_client(penalty, member, &mut accounts.stake, &mut accounts.credit, &accounts.client, now.unix)?;
    member.invariant()?;
    let event = AssignmentFailed::new(
        accounts.job.address(),
        accounts.member.address(),
        accounts.operator.address(),
        FailureReason::Declined,
        &accounts.job,
        accounts.shard.member_in(returned.next),
        &returned.settled,
        penalty,
        now,
    );
    emit_cpi!(ctx, event);
    Ok(())
}
