//! Why a local network does not start.

use {
    gpu_market_migrations::{FileError, PlanError},
    gpu_market_sdk::rpc::RpcError,
};

/// Why a local network does not start, or does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LocalnetError {
    /// The network itself.
    #[error("the network does not start: {0}; are there free ports on 127.0.0.1?")]
    Network(
        /// What it reported.
        String,
    ),
    /// The network refused one of its own administrative methods.
    #[error("{method} failed: {reason}")]
    Method {
        /// The method.
        method: &'static str,
        /// What it reported.
        reason: String,
    },
    /// The markets file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The deployment cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A step of the deployment.
    #[error("{what}: {source}")]
    Step {
        /// What the step was to do.
        what: String,
        /// Why it failed.
        source: Box<RpcError>,
    },
    /// A key file cannot be written.
    #[error("{file}: cannot be written: {source}")]
    KeyFile {
        /// Path of the file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl LocalnetError {
    /// Names the step that failed.
    pub(crate) fn step(what: impl Into<String>) -> impl FnOnce(RpcError) -> Self {
        let what = what.into();
        move |source| Self::Step { what, source: Box::new(source) }
    }
}
