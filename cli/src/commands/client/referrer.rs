//! Who referred the client, and whether its vault is whole.

use {
    super::{Escrow, find},
    crate::{
        commands::{CommandError, rewards::pool::checked},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::Host,
        instructions::client::{check_client, set_referrer},
    },
};

/// Whom the client names.
#[derive(Clone, Debug, clap::Args)]
pub struct Referrer {
    /// Owner of the host that referred the client.
    #[arg(required_unless_present = "none")]
    owner: Option<Address>,
    #[command(flatten)]
    escrow: Escrow,
    /// Names nobody any more.
    #[arg(long, conflicts_with = "owner")]
    none: bool,
}

pub async fn set(context: &Context, options: &Referrer) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, options.escrow.mint(context).await?);
    let (client, mut account) = find(context, owner, &mint).await?;
    let host = options.owner.map(|owner| address::host(&owner).0);
    if let Some(host) = host
        && context.connection.find::<Host>(&host).await?.is_none()
    {
        let next = "anybody can register as one: `gpu-market host register`";
        return Err(CommandError::not_there(format!("host at {host}"), next));
    }
    let earnings = host.map(|host| address::earnings(&host, &mint.token.mint).0).unwrap_or_default();
    account.set_referrer(earnings)?;
    let record = Record::new(if host.is_some() { "Referrer named" } else { "No referrer any more" })
        .with("client", client)
        .with("host", host)
        .with("earnings", Value::address_if_set(earnings));
    context.submit(record, &[set_referrer(owner, mint.token.mint, options.owner)]).await
}

/// Compares the escrow of an owner with its vault. Anyone may.
pub async fn check(context: &Context, owner: Option<Address>, escrow: &Escrow) -> Result<(), CommandError> {
    let owner = owner.map_or_else(|| context.me(), Ok)?;
    let mint = escrow.mint(context).await?;
    let (key, client) = find(context, owner, &mint).await?;
    let held = context.connection.token_account(&client.vault).await?.map_or(0, |vault| vault.amount);
    context.submit(checked(key, held, client.booked()?, mint.decimals), &[check_client(key)]).await
}
