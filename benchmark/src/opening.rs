//! An opened step: which ones are asked for, what is sent, and its bytes.

use {
    crate::{
        error::{Error, Result},
        matrix::{Digest, Product, State},
        merkle::{self, Path},
        size::Size,
    },
    std::collections::BTreeSet,
};

/// Bytes of the number of a step.
const NUMBER_BYTES: usize = 4;
/// Bytes of a state's and a product's cell together.
const CELL_BYTES: usize = 5;
const DIGEST_BYTES: usize = 32;

/// One step, laid open: `Cₜ = W · Xₜᵀ` and `Xₜ₊₁ = mix(Cₜ)`, with both states under the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// `t`, from 0.
    pub step: u32,
    /// `Xₜ`.
    pub state: State,
    /// `Cₜ`. Not committed to: the weights and the state leave no choice.
    pub product: Product,
    /// From state `t` to the root.
    pub path: Path,
    /// From state `t + 1` to the root.
    pub next_path: Path,
}

/// The steps that a challenge opens: as many different ones as the size has openings, uniformly, in ascending order.
///
/// `challenge` has to be 32 bytes that the host could not know before it committed to `root`.
#[must_use]
pub fn sample(challenge: &[u8; 32], root: &Digest, size: Size) -> Vec<u32> {
    let mut reader = blake3::Hasher::new_derive_key("gpu-market benchmark 1: sampled steps")
        .update(challenge)
        .update(root)
        .finalize_xof();
    let mut steps = BTreeSet::new();
    while steps.len() < size.openings() as usize {
        let mut word = [0; 8];
        reader.fill(&mut word);
        // The remainder favours no step by more than one part in 2⁴⁰. It is below `steps`, a u32.
        steps.insert((u64::from_le_bytes(word) % u64::from(size.steps())) as u32);
    }
    steps.into_iter().collect()
}

impl Opening {
    /// Bytes of an encoded opening of a size.
    #[must_use]
    pub const fn encoded_length(size: Size) -> usize {
        NUMBER_BYTES + CELL_BYTES * size.cells() + 2 * DIGEST_BYTES * merkle::depth(size)
    }

    /// Number of the step, state, product, path and next path, one after another, little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let number = self.step.to_le_bytes();
        let paths = [self.path.as_flattened(), self.next_path.as_flattened()];
        [&number, self.state.as_bytes(), self.product.as_bytes()]
            .into_iter()
            .chain(paths)
            .flatten()
            .copied()
            .collect()
    }

    /// Reads what [`Self::to_bytes`] wrote for a chain of this size.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] unless there are exactly [`Self::encoded_length`] bytes.
    pub fn from_bytes(size: Size, bytes: &[u8]) -> Result<Self> {
        let (expected, actual) = (Self::encoded_length(size), bytes.len());
        let wrong_length = || Error::Length { expected, actual };
        if expected != actual {
            return Err(wrong_length());
        }
        let (number, rest) = bytes.split_first_chunk::<NUMBER_BYTES>().ok_or_else(wrong_length)?;
        let (state, rest) = rest.split_at_checked(size.cells()).ok_or_else(wrong_length)?;
        let (product, paths) = rest.split_at_checked(4 * size.cells()).ok_or_else(wrong_length)?;
        let (digests, _) = paths.as_chunks::<DIGEST_BYTES>();
        let (path, next_path) = digests.split_at_checked(merkle::depth(size)).ok_or_else(wrong_length)?;
        let (sums, _) = product.as_chunks::<4>();
        Ok(Self {
            step: u32::from_le_bytes(*number),
            state: State::new(size.dimension(), state.iter().map(|byte| byte.cast_signed()).collect())?,
            product: Product::new(size.dimension(), sums.iter().map(|sum| i32::from_le_bytes(*sum)).collect())?,
            path: path.to_vec(),
            next_path: next_path.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_distinct_ascending_and_depend_on_challenge_and_root() {
        let size = Size::new(512, 40, 40).unwrap();
        assert_eq!(sample(&[1; 32], &[2; 32], size), (0..40).collect::<Vec<_>>());
        let size = Size::new(64, 1_000, 9).unwrap();
        let steps = sample(&[1; 32], &[2; 32], size);
        assert_eq!(steps.len(), 9);
        assert!(steps.is_sorted_by(|before, after| before < after) && steps.iter().all(|&step| step < 1_000));
        assert_ne!(steps, sample(&[9; 32], &[2; 32], size));
        assert_ne!(steps, sample(&[1; 32], &[9; 32], size));
    }
}
