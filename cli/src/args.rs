//! Command line of `gpu-market`.

use {
    crate::{
        commands::{EXIT_CODES, admin, attest, client, crank, host, job, localnet, market, rewards, stake},
        output::Format,
    },
    clap::{Parser, Subcommand},
    std::{ops::RangeInclusive, path::PathBuf},
};

/// A marketplace for GPU time on Solana: hosts, clients and operators of markets.
#[derive(Debug, Parser)]
#[command(name = "gpu-market", version, after_help = EXIT_CODES)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What the Solana tools call the same.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Cluster, keys and output")]
pub struct Global {
    /// Config file [default: ~/.config/solana/cli/config.yml].
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address of the JSON-RPC server, or mainnet-beta (m), testnet (t), devnet (d), localhost (l).
    #[arg(short, long, global = true, value_name = "URL_OR_MONIKER")]
    pub url: Option<String>,
    /// Address of the WebSocket server [default: derived from the JSON-RPC server's].
    #[arg(long, global = true, value_name = "URL")]
    pub ws: Option<String>,
    /// The key that acts: a file, or - for standard input.
    #[arg(short, long, global = true, value_name = "KEYPAIR")]
    pub keypair: Option<String>,
    /// The key that pays fee and rent [default: the one that acts].
    #[arg(long, global = true, value_name = "KEYPAIR")]
    pub fee_payer: Option<String>,
    /// How sure a block has to be: processed, confirmed or finalized.
    #[arg(long, global = true, value_name = "COMMITMENT")]
    pub commitment: Option<String>,
    /// What is bid for priority, micro lamports per compute unit.
    #[arg(long, global = true, value_name = "MICRO_LAMPORTS")]
    pub with_compute_unit_price: Option<u64>,
    /// The most that is bid for priority: as much as recent transactions on the same accounts paid, up to this.
    #[arg(long, global = true, value_name = "MICRO_LAMPORTS", conflicts_with = "with_compute_unit_price")]
    pub max_compute_unit_price: Option<u64>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    /// Prints the decoded instructions and their simulated cost; sends nothing.
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Answers every question with yes.
    #[arg(short, long, global = true)]
    pub yes: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Markets: their terms, their queues.
    #[command(subcommand)]
    Market(market::Command),
    /// A client's prepaid escrow.
    #[command(subcommand)]
    Client(client::Command),
    /// Jobs, as their client sees them.
    #[command(subcommand)]
    Job(job::Command),
    /// A host, its places in markets, and what it earns.
    #[command(subcommand)]
    Host(host::Command),
    /// What backs a host.
    #[command(subcommand)]
    Stake(stake::Command),
    /// What stakers earn, and what is given to stakers and hosts.
    #[command(subcommand)]
    Rewards(rewards::Command),
    /// Attestors and the rounds in which they measure hosts.
    #[command(subcommand)]
    Attest(attest::Command),
    /// The protocol's settings and its income.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Enforces deadlines for tips, as anyone may.
    #[command(subcommand)]
    Crank(crank::Command),
    /// Starts a local network with the program, markets, tokens and keys, and says what to type next.
    Localnet(localnet::Localnet),
    /// Prints a script that completes this command's arguments in a shell.
    Completions { shell: clap_complete::Shell },
    /// Runs a market day on the real program in an embedded chain, and checks every invariant.
    ///
    /// Hosts execute the command of each job as a local process; the SHA-256 of its output is the result on the chain.
    /// After the day one host goes its way: it is attested, earns a place in a premium market, loses it and returns.
    /// Exits with 0 only if all invariants hold at the end, else with 1 and the findings on standard error.
    Demo(Demo),
}

/// What kind of day it is.
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    /// Decides order of arrivals, durations and heartbeats; the same seed gives the same day.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Runs one day for each seed from FIRST to LAST, written FIRST..=LAST, with one line of result each.
    #[arg(long, value_name = "FIRST..=LAST", value_parser = seeds, conflicts_with_all = ["seed", "json", "verbose"])]
    pub seeds: Option<RangeInclusive<u64>>,
    /// Prints one JSON document instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Adds the logs of every transaction.
    #[arg(long)]
    pub verbose: bool,
    /// Markets to open, instead of the built-in examples/markets.toml.
    #[arg(long, value_name = "FILE")]
    pub markets: Option<PathBuf>,
    /// Folder of job specs (*.json), instead of the built-in examples/jobs.
    #[arg(long, value_name = "DIR")]
    pub jobs: Option<PathBuf>,
}

fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once("..=").ok_or("allowed: FIRST..=LAST, for example 1..=100")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("\"{text}\": {error}"));
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(format!("{first} is above {last}; allowed: FIRST not above LAST"));
    }
    Ok(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_seeds_is_two_numbers_in_order() {
        assert_eq!(seeds("1..=100"), Ok(1..=100));
        for text in ["", "5", "1..3", "x..=3", "3..=1", "-1..=2"] {
            assert!(seeds(text).is_err(), "{text}");
        }
    }
}
