//! `gpu-market attest`: sets of attestors, and the rounds that they judge.

mod claim;
mod measure;
mod open;
mod round;
mod set;
mod show;

use {
    super::CommandError, crate::context::Context, clap::Subcommand, gpu_market_migrations::Decimal,
    gpu_market_sdk::Address, std::path::PathBuf,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sets of attestors.
    #[command(subcommand)]
    Set(set::Command),
    /// Shows a round.
    Show { round: Address },
    /// Opens the next round of a host in a market.
    Open(open::Open),
    /// Draws seed and panel of a round, once its slot has come. Anyone may.
    Draw { round: Address },
    /// Commits to what was measured: as the host to its answer, as an attestor of the panel to its reading.
    ///
    /// The salt is kept beside the measurement, in FILE.salt: without it nothing can be revealed.
    Commit {
        round: Address,
        /// What was measured, a JSON file.
        file: PathBuf,
    },
    /// Reveals what was committed to: a reading once all have committed, the host's answer after the readings.
    Reveal {
        round: Address,
        /// The file that was committed to.
        file: PathBuf,
    },
    /// Decides a round from what was revealed. Anyone may.
    Finalize { round: Address },
    /// Ends a round that nobody drew in time. Anyone may.
    Expire { round: Address },
    /// Pays or slashes the attestors of a decided round. Anyone may.
    Settle { round: Address },
    /// Records the GPUs of a round that passed for its member. Anyone may.
    Claim {
        round: Address,
        /// The host's measurement, which names the GPUs.
        file: PathBuf,
    },
    /// Ends a round that passed, when the time to claim its GPUs is over or all are claimed. Anyone may.
    Conclude { round: Address },
    /// Closes a round whose attestors are settled. Anyone may.
    Close { round: Address },
    /// Gives a GPU up, by its uuid.
    ReleaseGpu {
        /// As the driver reports it, for example GPU-8f3c….
        uuid: String,
        /// The set that it was proved to.
        #[arg(long)]
        set: Address,
    },
}

/// Terms of a set, and of what it asks.
#[derive(Clone, Debug, clap::Args)]
pub struct Params {
    /// Attestors that are drawn for a round.
    #[arg(long)]
    panel: u8,
    /// Readings that have to agree: more than half of the panel.
    #[arg(long)]
    quorum: u8,
    /// Whole tokens of the stake behind each attestor.
    #[arg(long)]
    bond: Decimal,
    /// Whole tokens of the stake that a round costs.
    #[arg(long)]
    fee: Decimal,
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Set(command) => set::run(command, context).await,
        Command::Show { round } => show::round(context, round).await,
        Command::Open(open) => open::open(context, &open).await,
        Command::Draw { round } => round::draw(context, round).await,
        Command::Commit { round, file } => measure::commit(context, round, &file).await,
        Command::Reveal { round, file } => measure::reveal(context, round, &file).await,
        Command::Finalize { round } => round::finalize(context, round).await,
        Command::Expire { round } => round::expire(context, round).await,
        Command::Settle { round } => round::settle(context, round).await,
        Command::Claim { round, file } => claim::claim(context, round, &file).await,
        Command::Conclude { round } => round::conclude(context, round).await,
        Command::Close { round } => round::close(context, round).await,
        Command::ReleaseGpu { uuid, set } => claim::release(context, &uuid, set).await,
    }
}

/// A round, which has to be there.
async fn find(
    context: &Context,
    round: Address,
) -> Result<gpu_market_sdk::gpu_market::state::Challenge, CommandError> {
    super::lookup::or_next(
        context.connection.get(&round).await,
        || format!("round at {round}"),
        || "it may be closed; `gpu-market attest open` prints the address of a new one".to_owned(),
    )
}
