use {
    crate::{
        typed_account::Account,error::MarketError, events::{emit_cpi, ConfigClosed}, instructions::key, state::Config},
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseConfig {
    #[account(address = config.admin @ MarketError::NotAdmin)]
    pub admin: Signer,
    #[account(mut, close = rent_payer)]
    pub config: Account<Config>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), address = config.rent_payer @ MarketError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
}

pub fn close_config(ctx: &mut Context<CloseConfig>) -> Result<()> {
    let config = &ctx.accounts.config;
    config.require_closable()?;
    let event = ConfigClosed { config: key(config) };
    emit_cpi!(ctx, event);
    Ok(())
}
