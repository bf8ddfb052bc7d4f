use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, JobDisputed},
        instructions::{key, now, same},
        state::{Client, Job, Member},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Dispute {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(same(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Moves no money; the job counts as failed in the host's record, by the fee that was paid for it.
pub fn dispute(ctx: &mut Context<Dispute>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let fee = accounts.job.dispute(now.unix)?;
    accounts.member.record_dispute(&accounts.job, now.unix)?;
    let event = JobDisputed { job: key(&accounts.job), member: accounts.job.member, fee, at: now.unix };
    emit_cpi!(ctx, event);
    Ok(())
}
