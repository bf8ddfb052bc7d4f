//! What a market's authority does to the market as a whole.

use {
    crate::{
        commands::{CommandError, lookup::MarketRef, pause},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::Market,
        instructions::market::{accept_market_authority, propose_market_authority, set_market_pause},
    },
};

/// Replaces the pause bits.
pub async fn pause(context: &Context, market: MarketRef, bits: u8) -> Result<(), CommandError> {
    let (key, found) = mine(context, market).await?;
    let title = if bits == 0 { "All entries go on" } else { "Paused" };
    let record = Record::new(title)
        .with("market", key)
        .with("paused_before", pause::names(found.paused))
        .with("paused", pause::names(bits));
    context.submit(record, &[set_market_pause(found.authority, key, bits)]).await
}

pub async fn propose(context: &Context, market: MarketRef, successor: Option<Address>) -> Result<(), CommandError> {
    let (key, found) = mine(context, market).await?;
    let successor = successor.unwrap_or_default();
    let title = if successor == Address::default() { "Proposal taken back" } else { "Proposed" };
    let record = Record::new(title)
        .with("market", key)
        .with("pending_authority", Value::address_if_set(successor))
        .hint("next: the successor runs `gpu-market market accept-authority MARKET`");
    context.submit(record, &[propose_market_authority(found.authority, key, successor)]).await
}

pub async fn accept(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let found = context.market(market).await?;
    context.require_key(format!("the market {}", market.0), "proposed authority", &[found.pending_authority])?;
    let record = Record::new("Accepted").with("market", market.0).with("authority", found.pending_authority);
    context.submit(record, &[accept_market_authority(found.pending_authority, market.0)]).await
}

/// A market whose authority the key that acts is.
pub async fn mine(context: &Context, market: MarketRef) -> Result<(Address, Market), CommandError> {
    let found = context.market(market).await?;
    context.require_key(format!("the market {}", market.0), "authority", &[found.authority])?;
    Ok((market.0, found))
}
