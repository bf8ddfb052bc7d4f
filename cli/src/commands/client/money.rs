//! Into the escrow and out of it.

use {
    super::{Escrow, find},
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
        Address, address,
        gpu_market::{error::MarketError, state::Client},
        instructions::client::{self, CloseClient, Deposit, Withdraw},
    },
};

pub async fn fund(
    context: &Context,
    amount: Decimal,
    escrow: &Escrow,
    from: Option<Address>,
) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, escrow.mint(context).await?);
    let amount = units("AMOUNT", amount, &mint)?;
    let source = context.source(owner, from, &mint, amount).await?;
    let client = address::client(&owner, &mint.token.mint).0;
    let is_open = context.connection.find::<Client>(&client).await?.is_some();
    let open = (!is_open).then(|| Ok::<_, CommandError>(client::open_client(owner, context.payer()?, mint.token)));
    let mut instructions: Vec<_> = open.transpose()?.into_iter().collect();
    instructions.push(client::deposit(Deposit { depositor: owner, source, client, token: mint.token, amount }));
    let record = Record::new(if is_open { "Deposited" } else { "Escrow opened, and deposited" })
        .with("client", client)
        .with("mint", mint.token.mint)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("opened", !is_open);
    context.submit(record, &instructions).await
}

pub async fn withdraw(
    context: &Context,
    amount: AmountOrAll,
    escrow: &Escrow,
    to: Option<Address>,
) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, escrow.mint(context).await?);
    let (key, client) = find(context, owner, &mint).await?;
    let amount = amount.units("AMOUNT", client.available, mint.decimals)?;
    if amount > client.available {
        let available = Value::amount(client.available, mint.decimals).text();
        return Err(CommandError::rule(
            MarketError::InsufficientEscrow.rule().trim_end_matches('.'),
            format!("{available} is available: withdraw ALL, or less"),
        ));
    }
    let (destination, create) = context.destination(owner, to, &mint).await?;
    let mut instructions: Vec<_> = create.into_iter().collect();
    instructions.push(client::withdraw(Withdraw { owner, token: mint.token, destination, amount }));
    let record = Record::new("Withdrawn")
        .with("client", key)
        .with("destination", destination)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals));
    context.submit(record, &instructions).await
}

pub async fn close(context: &Context, escrow: &Escrow, to: Option<Address>) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, escrow.mint(context).await?);
    let (key, client) = find(context, owner, &mint).await?;
    let (destination, create) = context.destination(owner, to, &mint).await?;
    let mut instructions: Vec<_> = create.into_iter().collect();
    let rent_payer = client.rent_payer;
    instructions.push(client::close_client(CloseClient { owner, token: mint.token, destination, rent_payer }));
    let record = Record::new("Escrow closed")
        .with("client", key)
        .with("destination", destination)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(client.available, mint.decimals));
    context.confirm(Some(&record), "Close this escrow?")?;
    context.submit(record, &instructions).await
}
