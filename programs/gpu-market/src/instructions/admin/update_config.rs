use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, ConfigUpdated},
        instructions::{key, same},
        state::{Config, ConfigSettings},
    },
    anchor_lang::prelude::*,
};

/// What the admin does to the config: new settings, or a proposed successor.
#[derive(Accounts)]
pub struct ChangeConfig {
    #[account(constraint(same(&config.admin, admin.address()) @ MarketError::NotAdmin))]
    pub admin: Signer,
    #[account(mut)]
    pub config: Account<Config>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The stake mint never changes, and a new unbonding period binds no stake until it grows.
pub fn update_config(ctx: &mut Context<ChangeConfig>, settings: ConfigSettings) -> Result<()> {
    let config = &mut ctx.accounts.config;
    config.set(&settings);
    config.invariant()?;
    let event = ConfigUpdated {
        config: key(config),
        pauser: config.pauser,
        treasury: config.treasury,
        unbonding: config.unbonding,
        min_bond: config.min_bond,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
