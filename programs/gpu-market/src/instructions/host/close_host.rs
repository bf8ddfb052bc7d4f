use {
    crate::{
        typed_account::Account,error::MarketError, events::{emit_cpi, HostClosed}, instructions::{key, now}, state::Host},
    anchor_lang::prelude::*,
};

/// An earnings vault that is still open stays at its address: registering again gives access to it.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseHost {
    #[account(address = host.owner @ MarketError::NotHostOwner)]
    pub owner: Signer,
    #[account(mut, close = rent_payer)]
    pub host: Account<Host>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), address = host.rent_payer @ MarketError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
}

pub fn close_host(ctx: &mut Context<CloseHost>) -> Result<()> {
    let now = now()?;
    let host = &ctx.accounts.host;
    host.require_closable(now.unix)?;
    let event = HostClosed { host: key(host), strikes: host.strikes };
    emit_cpi!(ctx, event);
    Ok(())
}
