//! Out of a queue, and out of a market.

use {
    super::{Whose, status::members},
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, gpu_class, or_next},
        },
        context::{Context, receipt_record},
        output::Record,
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::Slot,
        gpu_market::state::Member,
        instructions::{host::close_host, member, queue},
        view::ViewError,
    },
};

/// Seats that are left in one transaction.
const SEATS: usize = 8;

/// Which seats to leave.
#[derive(Clone, Debug, clap::Args)]
pub struct Drain {
    /// Only those in this market: its address, or AUTHORITY/NUMBER.
    #[arg(long)]
    market: Option<MarketRef>,
    #[command(flatten)]
    whose: Whose,
}

/// Leaves waiting and lapsed seats, a few in each transaction.
pub async fn drain(context: &Context, options: &Drain) -> Result<(), CommandError> {
    let (key, host) = context.host(options.whose.owner).await?;
    context.require_key(format!("the host {key}"), "owner or operator", &[host.owner, host.operator])?;
    let spinner = context.spinner("looking for seats");
    let mut rows = Vec::new();
    let mut instructions = Vec::new();
    let mut going_on = 0u64;
    for (address, member, place) in members(context, &key).await? {
        if options.market.is_some_and(|market| market.0 != place.address) {
            continue;
        }
        let seats = seats(context, &address, &place.address, place.market.shards).await?;
        let left = u64::try_from(seats.len()).unwrap_or(u64::MAX);
        going_on = going_on.saturating_add(u64::from(member.seats).saturating_sub(left));
        for (shard, slot) in seats {
            let leave =
                queue::Leave { caller: context.me()?, host: key, market: place.address, shard, node: slot.index };
            instructions.push(queue::leave(leave));
            rows.push(
                Record::row()
                    .with("gpu", gpu_class(&place.market))
                    .with("market", place.address)
                    .with("shard", shard)
                    .with("node", slot.index),
            );
        }
    }
    drop(spinner);
    let record = Record::new(if rows.is_empty() { "No seat waits" } else { "Left" })
        .with("host", key)
        .with("going_on", going_on)
        .with("left", rows);
    send(context, record, &instructions).await
}

async fn send(context: &Context, record: Record, instructions: &[Instruction]) -> Result<(), CommandError> {
    let mut receipts = Vec::new();
    for batch in instructions.chunks(SEATS) {
        receipts.extend(context.send(batch, &[]).await?);
    }
    if context.is_dry_run() && !instructions.is_empty() {
        return Ok(());
    }
    context.print(&record.with("transactions", receipts.iter().map(receipt_record).collect::<Vec<_>>()))
}

/// Waiting and lapsed seats of a member with their shards.
async fn seats(
    context: &Context,
    member: &Address,
    market: &Address,
    shards: u8,
) -> Result<Vec<(u8, Slot)>, CommandError> {
    let mut seats = Vec::new();
    for account in context.shards(market, shards).await? {
        let queue = account.queue().map_err(ViewError::from)?;
        let mine = queue.seats.into_iter().chain(queue.lapsed).filter(|slot| slot.node.member == *member);
        seats.extend(mine.map(|slot| (account.shard.index, slot)));
    }
    Ok(seats)
}

pub async fn resign(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let (key, owner) = mine(context).await?;
    let place = context.place(market).await?;
    let record = Record::new("Resigned").with("market", place.address).with("host", key);
    context.confirm(
        Some(&record),
        "Give up the place in this market? What the host did until now earns it no new one.",
    )?;
    context.submit(record, &[member::resign(owner, place.address, place.terms.number)]).await
}

pub async fn leave(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let (key, owner) = mine(context).await?;
    let address = address::member(&market.0, &key).0;
    let found = or_next(
        context.connection.get::<Member>(&address).await,
        || format!("member of the host {key} in this market"),
        || "see where it is: `gpu-market host status`".to_owned(),
    )?;
    found.require_closable(context.now().await?)?;
    let record = Record::new("Left the market").with("market", market.0).with("member", address);
    context.confirm(Some(&record), "Leave this market? The host's record there is lost.")?;
    context.submit(record, &[member::close_member(owner, market.0, found.rent_payer)]).await
}

pub async fn close(context: &Context) -> Result<(), CommandError> {
    let (key, owner) = mine(context).await?;
    let (_, host) = context.host(None).await?;
    host.require_closable(context.now().await?)?;
    let record = Record::new("Host closed").with("host", key);
    context.confirm(Some(&record), "Close this host?")?;
    context.submit(record, &[close_host(owner, host.rent_payer)]).await
}

/// The host that the key that acts owns.
async fn mine(context: &Context) -> Result<(Address, Address), CommandError> {
    let (key, host) = context.host(None).await?;
    context.require_key(format!("the host {key}"), "owner", &[host.owner])?;
    Ok((key, host.owner))
}
