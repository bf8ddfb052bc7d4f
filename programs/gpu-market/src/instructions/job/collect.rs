use {
    super::shared::{is_blocked, pay_out},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        error::MarketError,
        events::{emit_cpi, JobCollected},
        instructions::{key, now},
        state::{Client, Job, JobState, Member},
        token::TokenContext,
    },
    anchor_lang::{address_eq, prelude::*},
};

/// Needs no signature: the money only moves to the host's earnings vault.
#[derive(Accounts)]
pub struct Collect {
    #[account(mut)]
    pub job: Account<Job>,
    #[account(constraint(address_eq(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(mut, constraint(address_eq(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(address_eq(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the earnings vault that the member records.
    #[account(mut, constraint(address_eq(&member.earnings, earnings.address()) @ MarketError::WrongVault))]
    pub earnings: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(address_eq(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn collect(ctx: &mut Context<Collect>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    require!(!is_blocked(accounts.vault.account(), accounts.earnings.account())?, MarketError::VaultFrozen);
    let job = &mut accounts.job;
    let client = &mut accounts.client;
    let (amount, fee) = if job.state()? == JobState::Running {
        let settled = job.collect_running()?;
        client.settle(&settled, job.delegation)?;
        (settled.pay, settled.fee)
    } else {
        let due = job.collect_due()?;
        client.due_paid(due)?;
        (due, 0)
    };
    pay_out(
        client,
        accounts.vault.account(),
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.earnings.account(),
        amount,
    )?;
    job.invariant()?;
    let event = JobCollected { job: key(job), member: job.member, amount, fee, at: now.unix };
    emit_cpi!(ctx, event);
    Ok(())
}
