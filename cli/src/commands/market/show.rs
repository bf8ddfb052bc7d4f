//! One market in full.

use {
    super::load,
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, Place, gpu_class, tier},
            pause,
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        address,
        decode::ShardAccount,
        gpu_market::{
            settlement::queue_fee,
            state::{Policy, Terms, Tier},
        },
    },
};

pub async fn show(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let place = context.place(market).await?;
    let (key, market) = (place.address, &place.market);
    let jobs = load::jobs(context, Some(&key), place.now).await?.remove(&key).unwrap_or_default();
    let queue = load::queue(context, &key, market, jobs).await?;
    let announced = announced(context, &place).await?;
    let wait = queue.load.wait();
    let record = Record::new(format!("{} {}", gpu_class(market), tier(market).text()))
        .with("market", key)
        .with("id", market.id)
        .with("authority", market.authority)
        .with("pending_authority", Value::address_if_set(market.pending_authority))
        .with("gpu", gpu_class(market))
        .with("gpus_per_seat", market.gpus_per_seat)
        .with("tier", tier(market))
        .with("feeder", Value::address_if_set(market.feeder))
        .with("mint", market.payment_mint)
        .with("decimals", place.payment.decimals)
        .with("stake_decimals", place.config.stake_decimals)
        .with("access_mint", Value::address_if_set(market.access_mint))
        .with("genesis_end", place.time(market.genesis_end))
        .with("members", market.members)
        .with("listed", market.listed != 0)
        .with("paused", pause::names(market.paused))
        .with("jobs_in_line", queue.jobs)
        .with("jobs_assigned", queue.assigned)
        .with("seats_waiting", queue.seats)
        .with("wait", Value::Estimate(wait.seconds(), wait.to_string()))
        .with("terms", terms(&place, &place.terms, "terms in force"))
        .with("announced_terms", announced)
        .with("shards", queue.shards.iter().map(|shard| shard_row(&place, shard)).collect::<Vec<_>>());
    context.print(&record)
}

async fn announced(context: &Context, place: &Place) -> Result<Option<Record>, CommandError> {
    let market = &place.market;
    if market.announced_terms == 0 || market.announced_terms == place.terms.number {
        return Ok(None);
    }
    let announced: Terms =
        context.connection.get(&address::terms(&place.address, market.announced_terms).0).await?;
    Ok(Some(terms(place, &announced, "announced terms")))
}

/// Terms as people read them.
pub fn terms(place: &Place, terms: &Terms, title: &str) -> Record {
    let record = Record::new(title)
        .with("number", terms.number)
        .with("effective_at", place.time(terms.effective_at))
        .with("rate", place.rate(terms.rate))
        .with("fee", Value::Share(terms.fee_bps.into()))
        .with("min_duration", Value::Span(terms.min_duration.into()))
        .with("max_duration", Value::Span(terms.max_duration.into()))
        .with("queue_ttl", Value::Span(terms.queue_ttl.into()))
        .with("ack_window", Value::Span(terms.ack_window.into()))
        .with("heartbeat_interval", Value::Span(terms.heartbeat_interval.into()))
        .with("seat_lifetime", Value::Span(terms.seat_lifetime.into()))
        .with("attempts", terms.attempts)
        .with("bond", place.stake(terms.bond))
        .with("missed_ack", Value::Share(terms.missed_ack_bps.into()))
        .with("sla", Value::Share(terms.sla_bps.into()))
        .with("tip", place.pay(terms.tip))
        .with("queue_fee", place.pay(terms.queue_fee))
        .with("attestor_set", Value::address_if_set(terms.attestor_set));
    match place.market.tier() {
        Ok(Tier::Premium) => record.with("policy", policy(place, &terms.policy)),
        _ => record,
    }
}

fn policy(place: &Place, policy: &Policy) -> Record {
    Record::new("what it asks of its members")
        .with("min_completed", policy.min_completed)
        .with("min_evidenced", Value::Span(policy.min_evidenced.into()))
        .with("promote_success", Value::Share(policy.promote_success_bps.into()))
        .with("min_volume", place.pay(policy.min_volume))
        .with("min_clients", policy.min_clients)
        .with("strike_cooldown", Value::Span(policy.strike_cooldown.into()))
        .with("min_score", policy.min_score)
        .with("collateral_floor", place.stake(policy.collateral_floor))
        .with("min_ended", policy.min_ended)
        .with("min_ended_fees", place.pay(policy.min_ended_fees))
        .with("review_success", Value::Share(policy.review_success_bps.into()))
        .with("review_missed", Value::Share(policy.review_missed_bps.into()))
        .with("suspension", Value::Span(policy.suspension.into()))
        .with("cooldown", Value::Span(policy.cooldown.into()))
}

fn shard_row(place: &Place, account: &ShardAccount) -> Record {
    let (shard, capacity) = (&account.shard, account.capacity());
    let fee = queue_fee(place.terms.queue_fee, shard.used(), capacity);
    Record::row()
        .with("shard", shard.index)
        .with("address", address::shard(&place.address, shard.index).0)
        .with("jobs_in_line", shard.jobs)
        .with("seats_waiting", shard.seats)
        .with("assigned", shard.assigned)
        .with("lapsed", shard.lapsed)
        .with("used", shard.used())
        .with("capacity", capacity)
        .with("queue_fee", fee.map_or(Value::Nothing, |fee| place.pay(fee)))
}
