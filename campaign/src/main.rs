//! Runs campaigns, and replays and shrinks what fails.

use {
    clap::Parser,
    gpu_market_campaign::{
        action::Action,
        base::Base,
        generate::Generator,
        report::Tally,
        run::{Failure, Run},
        shrink,
    },
    std::{
        ops::Range,
        path::{Path, PathBuf},
        process::ExitCode,
        time::Instant,
    },
};

/// Random campaigns against GPU Market on the real program, with an independent model and every invariant checked.
#[derive(Parser)]
struct Options {
    /// One campaign.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Many campaigns: `A..B`, without B.
    #[arg(long, value_parser = parse_seeds)]
    seeds: Option<Range<u64>>,
    /// Actions of each campaign.
    #[arg(long, default_value_t = 20_000)]
    actions: u64,
    /// Replays the actions of a file that a failing campaign has written.
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Where the shortest actions that fail are written.
    #[arg(long, default_value = "failing.json")]
    failing: PathBuf,
}

fn parse_seeds(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("seeds are a range, for example 1..9")?;
    let number = |text: &str| text.parse().map_err(|error| format!("{text} is no seed: {error}"));
    Ok(number(from)?..number(to)?)
}

fn main() -> ExitCode {
    match work(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Does what was asked for; false if something failed.
fn work(options: &Options) -> Result<bool, String> {
    let base = Base::found()?;
    if let Some(path) = &options.replay {
        return replay(&base, path);
    }
    let seeds = options.seeds.clone().unwrap_or(options.seed..options.seed + 1);
    let mut tally = Tally::default();
    let started = Instant::now();
    for seed in seeds {
        let (campaign, failed) = campaign(&base, seed, options.actions)?;
        tally.add(&campaign);
        if let Some((actions, failure)) = failed {
            println!("{}", tally.render());
            report(&base, seed, &actions, &failure, &options.failing)?;
            return Ok(false);
        }
        eprintln!("seed {seed}: {} actions, {} s in all", campaign.actions, started.elapsed().as_secs());
    }
    println!("{}", tally.render());
    println!("every prediction and every invariant held");
    Ok(true)
}

type Failed = Option<(Vec<Action>, Failure)>;

/// How often all books are held against all accounts.
const AUDIT_EVERY: u64 = 1_000;

fn campaign(base: &Base, seed: u64, actions: u64) -> Result<(Tally, Failed), String> {
    let mut run = Run::new(base)?;
    let mut generator = Generator::new(seed);
    let mut done = Vec::new();
    for number in 1..=actions {
        let action = generator.next(&run.model);
        done.push(action.clone());
        let mut outcome = run.step(&action).map(|_| ());
        if outcome.is_ok() && (number % AUDIT_EVERY == 0 || number == actions) {
            outcome = run.audit();
        }
        if let Err(failure) = outcome {
            return Ok((run.tally, Some((done, failure))));
        }
    }
    Ok((run.tally, None))
}

/// Says what failed, makes it short and writes it down.
fn report(base: &Base, seed: u64, actions: &[Action], failure: &Failure, path: &Path) -> Result<(), String> {
    println!("seed {seed} fails at action {}: {:?}", actions.len(), actions.last());
    failure.0.iter().for_each(|fault| println!("  {fault}"));
    eprintln!("shrinking {} actions", actions.len());
    let short = shrink::shrink(base, actions)?;
    let json = serde_json::to_string_pretty(&short).map_err(|error| error.to_string())?;
    std::fs::write(path, json).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    println!("{} actions are enough:", short.len());
    short.iter().for_each(|action| println!("  {action:?}"));
    println!("replay them with --replay {}", path.display());
    Ok(())
}

fn replay(base: &Base, path: &Path) -> Result<bool, String> {
    let json = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let actions: Vec<Action> =
        serde_json::from_str(&json).map_err(|error| format!("{} holds no actions: {error}", path.display()))?;
    match shrink::replay(base, &actions)? {
        None => {
            println!("{} actions, and nothing failed", actions.len());
            Ok(true)
        }
        Some((place, failure)) => {
            println!("action {} fails: {:?}", place + 1, actions.get(place));
            failure.0.iter().for_each(|fault| println!("  {fault}"));
            Ok(false)
        }
    }
}
