//! Accounts, decoded.

use {
    super::{Connection, RpcError},
    crate::{
        Address, address,
        decode::{self, Decode, ShardAccount},
        error::DecodeError,
        view::JobView,
    },
    gpu_market::state::{Job, JobState, Market, Terms},
    solana_account::Account as RawAccount,
};

pub(super) const CLOCK_SYSVAR: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// The clock of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Slot.
    pub slot: u64,
    /// Unix seconds.
    pub unix: i64,
}

impl Clock {
    /// Reads the data of the clock sysvar.
    pub(super) fn decode(data: &[u8]) -> Option<Self> {
        let (slot, rest) = data.split_first_chunk()?;
        // Epoch start, epoch and leader schedule epoch.
        let (unix, _) = rest.get(24..)?.split_first_chunk()?;
        Some(Self { slot: u64::from_le_bytes(*slot), unix: i64::from_le_bytes(*unix) })
    }
}

/// A market with the terms that are in force in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketInForce {
    /// Address of the market.
    pub address: Address,
    /// The market.
    pub market: Market,
    /// Its terms in force.
    pub terms: Terms,
    /// When they were read.
    pub clock: Clock,
}

impl Connection {
    /// An account of the program, or none if there is none at the address.
    pub async fn find<T: Decode>(&self, address: &Address) -> Result<Option<T>, RpcError> {
        self.raw(address).await?.map(|account| decoded(address, &account)).transpose()
    }

    /// An account of the program that has to exist. Where it does not, the error tells a missing account from a
    /// cluster without the program.
    pub async fn get<T: Decode>(&self, address: &Address) -> Result<T, RpcError> {
        match self.find(address).await? {
            Some(account) => Ok(account),
            None => Err(self.missing(T::NAME, address).await),
        }
    }

    /// Whether the program is deployed here: [`RpcError::WrongCluster`] if not.
    pub async fn require_program(&self) -> Result<(), RpcError> {
        let program = self.raw(&address::PROGRAM).await?;
        if program.is_some_and(|program| program.executable) {
            return Ok(());
        }
        Err(RpcError::WrongCluster { endpoint: self.settings.endpoint.clone(), program: address::PROGRAM })
    }

    /// The clock of the cluster.
    pub async fn clock(&self) -> Result<Clock, RpcError> {
        let account = self.raw(&CLOCK_SYSVAR).await?;
        let clock = account.and_then(|account| Clock::decode(&account.data));
        clock.ok_or(RpcError::Missing { account: "Clock", address: CLOCK_SYSVAR })
    }

    /// A market and its terms in force.
    pub async fn market(&self, address: &Address) -> Result<MarketInForce, RpcError> {
        let (clock, market) = tokio::try_join!(self.clock(), self.get::<Market>(address))?;
        let number = market.terms_in_force(clock.unix);
        let terms = self.get(&address::terms(address, number).0).await?;
        Ok(MarketInForce { address: *address, market, terms, clock })
    }

    /// A job's full state. Of an open job, the job and its shard are read at one and the same slot.
    pub async fn job(&self, address: &Address) -> Result<JobView, RpcError> {
        let job: Job = self.get(address).await?;
        if job.state() != Ok(JobState::Open) {
            return Ok(JobView::new(*address, &job, None)?);
        }
        // A job keeps its shard as long as it is open.
        let shard = address::shard(&job.market, job.shard).0;
        let (job, shard) = self.job_with_shard(address, &shard).await?;
        Ok(JobView::new(*address, &job, Some(&shard))?)
    }

    async fn job_with_shard(&self, job: &Address, shard: &Address) -> Result<(Job, ShardAccount), RpcError> {
        let mut accounts = self.raws(&[*job, *shard]).await?.into_iter();
        let mut next = || accounts.next().flatten();
        let (Some(job_account), shard_account) = (next(), next()) else {
            return Err(RpcError::Missing { account: Job::NAME, address: *job });
        };
        let missing = RpcError::Missing { account: ShardAccount::NAME, address: *shard };
        Ok((decoded(job, &job_account)?, decoded(shard, &shard_account.ok_or(missing)?)?))
    }

    /// What a missing account means: a cluster without the program has none of them.
    pub(super) async fn missing(&self, account: &'static str, address: &Address) -> RpcError {
        let missing = RpcError::Missing { account, address: *address };
        self.require_program().await.err().unwrap_or(missing)
    }

    /// An account as it lies on the chain.
    pub(super) async fn raw(&self, address: &Address) -> Result<Option<RawAccount>, RpcError> {
        // Of a single account, the client below reports every failure as a missing account, with the address of the
        // endpoint.
        let mut accounts = self.raws(&[*address]).await?.into_iter();
        Ok(accounts.next().flatten())
    }

    /// Accounts as they lie on the chain at one slot, in this order.
    pub async fn raws(&self, addresses: &[Address]) -> Result<Vec<Option<RawAccount>>, RpcError> {
        let read = self.rpc.get_multiple_accounts_with_commitment(addresses, self.settings.commitment).await;
        let accounts = read.map_err(|error| self.transport(error))?.value.into_iter();
        // Some endpoints report a closed account as one without lamports.
        Ok(accounts.map(|account| account.filter(|account| account.lamports > 0)).collect())
    }
}

/// Decodes an account that has to be the program's.
pub(super) fn decoded<T: Decode>(address: &Address, account: &RawAccount) -> Result<T, RpcError> {
    let decoded = if account.owner == address::PROGRAM {
        decode::decode(&account.data)
    } else {
        Err(DecodeError::WrongAccount { expected: T::NAME })
    };
    decoded.map_err(|source| RpcError::Decode { address: *address, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_read_from_its_sysvar() {
        let fields = [9i64, 1, 2, 3, 1_800_000_000];
        let data: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
        assert_eq!(Clock::decode(&data), Some(Clock { slot: 9, unix: 1_800_000_000 }));
        assert_eq!(Clock::decode(&data[..39]), None);
    }

    #[test]
    fn an_account_of_another_program_is_not_decoded() {
        let account = RawAccount { owner: address::TOKEN_PROGRAM, ..RawAccount::default() };
        let error = decoded::<Job>(&address::PROGRAM, &account).unwrap_err();
        assert!(matches!(error, RpcError::Decode { source: DecodeError::WrongAccount { expected: "Job" }, .. }));
    }
}
