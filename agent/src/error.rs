//! Why the agent does not start, or stops.

use {
    crate::chain::ChainError,
    gpu_market_jobspec::{DocumentError, sealing::LetterError, store::StoreError},
    gpu_market_sdk::{Address, error::DecodeError},
    std::path::PathBuf,
};

/// What keeps the agent from working. What it can wait out is in [`crate::Report`] instead.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Another agent uses the state.
    #[error("another agent runs with the state in {0}; stop it, or give this one a folder of its own")]
    StateInUse(
        /// The folder.
        PathBuf,
    ),
    /// The state was written for another host.
    #[error("the state in {folder} is of host {found}, not {expected}; use that host's key, or another folder")]
    WrongState {
        /// The folder.
        folder: PathBuf,
        /// Host that it is of.
        found: String,
        /// Host that the agent is for.
        expected: Address,
    },
    /// The state cannot be read or written.
    #[error("the state in {folder} cannot be used: {reason}; check the disk and who may write there")]
    State {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// The host is not registered.
    #[error("there is no host at {0}; register it first")]
    NoHost(
        /// Address of the host.
        Address,
    ),
    /// The key that signs is not the host's operator.
    #[error("{given} is not the operator of the host, {expected} is; use that key, or have the owner change it")]
    NotOperator {
        /// Key that signs.
        given: Address,
        /// Operator of the host.
        expected: Address,
    },
    /// The host has no place in a market.
    #[error("the host is not a member of market {0}; enroll it, or apply for a place, first")]
    NotMember(
        /// The market.
        Address,
    ),
    /// A market or its terms cannot be read.
    #[error("there is no {account} at {address}; check the market's address and the cluster")]
    Missing {
        /// Name of the type.
        account: &'static str,
        /// The address.
        address: Address,
    },
    /// An account does not decode.
    #[error("{address}: {source}")]
    Decode {
        /// Address of the account.
        address: Address,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The chain failed.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A document could not be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The store of the configuration cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed spec does not open, or a result cannot be sealed.
    #[error(transparent)]
    Letter(#[from] LetterError),
}

impl AgentError {
    /// Whether the agent waits it out.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Chain(ChainError::Lost(_)))
    }
}
