//! Command line of `gpu-market`.

use {
    clap::{Parser, Subcommand},
    std::{ops::RangeInclusive, path::PathBuf},
};

/// Runs and inspects a GPU Market.
#[derive(Debug, Parser)]
#[command(name = "gpu-market", version)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
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
