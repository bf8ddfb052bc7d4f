//! What jobs paid.

use {
    super::Whose,
    crate::{
        commands::{CommandError, client::Escrow, lookup::MarketRef},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::Market,
        instructions::host::{WithdrawEarnings, close_earnings, withdraw_earnings},
        rpc::Mint,
    },
    std::collections::BTreeSet,
};

/// Accounts that are asked for at once.
const ACCOUNTS: usize = 100;

/// Base units in the earnings vaults of a host, with their mints: those of all markets, since a vault stays when its host
/// has left the market, and `named`.
pub async fn vaults(
    context: &Context,
    host: &Address,
    named: Option<Address>,
) -> Result<Vec<(Address, Mint, u64)>, CommandError> {
    let markets = context.connection.scan::<Market>(&[]).await?;
    let mints: BTreeSet<Address> = markets.iter().map(|(_, market)| market.payment_mint).chain(named).collect();
    let places: Vec<(Address, Address)> =
        mints.into_iter().map(|mint| (mint, address::earnings(host, &mint).0)).collect();
    let mut vaults = Vec::new();
    for some in places.chunks(ACCOUNTS) {
        let addresses: Vec<Address> = some.iter().map(|(_, vault)| *vault).collect();
        let found = some.iter().zip(context.connection.exist(&addresses).await?);
        for ((mint, vault), _) in found.filter(|(_, exists)| *exists) {
            if let Some(account) = context.connection.token_account(vault).await? {
                vaults.push((*vault, context.connection.mint(mint).await?, account.amount));
            }
        }
    }
    Ok(vaults)
}

pub async fn earnings(context: &Context, whose: &Whose) -> Result<(), CommandError> {
    let spinner = context.spinner("reading the host");
    let (key, host) = context.host(whose.owner).await?;
    let vaults = vaults(context, &key, None).await?;
    drop(spinner);
    let rows = vaults.into_iter().map(|(vault, mint, amount)| row(vault, &mint, amount)).collect::<Vec<_>>();
    context.print(&Record::row().with("host", key).with("owner", host.owner).with("vaults", rows))
}

fn row(vault: Address, mint: &Mint, amount: u64) -> Record {
    Record::row()
        .with("mint", mint.token.mint)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("vault", vault)
        .with("decimals", mint.decimals)
}

/// What to withdraw.
#[derive(Clone, Debug, clap::Args)]
pub struct Withdraw {
    /// Only what is in this mint.
    #[arg(long, conflicts_with = "market")]
    mint: Option<Address>,
    /// Only what is in the payment mint of this market.
    #[arg(long)]
    market: Option<MarketRef>,
    #[command(flatten)]
    whose: Whose,
    /// Token account of the host's owner [default: its wallet's].
    #[arg(long, value_name = "TOKEN_ACCOUNT")]
    to: Option<Address>,
}

pub async fn withdraw(context: &Context, options: &Withdraw) -> Result<(), CommandError> {
    let (key, host) = context.host(options.whose.owner).await?;
    context.require_key(format!("the host {key}"), "owner or operator", &[host.owner, host.operator])?;
    let only = match (options.mint, options.market) {
        (None, Some(market)) => Some(context.place(market).await?.market.payment_mint),
        (mint, _) => mint,
    };
    let mut vaults = vaults(context, &key, only).await?;
    vaults.retain(|(_, mint, amount)| *amount > 0 && only.is_none_or(|only| only == mint.token.mint));
    let (mut instructions, mut rows) = (Vec::new(), Vec::new());
    for (vault, mint, amount) in vaults {
        let (destination, create) = context.destination(host.owner, options.to, &mint).await?;
        instructions.extend(create);
        instructions.push(withdraw_earnings(WithdrawEarnings {
            authority: context.me()?,
            host: key,
            token: mint.token,
            destination,
            amount: u64::MAX,
        }));
        rows.push(row(vault, &mint, amount).with("destination", destination));
    }
    let record = Record::new("Withdrawn").with("host", key).with("vaults", rows);
    if instructions.is_empty() {
        let record = Record::new("There is nothing to withdraw").and(record);
        return context.print(&record);
    }
    context.submit(record, &instructions).await
}

/// Closes the vault of a mint; its rent goes to the owner, who paid it.
pub async fn close(context: &Context, escrow: &Escrow, to: Option<Address>) -> Result<(), CommandError> {
    let (key, host) = context.host(None).await?;
    context.require_key(format!("the host {key}"), "owner", &[host.owner])?;
    host.require_no_members()?;
    let mint = escrow.mint(context).await?;
    let vault = address::earnings(&key, &mint.token.mint).0;
    let Some(account) = context.connection.token_account(&vault).await? else {
        return Err(CommandError::not_there(
            format!("earnings vault of the host {key} in {}", mint.token.mint),
            "it is closed already, or was never opened",
        ));
    };
    let (destination, create) = context.destination(host.owner, to, &mint).await?;
    let mut instructions: Vec<_> = create.into_iter().collect();
    instructions.push(close_earnings(host.owner, mint.token, destination));
    let record = Record::new("Earnings vault closed")
        .with("host", key)
        .and(row(vault, &mint, account.amount))
        .with("destination", destination);
    context.confirm(Some(&record), "Close this vault?")?;
    context.submit(record, &instructions).await
}
