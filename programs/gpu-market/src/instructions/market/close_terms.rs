use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, TermsClosed},
        instructions::{key, now, same},
        state::{Market, Terms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseTerms {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        close = rent_payer,
        constraint(same(&terms.market, market.address()) @ MarketError::WrongMarket)
    )]
    pub terms: Account<Terms>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&terms.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Jobs posted under the terms keep what they are settled by, so none of them is touched.
pub fn close_terms(ctx: &mut Context<CloseTerms>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let number = accounts.terms.number;
    accounts.market.terms_closed(number, now)?;
    accounts.market.invariant()?;
    let event = TermsClosed { terms: key(&accounts.terms), market: key(&accounts.market), number };
    emit_cpi!(ctx, event);
    Ok(())
}
