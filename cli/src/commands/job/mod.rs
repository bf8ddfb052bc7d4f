//! `gpu-market job`: jobs, as their client sees them.

mod change;
mod finish;
mod list;
mod logs;
mod post;
mod private;
mod quote;
mod result;
mod reveal;
mod show;
mod site;
mod watch;

pub use post::{Hash, hash};

use {
    super::CommandError,
    crate::{amount, context::Context},
    clap::Subcommand,
    gpu_market_migrations::Decimal,
    gpu_market_sdk::Address,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Posts a job from a spec file or from flags, after showing what it reserves.
    ///
    /// Posting is idempotent: repeated with the same --nonce it finds the job instead of posting another one.
    Post(post::Post),
    /// Shows a job: where it is in its life, until when whoever has to act, what it has cost so far.
    Show { job: Address },
    /// Lists jobs.
    List(list::List),
    /// Follows a job until it is over.
    Watch(watch::Watch),
    /// Seals the spec of a private job to the host that it is assigned to, and to the next one if that one declines, until
    /// the job runs.
    Reveal(reveal::Reveal),
    /// Shows what came of a job; the result of a private one is opened with the client's sealing key.
    Result(result::ResultOf),
    /// Buys more seconds for a job.
    Extend {
        job: Address,
        /// How much longer, for example 30m.
        #[arg(value_parser = amount::duration)]
        by: u32,
    },
    /// Moves a job in line to the terms in force; it keeps its place.
    Reprice {
        job: Address,
        /// The most that is accepted, in whole tokens per hour.
        #[arg(long, value_name = "RATE")]
        max_rate: Decimal,
    },
    /// Ends a running job early, and pays what was evidenced.
    End { job: Address },
    /// Takes back a job that has not started, for a full refund.
    Cancel { job: Address },
    /// Marks a finished job as disputed, within a day. Moves no money: it counts in the host's record.
    Dispute { job: Address },
    /// Shows the events of a job, the oldest first.
    Logs(logs::Logs),
    /// Closes a job that is over; its rent goes back to who paid it.
    Close { job: Address },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Post(post) => post::post(context, &post).await,
        Command::Show { job } => show::show(context, job).await,
        Command::List(list) => list::list(context, &list).await,
        Command::Watch(watch) => watch::watch(context, &watch).await,
        Command::Reveal(options) => reveal::reveal(context, &options).await,
        Command::Result(options) => result::result(context, &options).await,
        Command::Extend { job, by } => change::extend(context, job, by).await,
        Command::Reprice { job, max_rate } => change::reprice(context, job, max_rate).await,
        Command::End { job } => finish::end(context, job).await,
        Command::Cancel { job } => finish::cancel(context, job).await,
        Command::Dispute { job } => finish::dispute(context, job).await,
        Command::Logs(logs) => logs::logs(context, &logs).await,
        Command::Close { job } => finish::close(context, job).await,
    }
}
