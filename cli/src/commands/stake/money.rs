//! Into the stake and out of it.

use {
    super::{find, positions::named},
    crate::{
        commands::{
            CommandError,
            lookup::{AmountOrAll, units},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::state::Stake,
        instructions::stake::{self, CloseStake, StakeTokens},
    },
};

pub async fn add(context: &Context, amount: Decimal, from: Option<Address>) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, context.stake_mint().await?);
    let amount = units("AMOUNT", amount, &mint)?;
    let source = context.source(owner, from, &mint, amount).await?;
    let key = address::stake(&owner).0;
    let found = context.connection.find::<Stake>(&key).await?;
    let is_open = found.is_some();
    let payer = context.payer()?;
    let open = (!is_open).then(|| stake::open_stake(owner, payer, mint.token));
    let mut instructions: Vec<Instruction> = open.into_iter().collect();
    let stake = stake::stake(StakeTokens { owner, source, token: mint.token, amount });
    instructions.push(match &found {
        Some(found) => named(context, found, stake).await?,
        None => stake,
    });
    let record = Record::new("Staked")
        .with("stake", key)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("opened", !is_open)
        .hint("next: `gpu-market stake allocate MARKET AMOUNT`");
    context.submit(record, &instructions).await
}

pub async fn request_unstake(context: &Context, amount: AmountOrAll) -> Result<(), CommandError> {
    let (owner, decimals, now) = (context.me()?, context.config().await?.stake_decimals, context.now().await?);
    let (key, mut stake) = find(context, owner).await?;
    let amount = amount.units("AMOUNT", stake.free()?, decimals)?;
    let request = named(context, &stake, stake::request_unstake(owner, amount)).await?;
    let unlock_at = stake.request_unstake(amount, now)?;
    let record = Record::new("Unbonding")
        .with("stake", key)
        .with("decimals", decimals)
        .with("amount", Value::amount(amount, decimals))
        .with("withdrawable_at", Value::Time(unlock_at, now));
    context.submit(record, &[request]).await
}

pub async fn restake(context: &Context, amount: AmountOrAll) -> Result<(), CommandError> {
    let (owner, decimals) = (context.me()?, context.config().await?.stake_decimals);
    let (key, mut stake) = find(context, owner).await?;
    let amount = amount.units("AMOUNT", stake.cooling.total()?, decimals)?;
    let restake = named(context, &stake, stake::restake(owner, amount)).await?;
    stake.restake(amount)?;
    let record = Record::new("Staked again")
        .with("stake", key)
        .with("decimals", decimals)
        .with("amount", Value::amount(amount, decimals));
    context.submit(record, &[restake]).await
}

pub async fn withdraw(context: &Context, to: Option<Address>) -> Result<(), CommandError> {
    let (owner, mint, now) = (context.me()?, context.stake_mint().await?, context.now().await?);
    let (key, mut stake) = find(context, owner).await?;
    let amount = stake.withdraw(now)?;
    let (destination, create) = context.destination(owner, to, &mint).await?;
    let mut instructions: Vec<Instruction> = create.into_iter().collect();
    instructions.push(stake::withdraw_stake(owner, mint.token, destination));
    let record = Record::new("Withdrawn")
        .with("stake", key)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("destination", destination);
    context.submit(record, &instructions).await
}

pub async fn close(context: &Context) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, context.stake_mint().await?);
    let (key, stake) = find(context, owner).await?;
    stake.require_empty()?;
    let (destination, create) = context.destination(owner, None, &mint).await?;
    let mut instructions: Vec<Instruction> = create.into_iter().collect();
    let close = CloseStake { owner, token: mint.token, destination, rent_payer: stake.rent_payer };
    instructions.push(stake::close_stake(close));
    let record = Record::new("Stake closed").with("stake", key);
    context.confirm(Some(&record), "Close this stake?")?;
    context.submit(record, &instructions).await
}
