use {
    super::Syscall,
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, ReadingCommitted, ReadingRevealed},
        instructions::{key, now, same},
        state::{AttestorSet, Challenge, Reading},
    },
    anchor_lang::prelude::*,
};

/// An attestor in a round that it was drawn for.
#[derive(Accounts)]
pub struct JudgeRound {
    pub attestor: Signer,
    #[account(constraint(same(&challenge.set, set.address()) @ MarketError::WrongAttestorSet))]
    pub set: Account<AttestorSet>,
    #[account(mut)]
    pub challenge: Account<Challenge>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The attestor commits to its reading before it sees another.
pub fn commit_reading(ctx: &mut Context<JudgeRound>, commitment: &[u8; 32]) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let place = accounts.set.find(accounts.attestor.address())?;
    accounts.challenge.commit_reading(place, commitment, now)?;
    let event = ReadingCommitted {
        challenge: key(&accounts.challenge),
        attestor: *accounts.attestor.address(),
        commitment: *commitment,
    };
    emit_cpi!(ctx, event);
    Ok(())
}

/// The attestor reveals its reading when no more can be committed.
pub fn reveal_reading(ctx: &mut Context<JudgeRound>, reading: &Reading, salt: &[u8; 32]) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let attestor = accounts.attestor.address();
    let place = accounts.set.find(attestor)?;
    let address = key(&accounts.challenge);
    accounts.challenge.reveal_reading::<Syscall>(&address, place, attestor, reading, salt, now)?;
    let event = ReadingRevealed {
        challenge: address,
        attestor: *attestor,
        result: reading.result,
        gpu_root: reading.gpu_root,
        score: reading.score,
        vram: reading.vram,
        gpus: reading.gpus.into(),
        verdict: reading.verdict.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
