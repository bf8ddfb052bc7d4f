use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AttestorSetClosed},
        instructions::{key, now, same},
        state::AttestorSet,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseAttestorSet {
    #[account(constraint(same(&set.creator, creator.address()) @ MarketError::NotSetCreator))]
    pub creator: Signer,
    #[account(mut, close = rent_payer)]
    pub set: Account<AttestorSet>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&set.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_attestor_set(ctx: &mut Context<CloseAttestorSet>) -> Result<()> {
    ctx.accounts.set.require_closable(now()?.unix)?;
    let event = AttestorSetClosed { set: key(&ctx.accounts.set) };
    emit_cpi!(ctx, event);
    Ok(())
}
