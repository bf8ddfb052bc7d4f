//! `gpu-market rewards`: pools that stakers earn from, and emissions that pay stakers and hosts.

mod emission;
pub mod pool;

use {super::CommandError, crate::context::Context, clap::Subcommand, gpu_market_sdk::Address};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What stakers earn in a mint.
    #[command(subcommand)]
    Pool(Pool),
    /// Tokens that somebody gives to stakers, evenly over a time, or to hosts, per evidenced second.
    #[command(subcommand)]
    Emission(emission::Command),
    /// Pays the host of an ended job out of an incentive, once. Anyone may.
    PayIncentive {
        /// The emission.
        emission: Address,
        /// The job.
        job: Address,
    },
}

#[derive(Debug, Subcommand)]
pub enum Pool {
    /// Opens the reward pool of a mint, so that fees can be swept. Anyone may.
    Open { mint: Address },
    /// Shows the pools of all mints.
    Show,
    /// Compares a pool with its vault; while that is short, nobody enters. Anyone may.
    Check { mint: Address },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Pool(Pool::Open { mint }) => pool::open(context, mint).await,
        Command::Pool(Pool::Show) => pool::show(context).await,
        Command::Pool(Pool::Check { mint }) => pool::check(context, mint).await,
        Command::Emission(command) => emission::run(command, context).await,
        Command::PayIncentive { emission, job } => emission::pay(context, emission, job).await,
    }
}
