//! Out of a queue, and out of a market.

use {
    super::{Whose, earnings::vaults, status::members},
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, gpu_class, or_next},
        },
        context::{Context, receipt_record},
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::Slot,
        gpu_market::state::{Member, Tier},
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
    if place.market.tier()? != Tier::Premium {
        let next = format!("leave this market: `gpu-market host leave {}`", place.address);
        return Err(CommandError::rule("only a place in a premium market is given up", next));
    }
    let (_, mut after) = member_in(context, market, key).await?;
    if after.seats > 0 {
        return Err(CommandError::rule(
            format!("a place is given up without seats, and the host holds {} here", after.seats),
            "leave those that wait: `gpu-market host drain`; jobs that are assigned or run end first",
        ));
    }
    after.resign(&place.market, &place.terms.policy, place.now)?;
    let record = Record::new("Resigned")
        .with("market", place.address)
        .with("host", key)
        .with("barred_until", place.time(after.standing.barred_until))
        .hint(format!("next: `gpu-market stake deallocate {0} ALL`, `gpu-market host leave {0}`", place.address));
    context.confirm(
        Some(&record),
        "Give up the place in this market? What the host did until now earns it no new one.",
    )?;
    context.submit(record, &[member::resign(owner, place.address, place.terms.number)]).await
}

pub async fn leave(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let (key, owner) = mine(context).await?;
    let (address, found) = member_in(context, market, key).await?;
    found.require_closable(context.now().await?)?;
    let record = Record::new("Left the market").with("market", market.0).with("member", address);
    context.confirm(Some(&record), "Leave this market? The host's record there is lost.")?;
    context.submit(record, &[member::close_member(owner, market.0, found.rent_payer)]).await
}

/// The host's member of a market, which has to be there.
async fn member_in(context: &Context, market: MarketRef, host: Address) -> Result<(Address, Member), CommandError> {
    let address = address::member(&market.0, &host).0;
    let found = or_next(
        context.connection.get::<Member>(&address).await,
        || format!("member of the host {host} in this market"),
        || "see where it is: `gpu-market host status`".to_owned(),
    )?;
    Ok((address, found))
}

pub async fn close(context: &Context) -> Result<(), CommandError> {
    let (key, owner) = mine(context).await?;
    let (_, host) = context.host(None).await?;
    host.require_closable(context.now().await?)?;
    for (_, mint, amount) in vaults(context, &key, None).await? {
        let (held, mint) = (Value::amount(amount, mint.decimals).text(), mint.token.mint);
        context.warn(&format!(
            "the earnings vault of {mint} stays, with {held} in it, until the host is registered again; close it first: \
             `gpu-market host close-earnings --mint {mint}`"
        ));
    }
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
