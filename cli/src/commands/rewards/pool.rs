//! Reward pools.

use {
    crate::{
        commands::{CommandError, lookup::or_next},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::RewardPool,
        instructions::rewards::{check_pool, open_pool},
        rewards::Stream,
    },
};

/// The pool of a mint, which has to be there.
pub async fn find(context: &Context, mint: Address) -> Result<(Address, RewardPool), CommandError> {
    let key = address::reward_pool(&mint).0;
    let pool = or_next(
        context.connection.get::<RewardPool>(&key).await,
        || format!("reward pool of {mint}"),
        || format!("open it with `gpu-market rewards pool open {mint}`"),
    )?;
    Ok((key, pool))
}

pub async fn open(context: &Context, mint: Address) -> Result<(), CommandError> {
    let token = context.connection.mint(&mint).await?.token;
    let key = address::reward_pool(&mint).0;
    if context.connection.find::<RewardPool>(&key).await?.is_some() {
        let next = "see it with `gpu-market rewards pool show`";
        return Err(CommandError::rule(format!("the reward pool of {mint} is open already"), next));
    }
    let record = Record::new("Opened").with("pool", key).with("mint", mint);
    context.submit(record, &[open_pool(context.payer()?, token)]).await
}

pub async fn show(context: &Context) -> Result<(), CommandError> {
    let now = context.now().await?;
    let mut rows = Vec::new();
    for (key, pool) in context.connection.scan::<RewardPool>(&[]).await? {
        let mint = context.connection.mint(&pool.mint).await?;
        let stream = Stream::of(&pool, now)?;
        let amount = |units| Value::amount(units, mint.decimals);
        rows.push(
            Record::row()
                .with("mint", pool.mint)
                .with("received", amount(pool.received))
                .with("claimed", amount(pool.claimed))
                .with("streaming", amount(stream.left))
                .with("for", Value::Span(stream.seconds))
                .with("weight", stream.weight.to_string())
                .with("positions", pool.positions)
                .with("emissions", pool.emissions)
                .with("halted", pool.halted != 0)
                .with("pool", key)
                .with("decimals", mint.decimals),
        );
    }
    context.print(&Record::row().with("pools", rows))
}

pub async fn check(context: &Context, mint: Address) -> Result<(), CommandError> {
    let (key, pool) = find(context, mint).await?;
    let held = context.connection.token_account(&pool.vault).await?.map_or(0, |vault| vault.amount);
    let decimals = context.connection.mint(&mint).await?.decimals;
    context.submit(checked(key, held, pool.booked()?, decimals), &[check_pool(mint)]).await
}

/// What a check of a vault will find.
pub fn checked(account: Address, held: u64, booked: u64, decimals: u8) -> Record {
    Record::new("Checked")
        .with("account", account)
        .with("decimals", decimals)
        .with("held", Value::amount(held, decimals))
        .with("booked", Value::amount(booked, decimals))
        .with("halted", held < booked)
}
