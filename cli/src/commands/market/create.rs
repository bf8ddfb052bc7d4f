//! The markets of a file, created.

use {
    crate::{
        commands::CommandError,
        context::Context,
        explain,
        output::{Record, Value},
    },
    gpu_market_migrations::{Deployment, Keys, Step, plan},
    gpu_market_sdk::{
        Address, address, budget,
        gpu_market::state::Config,
        instructions::{Token, name},
    },
    std::{
        collections::{BTreeMap, BTreeSet},
        path::PathBuf,
        str::FromStr,
    },
};

/// Accounts that are asked for at once.
const ACCOUNTS: usize = 100;
/// Lamports of an account without data, where nothing else is known.
const EMPTY_RENT: u64 = 890_880;
const SOL_DECIMALS: u8 = 9;

/// What to create.
#[derive(Clone, Debug, clap::Args)]
pub struct Create {
    /// Markets file, such as examples/markets.toml.
    file: PathBuf,
    /// The mint of a token that the file names without an address; once for each.
    #[arg(long = "mint", value_name = "SYMBOL=MINT")]
    mints: Vec<SymbolMint>,
    /// Only the markets with these numbers.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<u16>,
    /// Creates the protocol's config too; the key that acts is then the program's upgrade authority, and becomes admin,
    /// pauser and owner of the treasury.
    #[arg(long)]
    create_config: bool,
}

#[derive(Clone, Debug)]
struct SymbolMint {
    symbol: String,
    mint: Address,
}

impl FromStr for SymbolMint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('=').and_then(|(symbol, mint)| Some((symbol.to_owned(), mint.parse().ok()?)));
        let (symbol, mint) = parsed
            .ok_or_else(|| format!("\"{text}\" is no mint; allowed: SYMBOL=ADDRESS, for example USDG=2u1t…"))?;
        Ok(Self { symbol, mint })
    }
}

pub async fn create(context: &Context, options: &Create) -> Result<(), CommandError> {
    let mut deployment = Deployment::read(&options.file)?;
    only(&mut deployment, options)?;
    let spinner = context.spinner("reading what is there");
    let mints = mints(context, options, &deployment).await?;
    require_config(context, options, &deployment, &mints).await?;
    let steps = missing(context, &deployment, &mints).await?;
    drop(spinner);
    let record = Record::row()
        .with("file", options.file.display().to_string())
        .with("authority", context.me()?)
        .with("rent_lamports", Value::amount(rent(&steps), SOL_DECIMALS));
    if steps.is_empty() {
        return context
            .print(&Record::new("All of it is there: nothing to create").and(record).with("steps", Vec::new()));
    }
    let rows: Vec<Record> = steps.iter().map(row).collect();
    if context.is_dry_run() {
        let instructions: Vec<_> = steps.iter().map(|step| step.instruction.clone()).collect();
        let title = "A dry run: nothing is sent. The steps build on each other, so they cannot be simulated";
        let explained = explain::record(&context.payer()?, &instructions, None);
        return context.print(&Record::new(title).and(record).with("steps", rows).and(explained));
    }
    context.confirm(Some(&record.clone().with("steps", rows)), "Create all this?")?;
    execute(context, record, &steps).await
}

/// Executes the steps one by one. What fails leaves what was created before it, and a second run goes on there.
async fn execute(context: &Context, record: Record, steps: &[Step]) -> Result<(), CommandError> {
    let spinner = context.spinner("");
    let mut rows = Vec::new();
    for (step, number) in steps.iter().zip(1..) {
        spinner.say(format!("{number} of {}: {}", steps.len(), step.what));
        let receipt = context.send(std::slice::from_ref(&step.instruction), &[]).await.inspect_err(|_| {
            context.warn(&format!("{} was not done; run the same again to go on there", step.what));
        })?;
        rows.push(row(step).with("signature", receipt.map(|receipt| receipt.signature.to_string())));
    }
    drop(spinner);
    context.print(&Record::new("Created").and(record).with("steps", rows).hint("next: `gpu-market market list`"))
}

fn row(step: &Step) -> Record {
    Record::row()
        .with("step", step.what.clone())
        .with("instruction", name(&step.instruction.data).unwrap_or_default())
        .with("creates", step.creates)
}

fn rent(steps: &[Step]) -> u64 {
    steps.iter().map(|step| budget::rent(&step.instruction, EMPTY_RENT)).fold(0, u64::saturating_add)
}

fn only(deployment: &mut Deployment, options: &Create) -> Result<(), CommandError> {
    if options.only.is_empty() {
        return Ok(());
    }
    if let Some(unknown) = options.only.iter().find(|id| deployment.market(**id).is_none()) {
        let known: Vec<_> = deployment.markets.iter().map(|market| market.id.to_string()).collect();
        let problem = format!("the file has no market {unknown}");
        return Err(CommandError::input("--only", problem, format!("some of {}", known.join(", "))));
    }
    deployment.markets.retain(|market| options.only.contains(&market.id));
    Ok(())
}

/// The mint of each symbol that the markets need, with the decimals that the file says.
async fn mints(
    context: &Context,
    options: &Create,
    deployment: &Deployment,
) -> Result<BTreeMap<String, Token>, CommandError> {
    let payments = deployment.markets.iter().map(|market| &market.payment);
    let needed: BTreeSet<&String> = payments.chain([&deployment.stake.token]).collect();
    let mut mints = BTreeMap::new();
    for spec in deployment.tokens.iter().filter(|spec| needed.contains(&spec.symbol)) {
        let named = options.mints.iter().find(|named| named.symbol == spec.symbol).map(|named| named.mint);
        let key = named.or(spec.mint).ok_or_else(|| {
            let problem = format!("the file names no mint of {}", spec.symbol);
            CommandError::input("--mint", problem, format!("--mint {}=ADDRESS", spec.symbol))
        })?;
        let mint = context.connection.mint(&key).await?;
        if mint.decimals != spec.decimals {
            let problem = format!(
                "{} has {} decimals on the chain and {} in the file",
                spec.symbol, mint.decimals, spec.decimals
            );
            return Err(CommandError::input("decimals", problem, "the same in both"));
        }
        mints.insert(spec.symbol.clone(), mint.token);
    }
    Ok(mints)
}

async fn require_config(
    context: &Context,
    options: &Create,
    deployment: &Deployment,
    mints: &BTreeMap<String, Token>,
) -> Result<(), CommandError> {
    let Some(config) = context.connection.find::<Config>(&address::config().0).await? else {
        context.connection.require_program().await?;
        if options.create_config {
            return Ok(());
        }
        return Err(CommandError::not_there(
            "config of the protocol on this cluster",
            "only the program's upgrade authority creates it: with its key, pass --create-config",
        ));
    };
    let staked = mints.get(&deployment.stake.token).map(|token| token.mint);
    if staked == Some(config.stake_mint) {
        return Ok(());
    }
    let problem = format!("{} is not what is staked on this cluster", deployment.stake.token);
    Err(CommandError::input("stake.token", problem, format!("the mint {}", config.stake_mint)))
}

/// The steps whose accounts there are not yet.
async fn missing(
    context: &Context,
    deployment: &Deployment,
    mints: &BTreeMap<String, Token>,
) -> Result<Vec<Step>, CommandError> {
    let (me, payer, now) = (context.me()?, context.payer()?, context.now().await?);
    let keys = Keys { payer, upgrade_authority: me, admin: me, pauser: me, treasury: me, market_authority: me };
    let all = plan(deployment, &keys, mints, now, |_| false)?;
    let addresses: Vec<Address> = all.iter().map(|step| step.creates).collect();
    let mut existing = BTreeSet::new();
    for some in addresses.chunks(ACCOUNTS) {
        let found = context.connection.exist(some).await?;
        existing.extend(some.iter().zip(found).filter(|(_, exists)| *exists).map(|(address, _)| *address));
    }
    Ok(plan(deployment, &keys, mints, now, |address| existing.contains(address))?)
}
