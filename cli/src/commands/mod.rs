//! The commands, a module for each group.

pub mod admin;
pub mod attest;
pub mod client;
pub mod crank;
mod error;
pub mod host;
pub mod job;
pub mod localnet;
mod lookup;
pub mod market;
mod pause;
pub mod rewards;
pub mod stake;
pub mod wallet;

pub use error::{CommandError, EXIT_CODES, TokensMissing};

use {
    crate::{
        args::{Args, Command, Global},
        context::Context,
    },
    clap::CommandFactory,
};

/// Runs a command that talks to a cluster, or needs nothing.
pub fn run(global: &Global, command: Command) -> Result<(), CommandError> {
    if let Command::Completions { shell } = command {
        clap_complete::generate(shell, &mut Args::command(), "gpu-market", &mut std::io::stdout());
        return Ok(());
    }
    if let Command::Localnet(options) = command {
        return localnet::run(&options);
    }
    let context = Context::new(global)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Market(command) => market::run(command, &context).await,
            Command::Client(command) => client::run(command, &context).await,
            Command::Job(command) => job::run(command, &context).await,
            Command::Host(command) => host::run(command, &context).await,
            Command::Stake(command) => stake::run(command, &context).await,
            Command::Rewards(command) => rewards::run(command, &context).await,
            Command::Attest(command) => attest::run(command, &context).await,
            Command::Admin(command) => admin::run(command, &context).await,
            Command::Crank(command) => crank::run(command, &context).await,
            Command::Completions { .. } | Command::Localnet(_) | Command::Demo(_) => Ok(()),
        }
    })
}
