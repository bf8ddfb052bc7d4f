//! What the stake earns: its positions in reward pools, its lock, and claims.

use {
    super::find,
    crate::{
        commands::{CommandError, lookup::or_next, rewards::pool},
        context::Context,
        output::{Record, Value},
    },
    clap::Subcommand,
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::state::{RewardPool, RewardPosition, Stake},
        instructions::{
            rewards::{claim_rewards, close_position, open_position, sync_weight, with_positions},
            stake,
        },
        rewards::{self, Stream},
        rpc::Holds,
    },
    std::mem::offset_of,
};

#[derive(Debug, Subcommand)]
pub enum Position {
    /// Lets the stake earn from the reward pool of a mint.
    Open { mint: Address },
    /// Claims what was earned in a mint, and stops earning.
    Close { mint: Address },
    /// Shows what a stake earns, and what a year of the present streams would pay.
    Show {
        /// Owner of the stake [default: the key that acts].
        #[arg(long)]
        owner: Option<Address>,
    },
    /// Has the pools count what a slashed stake still weighs. Anyone may.
    Sync {
        /// Owner of the stake.
        owner: Address,
    },
}

pub async fn run(command: Position, context: &Context) -> Result<(), CommandError> {
    match command {
        Position::Open { mint } => open(context, mint).await,
        Position::Close { mint } => close(context, mint).await,
        Position::Show { owner } => show(context, owner).await,
        Position::Sync { owner } => sync(context, owner).await,
    }
}

/// A position with its pool.
struct Earning {
    key: Address,
    position: RewardPosition,
    pool: RewardPool,
}

/// All positions of a stake; whoever changes its weight names them.
async fn earnings(context: &Context, key: Address, stake: &Stake) -> Result<Vec<Earning>, CommandError> {
    if stake.positions == 0 {
        return Ok(Vec::new());
    }
    let filter = [Holds::at(offset_of!(RewardPosition, stake), key)];
    let mut earnings = Vec::new();
    for (key, position) in context.connection.scan::<RewardPosition>(&filter).await? {
        let pool = context.connection.get::<RewardPool>(&position.pool).await?;
        earnings.push(Earning { key, position, pool });
    }
    Ok(earnings)
}

/// The instruction, with all positions of the stake named if it changes their weight.
pub async fn named(context: &Context, stake: &Stake, change: Instruction) -> Result<Instruction, CommandError> {
    let earnings = earnings(context, address::stake(&stake.owner).0, stake).await?;
    let mints: Vec<Address> = earnings.iter().map(|earning| earning.pool.mint).collect();
    Ok(with_positions(change, &stake.owner, &mints))
}

pub async fn lock(context: &Context, days: u16) -> Result<(), CommandError> {
    let (owner, now) = (context.me()?, context.now().await?);
    let (key, mut after) = find(context, owner).await?;
    let extend = named(context, &after, stake::extend_lock(owner, days)).await?;
    let before = after.weight()?;
    after.extend_lock(days)?;
    let record = Record::new("Locked")
        .with("stake", key)
        .with("lock_days", days)
        .with("weight_before", before.to_string())
        .with("weight", after.weight()?.to_string())
        .with("unstaked_now_withdrawable_at", Value::Time(now.saturating_add(after.cooling_time()?), now));
    context.confirm(Some(&record), "Lock this stake? It can be locked for longer, never for a shorter time.")?;
    context.submit(record, &[extend]).await
}

async fn open(context: &Context, mint: Address) -> Result<(), CommandError> {
    let owner = context.me()?;
    let (stake, mut after) = find(context, owner).await?;
    let (key, mut pool) = pool::find(context, mint).await?;
    let position = address::position(&key, &stake).0;
    if context.connection.find::<RewardPosition>(&position).await?.is_some() {
        let next = "see what it earns with `gpu-market stake position show`";
        return Err(CommandError::rule(format!("the stake earns in {mint} already"), next));
    }
    after.position_opened()?;
    pool.position_opened()?;
    let record = Record::new("Earning")
        .with("position", position)
        .with("pool", key)
        .with("stake", stake)
        .with("weight", after.weight()?.to_string());
    context.submit(record, &[open_position(owner, context.payer()?, mint)]).await
}

async fn close(context: &Context, mint: Address) -> Result<(), CommandError> {
    let (owner, now, mint) = (context.me()?, context.now().await?, context.connection.mint(&mint).await?);
    let (key, stake) = find(context, owner).await?;
    let earning = earning(context, key, mint.token.mint).await?;
    let amount = rewards::claimable(&earning.pool, &earning.position, &stake, now)?;
    let mut instructions = Vec::new();
    if amount > 0 {
        let (destination, create) = context.destination(owner, None, &mint).await?;
        instructions.extend(create);
        instructions.push(claim_rewards(owner, mint.token, destination));
    }
    instructions.push(close_position(owner, mint.token.mint, earning.position.rent_payer));
    let record = Record::new("Position closed")
        .with("position", earning.key)
        .with("decimals", mint.decimals)
        .with("claimed", Value::amount(amount, mint.decimals));
    context.submit(record, &instructions).await
}

/// The position of a stake in the pool of a mint, which has to be there.
async fn earning(context: &Context, stake: Address, mint: Address) -> Result<Earning, CommandError> {
    let (pool_key, pool) = pool::find(context, mint).await?;
    let key = address::position(&pool_key, &stake).0;
    let position = or_next(
        context.connection.get::<RewardPosition>(&key).await,
        || format!("position of this stake in {mint}"),
        || format!("open it with `gpu-market stake position open {mint}`"),
    )?;
    Ok(Earning { key, position, pool })
}

async fn show(context: &Context, owner: Option<Address>) -> Result<(), CommandError> {
    let owner = owner.map_or_else(|| context.me(), Ok)?;
    let now = context.now().await?;
    let (key, stake) = find(context, owner).await?;
    let mut rows = Vec::new();
    for earning in earnings(context, key, &stake).await? {
        let mint = context.connection.mint(&earning.pool.mint).await?;
        let projection = Stream::of(&earning.pool, now)?.projection(earning.position.weight())?;
        let is_staked = earning.pool.mint == stake.mint;
        let bps = projection.bps(stake.amount).filter(|_| is_staked);
        rows.push(
            Record::row()
                .with("mint", earning.pool.mint)
                .with(
                    "claimable",
                    mint_amount(rewards::claimable(&earning.pool, &earning.position, &stake, now)?, &mint),
                )
                .with("claimed", mint_amount(earning.position.claimed, &mint))
                .with("last_stream_a_year", mint_amount(projection.yearly, &mint))
                .with("of_the_stake", bps.map_or(Value::Nothing, Value::Share))
                .with("weight", earning.position.weight().to_string())
                .with("needs_sync", rewards::needs_sync(&earning.position, &stake)?)
                .with("decimals", mint.decimals),
        );
    }
    let locks: Vec<Record> = rewards::LOCKS
        .into_iter()
        .filter_map(|days| Some((days, rewards::weight_with_lock(&stake, days).ok()?)))
        .map(|(days, weight)| Record::row().with("lock_days", days).with("weight", weight.to_string()))
        .collect();
    let record = Record::new("Rewards")
        .with("stake", key)
        .with("owner", owner)
        .with("lock_days", stake.lock_days)
        .with("positions", rows)
        .with("locks", locks)
        .hint("last_stream_a_year: what the last stream pays at today's weights, which will change; not a promise");
    context.print(&record)
}

fn mint_amount(units: u64, mint: &gpu_market_sdk::rpc::Mint) -> Value {
    Value::amount(units, mint.decimals)
}

/// Claims in one mint, or in all in which there is something, each in a transaction of its own.
pub async fn claim(context: &Context, only: Option<Address>, to: Option<Address>) -> Result<(), CommandError> {
    let (owner, now) = (context.me()?, context.now().await?);
    let (key, stake) = find(context, owner).await?;
    if let Some(mint) = only {
        earning(context, key, mint).await?;
    }
    let mut rows = Vec::new();
    for earning in earnings(context, key, &stake).await? {
        let amount = rewards::claimable(&earning.pool, &earning.position, &stake, now)?;
        if amount == 0 || only.is_some_and(|mint| mint != earning.pool.mint) {
            continue;
        }
        let mint = context.connection.mint(&earning.pool.mint).await?;
        let (destination, create) = context.destination(owner, to, &mint).await?;
        let mut instructions: Vec<Instruction> = create.into_iter().collect();
        instructions.push(claim_rewards(owner, mint.token, destination));
        if let Some(receipt) = context.send(&instructions, &[]).await? {
            let row = Record::row()
                .with("mint", earning.pool.mint)
                .with("amount", mint_amount(amount, &mint))
                .with("destination", destination)
                .with("decimals", mint.decimals);
            rows.push(row.and(crate::context::receipt_record(&receipt)));
        }
    }
    if context.is_dry_run() {
        return Ok(());
    }
    let title = if rows.is_empty() { "Nothing can be claimed yet" } else { "Claimed" };
    context.print(&Record::new(title).with("stake", key).with("claims", rows))
}

async fn sync(context: &Context, owner: Address) -> Result<(), CommandError> {
    let (key, stake) = find(context, owner).await?;
    let mut instructions = Vec::new();
    for earning in earnings(context, key, &stake).await? {
        if rewards::needs_sync(&earning.position, &stake)? {
            instructions.push(sync_weight(key, earning.pool.mint));
        }
    }
    let record = Record::new("Synced").with("stake", key).with("weight", stake.weight()?.to_string());
    if instructions.is_empty() {
        return Err(CommandError::rule("every pool counts what this stake weighs", "nothing is left to do"));
    }
    context.submit(record, &instructions).await
}

/// Compares a stake with its vault. Anyone may.
pub async fn check(context: &Context, owner: Address) -> Result<(), CommandError> {
    let (key, stake) = find(context, owner).await?;
    let held = context.connection.token_account(&stake.vault).await?.map_or(0, |vault| vault.amount);
    let decimals = context.config().await?.stake_decimals;
    let record = pool::checked(key, held, stake.booked()?, decimals);
    context.submit(record, &[stake::check_stake(key)]).await
}
