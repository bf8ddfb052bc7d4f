//! `gpu-market demo`: a market day on the real program in an embedded chain.

mod books;
mod cast;
mod chain;
mod closing;
mod day;
mod dice;
mod progress;
mod report;
mod script;
mod world;

use {
    crate::{args::Demo, embedded, error::CliError, spec::JobSpec},
    chain::Chain,
    day::Day,
    dice::Dice,
    gpu_market_migrations::Deployment,
    progress::Progress,
    report::Facts,
    script::Script,
    std::io::Write,
    world::World,
};

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
    let mut chain = Chain::new(keep_logs)?;
    progress.stage("opening the market");
    let world = World::build(&mut chain, input.deployment.clone(), &input.specs, &script)?;
    let mut day = Day::new(chain, world, &input.specs, script, dice);
    day.run(progress)?;
    progress.stage("settling");
    day.settle_up()?;
    let jobs = report::job_facts(&day)?;
    day.aftermath()?;
    let facts = Facts::collect(seed, &mut day, jobs)?;
    progress.finish();
    Ok(facts)
}
