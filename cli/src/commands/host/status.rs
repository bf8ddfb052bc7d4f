//! A host and its members.

use {
    super::Whose,
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, Place, gpu_class, tier},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{Address, gpu_market::state::Member, rpc::Holds},
    std::mem::offset_of,
};

/// The members of a host with their places, by GPU class.
pub async fn members(context: &Context, host: &Address) -> Result<Vec<(Address, Member, Place)>, CommandError> {
    let members = context.connection.scan::<Member>(&[Holds::at(offset_of!(Member, host), host)]).await?;
    let mut found = Vec::new();
    for (key, member) in members {
        let place = context.place(MarketRef(member.market)).await?;
        found.push((key, member, place));
    }
    found.sort_by_key(|(_, _, place)| (gpu_class(&place.market), place.market.tier));
    Ok(found)
}

pub async fn status(context: &Context, whose: &Whose) -> Result<(), CommandError> {
    let now = context.now().await?;
    let spinner = context.spinner("reading the host");
    let (key, host) = context.host(whose.owner).await?;
    let members = members(context, &key).await?;
    drop(spinner);
    let rows =
        members.iter().map(|(key, member, place)| row(*key, member, place)).collect::<Result<Vec<_>, _>>()?;
    let record = Record::new("Host")
        .with("host", key)
        .with("owner", host.owner)
        .with("operator", host.operator)
        .with("sealing_key", Value::hash_if_set(host.sealing_key))
        .with("metadata_hash", Value::hash_if_set(host.metadata_hash))
        .with("strikes", host.strikes)
        .with("last_strike_at", Value::time_if_set(host.last_strike_at, now));
    let record = if rows.is_empty() { record.hint("next: `gpu-market host enroll MARKET`") } else { record };
    context.print(&record.with("members", rows))
}

fn row(key: Address, member: &Member, place: &Place) -> Result<Record, CommandError> {
    Ok(Record::row()
        .with("gpu", gpu_class(&place.market))
        .with("tier", tier(&place.market))
        .with("state", Value::name(member.state()?))
        .with("seats", member.seats)
        .with("running", member.running)
        .with("seat_limit", member.seat_limit(&place.market, place.now)?)
        .with("collateral", place.stake(member.collateral))
        .with("bonds", place.stake(member.bonds))
        .with("attested_gpus", member.attested_gpus)
        .with("attested_until", place.time(member.attested_until))
        .with("completed", member.completed)
        .with("missed", member.missed)
        .with("earned", place.pay(member.earned))
        .with("join_barred_until", place.time(member.join_barred_until))
        .with("market", place.address)
        .with("member", key))
}
