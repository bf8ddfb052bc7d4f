use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, JobEvidenced},
        instructions::{key, now},
        math::is_zero,
        state::{Host, Job, Member},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct Heartbeat {
    #[account(constraint(address_eq(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    #[account(constraint(address_eq(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(address_eq(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(mut)]
    pub job: Account<Job>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// A checkpoint of all zeros leaves the last one as it is. Heartbeats prove that the host is there, not that its work is
/// right.
pub fn heartbeat(ctx: &mut Context<Heartbeat>, checkpoint: [u8; 32]) -> Result<()> {
    let now = now()?;
    let job = &mut ctx.accounts.job;
    job.heartbeat(now)?;
    if !is_zero(&checkpoint) {
        job.result_hash = checkpoint;
    }
    let event = JobEvidenced {
        job: key(job),
        checkpoint,
        at: now.unix,
        slot: now.slot,
        evidenced: job.evidenced,
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
