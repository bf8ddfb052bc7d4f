//! Reward pools.

use {
    crate::{
        commands::{CommandError, lookup::or_next},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{RewardPool, Treasury},
        instructions::rewards::{check_pool, close_pool, open_pool},
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

/// Closes a pool. Its rent goes to who paid it, and what no division handed out to the treasury.
pub async fn close(context: &Context, mint: Address) -> Result<(), CommandError> {
    let mint = context.connection.mint(&mint).await?;
    let (key, pool) = find(context, mint.token.mint).await?;
    pool.require_closable()?;
    require_treasury(context, mint.token.mint).await?;
    let left = context.connection.token_account(&pool.vault).await?.map_or(0, |vault| vault.amount);
    let record = Record::new("Pool closed")
        .with("pool", key)
        .with("mint", mint.token.mint)
        .with("decimals", mint.decimals)
        .with("to_treasury", Value::amount(left, mint.decimals))
        .with("rent_payer", pool.rent_payer);
    context.confirm(
        Some(&record),
        "Close this pool? Fees of its mint cannot be swept until somebody opens it again.",
    )?;
    context.submit(record, &[close_pool(mint.token, pool.rent_payer)]).await
}

/// Refuses where there is no treasury for what belongs to it.
pub async fn require_treasury(context: &Context, mint: Address) -> Result<(), CommandError> {
    let treasury = context.connection.get::<Treasury>(&address::treasury(&mint).0).await;
    or_next(
        treasury,
        || format!("treasury of {mint}"),
        || format!("anyone opens it with `gpu-market admin treasury open {mint}`"),
    )?;
    Ok(())
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
