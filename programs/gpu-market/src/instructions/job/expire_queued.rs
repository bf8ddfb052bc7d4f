use {
    super::shared::pay_out,
    crate::{
        account_types::{Account, EventAuthority, ShardAccount, TokenProgram},
        error::MarketError,
        events::{emit_cpi, JobEnded},
        instructions::{now, same},
        state::{Client, Job, JobState, TipTo},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ExpireQueued {
    pub caller: Signer,
    /// CHECK: the caller's choice for its tip; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub caller_tokens: UncheckedAccount,
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
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Refunds a job that nobody took in time, and tips the caller.
pub fn expire_queued(ctx: &mut Context<ExpireQueued>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let job = &mut accounts.job;
    job.require_open()?;
    let mut queue = accounts.shard.queue();
    queue.node(job.node)?.require_queued(job.address())?;
    Job::require_past(job.queue_deadline()?, now.unix)?;
    queue.remove_job(job.node)?;

    let vault = accounts.vault.account();
    let tip_to = if token::is_frozen(vault)? { TipTo::Client } else { TipTo::Caller };
    let settled = job.settle_unstarted(JobState::Expired, tip_to, now.unix)?;
    accounts.client.settle(&settled, job.delegation)?;
    pay_out(
        &accounts.client,
        vault,
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.caller_tokens.account(),
        settled.tip,
    )?;
    job.invariant()?;
    let event = JobEnded {
        job: *job.address(),
        member: Address::default(),
        caller: *accounts.caller.address(),
        paid: 0,
        fee: settled.fee,
        tip: settled.tip,
        due: 0,
        refunded: settled.refund,
        penalty: 0,
        at: now.unix,
        evidenced: 0,
        state: JobState::Expired as u32,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
