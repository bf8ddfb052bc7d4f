use {
    super::ChangeMarket,
    crate::{
        events::{emit_cpi, MarketAuthorityProposed},
        instructions::key,
    },
    anchor_lang::prelude::*,
};

/// A successor of all zeros takes an earlier proposal back.
pub fn propose_market_authority(ctx: &mut Context<ChangeMarket>, successor: Address) -> Result<()> {
    let market = &mut ctx.accounts.market;
    market.propose_authority(successor);
    market.invariant()?;
    let event = MarketAuthorityProposed { market: key(market), authority: market.authority, successor };
    emit_cpi!(ctx, event);
    Ok(())
}
