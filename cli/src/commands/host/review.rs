//! What the last full window of a member comes to.

use {
    super::Whose,
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, or_next},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{address, gpu_market::state::Member, instructions::member},
};

/// Judges a member. The rules decide, so that anybody may ask for it.
pub async fn review(context: &Context, market: MarketRef, whose: &Whose) -> Result<(), CommandError> {
    let place = context.place(market).await?;
    let (key, _) = context.host(whose.owner).await?;
    let address = address::member(&place.address, &key).0;
    let mut found = or_next(
        context.connection.get::<Member>(&address).await,
        || format!("member of the host {key} in this market"),
        || "see where it is: `gpu-market host status`".to_owned(),
    )?;
    let before = found.state()?;
    let verdict = found.review(&place.market, &place.terms.policy, place.now)?;
    let record = Record::new("Reviewed")
        .with("market", place.address)
        .with("host", key)
        .with("member", address)
        .with("verdict", Value::name(verdict))
        .with("state_before", Value::name(before))
        .with("state", Value::name(found.state()?))
        .with("suspended_until", place.time(found.standing.suspended_until))
        .with("barred_until", place.time(found.standing.barred_until));
    context.submit(record, &[member::review(place.address, place.terms.number, key)]).await
}
