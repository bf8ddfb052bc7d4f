//! Small names for everything that an action can be about. An action holds these and no address, so that it means the same in
//! every sequence that it is part of.

use serde::{Deserialize, Serialize};

/// A key pair of the cast; see [`crate::cast::Cast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u8);

/// One of the mints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mint {
    /// Payment mint of SPL Token.
    Dollar,
    /// Payment mint of Token-2022.
    Euro,
    Stake,
    /// A token of it opens the private market.
    Pass,
}

impl Mint {
    pub const ALL: [Self; 4] = [Self::Dollar, Self::Euro, Self::Stake, Self::Pass];
    pub const PAYMENT: [Self; 2] = [Self::Dollar, Self::Euro];
}

/// A market, by its place in [`crate::cast::MARKETS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MarketId(pub u8);

/// Somebody with an owner's and an operator's key: a host, an attestor, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party(pub u8);

/// A client account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId {
    /// Owner, by its place among the clients' owners.
    pub owner: u8,
    pub mint: Mint,
}

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId {
    pub client: ClientId,
    pub nonce: u64,
}

/// Everybody that a job concerns, as an instruction names them. `client` is the job's own unless the action is meant to be
/// refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    pub job: JobId,
    pub client: ClientId,
    pub market: MarketId,
    pub host: Party,
}

/// A round of attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoundId {
    pub market: MarketId,
    pub host: Party,
    pub nonce: u32,
}

/// An emission, by who gave it and the number that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EmissionId {
    pub funder: Key,
    pub id: u16,
}

/// Reward pools in which a stake's positions are named: a bit for each mint, in the order of [`Mint::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pools(pub u8);

impl Pools {
    pub fn of(mints: impl IntoIterator<Item = Mint>) -> Self {
        Self(mints.into_iter().fold(0, |bits, mint| bits | 1 << mint as u8))
    }

    pub fn mints(self) -> impl Iterator<Item = Mint> {
        Mint::ALL.into_iter().filter(move |mint| self.0 & 1 << *mint as u8 != 0)
    }
}

/// A token account of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Wallet {
    pub key: Key,
    pub mint: Mint,
}

/// An address, of something that exists or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Spot {
    Config,
    Key(Key),
    Wallet(Wallet),
    Treasury(Mint),
    TreasuryVault(Mint),
    Market(MarketId),
    Terms(MarketId, u32),
    Shard(MarketId, u8),
    Client(ClientId),
    ClientVault(ClientId),
    Job(JobId),
    Host(Party),
    Stake(Party),
    StakeVault(Party),
    Earnings(Party, Mint),
    Member(MarketId, Party),
    Credit(Party, Key),
    Set(u16),
    Round(RoundId),
    Gpu(u16, u8),
    Pool(Mint),
    PoolVault(Mint),
    Position(Mint, Party),
    Emission(EmissionId),
    EmissionVault(EmissionId),
}
