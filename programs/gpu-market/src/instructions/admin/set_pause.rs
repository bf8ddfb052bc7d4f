use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, PauseSet},
        instructions::key,
        state::Config,
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct SetPause {
    /// Pauser or admin.
    #[account(constraint(
        address_eq(authority.address(), &config.pauser) || address_eq(authority.address(), &config.admin)
            @ MarketError::NotPauser
    ))]
    pub authority: Signer,
    #[account(mut)]
    pub config: Account<Config>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Replaces all pause bits. They stop entries only.
pub fn set_pause(ctx: &mut Context<SetPause>, bits: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let config = &mut accounts.config;
    let old_bits = config.paused;
    config.set_paused(bits)?;
    config.invariant()?;
    let event = PauseSet { config: key(config), authority: *accounts.authority.address(), old_bits, bits };
    emit_cpi!(ctx, event);
    Ok(())
}
