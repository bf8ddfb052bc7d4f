//! Stake as collateral.

use {
    super::find,
    crate::{
        commands::{
            CommandError,
            lookup::{AmountOrAll, MarketRef, or_next},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{Address, address, gpu_market::state::Member, instructions::stake},
};

pub async fn allocate(context: &Context, market: MarketRef, amount: AmountOrAll) -> Result<(), CommandError> {
    let (owner, decimals) = (context.me()?, context.config().await?.stake_decimals);
    let (key, mut after) = find(context, owner).await?;
    let (member_key, mut member) = member(context, owner, market).await?;
    let amount = amount.units("AMOUNT", after.free()?, decimals)?;
    after.allocate(&mut member, amount)?;
    let record = Record::new("Allocated").and(record(key, member_key, &member, amount, after.free()?, decimals));
    context.submit(record, &[stake::allocate(owner, market.0, amount)]).await
}

pub async fn deallocate(context: &Context, market: MarketRef, amount: AmountOrAll) -> Result<(), CommandError> {
    let (owner, decimals) = (context.me()?, context.config().await?.stake_decimals);
    let (key, mut after) = find(context, owner).await?;
    let (member_key, mut member) = member(context, owner, market).await?;
    let amount = amount.units("AMOUNT", member.withdrawable_collateral()?, decimals)?;
    after.deallocate(&mut member, amount)?;
    let record = Record::new("Taken back").and(record(key, member_key, &member, amount, after.free()?, decimals));
    context.submit(record, &[stake::deallocate(owner, market.0, amount)]).await
}

async fn member(context: &Context, owner: Address, market: MarketRef) -> Result<(Address, Member), CommandError> {
    let key = address::member(&market.0, &address::host(&owner).0).0;
    let member = or_next(
        context.connection.get::<Member>(&key).await,
        || format!("member of {owner}'s host in this market"),
        || format!("enter it: `gpu-market host enroll {0}`, or `host apply {0}` if it is premium", market.0),
    )?;
    Ok((key, member))
}

fn record(stake: Address, key: Address, member: &Member, amount: u64, free: u64, decimals: u8) -> Record {
    Record::row()
        .with("stake", stake)
        .with("member", key)
        .with("decimals", decimals)
        .with("amount", Value::amount(amount, decimals))
        .with("collateral", Value::amount(member.collateral, decimals))
        .with("free_stake", Value::amount(free, decimals))
}
