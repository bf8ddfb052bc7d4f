use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, ConfigClosed},
        instructions::{key, same},
        state::Config,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseConfig {
    #[account(constraint(same(&config.admin, admin.address()) @ MarketError::NotAdmin))]
    pub admin: Signer,
    #[account(mut, close = rent_payer)]
    pub config: Account<Config>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&config.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_config(ctx: &mut Context<CloseConfig>) -> Result<()> {
    let config = &ctx.accounts.config;
    config.require_closable()?;
    let event = ConfigClosed { config: key(config) };
    emit_cpi!(ctx, event);
    Ok(())
}
