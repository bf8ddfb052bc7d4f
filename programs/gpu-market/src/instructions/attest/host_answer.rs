use {
    super::{require_host, Syscall},
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AnswerCommitted, AnswerOpened},
        instructions::{key, now, same},
        state::{Answer, Challenge, Host},
    },
    anchor_lang::prelude::*,
};

/// A host in a round of its own.
#[derive(Accounts)]
pub struct HostAnswer {
    /// Operator or owner of the host.
    pub authority: Signer,
    #[account(constraint(same(&challenge.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut)]
    pub challenge: Account<Challenge>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The host commits to its answer before anyone judges it.
pub fn commit_answer(ctx: &mut Context<HostAnswer>, commitment: &[u8; 32]) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    require_host(&accounts.host, &accounts.authority)?;
    accounts.challenge.commit_answer(commitment, now)?;
    let event = AnswerCommitted {
        challenge: key(&accounts.challenge),
        commitment: *commitment,
        answered_at: now.unix,
        answered_slot: now.slot,
    };
    emit_cpi!(ctx, event);
    Ok(())
}

/// The host opens its answer when the readings are on the table.
pub fn open_answer(ctx: &mut Context<HostAnswer>, answer: &Answer, salt: &[u8; 32]) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    require_host(&accounts.host, &accounts.authority)?;
    let address = key(&accounts.challenge);
    accounts.challenge.open_answer::<Syscall>(&address, answer, salt, now)?;
    let event = AnswerOpened {
        challenge: address,
        result: answer.result,
        gpu_root: answer.gpu_root,
        gpus: answer.gpus.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
