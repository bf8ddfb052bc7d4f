//! Many accounts at once, for those who follow all of the program's.

use {
    super::{
        Connection, RpcError,
        read::{CLOCK_SYSVAR, Clock},
    },
    crate::{Address, address},
    solana_account::Account as RawAccount,
};

/// Accounts that [`Connection::read`] reads at once at most; endpoints give a hundred, and one of them is the clock.
pub const READ: usize = 99;

/// Accounts as they lay on the chain at one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// That slot, and its time.
    pub clock: Clock,
    /// In the order in which they were asked for; none where there is none.
    pub accounts: Vec<Option<RawAccount>>,
}

impl Connection {
    /// Reads accounts, at most [`READ`], together with the clock.
    pub async fn read(&self, addresses: &[Address]) -> Result<Reading, RpcError> {
        let asked: Vec<Address> = [CLOCK_SYSVAR].iter().chain(addresses).copied().collect();
        let mut accounts = self.raws(&asked).await?.into_iter();
        let clock = accounts.next().flatten().and_then(|account| Clock::decode(&account.data));
        let clock = clock.ok_or(RpcError::Missing { account: "Clock", address: CLOCK_SYSVAR })?;
        Ok(Reading { clock, accounts: accounts.collect() })
    }

    /// Every account of the program, as it lies on the chain at some slot after the call.
    pub async fn program_accounts(&self) -> Result<Vec<(Address, RawAccount)>, RpcError> {
        let accounts = self.inner().get_program_accounts(&address::PROGRAM).await;
        accounts.map_err(|error| self.transport(error))
    }
}
