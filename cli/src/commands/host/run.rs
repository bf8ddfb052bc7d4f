//! `gpu-market host run`: the host agent.

use {
    super::{join::access, sealing},
    crate::{
        amount,
        commands::{CommandError, lookup::MarketRef, wallet::wallet},
        context::Context,
        data::{self, SealingOption, StoreOption},
        stop,
    },
    gpu_market_agent::{
        Config, Parts, Report, Venue, Withdraw,
        chain::Cluster,
        executor::{Docker, DockerSettings, Executors, Local},
        gpu::{self, Gpu},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{Address, gpu_market::state::Host},
    std::{path::PathBuf, sync::Arc, time::Duration},
};

/// How the agent works.
#[derive(Clone, Debug, clap::Args)]
pub struct Run {
    /// Markets to work in: addresses, or AUTHORITY/NUMBER.
    #[arg(required = true, value_name = "MARKET")]
    markets: Vec<MarketRef>,
    /// Owner of the host [default: the host that the key that acts operates].
    #[arg(long)]
    owner: Option<Address>,
    /// Seats to hold in each market, waiting or at work.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    seats: u16,
    /// Worst rate that is accepted, in whole tokens per hour [default: any].
    #[arg(long, value_name = "RATE")]
    min_rate: Option<Decimal>,
    /// Withdraws the earnings of a market to the owner's wallet whenever they reach this many whole tokens [default: never].
    #[arg(long, value_name = "AMOUNT")]
    withdraw_from: Option<Decimal>,
    /// The longest that a job may run, extensions included, for example 8h [default: any].
    #[arg(long, value_parser = amount::duration)]
    max_duration: Option<u32>,
    /// The most memory that a job may use, MiB [default: any].
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
    /// Seconds between two looks at the chain.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    poll: u64,
    /// Runs specs that name an image, too: socket of a Docker engine.
    #[arg(long, value_name = "SOCKET", num_args = 0..=1, default_missing_value = "/var/run/docker.sock")]
    docker: Option<String>,
    /// Folder of the agent's own state and of the work of its jobs [default: one for each host].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOption,
    #[command(flatten)]
    sealing: SealingOption,
    /// Ends jobs that run and that this agent does not know, as the host's fault. Only where the state is lost for good.
    #[arg(long)]
    take_over: bool,
}

/// Works until Ctrl-C, and then until the host owes nothing.
pub async fn run(context: &Context, options: &Run) -> Result<(), CommandError> {
    let (store, key) = (options.store.open()?, options.sealing.find()?);
    let (address, host) = context.host(options.owner).await?;
    context.require_key(format!("the host {address}"), "operator", &[host.operator])?;
    let (key, warning) = sealing::of_host(&options.sealing, key, host.sealing_key)?;
    warning.iter().for_each(|warning| context.warn(warning));
    let mut venues = Vec::with_capacity(options.markets.len());
    for market in &options.markets {
        venues.push(venue(context, options, &host, *market).await?);
    }
    let state = match &options.state {
        Some(folder) => folder.clone(),
        None => data::folder(&format!("hosts/{address}"))?,
    };
    let executors = executors(options, &state).await?;
    gpus(context);
    let mut config = config(options, address, state, venues);
    config.sealing_key = key;
    let chain = Cluster::new(context.connection.clone(), context.keypair()?.insecure_clone());
    let parts = Parts::new(chain, store, executors);
    Ok(gpu_market_agent::run(config, parts, stop::requested(), |report| say(context, &report)).await?)
}

async fn venue(context: &Context, options: &Run, host: &Host, market: MarketRef) -> Result<Venue, CommandError> {
    let place = context.place(market).await?;
    let (token, decimals) = (place.payment.token, place.payment.decimals);
    let rate = |typed| amount::rate("min_rate", typed, decimals);
    let from = options.withdraw_from.map(|typed| amount::units("withdraw_from", typed, decimals)).transpose()?;
    Ok(Venue {
        market: place.address,
        token,
        seats: options.seats,
        min_rate: options.min_rate.map(rate).transpose()?.unwrap_or_default(),
        access: access(context, &place, host).await?,
        withdraw: from.map(|from| Withdraw { from, to: wallet(&host.owner, &token) }),
    })
}

fn config(options: &Run, host: Address, state: PathBuf, venues: Vec<Venue>) -> Config {
    let mut config = Config::new(host, state, venues);
    config.poll = Duration::from_secs(options.poll);
    config.take_over = options.take_over;
    config.limits.memory = options.memory.map(|mebibytes| mebibytes.saturating_mul(1 << 20));
    if let Some(longest) = options.max_duration {
        config.max_duration = longest;
    }
    config
}

/// What runs jobs: commands as processes, and images where an engine is named.
async fn executors(options: &Run, state: &std::path::Path) -> Result<Executors, CommandError> {
    let mut executors: Executors = vec![Arc::new(Local::new(state.join("work")))];
    if let Some(socket) = &options.docker {
        let settings =
            DockerSettings { socket: socket.clone(), network: "bridge".into(), gpus: gpu::detect().is_ok() };
        let engine = Docker::connect(settings).await;
        executors.push(Arc::new(engine.map_err(|error| CommandError::rule(error, "or leave --docker out"))?));
    }
    Ok(executors)
}

/// Says which GPUs this machine has; none is no reason not to work.
fn gpus(context: &Context) {
    match gpu::detect() {
        Ok(gpus) if !gpus.is_empty() => gpus.iter().for_each(|Gpu { name, uuid, .. }| {
            context.note(&format!("GPU {name} ({uuid})"));
        }),
        Ok(_) => context.warn("the driver sees no GPU"),
        Err(error) => context.warn(&error.to_string()),
    }
}

fn say(context: &Context, report: &Report) {
    match report {
        Report::Lost(_) | Report::Failed { .. } | Report::Alarm(_) => context.warn(&report.to_string()),
        _ => context.note(&report.to_string()),
    }
}
