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
    /// A port that it is to be reached at is not free.
    #[error("port {port} is taken: {source}; stop what uses it, for example another local network, or pass --port")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
    /// The WebSocket has its port above the one of JSON-RPC.
    #[error("there is no port above {0} for the WebSocket; pass a lower --port")]
    NoPortAbove(
        /// The port of JSON-RPC.
        u16,
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
