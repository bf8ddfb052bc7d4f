use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MarketAuthorityAccepted},
        instructions::{key, same},
        state::Market,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AcceptMarketAuthority {
    #[account(constraint(same(&market.pending_authority, successor.address()) @ MarketError::NotPendingAuthority))]
    pub successor: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn accept_market_authority(ctx: &mut Context<AcceptMarketAuthority>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;
    let old_authority = market.authority;
    market.accept_authority(accounts.successor.address())?;
    market.invariant()?;
    let event = MarketAuthorityAccepted { market: key(market), old_authority, authority: market.authority };
    emit_cpi!(ctx, event);
    Ok(())
}
