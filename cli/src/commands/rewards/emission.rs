//! Emissions.

use {
    super::pool,
    crate::{
        amount,
        commands::{
            CommandError,
            lookup::{MarketRef, or_next, units},
        },
        context::Context,
        output::{Record, Value},
    },
    clap::Subcommand,
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::state::{Emission, EmissionKind, EmissionParams, Job, Market, Member},
        instructions::{
            Parties,
            rewards::{
                CloseEmission, OpenEmission, Recipients, close_emission, open_emission, pay_incentive,
                release_emission,
            },
        },
        rewards,
        rpc::Mint,
    },
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Gives tokens to stakers or, with --hosts, to the hosts of a listed premium market.
    Open(Open),
    /// Shows an emission, and what of it is due.
    Show {
        /// Its address.
        emission: Address,
    },
    /// Moves what is due to the stakers' pool. Anyone may.
    Release {
        /// Its address.
        emission: Address,
    },
    /// Closes an emission: anyone when it is spent, the funder of one for hosts after its end.
    Close {
        /// Its address.
        emission: Address,
    },
}

/// What is given to whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Open {
    /// The mint; for hosts, the payment mint of their market.
    mint: Address,
    /// Whole tokens.
    amount: Decimal,
    /// A number that you have not used for an emission.
    #[arg(long)]
    id: u16,
    /// How long it lasts, for example 30d.
    #[arg(long = "for", value_name = "DURATION", value_parser = amount::duration)]
    lifetime: u32,
    /// When it begins, from now [default: at once].
    #[arg(long, value_name = "DURATION", value_parser = amount::duration)]
    starts_in: Option<u32>,
    /// The market whose hosts get it: its address, or AUTHORITY/NUMBER.
    #[arg(long, value_name = "MARKET", requires = "rate", requires = "weekly_cap")]
    hosts: Option<MarketRef>,
    /// For hosts: the most that an hour of evidence earns, whole tokens.
    #[arg(long, value_name = "PER_HOUR", requires = "hosts")]
    rate: Option<Decimal>,
    /// For hosts: the most that is paid in a week, whole tokens.
    #[arg(long, value_name = "AMOUNT", requires = "hosts")]
    weekly_cap: Option<Decimal>,
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Open(options) => open(context, &options).await,
        Command::Show { emission } => show(context, emission).await,
        Command::Release { emission } => release(context, emission).await,
        Command::Close { emission } => close(context, emission).await,
    }
}

async fn find(context: &Context, key: Address) -> Result<(Emission, Mint), CommandError> {
    let emission = or_next(
        context.connection.get::<Emission>(&key).await,
        || format!("emission at {key}"),
        || "open one with `gpu-market rewards emission open`".to_owned(),
    )?;
    let mint = context.connection.mint(&emission.mint).await?;
    Ok((emission, mint))
}

async fn open(context: &Context, options: &Open) -> Result<(), CommandError> {
    let (funder, now, mint) = (context.me()?, context.now().await?, context.connection.mint(&options.mint).await?);
    let start = now.saturating_add(options.starts_in.unwrap_or_default().into());
    let rate = options.rate.map(|rate| amount::rate("--rate", rate, mint.decimals)).transpose()?;
    let cap = options.weekly_cap.map(|cap| units("--weekly-cap", cap, &mint)).transpose()?;
    let params = EmissionParams {
        amount: units("AMOUNT", options.amount, &mint)?,
        // The moment of execution, which a start at once must not be before.
        start: if options.starts_in.is_some() { start } else { 0 },
        end: start.saturating_add(options.lifetime.into()),
        rate: rate.unwrap_or_default(),
        window_cap: cap.unwrap_or_default(),
    };
    let recipients = recipients(context, options).await?;
    let source = context.source(funder, None, &mint, params.amount).await?;
    let key = address::emission(&funder, options.id).0;
    if context.connection.find::<Emission>(&key).await?.is_some() {
        let next = "give it another --id, or close that one first";
        return Err(CommandError::rule(
            format!("you have an emission with the number {} already", options.id),
            next,
        ));
    }
    let record = Record::new("Given")
        .with("emission", key)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(params.amount, mint.decimals))
        .with("starts_at", Value::Time(start, now))
        .with("ends_at", Value::Time(params.end, now));
    let question = match recipients {
        Recipients::Stakers => "Give this to the stakers? It cannot be taken back.",
        Recipients::Hosts(_) => "Give this to the hosts? What they do not earn comes back after the end.",
    };
    context.confirm(Some(&record), question)?;
    let open = OpenEmission {
        funder,
        payer: context.payer()?,
        source,
        token: mint.token,
        recipients,
        id: options.id,
        params,
    };
    context.submit(record, &[open_emission(open)]).await
}

async fn recipients(context: &Context, options: &Open) -> Result<Recipients, CommandError> {
    let Some(market) = options.hosts else {
        pool::find(context, options.mint).await?;
        return Ok(Recipients::Stakers);
    };
    let account = context.market(market).await?;
    account.require_rewarded()?;
    if account.payment_mint != options.mint {
        let problem = format!("{} is not what jobs in this market are paid in", options.mint);
        return Err(CommandError::input("MINT", problem, account.payment_mint));
    }
    Ok(Recipients::Hosts(market.0))
}

async fn show(context: &Context, key: Address) -> Result<(), CommandError> {
    let now = context.now().await?;
    let (emission, mint) = find(context, key).await?;
    let amount = |units| Value::amount(units, mint.decimals);
    let for_hosts = emission.is(EmissionKind::Hosts);
    let record = Record::new(if for_hosts { "Emission to hosts" } else { "Emission to stakers" })
        .with("emission", key)
        .with("target", emission.target)
        .with("funder", emission.funder)
        .with("mint", emission.mint)
        .with("decimals", mint.decimals)
        .with("amount", amount(emission.amount))
        .with("released", amount(emission.released))
        .with("due", amount(rewards::due(&emission, now)))
        .with("starts_at", Value::Time(emission.start, now))
        .with("ends_at", Value::Time(emission.end, now))
        .with("rate", if for_hosts { Value::rate(emission.rate, mint.decimals) } else { Value::Nothing })
        .with("weekly_cap", if for_hosts { amount(emission.window_cap) } else { Value::Nothing });
    context.print(&record)
}

async fn release(context: &Context, key: Address) -> Result<(), CommandError> {
    let now = context.now().await?;
    let (mut emission, mint) = find(context, key).await?;
    let amount = emission.release(now)?;
    let record = Record::new("Released")
        .with("emission", key)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals))
        .with("left", Value::amount(emission.left()?, mint.decimals));
    context.submit(record, &[release_emission(key, mint.token)]).await
}

async fn close(context: &Context, key: Address) -> Result<(), CommandError> {
    let (caller, now) = (context.me()?, context.now().await?);
    let (emission, mint) = find(context, key).await?;
    emission.require_closable(caller == emission.funder, now)?;
    let (destination, create) = context.destination(emission.funder, None, &mint).await?;
    let mut instructions: Vec<Instruction> = create.into_iter().collect();
    instructions.push(close_emission(CloseEmission {
        caller,
        emission: key,
        for_stakers: emission.is(EmissionKind::Stakers),
        token: mint.token,
        destination,
        rent_payer: emission.rent_payer,
    }));
    let record = Record::new("Emission closed")
        .with("emission", key)
        .with("decimals", mint.decimals)
        .with("returned", Value::amount(emission.left()?, mint.decimals))
        .with("funder", emission.funder);
    context.submit(record, &instructions).await
}

pub async fn pay(context: &Context, key: Address, job_key: Address) -> Result<(), CommandError> {
    let now = context.now().await?;
    let (emission, mint) = find(context, key).await?;
    let job = or_next(
        context.connection.get::<Job>(&job_key).await,
        || format!("job at {job_key}"),
        || "a closed job is not rewarded any more: name one that still has its account".to_owned(),
    )?;
    let market: Market = context.connection.get(&job.market).await?;
    let amount = rewards::incentive(&emission, &job, &market, &context.config().await?, now)?;
    let member: Member = context.connection.get(&job.member).await?;
    let record = Record::new("Paid")
        .with("emission", key)
        .with("job", job_key)
        .with("host", member.host)
        .with("decimals", mint.decimals)
        .with("amount", Value::amount(amount, mint.decimals));
    context.submit(record, &[pay_incentive(key, Parties::of(job_key, &job, &member), mint.token)]).await
}
