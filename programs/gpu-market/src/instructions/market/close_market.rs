use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MarketClosed},
        instructions::{key, same},
        state::{Config, Market},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseMarket {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    #[account(mut)]
    pub config: Account<Config>,
    #[account(mut, close = rent_payer)]
    pub market: Account<Market>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&market.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_market(ctx: &mut Context<CloseMarket>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.market.require_empty()?;
    accounts.config.market_closed()?;
    let event = MarketClosed { market: key(&accounts.market) };
    emit_cpi!(ctx, event);
    Ok(())
}
