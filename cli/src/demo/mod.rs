//! `gpu-market demo`: a market day on the real program in an embedded chain.

mod ascent;
mod books;
mod cast;
mod chain;
mod closing;
mod day;
mod dice;
mod enlist;
mod progress;
mod report;
mod rewards;
mod script;
mod world;

pub use ascent::Fault;

use {
    crate::{args::Demo, calendar, embedded, error::CliError, spec::JobSpec},
    ascent::{AscentFacts, Plot},
    chain::Chain,
    day::Day,
    dice::Dice,
    gpu_market_agent::process::Limits,
    gpu_market_migrations::Deployment,
    progress::Progress,
    report::{Ascent, Facts},
    rewards::{RewardFacts, Season},
    script::Script,
    std::{io::Write, time::Duration},
    world::World,
};

/// What the command of a job may use on the machine that the demo runs on.
const JOB_LIMITS: Limits = Limits { time: Duration::from_secs(5), memory: None, output: 1 << 20, file: 1 << 20 };

/// Runs what the options ask for; returns the findings.
pub fn run(options: &Demo) -> Result<Vec<String>, CliError> {
    let input = Input::load(options)?;
    let mut output = std::io::stdout().lock();
    if let Some(seeds) = options.seeds.clone() {
        let mut findings = Vec::new();
        for seed in seeds {
            let facts = run_day(&input, seed, false, &Progress::hidden())?;
            writeln!(output, "{}", report::one_line(&facts))?;
            findings.extend(facts.findings.into_iter().map(|finding| format!("seed {seed}: {finding}")));
        }
        return Ok(findings);
    }
    let progress = if options.json { Progress::hidden() } else { Progress::shown() };
    let facts = run_day(&input, options.seed, options.verbose, &progress)?;
    if options.json {
        serde_json::to_writer_pretty(&mut output, &facts)?;
        writeln!(output)?;
    } else {
        report::print(&facts, &mut output)?;
    }
    Ok(facts.findings)
}

/// Markets and jobs, checked.
struct Input {
    deployment: Deployment,
    specs: Vec<JobSpec>,
}

impl Input {
    fn load(options: &Demo) -> Result<Self, CliError> {
        let deployment = match &options.markets {
            Some(path) => Deployment::read(path)?,
            None => Deployment::parse(embedded::MARKETS.name, embedded::MARKETS.text)?,
        };
        let specs = match &options.jobs {
            Some(folder) => JobSpec::read_folder(folder, &deployment)?,
            None => embedded::JOBS
                .iter()
                .map(|file| JobSpec::parse(file.name, file.text, &deployment))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self { deployment, specs })
    }
}

fn run_day(input: &Input, seed: u64, keep_logs: bool, progress: &Progress) -> Result<Facts, CliError> {
    let mut dice = Dice::new(seed);
    let script = Script::write(&input.deployment, &input.specs, &mut dice);
    let plot = Plot::find(&input.deployment)?;
    let mut chain = Chain::new(seed, keep_logs)?;
    progress.stage("opening the market");
    let world = World::build(&mut chain, input.deployment.clone(), &input.specs, &script, plot.as_ref().ok())?;
    let mut day = Day::new(chain, world, &input.specs, script, dice);
    let mut season = Season::open(&mut day, &input.deployment)?;
    day.run(progress)?;
    progress.stage("settling");
    if let Some(season) = &mut season {
        season.sync(&mut day)?;
    }
    day.settle_up()?;
    if let Some(season) = &mut season {
        season.swept(&mut day)?;
    }
    let jobs = report::job_facts(&day)?;
    let ascent = match plot {
        Ok(plot) => Ascent::Told(Box::new(ascend(&mut day, plot, seed, progress)?)),
        Err(obstacle) => {
            day.aftermath(&[])?;
            Ascent::Untold { obstacle: obstacle.to_string() }
        }
    };
    progress.stage("the rewards");
    if let Some(season) = &mut season {
        season.finish(&mut day.chain, &day.world)?;
    }
    let rewards = season.map(RewardFacts::collect);
    let facts = Facts::collect(seed, &mut day, jobs, ascent, rewards)?;
    progress.finish();
    Ok(facts)
}

/// Tells the ascent, and closes the day with it.
fn ascend(day: &mut Day, plot: Plot, seed: u64, progress: &Progress) -> Result<AscentFacts, CliError> {
    progress.stage("the ascent");
    let mut tale = ascent::tell(&mut day.chain, &mut day.world, plot, seed)?;
    ascent::retire(&mut day.chain, &day.world.crank, &mut tale)?;
    day.aftermath(&tale.clients)?;
    ascent::close(&mut day.chain, &day.world.crank, &mut tale)?;
    Ok(AscentFacts::collect(tale, &mut day.chain))
}
