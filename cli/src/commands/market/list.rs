//! Markets in a table.

use {
    super::load,
    crate::{
        commands::{
            CommandError,
            lookup::{gpu_class, market_row},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Market, Terms, Tier},
        rpc::{Holds, Mint},
    },
    std::{collections::BTreeMap, mem::offset_of},
};

/// Which markets to list.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only those of this GPU class.
    #[arg(long)]
    gpu: Option<String>,
    /// Only those of this tier.
    #[arg(long, value_enum)]
    tier: Option<TierName>,
    /// Only those of this authority.
    #[arg(long)]
    authority: Option<Address>,
    /// Only those that are paid in this mint.
    #[arg(long)]
    mint: Option<Address>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TierName {
    Community,
    Premium,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Community => Self::Community,
            TierName::Premium => Self::Premium,
        }
    }
}

impl List {
    fn holds(&self) -> Vec<Holds> {
        let authority = self.authority.map(|key| Holds::at(offset_of!(Market, authority), key));
        let mint = self.mint.map(|mint| Holds::at(offset_of!(Market, payment_mint), mint));
        let tier = self.tier.map(|tier| Holds::at(offset_of!(Market, tier), [Tier::from(tier) as u8]));
        authority.into_iter().chain(mint).chain(tier).collect()
    }

    fn wants(&self, market: &Market) -> bool {
        self.gpu.as_ref().is_none_or(|gpu| gpu.eq_ignore_ascii_case(&gpu_class(market)))
    }
}

pub async fn list(context: &Context, options: &List) -> Result<(), CommandError> {
    let now = context.now().await?;
    let spinner = context.spinner("reading markets");
    let mut markets = context.connection.scan::<Market>(&options.holds()).await?;
    markets.retain(|(_, market)| options.wants(market));
    markets.sort_by_key(|(_, market)| (gpu_class(market), market.tier, market.id));
    spinner.say("reading jobs");
    let mut jobs = load::jobs(context, None, now).await?;
    let mut mints = BTreeMap::new();
    let mut rows = Vec::new();
    for (key, market) in &markets {
        spinner.say(format!("reading {}", gpu_class(market)));
        let terms: Terms = context.connection.get(&address::terms(key, market.terms_in_force(now)).0).await?;
        let mint = mint(context, &mut mints, market.payment_mint).await?;
        let jobs = jobs.remove(key).unwrap_or_default();
        let queue = load::queue(context, key, market, jobs).await?;
        rows.push(row(*key, market, &terms, &mint, &queue));
    }
    drop(spinner);
    let record = Record::row().with("markets", rows);
    let next = "next: `gpu-market market show MARKET`, `gpu-market job post --market MARKET ...`";
    context.print(&if markets.is_empty() { record } else { record.hint(next) })
}

/// A mint, asked for once.
async fn mint(context: &Context, known: &mut BTreeMap<Address, Mint>, key: Address) -> Result<Mint, CommandError> {
    if let Some(mint) = known.get(&key) {
        return Ok(*mint);
    }
    let mint = context.connection.mint(&key).await?;
    known.insert(key, mint);
    Ok(mint)
}

fn row(key: Address, market: &Market, terms: &Terms, mint: &Mint, queue: &load::Queue) -> Record {
    let wait = queue.load.wait();
    market_row(key, market)
        .with("rate", Value::rate(terms.rate, mint.decimals))
        .with("jobs_in_line", queue.jobs)
        .with("seats_waiting", queue.seats)
        .with("wait", Value::Estimate(wait.seconds(), wait.to_string()))
        .with("paused", market.paused != 0)
        .with("mint", market.payment_mint)
        .with("decimals", mint.decimals)
}
