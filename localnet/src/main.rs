//! The local network as a command: starts, says what is where and what to type next, and runs until Ctrl-C.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod next;

use {
    clap::Parser,
    gpu_market_localnet::{Front, Localnet, LocalnetError, keys},
    gpu_market_migrations::Deployment,
    gpu_market_sdk::{address, rpc::Endpoint},
    solana_signer::Signer,
    std::{path::PathBuf, process::ExitCode},
};

/// The program, as it is deployed.
const PROGRAM: &[u8] = include_bytes!("../../artifacts/gpu_market.so");
/// The markets that are opened unless a file is given.
const MARKETS: &str = include_str!("../../examples/markets.toml");

/// A local Solana network with GPU Market deployed on it.
#[derive(Parser)]
#[command(name = "gpu-market-localnet", version)]
struct Args {
    /// Markets file; the example by default.
    #[arg(long)]
    markets: Option<PathBuf>,
    /// Folder that the keys are written to, as other tools read them.
    #[arg(long, default_value = "localnet-keys")]
    keys: PathBuf,
    /// Port of JSON-RPC; that of the WebSocket is the one above.
    #[arg(long, default_value_t = 8899)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<(), LocalnetError> {
    let deployment = match &args.markets {
        Some(file) => Deployment::read(file)?,
        None => Deployment::parse("examples/markets.toml", MARKETS)?,
    };
    println!("starting a network and creating {} markets ...", deployment.markets.len());
    let localnet = Localnet::start(PROGRAM, deployment).await?;
    // Only now: whoever finds the port open finds everything in place.
    let front = Front::open(args.port, localnet.network.endpoint()).await?;
    report(&localnet, front.endpoint(), args)?;
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| LocalnetError::Network(format!("Ctrl-C cannot be waited for: {error}")))?;
    println!("stopped");
    Ok(())
}

fn report(localnet: &Localnet, endpoint: &Endpoint, args: &Args) -> Result<(), LocalnetError> {
    localnet.steps.iter().for_each(|step| println!("  {step}"));
    println!("\nJSON-RPC   {}\nWebSocket  {}\nprogram    {}", endpoint.rpc, endpoint.websocket, address::PROGRAM);
    println!("\nmarkets");
    for market in &localnet.deployment.markets {
        let (id, address) = (market.id, localnet.market(market.id));
        println!(
            "  {id:<4} {address}  {} {:?}, {} {} an hour",
            market.gpu, market.tier, market.rate_per_hour, market.payment
        );
    }
    println!("\nkeys, of this network alone: they are public, so send nothing of worth to them");
    for name in keys::NAMES {
        let file = keys::write(&args.keys, name)?;
        println!("  {name:<18} {}  {}", keys::key(name).pubkey(), file.display());
    }
    next::print(localnet, endpoint, args);
    Ok(())
}
