//! Chance that repeats: everything random about a day follows from its seed.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
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

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low.saturating_add(u32::try_from(self.below(span)).unwrap_or(0))
    }

    /// Between `low` and `high` percent of `whole`.
    pub fn percent(&mut self, whole: u32, low: u32, high: u32) -> u32 {
        let share = u64::from(whole) * u64::from(self.between(low, high)) / 100;
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// What only its owner knows: a salt, a nonce.
    pub fn secret(&mut self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.0.fill_bytes(&mut secret);
        secret
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = usize::try_from(self.below(items.len() as u64)).unwrap_or(0);
        items.get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_numbers_within_their_bounds() {
        let numbers = |seed| {
            let mut dice = Dice::new(seed);
            (0..1_000).map(|_| dice.between(5, 9)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert!((5..=9).all(|value| numbers(7).contains(&value)));
        assert!(numbers(7).iter().all(|value| (5..=9).contains(value)));
        assert_eq!(Dice::new(1).below(0), 0);
        assert_eq!(Dice::new(1).pick::<u8>(&[]), None);
    }
}
