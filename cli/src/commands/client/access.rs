//! Who may post for an escrow, and with which nonces.

use {
    super::{Escrow, find},
    crate::{
        amount,
        commands::{CommandError, lookup::units},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address,
        instructions::client::{SetDelegate, raise_nonce_floor as raise, set_delegate},
    },
};

/// Who may act for the client, how far, and how long.
#[derive(Clone, Debug, clap::Args)]
pub struct Delegate {
    /// The key that may act.
    #[arg(required_unless_present = "revoke", requires = "cap", requires = "lifetime")]
    delegate: Option<Address>,
    #[command(flatten)]
    escrow: Escrow,
    /// The most that it may have reserved or spent, in whole tokens.
    #[arg(long)]
    cap: Option<Decimal>,
    /// How long it may act from now on, for example 30d.
    #[arg(long = "for", value_name = "DURATION", value_parser = amount::duration)]
    lifetime: Option<u32>,
    /// Takes the delegation back.
    #[arg(long, conflicts_with_all = ["delegate", "cap", "lifetime"])]
    revoke: bool,
}

pub async fn delegate(context: &Context, options: &Delegate) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, options.escrow.mint(context).await?);
    let (client, _) = find(context, owner, &mint).await?;
    let now = context.now().await?;
    let cap = options.cap.map(|cap| units("--cap", cap, &mint)).transpose()?.unwrap_or_default();
    let expires_at = options.lifetime.map_or(0, |lifetime| now.saturating_add(lifetime.into()));
    let delegate = options.delegate.unwrap_or_default();
    let instruction = set_delegate(SetDelegate { owner, mint: mint.token.mint, delegate, cap, expires_at });
    let title = if options.revoke { "Delegation taken back" } else { "Delegate set" };
    let record = Record::new(title)
        .with("client", client)
        .with("delegate", Value::address_if_set(delegate))
        .with("decimals", mint.decimals)
        .with("cap", Value::amount(cap, mint.decimals))
        .with("expires_at", Value::time_if_set(expires_at, now));
    context.submit(record, &[instruction]).await
}

/// Gives up nonces below a floor.
pub async fn raise_nonce_floor(context: &Context, floor: u64, escrow: &Escrow) -> Result<(), CommandError> {
    let (owner, mint) = (context.me()?, escrow.mint(context).await?);
    let (key, mut client) = find(context, owner, &mint).await?;
    let before = client.nonce_floor;
    if let Err(error) = client.raise_nonce_floor(floor) {
        let rule = error.rule().trim_end_matches('.');
        return Err(CommandError::rule(format!("{rule}, and it is {before}"), "pass a number above it"));
    }
    let record = Record::new("Nonce floor raised")
        .with("client", key)
        .with("nonce_floor_before", Value::Large(before))
        .with("nonce_floor", Value::Large(floor));
    context.confirm(Some(&record), "Give up all nonces below this? The floor never falls.")?;
    context.submit(record, &[raise(owner, mint.token.mint, floor)]).await
}
