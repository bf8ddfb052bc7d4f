use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AttestorSetAnnounced},
        instructions::{key, now, same},
        state::{AttestorSet, SetParams},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AnnounceSet {
    #[account(constraint(same(&set.creator, creator.address()) @ MarketError::NotSetCreator))]
    pub creator: Signer,
    #[account(mut)]
    pub set: Account<AttestorSet>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The parameters take effect 14 days later, by themselves.
pub fn announce_set(ctx: &mut Context<AnnounceSet>, params: &SetParams) -> Result<()> {
    let effective_at = ctx.accounts.set.announce(params, now()?.unix)?;
    let event = AttestorSetAnnounced { set: key(&ctx.accounts.set), params: *params, effective_at };
    emit_cpi!(ctx, event);
    Ok(())
}
