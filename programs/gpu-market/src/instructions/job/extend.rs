use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, JobExtended},
        instructions::{key, now, same},
        state::{Client, Job},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Extend {
    /// Owner or delegate of the client.
    pub authority: Signer,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(mut)]
    pub job: Account<Job>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The total stays within the market's maximum and, once the job runs, the host's.
pub fn extend(ctx: &mut Context<Extend>, seconds: u32) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let actor = accounts.client.actor(accounts.authority.address(), now.unix)?;
    let job = &mut accounts.job;
    let more = job.extend(seconds, now.unix)?;
    accounts.client.reserve(more, job.delegation, actor)?;
    job.invariant()?;
    let event = JobExtended {
        job: key(job),
        authority: *accounts.authority.address(),
        deposit: job.deposit,
        at: now.unix,
        duration: job.duration,
        seconds,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
