//! `gpu-market rewards`: pools that stakers earn from, and emissions that pay stakers and hosts.

mod emission;
pub mod pool;
mod sweep;

use {
    super::{CommandError, client::Escrow},
    crate::context::Context,
    clap::Subcommand,
    gpu_market_sdk::Address,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What stakers earn in a mint.
    #[command(subcommand)]
    Pool(Pool),
    /// Tokens that somebody gives to stakers, evenly over a time, or to hosts, per evidenced second.
    #[command(subcommand)]
    Emission(emission::Command),
    /// Splits the fees that a client owes among stakers, referrer and treasury of its mint. Anyone may.
    Sweep {
        /// Owner of the client's escrow [default: the key that acts].
        owner: Option<Address>,
        #[command(flatten)]
        escrow: Escrow,
    },
    /// Moves the treasury's share of what was slashed from a stake to the treasury. Anyone may.
    SweepSlashes {
        /// Owner of the stake.
        owner: Address,
    },
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
    /// Closes a pool that nobody earns from; rests of divisions go to the treasury. Anyone may.
    Close { mint: Address },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Pool(Pool::Open { mint }) => pool::open(context, mint).await,
        Command::Pool(Pool::Show) => pool::show(context).await,
        Command::Pool(Pool::Check { mint }) => pool::check(context, mint).await,
        Command::Pool(Pool::Close { mint }) => pool::close(context, mint).await,
        Command::Sweep { owner, escrow } => sweep::sweep(context, owner, &escrow).await,
        Command::SweepSlashes { owner } => sweep::sweep_slashes(context, owner).await,
        Command::Emission(command) => emission::run(command, context).await,
        Command::PayIncentive { emission, job } => emission::pay(context, emission, job).await,
    }
}
