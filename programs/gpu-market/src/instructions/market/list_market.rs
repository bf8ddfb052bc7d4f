use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MarketListed},
        instructions::{key, same},
        state::{Config, Market},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ListMarket {
    #[account(constraint(same(&config.admin, admin.address()) @ MarketError::NotAdmin))]
    pub admin: Signer,
    pub config: Account<Config>,
    #[account(mut)]
    pub market: Account<Market>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn list_market(ctx: &mut Context<ListMarket>, listed: bool) -> Result<()> {
    let market = &mut ctx.accounts.market;
    market.listed = listed.into();
    market.invariant()?;
    let event = MarketListed { market: key(market), listed: listed.into() };
    emit_cpi!(ctx, event);
    Ok(())
}
