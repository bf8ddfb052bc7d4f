use {
    crate::{
        typed_account::Account,
        error::MarketError,
        events::{emit_cpi, JobEvidenced},
        instructions::{key, now},
        state::{Host, Job, Member},
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct Heartbeat {
    #[account(address = host.operator @ MarketError::NotOperator)]
    pub operator: Signer,
    #[account(address = member.host @ MarketError::WrongHost)]
    pub host: Account<Host>,
    #[account(address = job.member @ MarketError::WrongMember)]
    pub member: Account<Member>,
    #[account(mut)]
    pub job: Account<Job>,
}

/// A checkpoint of all zeros leaves the last one as it is. Heartbeats prove that the host is there, not that its work is
/// right.
pub fn heartbeat(ctx: &mut Context<Heartbeat>, checkpoint: [u8; 32]) -> Result<()> {
    let now = now()?;
    let job = &mut ctx.accounts.job;
    job.heartbeat(now)?;
    if checkpoint != [0; 32] {
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
