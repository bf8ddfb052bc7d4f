use {
    super::shared::{is_blocked, pay_out},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        error::MarketError,
        events::{emit_cpi, JobEnded},
        instructions::{key, now, same},
        state::{Client, Job, JobState, Member},
        token::TokenContext,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct End {
    /// Owner or delegate of the client.
    pub authority: Signer,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(same(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the earnings vault that the member records.
    #[account(mut, constraint(same(&member.earnings, earnings.address()) @ MarketError::WrongVault))]
    pub earnings: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Pays the evidence, and the seconds since the last of it up to one interval, so that ending just before a heartbeat
/// saves nothing.
pub fn end(ctx: &mut Context<End>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.client.actor(accounts.authority.address(), now.unix)?;
    let job = &mut accounts.job;
    let frozen = is_blocked(accounts.vault.account(), accounts.earnings.account())?;
    let settled = job.end(frozen, now)?;
    accounts.client.settle(&settled, job.delegation)?;
    pay_out(
        &accounts.client,
        accounts.vault.account(),
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.earnings.account(),
        settled.pay,
    )?;
    let member = &mut accounts.member;
    let earned = job.paid.checked_add(job.due).ok_or(MarketError::MathOverflow)?;
    member.job_ended(job.bond, job.evidenced, earned, now.unix)?;
    member.record_job(job, true, now.unix)?;
    job.invariant()?;
    member.invariant()?;
    let event = JobEnded {
        job: key(job),
        member: job.member,
        caller: *accounts.authority.address(),
        paid: settled.pay,
        fee: settled.fee,
        tip: settled.tip,
        due: settled.due,
        refunded: settled.refund,
        penalty: 0,
        at: now.unix,
        evidenced: job.evidenced,
        state: JobState::Ended as u32,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
