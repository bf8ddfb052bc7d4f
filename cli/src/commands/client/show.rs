//! What an escrow holds.

use {
    super::find,
    crate::{
        commands::{CommandError, lookup::MarketRef},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::Client,
        rpc::{Holds, Mint},
    },
    std::mem::offset_of,
};

/// Which escrows to show.
#[derive(Clone, Debug, clap::Args)]
pub struct Balance {
    /// The payment mint.
    #[arg(long, conflicts_with = "market")]
    mint: Option<Address>,
    /// A market, whose payment mint is meant: its address, or AUTHORITY/NUMBER.
    #[arg(long)]
    market: Option<MarketRef>,
    /// Owner of the escrow [default: the key that acts].
    #[arg(long)]
    owner: Option<Address>,
}

pub async fn balance(context: &Context, options: &Balance) -> Result<(), CommandError> {
    let owner = match options.owner {
        Some(owner) => owner,
        None => context.me()?,
    };
    let now = context.now().await?;
    if options.mint.is_some() || options.market.is_some() {
        let escrow = super::Escrow { mint: options.mint, market: options.market };
        let mint = escrow.mint(context).await?;
        let (key, client) = find(context, owner, &mint).await?;
        return context.print(&escrow_record(key, &client, &mint, now));
    }
    let clients = context.connection.scan::<Client>(&[Holds::at(offset_of!(Client, owner), owner)]).await?;
    let mut rows = Vec::new();
    for (key, client) in clients {
        let mint = context.connection.mint(&client.mint).await?;
        rows.push(row(key, &client, &mint));
    }
    let record = Record::new("").with("owner", owner);
    let record =
        if rows.is_empty() { record.hint("next: `gpu-market client fund AMOUNT --market MARKET`") } else { record };
    context.print(&record.with("escrows", rows))
}

fn row(key: Address, client: &Client, mint: &Mint) -> Record {
    let amount = |units| Value::amount(units, mint.decimals);
    Record::row()
        .with("client", key)
        .with("mint", client.mint)
        .with("available", amount(client.available))
        .with("reserved", amount(client.reserved))
        .with("open_jobs", client.open_jobs)
        .with("decimals", mint.decimals)
}

fn escrow_record(key: Address, client: &Client, mint: &Mint, now: i64) -> Record {
    let amount = |units| Value::amount(units, mint.decimals);
    let has_delegate = client.delegate != Address::default();
    let delegate = has_delegate.then(|| {
        Record::new("delegate")
            .with("key", client.delegate)
            .with("cap", amount(client.delegate_cap))
            .with("used", amount(client.delegate_used))
            .with("expires_at", Value::Time(client.delegate_expires_at, now))
    });
    Record::new("Escrow")
        .with("client", key)
        .with("owner", client.owner)
        .with("mint", client.mint)
        .with("decimals", mint.decimals)
        .with("available", amount(client.available))
        .with("reserved", amount(client.reserved))
        .with("due", amount(client.due))
        .with("fees_owed", amount(client.fees_owed))
        .with("open_jobs", client.open_jobs)
        .with("nonce_floor", Value::Large(client.nonce_floor))
        .with("referrer", Value::address_if_set(client.referrer))
        .with("delegate", delegate)
}
