use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MarketPauseSet},
        instructions::{key, same},
        state::Market,
    },
    anchor_lang::prelude::*,
};

/// What the authority does to its market: pause bits, or a proposed successor.
#[derive(Accounts)]
pub struct ChangeMarket {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Replaces all pause bits of the market. They stop entries only.
pub fn set_market_pause(ctx: &mut Context<ChangeMarket>, bits: u8) -> Result<()> {
    let market = &mut ctx.accounts.market;
    let old_bits = market.paused;
    market.set_paused(bits)?;
    market.invariant()?;
    let event = MarketPauseSet { market: key(market), old_bits, bits };
    emit_cpi!(ctx, event);
    Ok(())
}
