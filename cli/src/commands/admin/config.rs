//! The protocol's settings.

use {
    crate::{
        amount,
        commands::{
            CommandError,
            lookup::{MarketRef, proposal},
            pause as entries,
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Config, ConfigSettings, Split},
        instructions::{
            admin::{accept_admin, announce_split, close_config, propose_admin, set_pause, update_config},
            market::list_market,
        },
    },
};

pub async fn show(context: &Context) -> Result<(), CommandError> {
    let config = context.config().await?;
    let record = Record::new("Config")
        .with("config", address::config().0)
        .with("admin", config.admin)
        .with("pending_admin", Value::address_if_set(config.pending_admin))
        .and(settings(&config))
        .and(split_in_force(&config, context.now().await?))
        .with("stake_mint", config.stake_mint)
        .with("stake_decimals", config.stake_decimals)
        .with("markets", config.markets)
        .with("paused", entries::names(config.paused));
    context.print(&record)
}

fn settings(config: &Config) -> Record {
    Record::row()
        .with("pauser", config.pauser)
        .with("treasury", config.treasury)
        .with("unbonding", Value::Span(u64::try_from(config.unbonding).unwrap_or_default()))
        .with("min_bond", Value::amount(config.min_bond, config.stake_decimals))
}

/// The split in force, and the one that was announced if that is another.
fn split_in_force(config: &Config, now: i64) -> Record {
    let Split { stakers_bps, referral_bps } = config.split(now);
    let share = |bps: u16| Value::Share(bps.into());
    let record = Record::row().with("stakers_bps", share(stakers_bps)).with("referral_bps", share(referral_bps));
    if now >= config.split_effective_at {
        return record;
    }
    record
        .with("next_stakers_bps", share(config.next_stakers_bps))
        .with("next_referral_bps", share(config.next_referral_bps))
        .with("next_split_at", Value::Time(config.split_effective_at, now))
}

/// Announces a split.
pub async fn split(context: &Context, split: Split) -> Result<(), CommandError> {
    let (mut config, now) = (mine(context).await?, context.now().await?);
    config.announce_split(&split, now)?;
    let record =
        Record::new("Split announced").with("config", address::config().0).and(split_in_force(&config, now));
    context.confirm(Some(&record), "Announce this split of all fees?")?;
    context.submit(record, &[announce_split(config.admin, split)]).await
}

/// What to change.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Update {
    /// Key that may stop entries.
    #[arg(long)]
    pauser: Option<Address>,
    /// Owner of the token accounts that treasuries pay out to.
    #[arg(long)]
    treasury: Option<Address>,
    /// How long unstaked tokens cool; binds no earlier stake.
    #[arg(long, value_parser = amount::duration)]
    unbonding: Option<u32>,
    /// Whole tokens of the stake: the lowest bond that terms may ask.
    #[arg(long)]
    min_bond: Option<Decimal>,
}

pub async fn update(context: &Context, options: &Update) -> Result<(), CommandError> {
    let mut config = mine(context).await?;
    let min_bond = options.min_bond.map(|typed| amount::units("--min-bond", typed, config.stake_decimals));
    let changed = ConfigSettings {
        pauser: options.pauser.unwrap_or(config.pauser),
        treasury: options.treasury.unwrap_or(config.treasury),
        unbonding: options.unbonding.map_or(config.unbonding, i64::from),
        min_bond: min_bond.transpose()?.unwrap_or(config.min_bond),
    };
    let admin = config.admin;
    config.set(&changed);
    config.invariant()?;
    let record = Record::new("Settings changed").with("config", address::config().0).and(settings(&config));
    context.confirm(Some(&record), "Change the settings of the protocol?")?;
    context.submit(record, &[update_config(admin, changed)]).await
}

/// Replaces the pause bits.
pub async fn pause(context: &Context, bits: u8) -> Result<(), CommandError> {
    let config = context.config().await?;
    context.require_key("the protocol", "admin or pauser", &[config.admin, config.pauser])?;
    let title = if bits == 0 { "All entries go on" } else { "Paused" };
    let record = Record::new(title)
        .with("paused_before", entries::names(config.paused))
        .with("paused", entries::names(bits));
    context.confirm(Some(&record), "Change this for all markets?")?;
    context.submit(record, &[set_pause(context.me()?, bits)]).await
}

pub async fn propose(context: &Context, successor: Option<Address>) -> Result<(), CommandError> {
    let config = mine(context).await?;
    let successor = successor.unwrap_or_default();
    let fields = Record::row().with("pending_admin", Value::address_if_set(successor));
    let record = proposal(successor, fields, "gpu-market admin accept-admin");
    context.submit(record, &[propose_admin(config.admin, successor)]).await
}

pub async fn accept(context: &Context) -> Result<(), CommandError> {
    let config = context.config().await?;
    if config.pending_admin == Address::default() {
        let next = "the admin proposes a successor: `gpu-market admin propose-admin SUCCESSOR`";
        return Err(CommandError::rule("nobody is proposed as admin", next));
    }
    context.require_key("the protocol", "proposed admin", &[config.pending_admin])?;
    let record = Record::new("Accepted").with("admin", config.pending_admin);
    context.submit(record, &[accept_admin(config.pending_admin)]).await
}

pub async fn list(context: &Context, market: MarketRef, listed: bool) -> Result<(), CommandError> {
    let config = mine(context).await?;
    context.market(market).await?;
    let record = Record::new(if listed { "Listed" } else { "Taken off the list" })
        .with("market", market.0)
        .with("listed", listed);
    context.submit(record, &[list_market(config.admin, market.0, listed)]).await
}

/// Closes the config. Its rent goes to who paid it.
pub async fn close(context: &Context) -> Result<(), CommandError> {
    let config = mine(context).await?;
    if let Err(error) = config.require_closable() {
        return Err(CommandError::rule(
            format!("{}, and {} are left", error.rule().trim_end_matches('.'), config.markets),
            "see them with `gpu-market market list`; the authority of each closes it with `gpu-market market close`",
        ));
    }
    let record =
        Record::new("Config closed").with("config", address::config().0).with("rent_payer", config.rent_payer);
    context.confirm(
        Some(&record),
        "Close the config of the protocol? Only the program's upgrade authority creates it again.",
    )?;
    context.submit(record, &[close_config(config.admin, config.rent_payer)]).await
}

/// The config, whose admin the key that acts is.
pub async fn mine(context: &Context) -> Result<Config, CommandError> {
    let config = context.config().await?;
    context.require_key("the protocol", "admin", &[config.admin])?;
    Ok(config)
}
