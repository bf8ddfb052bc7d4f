//! Why the command could not do its work.

use {
    gpu_market_migrations::{FileError, PlanError},
    gpu_market_sdk::view::ViewError,
};

#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Refusal(#[from] gpu_market_sdk::error::Refusal),
    #[error("the embedded chain did not start: {0}")]
    Chain(String),
    #[error("{what} was refused: {reason}")]
    Refused { what: String, reason: String },
    #[error("{what} should have been refused and was not; the program and the story disagree")]
    NotRefused { what: &'static str },
    #[error("the embedded chain took no slot hashes: {0}")]
    SlotHashes(String),
    #[error("the benchmark's answer did not stand: {0}")]
    Benchmark(#[from] crate::demo::Fault),
    #[error(
        "{host} did not get into {market}: {missing}; allowed: a policy that can be met in six days of work, or a markets file \
         without [attestors], of which no ascent is told"
    )]
    Stuck { host: &'static str, market: String, missing: String },
    #[error("there is no {kind} account at {address}")]
    Missing { kind: &'static str, address: String },
    #[error(
        "bonds, rates, tips and queue fees in {symbol} are so high that the parties of a day would need more of it than a \
         mint can hold; allowed: amounts that stay below 2⁶⁴ base units together"
    )]
    TooMuch { symbol: String },
    #[error("the day did not end: at its end {0} jobs were still open")]
    Endless(usize),
    #[error(
        "this machine cannot run the command of a job: {0}; check that there is /bin/sh, and room in the temporary folder"
    )]
    Execution(std::io::Error),
    #[error("the report could not be written: {0}")]
    Output(#[from] std::io::Error),
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
