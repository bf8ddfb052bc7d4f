//! A cluster over JSON-RPC.

use {
    super::{Chain, ChainError, RawAccount},
    gpu_market_sdk::{
        Address, Instruction,
        gpu_market::state::{Job, JobState},
        rpc::{Connection, Holds, RpcError},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::mem::offset_of,
};

/// Accounts that one call of an endpoint returns at most.
const ACCOUNTS_PER_CALL: usize = 100;

/// A cluster and the operator's key.
pub struct Cluster {
    connection: Connection,
    operator: Keypair,
}

impl Cluster {
    /// The cluster of a connection, with `operator` as the signer.
    pub fn new(connection: Connection, operator: Keypair) -> Self {
        Self { connection, operator }
    }
}

impl Chain for Cluster {
    fn operator(&self) -> Address {
        self.operator.pubkey()
    }

    async fn accounts(&self, addresses: &[Address]) -> Result<Vec<Option<RawAccount>>, ChainError> {
        let mut accounts = Vec::with_capacity(addresses.len());
        for addresses in addresses.chunks(ACCOUNTS_PER_CALL) {
            let read = self.connection.raws(addresses).await?.into_iter();
            accounts.extend(
                read.map(|account| account.map(|account| RawAccount { owner: account.owner, data: account.data })),
            );
        }
        Ok(accounts)
    }

    async fn running_jobs(&self, member: Address) -> Result<Vec<Address>, ChainError> {
        let of_member = Holds::at(offset_of!(Job, member), member);
        let running = Holds::at(offset_of!(Job, state), [JobState::Running as u8]);
        let jobs = self.connection.scan::<Job>(&[of_member, running]).await?;
        Ok(jobs.into_iter().map(|(address, _)| address).collect())
    }

    async fn send(&self, instructions: &[Instruction]) -> Result<(), ChainError> {
        let operator = self.operator.pubkey();
        self.connection.send(&operator, instructions, &[&self.operator]).await?;
        Ok(())
    }
}

impl From<RpcError> for ChainError {
    fn from(error: RpcError) -> Self {
        match error {
            RpcError::Refused(refused) => {
                Self::Refused { instruction: refused.instruction.into(), refusal: refused.refusal }
            }
            RpcError::Unconfirmed { .. } => Self::Lost(error.to_string()),
            error if error.is_transient() => Self::Lost(error.to_string()),
            error => Self::Other(error.to_string()),
        }
    }
}
