use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, JobClosed},
        instructions::{key, now, same},
        state::{Client, Job},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseJob {
    /// Owner of the client; anyone after the retention.
    pub caller: Signer,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(mut, close = rent_payer)]
    pub job: Account<Job>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&job.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the member that the job still owes; only to show that it is closed, so that what is due is forfeited.
    #[account(constraint(same(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Option<UncheckedAccount>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// What a host has not collected before it closed its member is the client's again, so that no host can block a close.
pub fn close_job(ctx: &mut Context<CloseJob>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let by_client = same(&accounts.client.owner, accounts.caller.address());
    let job = &mut accounts.job;
    job.require_closable(by_client, now.unix)?;
    let mut forfeited = 0;
    if job.due > 0 {
        let member = accounts.member.as_ref().ok_or(MarketError::JobHasDue)?;
        require!(!member.account().owned_by(&crate::ID), MarketError::MemberStillOpen);
        forfeited = job.forfeit_due()?;
        accounts.client.due_forfeited(forfeited)?;
    }
    job.invariant()?;
    accounts.client.job_closed(job.nonce)?;
    let event = JobClosed {
        job: key(job),
        client: job.client,
        rent_payer: job.rent_payer,
        nonce: job.nonce,
        forfeited,
        at: now.unix,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
