//! Accounts as they lie on the chain, to copy, to forge and to put back.

use {
    crate::World,
    gpu_market_sdk::{Address, address, svm::keypair},
    solana_signer::Signer,
    std::{
        collections::{BTreeMap, BTreeSet},
        sync::LazyLock,
    },
};

/// The wallet that the embedded chain takes lamports from.
static FAUCET: LazyLock<Address> = LazyLock::new(|| keypair("faucet").pubkey());

/// What an address holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub lamports: u64,
    pub owner: Address,
    pub data: Vec<u8>,
}

impl Held {
    /// Enough for the rent of any account here.
    pub const RENT: u64 = 1_000_000_000;

    /// Whether it is an account of the program under test.
    pub fn is_programs(&self) -> bool {
        self.owner == address::PROGRAM
    }

    /// Whether a token program owns it.
    pub fn is_of_tokens(&self) -> bool {
        [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM].contains(&self.owner)
    }

    /// The mark of the account's type.
    pub fn mark(&self) -> Option<[u8; 8]> {
        self.data.first_chunk().copied()
    }

    /// How many words it has in common with another account: a measure of how easily they could be mistaken.
    pub fn likeness(&self, other: &Self) -> usize {
        self.data.chunks_exact(8).zip(other.data.chunks_exact(8)).filter(|(one, two)| one == two).count()
    }

    /// How many keys two accounts of the program have in common: how much they have to do with each other. Keys stand
    /// behind the mark, before all else, seldom more than these.
    pub fn kinship(&self, other: &Self) -> usize {
        let keys = |account: &Self| -> Vec<[u8; 32]> {
            account.data.get(8..168).unwrap_or_default().as_chunks().0.to_vec()
        };
        keys(self).iter().zip(keys(other)).filter(|(one, two)| **one == *two && *two != [0; 32]).count()
    }
}

/// What the chain holds at an address; nothing if it has no lamports.
pub fn held(world: &World, key: &Address) -> Option<Held> {
    let raw = world.svm.raw(key)?;
    Some(Held { lamports: raw.lamports, owner: raw.owner, data: raw.data })
}

/// Writes what an address holds.
pub fn put(world: &mut World, key: Address, content: Option<&Held>) {
    // Its type is the chain's, so it is made from an account that no instruction here names.
    let mut raw = world.svm.raw(&FAUCET).expect("the faucet's account");
    let empty = Held { lamports: 0, owner: address::SYSTEM_PROGRAM, data: Vec::new() };
    let content = content.unwrap_or(&empty);
    raw.lamports = content.lamports;
    raw.owner = content.owner;
    raw.data.clone_from(&content.data);
    world.svm.set_raw(key, raw).expect("written");
}

/// Whether the runtime alone can write an address: programs, their builtin owners' accounts, and sysvars.
pub fn is_runtimes(world: &World, key: &Address) -> bool {
    let sysvars = Address::from_str_const("Sysvar1111111111111111111111111111111111111");
    world.svm.raw(key).is_some_and(|raw| raw.executable || raw.owner == sysvars)
}

/// What some addresses hold, to be compared and put back.
pub struct Snapshot(BTreeMap<Address, Option<Held>>);

impl Snapshot {
    /// Addresses that only the runtime writes are left out: no transaction changes them.
    pub fn of(world: &World, keys: impl IntoIterator<Item = Address>) -> Self {
        let keys: BTreeSet<Address> = keys.into_iter().filter(|key| !is_runtimes(world, key)).collect();
        Self(keys.into_iter().map(|key| (key, held(world, &key))).collect())
    }

    pub fn put_back(&self, world: &mut World) {
        for (key, before) in &self.0 {
            if held(world, key) != *before {
                put(world, *key, before.as_ref());
            }
        }
    }

    /// Addresses that hold something else now.
    pub fn changed(&self, world: &World) -> Vec<Address> {
        self.0.iter().filter(|(key, before)| held(world, key) != **before).map(|(key, _)| *key).collect()
    }
}
