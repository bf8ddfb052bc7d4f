//! What a market's authority does to the market as a whole.

use {
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, or_next, proposal},
            pause,
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Market, Member},
        instructions::market::{accept_market_authority, propose_market_authority, set_market_pause},
        instructions::member::{self, Admit},
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
    let fields = Record::row().with("market", key).with("pending_authority", Value::address_if_set(successor));
    let record = proposal(successor, fields, &format!("gpu-market market accept-authority {key}"));
    context.submit(record, &[propose_market_authority(found.authority, key, successor)]).await
}

pub async fn accept(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let found = context.market(market).await?;
    if found.pending_authority == Address::default() {
        let next = format!(
            "the authority proposes a successor: `gpu-market market propose-authority {} SUCCESSOR`",
            market.0
        );
        return Err(CommandError::rule("nobody is proposed as authority of this market", next));
    }
    context.require_key(format!("the market {}", market.0), "proposed authority", &[found.pending_authority])?;
    let record = Record::new("Accepted").with("market", market.0).with("authority", found.pending_authority);
    context.submit(record, &[accept_market_authority(found.pending_authority, market.0)]).await
}

/// Makes a candidate an active member, on evidence that the authority has seen. Only until genesis ends.
pub async fn admit(
    context: &Context,
    market: MarketRef,
    owner: Address,
    gpus: u16,
    evidence_hash: [u8; 32],
) -> Result<(), CommandError> {
    let (key, found) = mine(context, market).await?;
    let (place, host) = (context.place(market).await?, address::host(&owner).0);
    let address = address::member(&key, &host).0;
    let mut member = or_next(
        context.connection.get::<Member>(&address).await,
        || format!("member of {owner}'s host in this market"),
        || format!("the host's owner applies first: `gpu-market host apply {key}`"),
    )?;
    member.admit(&found, &place.terms.policy, gpus, place.now)?;
    let record = Record::new("Admitted")
        .with("market", key)
        .with("host", host)
        .with("member", address)
        .with("gpus", gpus)
        .with("attested_until", place.time(member.attested_until))
        .with("genesis_end", place.time(found.genesis_end));
    context.confirm(Some(&record), "Admit this host? Everybody sees who admitted it, and on what evidence.")?;
    let admit =
        Admit { authority: found.authority, market: key, terms: place.terms.number, host, gpus, evidence_hash };
    context.submit(record, &[member::admit(admit)]).await
}

/// A market whose authority the key that acts is.
pub async fn mine(context: &Context, market: MarketRef) -> Result<(Address, Market), CommandError> {
    let found = context.market(market).await?;
    context.require_key(format!("the market {}", market.0), "authority", &[found.authority])?;
    Ok((market.0, found))
}
