use {
    crate::{
        typed_account::Account,error::MarketError, events::{emit_cpi, MarketAuthorityAccepted}, instructions::key, state::Market},
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct AcceptMarketAuthority {
    #[account(address = market.pending_authority @ MarketError::NotPendingAuthority)]
    pub successor: Signer,
    #[account(mut)]
    pub market: Account<Market>,
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
