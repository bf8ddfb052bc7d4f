use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AdminAccepted},
        instructions::{key, same},
        state::Config,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AcceptAdmin {
    #[account(constraint(same(&config.pending_admin, successor.address()) @ MarketError::NotPendingAuthority))]
    pub successor: Signer,
    #[account(mut)]
    pub config: Account<Config>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn accept_admin(ctx: &mut Context<AcceptAdmin>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let config = &mut accounts.config;
    let old_admin = config.admin;
    config.accept_admin(accounts.successor.address())?;
    config.invariant()?;
    let event = AdminAccepted { config: key(config), old_admin, admin: config.admin };
    emit_cpi!(ctx, event);
    Ok(())
}
