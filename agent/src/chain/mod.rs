//! The chain, as far as the agent needs one.

#[cfg(feature = "rpc")]
mod rpc;

#[cfg(feature = "rpc")]
pub use rpc::Cluster;

use gpu_market_sdk::{Address, Instruction, error::Refusal};

/// An account as it lies on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAccount {
    /// Program that owns it.
    pub owner: Address,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// Why the chain did not do what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// It cannot be reached, or it is not known what became of a transaction. What is true is seen when it is read again.
    #[error("{0}")]
    Lost(
        /// What is wrong, and what to do.
        String,
    ),
    /// The program refused. Nothing has changed.
    #[error("{instruction} was refused, {}: {refusal}", .refusal.name())]
    Refused {
        /// Name of the instruction.
        instruction: String,
        /// Why, with what to do.
        refusal: Refusal,
    },
    /// Another failure that no waiting mends, for example an operator without lamports.
    #[error("{0}")]
    Other(
        /// What is wrong, and what to do.
        String,
    ),
}

/// A chain with the program on it, and the operator's key to sign with.
pub trait Chain {
    /// The operator, who signs and pays for every transaction.
    fn operator(&self) -> Address;

    /// Accounts at one slot, in this order; none for one that does not exist.
    fn accounts(&self, addresses: &[Address]) -> impl Future<Output = Result<Vec<Option<RawAccount>>, ChainError>>;

    /// Every job that runs on a member. Asked only if the member runs more jobs than the agent knows.
    fn running_jobs(&self, member: Address) -> impl Future<Output = Result<Vec<Address>, ChainError>>;

    /// Executes instructions as one transaction, signed by the operator.
    fn send(&self, instructions: &[Instruction]) -> impl Future<Output = Result<(), ChainError>>;
}
