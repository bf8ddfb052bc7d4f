//! The chain, as a specification: what the weights, the first state and each step are.
//!
//! With `n × n` matrices, `W` and `X₀` from the seed, and for each step `t` from 0:
//!
//! ```text
//! Cₜ   = W · Xₜᵀ                                  exact in i32: |C| ≤ n · 2¹⁴ ≤ 2²⁸
//! Xₜ₊₁ = mix(Cₜ, position, keyₜ)                  per cell, an int8
//! ```
//!
//! Because the state enters transposed, each row of `Xₜ₊₁` depends on all of `Xₜ` and after two steps each cell does, so
//! a chain cannot be cut in columns that run apart. Because the mixing is not linear, the weights of several steps
//! cannot be multiplied ahead. So step `t + 1` waits for the whole of step `t`.

use {
    crate::{
        matrix::{Product, State},
        seed::Seed,
        size::Size,
    },
    rayon::prelude::*,
};

/// Bytes that one thread expands at a time.
const EXPAND_BLOCK: usize = 1 << 16;
/// Odd, near 2³² / golden ratio: spreads positions over all bits.
const POSITION_FACTOR: u32 = 0x9E37_79B9;
/// Multipliers of MurmurHash3's 32-bit finalizer (Appleby, public domain).
const MIX_FACTORS: [u32; 2] = [0x85EB_CA6B, 0xC2B2_AE35];

/// What both sides derive from a seed before the first step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    seed: Seed,
    size: Size,
    weights: State,
    keys: Vec<u32>,
}

impl Chain {
    /// Expands a seed: n² bytes of weights and four bytes of key per step.
    #[must_use]
    pub fn new(seed: Seed, size: Size) -> Self {
        let mut keys = vec![0; size.steps() as usize];
        expand("gpu-market benchmark 1: mixing keys", &seed, size, bytemuck::cast_slice_mut(&mut keys));
        Self { seed, size, weights: random_state("gpu-market benchmark 1: weights", &seed, size), keys }
    }

    /// The seed.
    #[must_use]
    pub const fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The size.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// `W`.
    #[must_use]
    pub const fn weights(&self) -> &State {
        &self.weights
    }

    /// `X₀`.
    #[must_use]
    pub fn start(&self) -> State {
        random_state("gpu-market benchmark 1: first state", &self.seed, self.size)
    }

    /// The mixing key of a step, if the chain has that step.
    #[must_use]
    pub fn key(&self, step: u32) -> Option<u32> {
        self.keys.get(step as usize).copied()
    }
}

/// `Cₜ = W · Xᵀ` by the definition: one dot product of rows per cell. The specification of every backend.
#[must_use]
pub fn multiply(weights: &State, state: &State) -> Vec<i32> {
    weights.rows().flat_map(|row| state.rows().map(|column| dot(row, column))).collect()
}

/// Σ aᵢ·bᵢ; exact for the lengths that a size allows.
fn dot(row: &[i8], column: &[i8]) -> i32 {
    row.iter()
        .zip(column)
        .fold(0_i32, |sum, (&left, &right)| sum.wrapping_add(i32::from(left).wrapping_mul(i32::from(right))))
}

/// `Xₜ₊₁` from `Cₜ` under the key of step `t`.
#[must_use]
pub fn mix(product: &Product, key: u32) -> State {
    let cells = product.cells();
    State::from_cells(product.dimension(), |position| mix_cell(cells.get(position).copied(), position, key))
}

/// Top byte of the hash of one sum, its position `row · n + column` and the step's key. Three multiplications.
fn mix_cell(sum: Option<i32>, position: usize, key: u32) -> i8 {
    let [first, second] = MIX_FACTORS;
    let place = (position as u32).wrapping_mul(POSITION_FACTOR).wrapping_add(key);
    let mut bits = sum.unwrap_or_default().cast_unsigned() ^ place;
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(first);
    bits ^= bits >> 13;
    bits = bits.wrapping_mul(second);
    (bits >> 24) as i8
}

fn random_state(purpose: &str, seed: &Seed, size: Size) -> State {
    let mut bytes = vec![0_u8; size.cells()];
    expand(purpose, seed, size, &mut bytes);
    State::from_cells(size.dimension(), |position| bytes.get(position).copied().unwrap_or_default() as i8)
}

/// BLAKE3's extendable output, keyed by purpose, over seed and size.
fn expand(purpose: &str, seed: &Seed, size: Size, output: &mut [u8]) {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    hasher.update(seed.as_bytes());
    hasher.update(&(size.dimension() as u64).to_le_bytes());
    hasher.update(&size.steps().to_le_bytes());
    let reader = hasher.finalize_xof();
    output.par_chunks_mut(EXPAND_BLOCK).enumerate().for_each(|(block, bytes)| {
        let mut reader = reader.clone();
        reader.set_position((block * EXPAND_BLOCK) as u64);
        reader.fill(bytes);
    });
}

#[cfg(test)]
mod tests {
    use {super::*, crate::size::Class};

    /// Golden values: a change of any of them changes the benchmark, so it needs new purposes in the derivations.
    #[test]
    fn the_chain_of_a_seed_never_changes() {
        let chain = Chain::new(Seed::from_bytes([7; 32]), Class::Test.size());
        let product = Product::new(64, multiply(chain.weights(), &chain.start())).unwrap();
        let next = mix(&product, chain.key(0).unwrap());
        assert_eq!(
            [hex(chain.weights().digest()), hex(chain.start().digest()), hex(product.digest()), hex(next.digest())],
            ["3510865d76417979", "4ce84437bf3f2329", "5f0d1df6a99ab711", "3d021ae532924ac8"]
        );
    }

    #[test]
    fn mixed_cells_are_spread_evenly() {
        let chain = Chain::new(Seed::from_bytes([1; 32]), Class::Test.size());
        // Even a product of zeros gives a full state: no state is a way out of the work.
        let state = mix(&Product::new(64, vec![0; 64 * 64]).unwrap(), chain.key(3).unwrap());
        let mut counts = [0_u32; 256];
        for &cell in state.cells() {
            counts[cell as u8 as usize] += 1;
        }
        assert!(counts.iter().all(|&count| (1..40).contains(&count)), "{counts:?}");
    }

    fn hex(digest: [u8; 32]) -> String {
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
