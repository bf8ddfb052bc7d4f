//! Chance that repeats.

use {
    crate::{
        cast::{KEYS, MARKETS, OWNERS, PARTIES},
        ids::{ClientId, Key, MarketId, Mint, Party, Wallet},
    },
    rand_chacha::{
        ChaCha8Rng,
        rand_core::{RngCore, SeedableRng},
    },
};

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `bound`; zero if the bound is.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number of a range whose ends both count.
    pub fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub fn percent(&mut self, likelihood: u64) -> bool {
        self.below(100) < likelihood
    }

    /// One of a few.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let place = self.below(of.len() as u64) as usize;
        of.get(place).copied()
    }

    /// The right one, or now and then another.
    pub fn mostly<T>(&mut self, right: T, other: impl FnOnce(&mut Self) -> T) -> T {
        if self.below(40) == 0 { other(self) } else { right }
    }

    pub fn any_key(&mut self) -> Key {
        Key(self.below(KEYS.into()) as u8)
    }

    pub fn any_party(&mut self) -> Party {
        Party(self.below(PARTIES.into()) as u8)
    }

    pub fn any_market(&mut self) -> MarketId {
        // Those that exist from the beginning are where most happens.
        let bound = if self.percent(90) { 4 } else { MARKETS.len() as u64 };
        MarketId(self.below(bound) as u8)
    }

    pub fn any_client(&mut self) -> ClientId {
        let mint = if self.percent(60) { Mint::Dollar } else { Mint::Euro };
        ClientId { owner: self.below(OWNERS.into()) as u8, mint }
    }

    pub fn key(&mut self, right: Key) -> Key {
        self.mostly(right, Self::any_key)
    }

    pub fn party(&mut self, right: Party) -> Party {
        self.mostly(right, Self::any_party)
    }

    pub fn market(&mut self, right: MarketId) -> MarketId {
        self.mostly(right, Self::any_market)
    }

    pub fn client(&mut self, right: ClientId) -> ClientId {
        self.mostly(right, Self::any_client)
    }

    /// A shard's index, or that of the next.
    pub fn shard(&mut self, right: u8) -> u8 {
        self.mostly(right, |dice| dice.below(4) as u8)
    }

    pub fn wallet(&mut self, right: Wallet) -> Wallet {
        self.mostly(right, |dice| Wallet {
            key: dice.any_key(),
            mint: dice.one(&Mint::ALL).unwrap_or(Mint::Dollar),
        })
    }

    /// An amount up to about `usual`, or one at an edge.
    pub fn amount(&mut self, usual: u64) -> u64 {
        match self.below(40) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => usual,
            4 => usual.saturating_add(1),
            _ => 1 + self.below(usual.max(1)),
        }
    }
}
