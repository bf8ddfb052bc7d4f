//! Sets of attestors.

use {
    super::{Params, show},
    crate::{
        amount,
        commands::{CommandError, lookup::or_next, stake},
        context::Context,
        keypair,
        output::{Record, Value},
    },
    clap::Subcommand,
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Attestor, AttestorSet, SetParams},
        instructions::attest,
    },
    solana_signer::Signer,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows a set and its attestors.
    Show { set: Address },
    /// Creates a set.
    Create {
        /// Number that its creator gives it.
        #[arg(long)]
        id: u16,
        #[command(flatten)]
        params: Params,
    },
    /// Changes how a set judges, 14 days from now.
    Announce {
        set: Address,
        #[command(flatten)]
        params: Params,
    },
    /// Adds an attestor, bonded out of a stake whose owner signs too.
    Add {
        set: Address,
        /// Key of the attestor.
        attestor: Address,
        /// Key of the stake's owner [default: the key that acts].
        #[arg(long, value_name = "KEYPAIR")]
        stake_owner: Option<String>,
    },
    /// Raises the bond of the attestor of one's stake.
    RaiseBond {
        set: Address,
        /// Whole tokens of the stake.
        amount: Decimal,
    },
    /// Leaves a set, as the attestor or the owner of its stake.
    Leave {
        set: Address,
        /// Owner of the attestor's stake [default: that of the attestor whose key, or whose owner's key, acts].
        #[arg(long)]
        stake_owner: Option<Address>,
    },
    /// Removes an attestor, one in 14 days.
    Remove {
        set: Address,
        /// Owner of the attestor's stake.
        stake_owner: Address,
    },
    /// Frees the bond of an attestor that left a day ago and has no round to settle. Anyone may.
    Vacate {
        set: Address,
        /// Owner of the attestor's stake.
        stake_owner: Address,
    },
    /// Closes a set without attestors and rounds.
    Close { set: Address },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Show { set } => show::set(context, set).await,
        Command::Create { id, params } => create(context, id, &params).await,
        Command::Announce { set, params } => announce(context, set, &params).await,
        Command::Add { set, attestor, stake_owner } => add(context, set, attestor, stake_owner.as_deref()).await,
        Command::RaiseBond { set, amount } => raise_bond(context, set, amount).await,
        Command::Leave { set, stake_owner } => leave(context, set, stake_owner).await,
        Command::Remove { set, stake_owner } => remove(context, set, stake_owner).await,
        Command::Vacate { set, stake_owner } => vacate(context, set, stake_owner).await,
        Command::Close { set } => close(context, set).await,
    }
}

/// A set, which has to be there.
pub async fn find(context: &Context, set: Address) -> Result<AttestorSet, CommandError> {
    or_next(
        context.connection.get(&set).await,
        || format!("set of attestors at {set}"),
        || "the terms of a market name theirs: `gpu-market market show MARKET`".to_owned(),
    )
}

/// The attestor that the stake of `owner` backs.
fn backed(found: &AttestorSet, set: Address, owner: Address) -> Result<Attestor, CommandError> {
    let place = found.find_stake(&address::stake(&owner).0);
    place.and_then(|place| found.slot(place).copied()).map_err(|_| {
        let what = format!("attestor that the stake of {owner} backs in the set {set}");
        CommandError::not_there(what, format!("see who is in it: `gpu-market attest set show {set}`"))
    })
}

async fn mine(context: &Context, set: Address) -> Result<AttestorSet, CommandError> {
    let found = find(context, set).await?;
    context.require_key(format!("the set {set}"), "creator", &[found.creator])?;
    Ok(found)
}

async fn params(context: &Context, typed: &Params) -> Result<(SetParams, u8), CommandError> {
    let decimals = context.config().await?.stake_decimals;
    let params = SetParams {
        bond: amount::units("--bond", typed.bond, decimals)?,
        fee: amount::units("--fee", typed.fee, decimals)?,
        panel: typed.panel,
        quorum: typed.quorum,
        ..SetParams::default()
    };
    params.check()?;
    Ok((params, decimals))
}

async fn create(context: &Context, id: u16, typed: &Params) -> Result<(), CommandError> {
    let creator = context.me()?;
    let (params, decimals) = params(context, typed).await?;
    let set = address::attestor_set(&creator, id).0;
    if context.connection.find::<AttestorSet>(&set).await?.is_some() {
        let next = format!("give the new one another --id, or see that one: `gpu-market attest set show {set}`");
        return Err(CommandError::rule(format!("you have a set with the number {id} already"), next));
    }
    let record = Record::new("Set created")
        .with("set", set)
        .with("id", id)
        .with("stake_decimals", decimals)
        .and(show::params(&params, decimals))
        .hint(format!("next: `gpu-market attest set add {set} ATTESTOR`, within a day so that it judges at once"));
    context.submit(record, &[attest::create_attestor_set(creator, context.payer()?, id, params)]).await
}

async fn announce(context: &Context, set: Address, typed: &Params) -> Result<(), CommandError> {
    let (now, mut found) = (context.now().await?, mine(context, set).await?);
    let (params, decimals) = params(context, typed).await?;
    let effective_at = found.announce(&params, now)?;
    let record = Record::new("Announced")
        .with("set", set)
        .with("effective_at", Value::Time(effective_at, now))
        .with("stake_decimals", decimals)
        .and(show::params(&params, decimals));
    context.confirm(Some(&record), "Announce this?")?;
    context.submit(record, &[attest::announce_set(found.creator, set, params)]).await
}

async fn add(
    context: &Context,
    set: Address,
    attestor: Address,
    stake_owner: Option<&str>,
) -> Result<(), CommandError> {
    let found = mine(context, set).await?;
    let further = stake_owner.map(keypair::read).transpose()?;
    let owner = further.as_ref().map_or(found.creator, |key| key.pubkey());
    let (key, _) = stake::find(context, owner).await?;
    let record = Record::new("Added").with("set", set).with("attestor", attestor).with("stake", key);
    let add = attest::add_attestor(found.creator, owner, set, attestor);
    context.submit_with(record, &[add], &further.iter().collect::<Vec<_>>()).await
}

async fn raise_bond(context: &Context, set: Address, typed: Decimal) -> Result<(), CommandError> {
    let owner = context.me()?;
    backed(&find(context, set).await?, set, owner)?;
    let decimals = context.config().await?.stake_decimals;
    let amount = amount::units("AMOUNT", typed, decimals)?;
    let record = Record::new("Bond raised")
        .with("set", set)
        .with("stake_decimals", decimals)
        .with("amount", Value::amount(amount, decimals));
    context.submit(record, &[attest::raise_bond(owner, set, amount)]).await
}

async fn leave(context: &Context, set: Address, stake_owner: Option<Address>) -> Result<(), CommandError> {
    let (me, found) = (context.me()?, find(context, set).await?);
    let attestor = match (stake_owner, found.find(&me)) {
        (None, Ok(place)) => *found.slot(place)?,
        (owner, _) => backed(&found, set, owner.unwrap_or(me))?,
    };
    let stake = attestor.stake;
    let holders = [attestor.key, stake_owner.unwrap_or(me)];
    context.require_key(format!("the stake {stake} in the set {set}"), "attestor or owner", &holders)?;
    let record = Record::new("Leaving").with("set", set).with("attestor", attestor.key).with("stake", stake);
    context.confirm(Some(&record), "Leave this set?")?;
    context.submit(record, &[attest::leave_set(me, set, stake)]).await
}

async fn remove(context: &Context, set: Address, stake_owner: Address) -> Result<(), CommandError> {
    let found = mine(context, set).await?;
    let attestor = backed(&found, set, stake_owner)?;
    let stake = attestor.stake;
    let record = Record::new("Removed").with("set", set).with("attestor", attestor.key).with("stake", stake);
    context.confirm(Some(&record), "Remove this attestor?")?;
    context.submit(record, &[attest::remove_attestor(found.creator, set, stake)]).await
}

async fn vacate(context: &Context, set: Address, stake_owner: Address) -> Result<(), CommandError> {
    let stake = backed(&find(context, set).await?, set, stake_owner)?.stake;
    let record = Record::new("Bond freed").with("set", set).with("stake", stake);
    context.submit(record, &[attest::vacate_attestor(context.me()?, set, stake)]).await
}

async fn close(context: &Context, set: Address) -> Result<(), CommandError> {
    let found = mine(context, set).await?;
    found.require_closable(context.now().await?)?;
    let record = Record::new("Set closed").with("set", set);
    context.confirm(Some(&record), "Close this set?")?;
    context.submit(record, &[attest::close_attestor_set(found.creator, set, found.rent_payer)]).await
}
