//! `gpu-market host`: a host, its members of markets, and what it earns.

mod earnings;
mod join;
mod leave;
mod missing;
mod register;
mod review;
mod run;
mod sealing;
mod status;

use {
    super::{CommandError, client::Escrow, lookup::MarketRef},
    crate::{context::Context, data::SealingOption},
    clap::Subcommand,
    gpu_market_sdk::Address,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Registers the host of the key that acts.
    Register(register::Settings),
    /// Shows the key that private jobs are sealed to, and makes it if there is none. Its secret stays in a file where the
    /// agent runs.
    SealingKey(SealingOption),
    /// Changes operator, sealing key or metadata; what is not named stays.
    Update(register::Settings),
    /// Enrolls into a community market.
    Enroll {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Applies for a place in a premium market.
    Apply {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Shows a host and its standing in every market.
    Status(Whose),
    /// Shows every rule of promotion to a premium market, and what is missing.
    Missing {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        #[command(flatten)]
        whose: Whose,
    },
    /// Promotes a candidate that meets every rule. Anyone may.
    Promote {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        #[command(flatten)]
        whose: Whose,
    },
    /// Judges an active member of a premium market by its last full window, or ends a suspension. Anyone may.
    Review {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        #[command(flatten)]
        whose: Whose,
    },
    /// Shows what lies in the earnings vaults.
    Earnings(Whose),
    /// Withdraws earnings to the wallet of the host's owner.
    Withdraw(earnings::Withdraw),
    /// Closes an earnings vault of a host without members, and withdraws what is left.
    CloseEarnings {
        #[command(flatten)]
        escrow: Escrow,
        /// Token account of the host's owner [default: its wallet's].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        to: Option<Address>,
    },
    /// Works: takes jobs, runs them, gives evidence, is paid, until Ctrl-C. The key that acts is the operator's.
    ///
    /// Ctrl-C drains: no new jobs are taken, and it ends when the host owes nothing. If it is killed, the same command takes
    /// up what goes on; two with one operator's key notice each other and take no new jobs.
    Run(run::Run),
    /// Leaves every waiting seat, so that no further job is assigned. What is assigned or runs goes on.
    Drain(leave::Drain),
    /// Gives up a place in a premium market, so that collateral under the floor can leave.
    Resign {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Leaves a market without seats and collateral; its rent comes back.
    Leave {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Closes a host without members.
    Close,
}

/// Which host.
#[derive(Clone, Debug, clap::Args)]
pub struct Whose {
    /// Owner of the host [default: the host that the key that acts owns or operates].
    #[arg(long)]
    owner: Option<Address>,
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Register(settings) => register::register(context, &settings).await,
        Command::SealingKey(option) => sealing::show(context, &option),
        Command::Update(settings) => register::update(context, &settings).await,
        Command::Enroll { market } => join::enroll(context, market).await,
        Command::Apply { market } => join::apply(context, market).await,
        Command::Status(whose) => status::status(context, &whose).await,
        Command::Missing { market, whose } => missing::missing(context, market, &whose).await,
        Command::Promote { market, whose } => missing::promote(context, market, &whose).await,
        Command::Review { market, whose } => review::review(context, market, &whose).await,
        Command::Earnings(whose) => earnings::earnings(context, &whose).await,
        Command::Withdraw(withdraw) => earnings::withdraw(context, &withdraw).await,
        Command::CloseEarnings { escrow, to } => earnings::close(context, &escrow, to).await,
        Command::Run(options) => run::run(context, &options).await,
        Command::Drain(drain) => leave::drain(context, &drain).await,
        Command::Resign { market } => leave::resign(context, market).await,
        Command::Leave { market } => leave::leave(context, market).await,
        Command::Close => leave::close(context).await,
    }
}
