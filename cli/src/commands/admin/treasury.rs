//! The protocol's income.

use {
    super::config::mine,
    crate::{
        commands::{
            CommandError,
            lookup::{AmountOrAll, or_next},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::{error::MarketError, state::Treasury},
        instructions::treasury::{WithdrawTreasury, close_treasury, open_treasury, withdraw_treasury},
    },
};

pub async fn show(context: &Context) -> Result<(), CommandError> {
    let config = context.config().await?;
    let mut rows = Vec::new();
    for (key, treasury) in context.connection.scan::<Treasury>(&[]).await? {
        let mint = context.connection.mint(&treasury.mint).await?;
        let held = context.connection.token_account(&treasury.vault).await?.map_or(0, |vault| vault.amount);
        let amount = |units| Value::amount(units, mint.decimals);
        rows.push(
            Record::row()
                .with("mint", treasury.mint)
                .with("held", amount(held))
                .with("received", amount(treasury.received))
                .with("withdrawn", amount(treasury.withdrawn))
                .with("treasury", key)
                .with("decimals", mint.decimals),
        );
    }
    context.print(&Record::row().with("owner", config.treasury).with("treasuries", rows))
}

pub async fn open(context: &Context, mint: Address) -> Result<(), CommandError> {
    let token = context.connection.mint(&mint).await?.token;
    let key = address::treasury(&mint).0;
    if context.connection.find::<Treasury>(&key).await?.is_some() {
        let next = "see it with `gpu-market admin treasury show`";
        return Err(CommandError::rule(format!("the treasury of {mint} is open already"), next));
    }
    let record = Record::new("Opened").with("treasury", key).with("mint", mint);
    context.submit(record, &[open_treasury(context.payer()?, token)]).await
}

pub async fn withdraw(context: &Context, mint: Address, amount: AmountOrAll) -> Result<(), CommandError> {
    let config = mine(context).await?;
    let mint = context.connection.mint(&mint).await?;
    let vault = address::treasury_vault(&mint.token.mint).0;
    let held = context.connection.token_account(&vault).await?.map_or(0, |vault| vault.amount);
    let amount = amount.units("AMOUNT", held, mint.decimals)?;
    if amount > held {
        let held = Value::amount(held, mint.decimals).text();
        return Err(CommandError::rule(format!("the treasury holds {held}"), "withdraw ALL, or less"));
    }
    let (destination, create) = context.destination(config.treasury, None, &mint).await?;
    let mut instructions: Vec<Instruction> = create.into_iter().collect();
    let withdraw = WithdrawTreasury { admin: config.admin, token: mint.token, destination, amount };
    instructions.push(withdraw_treasury(withdraw));
    let record = Record::new("Withdrawn")
        .with("mint", mint.token.mint)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("owner", config.treasury)
        .with("destination", destination);
    context.submit(record, &instructions).await
}

/// Closes an empty treasury. Its rent goes to who paid it.
pub async fn close(context: &Context, mint: Address) -> Result<(), CommandError> {
    let config = mine(context).await?;
    let mint = context.connection.mint(&mint).await?;
    let key = address::treasury(&mint.token.mint).0;
    let treasury = or_next(
        context.connection.get::<Treasury>(&key).await,
        || format!("treasury of {}", mint.token.mint),
        || "see which there are: `gpu-market admin treasury show`".to_owned(),
    )?;
    let held = context.connection.token_account(&treasury.vault).await?.map_or(0, |vault| vault.amount);
    if held > 0 {
        let rule = MarketError::TreasuryNotEmpty.rule().trim_end_matches('.');
        let held = Value::amount(held, mint.decimals).text();
        return Err(CommandError::rule(
            format!("{rule}, and this one holds {held}"),
            format!("withdraw that first: `gpu-market admin treasury withdraw {} ALL`", mint.token.mint),
        ));
    }
    let record = Record::new("Treasury closed")
        .with("treasury", key)
        .with("mint", mint.token.mint)
        .with("rent_payer", treasury.rent_payer);
    context.confirm(
        Some(&record),
        "Close this treasury? Fees of its mint cannot be swept until somebody opens it again.",
    )?;
    context.submit(record, &[close_treasury(config.admin, mint.token, treasury.rent_payer)]).await
}
