use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, HostClosed},
        instructions::{key, now, same},
        state::Host,
    },
    anchor_lang::prelude::*,
};

/// An earnings vault that is still open stays at its address: registering again gives access to it.
#[derive(Accounts)]
pub struct CloseHost {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(mut, close = rent_payer)]
    pub host: Account<Host>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&host.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_host(ctx: &mut Context<CloseHost>) -> Result<()> {
    let now = now()?;
    let host = &ctx.accounts.host;
    host.require_closable(now.unix)?;
    let event = HostClosed { host: key(host), strikes: host.strikes };
    emit_cpi!(ctx, event);
    Ok(())
}
