//! Chance that repeats: integers only, so that it is the same on every machine.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`; zero if the bound is.
    pub fn below(&mut self, bound: u64) -> u64 {
        scaled(self.any(), bound)
    }

    /// Whether something of this likelihood happens.
    pub fn percent(&mut self, likelihood: u64) -> bool {
        self.below(100) < likelihood
    }

    /// A wait for something that has no memory and takes `mean` on average, rounded down.
    ///
    /// By von Neumann's method, which compares and never computes a logarithm: draw numbers while they fall; if an odd
    /// number of them did, the first is the fraction; else the wait is one mean longer, and again.
    pub fn exponential(&mut self, mean: u64) -> u64 {
        let mut whole = 0u64;
        loop {
            let first = self.any();
            if self.falls_odd(first) {
                return whole.saturating_mul(mean).saturating_add(scaled(first, mean));
            }
            whole = whole.saturating_add(1);
        }
    }

    /// Whether the run of falling numbers that begins with `first` has odd length.
    fn falls_odd(&mut self, first: u64) -> bool {
        let (mut last, mut odd) = (first, true);
        loop {
            let next = self.any();
            if next >= last {
                return odd;
            }
            (last, odd) = (next, !odd);
        }
    }
}

/// `fraction`, of 2⁶⁴, of a whole.
fn scaled(fraction: u64, whole: u64) -> u64 {
    let wide = u128::from(fraction) * u128::from(whole);
    u64::try_from(wide >> 64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_numbers() {
        let numbers = |seed| {
            let mut dice = Dice::new(seed);
            (0..100).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn waits_have_the_mean_the_median_and_the_tail_of_an_exponential() {
        let mut dice = Dice::new(1);
        let mut waits: Vec<u64> = (0..100_000).map(|_| dice.exponential(1_000_000)).collect();
        waits.sort_unstable();
        let mean = waits.iter().sum::<u64>() / 100_000;
        assert!((990_000..1_010_000).contains(&mean), "{mean}");
        // ln 2, and 3.
        assert!((683_000..703_000).contains(&waits[50_000]), "{}", waits[50_000]);
        let beyond = waits.iter().filter(|wait| **wait > 3_000_000).count();
        assert!((4_700..5_250).contains(&beyond), "{beyond}");
    }
}
