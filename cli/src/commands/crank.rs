//! `gpu-market crank`: enforces deadlines for tips.

use {
    super::CommandError,
    crate::{
        context::Context,
        output::{Record, Value},
        stop,
    },
    clap::Subcommand,
    gpu_market_crank::{
        Policy,
        daemon::{self, CrankError, Options, Report, Summary},
    },
    std::time::Duration,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Does everything that anyone may do and that is due, until Ctrl-C. The key that acts pays the fees and gets the tips.
    Run(Run),
}

/// How a crank works.
#[derive(Clone, Debug, clap::Args)]
pub struct Run {
    /// Does only what pays a tip.
    #[arg(long)]
    tips_only: bool,
    /// Smallest tip that is worth a transaction, base units.
    #[arg(long, value_name = "BASE_UNITS", default_value_t = 1)]
    min_tip: u64,
    /// Transactions that are on their way at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    in_flight: u16,
    /// Seconds between two looks at what changed.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    tick: u64,
}

impl Run {
    fn options(&self) -> Options {
        let policy = Policy { min_tip: self.min_tip, ..Policy::default() };
        Options {
            policy: if self.tips_only { Policy::tipped(self.min_tip) } else { policy },
            in_flight: self.in_flight.into(),
            tick: Duration::from_secs(self.tick),
        }
    }
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Run(options) => work(context, &options).await,
    }
}

async fn work(context: &Context, options: &Run) -> Result<(), CommandError> {
    let key = context.keypair()?;
    let summary =
        daemon::run(&context.connection, key, options.options(), stop::requested(), |report| say(context, &report))
            .await;
    match summary {
        Ok(summary) => context.print(&record(&summary)),
        Err(CrankError::Rpc(error)) => Err(error.into()),
        Err(error @ CrankError::Key(_)) => Err(CommandError::rule(error, "pass another key with --keypair")),
    }
}

/// What happens goes to standard error, as long as it goes on; the result is what was done in all.
fn say(context: &Context, report: &Report) {
    match report {
        Report::Started { .. } | Report::Done { .. } => context.note(&report.to_string()),
        Report::Refused { .. } | Report::Failed { .. } | Report::Trouble { .. } | Report::Unreadable { .. } => {
            context.warn(&report.to_string());
        }
    }
}

fn record(summary: &Summary) -> Record {
    let done = summary.done.iter().map(|(kind, count)| {
        Record::row().with("instruction", Value::name(kind.instruction())).with("count", Value::Number(*count))
    });
    let earned = summary
        .earned
        .iter()
        .map(|(mint, amount)| Record::row().with("mint", *mint).with("base_units", Value::Number(*amount)));
    Record::new("Stopped")
        .with("done", done.collect::<Vec<_>>())
        .with("refused", Value::Number(summary.refused))
        .with("failed", Value::Number(summary.failed))
        .with("earned", earned.collect::<Vec<_>>())
        .with("fee_lamports", Value::Number(summary.fees))
}
