use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, RoundClosed},
        instructions::{key, same},
        state::{AttestorSet, Challenge, Stake},
    },
    anchor_lang::prelude::*,
};

/// Anybody may close a round that is over.
#[derive(Accounts)]
pub struct CloseChallenge {
    #[account(mut, close = rent_payer)]
    pub challenge: Account<Challenge>,
    #[account(mut, constraint(same(&challenge.set, set.address()) @ MarketError::WrongAttestorSet))]
    pub set: Account<AttestorSet>,
    /// The stake that the fee came from.
    #[account(mut, constraint(same(&challenge.payer, payer.address()) @ MarketError::WrongPayer))]
    pub payer: Account<Stake>,
    /// CHECK: whoever paid the rent.
    #[account(mut, constraint(same(&challenge.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// What of the fee nobody earned is the payer's stake again.
pub fn close_challenge(ctx: &mut Context<CloseChallenge>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let refund = Challenge::close(&mut accounts.challenge, &mut accounts.set, &mut accounts.payer)?;
    accounts.payer.books()?;
    let event = RoundClosed {
        challenge: key(&accounts.challenge),
        set: key(&accounts.set),
        payer: key(&accounts.payer),
        refund,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
