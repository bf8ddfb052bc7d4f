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
    #[error("there is no {kind} account at {address}")]
    Missing { kind: &'static str, address: String },
    #[error("the day did not end: at its end {0} jobs were still open")]
    Endless(usize),
    #[error("the report could not be written: {0}")]
    Output(#[from] std::io::Error),
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
