//! `gpu-market admin`: the protocol's settings and its income. None of it reaches anybody's money.

mod config;
mod treasury;

use {
    super::{
        CommandError,
        lookup::{AmountOrAll, MarketRef},
        pause::Entries,
    },
    crate::context::Context,
    clap::Subcommand,
    gpu_market_sdk::{Address, gpu_market::state::Split},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows the protocol's settings.
    Config,
    /// Changes settings; what is not named stays.
    Update(config::Update),
    /// Announces how fees are split; what is neither the stakers' nor a referrer's is the treasury's.
    Split {
        /// Basis points of every fee for the stakers of its mint.
        #[arg(long, value_name = "BPS")]
        stakers: u16,
        /// Basis points of every fee for whoever referred the client, at most 2000.
        #[arg(long, value_name = "BPS")]
        referral: u16,
    },
    /// Stops entries in all markets; what was stopped before and is not named goes on.
    Pause(Entries),
    /// Lets all entries go on.
    Resume,
    /// Proposes a successor of the admin, or takes a proposal back.
    ProposeAdmin {
        /// The successor; none takes a proposal back.
        successor: Option<Address>,
    },
    /// Becomes the admin that was proposed.
    AcceptAdmin,
    /// Closes the protocol's config when no market is left; its rent goes back.
    CloseConfig,
    /// Lists a market, for display and emissions only.
    List {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Takes a market off the list.
    Unlist {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// The protocol's income.
    #[command(subcommand)]
    Treasury(Treasury),
}

#[derive(Debug, Subcommand)]
pub enum Treasury {
    /// Shows the treasuries of all mints.
    Show,
    /// Opens the treasury of a mint. Anyone may.
    Open { mint: Address },
    /// Withdraws to the wallet of the treasury's owner.
    Withdraw {
        mint: Address,
        /// Whole tokens, or ALL.
        amount: AmountOrAll,
    },
    /// Closes an empty treasury.
    Close { mint: Address },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Config => config::show(context).await,
        Command::Update(update) => config::update(context, &update).await,
        Command::Split { stakers, referral } => {
            config::split(context, Split { stakers_bps: stakers, referral_bps: referral }).await
        }
        Command::Pause(entries) => config::pause(context, entries.bits()).await,
        Command::Resume => config::pause(context, 0).await,
        Command::ProposeAdmin { successor } => config::propose(context, successor).await,
        Command::AcceptAdmin => config::accept(context).await,
        Command::CloseConfig => config::close(context).await,
        Command::List { market } => config::list(context, market, true).await,
        Command::Unlist { market } => config::list(context, market, false).await,
        Command::Treasury(Treasury::Show) => treasury::show(context).await,
        Command::Treasury(Treasury::Open { mint }) => treasury::open(context, mint).await,
        Command::Treasury(Treasury::Close { mint }) => treasury::close(context, mint).await,
        Command::Treasury(Treasury::Withdraw { mint, amount }) => treasury::withdraw(context, mint, amount).await,
    }
}
