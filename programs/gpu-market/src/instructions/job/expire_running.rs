use {
    super::shared::{pay_out, slash_for_client, transfer_from_client},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::HOST_GRACE,
        error::MarketError,
        events::{emit_cpi, JobEnded},
        instructions::{key, now, same},
        math::Checked,
        settlement::Penalty,
        state::{Client, Credit, Host, Job, JobState, Member, Now, Outcome, Stake, TipTo},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ExpireRunning {
    pub caller: Signer,
    /// CHECK: the caller's choice for its tip; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub caller_tokens: UncheckedAccount,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(same(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
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
    /// Stake of the host's owner; only where a lost job costs bond.
    #[account(mut, constraint(same(&stake.owner, &host.owner) @ MarketError::WrongStake))]
    pub stake: Option<Account<Stake>>,
    /// The client's credit of that stake; only where a lost job costs bond.
    #[account(mut)]
    pub credit: Option<Account<Credit>>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Whether the host is to blame: not if the chain itself stood still between its last evidence and the deadline. A host that
/// gave evidence after that was there, and had the time to finish.
fn is_to_blame(job: &Job, deadline: i64, now: Now) -> Result<bool> {
    let seconds = deadline.plus(HOST_GRACE)?.saturating_sub(job.last_at).max(0);
    let seconds = u32::try_from(seconds).map_err(|_| MarketError::MathOverflow)?;
    Ok(Job::chain_was_live(job.last_slot, seconds, now))
}

/// Ends a job whose host is lost or whose time is over: pays the evidence alone, tips the caller, refunds the rest.
pub fn expire_running(ctx: &mut Context<ExpireRunning>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let job = &mut accounts.job;
    job.require_running()?;
    let (deadline, state) = job.running_deadline()?;
    Job::require_past(deadline, now.unix)?;
    let to_blame = is_to_blame(job, deadline, now)?;
    let penalty = if to_blame && state == JobState::HostLost {
        Penalty::to_client(job.bond, job.sla_bps)?
    } else {
        Penalty::NONE
    };

    let vault = accounts.vault.account();
    let vault_frozen = token::is_frozen(vault)?;
    let blocked = vault_frozen || token::is_frozen(accounts.earnings.account())?;
    let tip_to = if vault_frozen { TipTo::Client } else { TipTo::Caller };
    let settled = job.settle(state, Outcome::Success, tip_to, blocked, now.unix)?;
    let client = &mut accounts.client;
    client.settle(&settled, job.delegation)?;
    let tokens = TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() };
    transfer_from_client(client, vault, tokens, accounts.earnings.account(), settled.pay)?;
    pay_out(client, vault, tokens, accounts.caller_tokens.account(), settled.tip)?;

    let member = &mut accounts.member;
    let earned = job.paid.checked_add(job.due).ok_or(MarketError::MathOverflow)?;
    member.job_ended(job.bond, job.evidenced, earned, now.unix)?;
    member.record_job(job, to_blame, now.unix)?;
    let penalty = slash_for_client(penalty, member, &mut accounts.stake, &mut accounts.credit, client, now.unix)?;
    job.invariant()?;
    member.invariant()?;
    let event = JobEnded {
        job: key(job),
        member: job.member,
        caller: *accounts.caller.address(),
        paid: settled.pay,
        fee: settled.fee,
        tip: settled.tip,
        due: settled.due,
        refunded: settled.refund,
        penalty: penalty.client,
        at: now.unix,
        evidenced: job.evidenced,
        state: state as u32,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
