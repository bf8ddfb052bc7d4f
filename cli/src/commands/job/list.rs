//! Jobs in a table.

use {
    crate::{
        commands::{CommandError, lookup::MarketRef},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Client, Job, JobState},
        rpc::{Holds, Mint},
    },
    std::{collections::BTreeMap, mem::offset_of},
};

/// Which jobs to list.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Owner of the client [default: the key that acts, unless a market is named].
    #[arg(long)]
    owner: Option<Address>,
    /// Only those of this market: its address, or AUTHORITY/NUMBER.
    #[arg(long)]
    market: Option<MarketRef>,
    /// Only those of this host's owner.
    #[arg(long, value_name = "OWNER", requires = "market")]
    host: Option<Address>,
    /// Only those in this state.
    #[arg(long, value_enum)]
    state: Option<StateName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[repr(u8)]
pub enum StateName {
    Open = JobState::Open as u8,
    Running = JobState::Running as u8,
    Completed = JobState::Completed as u8,
    Failed = JobState::Failed as u8,
    Ended = JobState::Ended as u8,
    TimedOut = JobState::TimedOut as u8,
    HostLost = JobState::HostLost as u8,
    Cancelled = JobState::Cancelled as u8,
    Expired = JobState::Expired as u8,
}

impl List {
    fn holds(&self) -> Vec<Holds> {
        let market = self.market.map(|market| Holds::at(offset_of!(Job, market), market.0));
        let member = self.host.zip(self.market).map(|(owner, market)| {
            Holds::at(offset_of!(Job, member), address::member(&market.0, &address::host(&owner).0).0)
        });
        let state = self.state.map(|state| Holds::at(offset_of!(Job, state), [state as u8]));
        market.into_iter().chain(member).chain(state).collect()
    }
}

pub async fn list(context: &Context, options: &List) -> Result<(), CommandError> {
    let now = context.now().await?;
    let owner = match options.owner {
        Some(owner) => Some(owner),
        None if options.market.is_some() => None,
        None => Some(context.me()?),
    };
    let spinner = context.spinner("reading jobs");
    let mut jobs = match owner {
        Some(owner) => of_owner(context, options, owner).await?,
        None => context.connection.scan::<Job>(&options.holds()).await?,
    };
    jobs.sort_by_key(|(_, job)| (job.created_at, job.nonce));
    let mut mints = BTreeMap::new();
    let mut rows = Vec::new();
    for (key, job) in &jobs {
        let mint = match mints.get(&job.client) {
            Some(mint) => *mint,
            None => mint_of(context, &job.client).await?,
        };
        mints.insert(job.client, mint);
        rows.push(row(*key, job, &mint, now)?);
    }
    drop(spinner);
    context.print(&Record::row().with("owner", owner).with("jobs", rows))
}

async fn of_owner(context: &Context, options: &List, owner: Address) -> Result<Vec<(Address, Job)>, CommandError> {
    let clients = context.connection.scan::<Client>(&[Holds::at(offset_of!(Client, owner), owner)]).await?;
    let mut jobs = Vec::new();
    for (client, _) in clients {
        let mut holds = options.holds();
        holds.push(Holds::at(offset_of!(Job, client), client));
        jobs.extend(context.connection.scan::<Job>(&holds).await?);
    }
    Ok(jobs)
}

async fn mint_of(context: &Context, client: &Address) -> Result<Mint, CommandError> {
    let client = context.connection.get::<Client>(client).await?;
    Ok(context.connection.mint(&client.mint).await?)
}

fn row(key: Address, job: &Job, mint: &Mint, now: i64) -> Result<Record, CommandError> {
    Ok(Record::row()
        .with("job", key)
        .with("nonce", Value::Large(job.nonce))
        .with("state", Value::name(job.state()?))
        .with("market", job.market)
        .with("deposit", Value::amount(job.deposit, mint.decimals))
        .with("paid", Value::amount(job.paid, mint.decimals))
        .with("refunded", Value::amount(job.refunded, mint.decimals))
        .with("posted_at", Value::time_if_set(job.created_at, now))
        .with("decimals", mint.decimals))
}
