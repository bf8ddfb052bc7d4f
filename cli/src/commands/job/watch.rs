//! A job as it goes on.

use {
    super::{show::phase, site},
    crate::{
        commands::{CommandError, lookup::MarketRef},
        context::Context,
        output::{Format, Record},
    },
    gpu_market_sdk::{Address, view::Phase},
};

/// What to follow.
#[derive(Clone, Debug, clap::Args)]
pub struct Watch {
    job: Address,
    /// Seconds between two looks.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    interval: u64,
    /// Ends as soon as the job is in this state or beyond it: assigned, running or ended.
    #[arg(long, value_enum, default_value_t)]
    until: Until,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Until {
    #[value(hide = true)]
    Queued,
    Assigned,
    Running,
    #[default]
    Ended,
}

impl Until {
    fn of(phase: &Phase) -> Self {
        match phase {
            Phase::Queued { .. } => Self::Queued,
            Phase::Assigned { .. } => Self::Assigned,
            Phase::Running { .. } => Self::Running,
            Phase::Ended { .. } => Self::Ended,
        }
    }
}

/// Prints the phase of a job whenever it changes: one JSON document in a line each for scripts. A cluster that does not
/// answer for a while is waited for.
pub async fn watch(context: &Context, options: &Watch) -> Result<(), CommandError> {
    let first = site::view(context, options.job).await?;
    let mut place = context.place(MarketRef(first.job.market)).await?;
    let format = if context.format == Format::Json { Format::JsonCompact } else { context.format };
    let mut shown = None;
    let mut view = first;
    loop {
        if shown != Some(view.phase) {
            let record = Record::new(String::new()).with("job", view.address).and(phase(&view, &place));
            format.print(
                &record.with("so_far", place.pay(view.cost.so_far())).with("decimals", place.payment.decimals),
            )?;
            shown = Some(view.phase);
        }
        if Until::of(&view.phase) >= options.until {
            return Ok(());
        }
        view = site::next_view(context, options.job, options.interval).await?;
        place.now = context.connection.clock().await.map_or(place.now, |clock| clock.unix);
    }
}
