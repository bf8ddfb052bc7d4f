//! The attestor's side: checking opened steps at a fiftieth of the host's work or less.

use crate::{
    chain::{self, Chain},
    error::{Error, Result},
    freivalds,
    matrix::{Digest, Product, State},
    merkle,
    opening::{self, Opening},
    seed::Seed,
    size::Size,
};

/// Multiplications per cell that [`chain::mix`] makes.
const MIX_MULTIPLICATIONS: u128 = 3;

/// What checking cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Multiplications, counted as they were made.
    pub multiplications: u128,
    /// Bytes of matrices that were hashed.
    pub hashed_bytes: u64,
}

/// Checks one answer, opening by opening, so that only one need be in memory at a time.
#[derive(Debug)]
pub struct Verifier {
    chain: Chain,
    root: Digest,
    challenge: [u8; 32],
    sampled: Vec<u32>,
    position: usize,
    tally: Tally,
}

impl Verifier {
    /// Begins to check the answer that `root` commits to. `start_path` is the path of state 0; `challenge` as for
    /// [`opening::sample`].
    ///
    /// # Errors
    ///
    /// [`Error::PathLength`] or [`Error::WrongStart`] if the chain under the root is not one of this seed and size.
    pub fn new(seed: Seed, size: Size, root: Digest, challenge: [u8; 32], start_path: &[Digest]) -> Result<Self> {
        let chain = Chain::new(seed, size);
        merkle::check_path(&seed, size, &root, 0, &chain.start().digest(), start_path).map_err(
            |error| match error {
                Error::NotCommitted { .. } => Error::WrongStart,
                other => other,
            },
        )?;
        let sampled = opening::sample(&challenge, &root, size);
        let tally = Tally { hashed_bytes: size.cells() as u64, ..Tally::default() };
        Ok(Self { chain, root, challenge, sampled, position: 0, tally })
    }

    /// The steps that have to be opened, ascending.
    #[must_use]
    pub fn sampled(&self) -> &[u32] {
        &self.sampled
    }

    /// Checks the next opening.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedStep`] or [`Error::OpeningCount`] if it is not the next sampled one, [`Error::WrongDimension`],
    /// [`Error::PathLength`], [`Error::NotCommitted`] if a state is not under the root, [`Error::WrongProduct`] if
    /// Freivalds' check fails. A wrong product passes with probability below 2⁻⁶⁰.
    pub fn check(&mut self, opening: &Opening) -> Result<()> {
        let step = self.expected_step(opening.step)?;
        self.check_dimensions(opening)?;
        let state = self.digest(&opening.state);
        self.check_path(step, &state, &opening.path)?;
        self.check_product(opening, &state)?;
        let next = self.mix(&opening.product, step)?;
        let next = self.digest(&next);
        self.check_path(step + 1, &next, &opening.next_path)?;
        self.position += 1;
        Ok(())
    }

    /// Ends the check.
    ///
    /// # Errors
    ///
    /// [`Error::OpeningCount`] if openings are missing.
    pub fn finish(self) -> Result<Tally> {
        let (expected, actual) = (self.sampled.len(), self.position);
        if actual == expected { Ok(self.tally) } else { Err(Error::OpeningCount { expected, actual }) }
    }

    fn expected_step(&self, actual: u32) -> Result<u32> {
        let position = self.position;
        match self.sampled.get(position) {
            Some(&expected) if expected == actual => Ok(actual),
            Some(&expected) => Err(Error::UnexpectedStep { position, expected, actual }),
            None => Err(Error::OpeningCount { expected: position, actual: position + 1 }),
        }
    }

    fn check_dimensions(&self, opening: &Opening) -> Result<()> {
        let expected = self.chain.size().dimension();
        for actual in [opening.state.dimension(), opening.product.dimension()] {
            if actual != expected {
                return Err(Error::WrongDimension { step: opening.step, expected, actual });
            }
        }
        Ok(())
    }

    fn check_path(&self, number: u32, state: &Digest, path: &[Digest]) -> Result<()> {
        merkle::check_path(self.chain.seed(), self.chain.size(), &self.root, number, state, path)
    }

    /// The vector hangs on the product's own hash, so the product was fixed before it: the host would have to try about
    /// 2⁶⁰ false products to meet a vector that passes one.
    fn check_product(&mut self, opening: &Opening, state: &Digest) -> Result<()> {
        self.tally.hashed_bytes += opening.product.as_bytes().len() as u64;
        let coins = blake3::Hasher::new_derive_key("gpu-market benchmark 1: Freivalds coins")
            .update(&self.challenge)
            .update(&self.root)
            .update(&opening.step.to_le_bytes())
            .update(state)
            .update(&opening.product.digest())
            .finalize();
        let vector = freivalds::random_vector(coins.as_bytes(), self.chain.size().dimension());
        let (weights, count) = (self.chain.weights(), &mut self.tally.multiplications);
        if freivalds::passes(weights, &opening.state, &opening.product, &vector, count) {
            Ok(())
        } else {
            Err(Error::WrongProduct { step: opening.step })
        }
    }

    fn mix(&mut self, product: &Product, step: u32) -> Result<State> {
        let key = self.chain.key(step).ok_or(Error::NoSuchStep { step, steps: self.chain.size().steps() })?;
        self.tally.multiplications += MIX_MULTIPLICATIONS * product.cells().len() as u128;
        Ok(chain::mix(product, key))
    }

    fn digest(&mut self, state: &State) -> Digest {
        self.tally.hashed_bytes += state.as_bytes().len() as u64;
        state.digest()
    }
}

/// Checks a whole answer: [`Verifier`] from beginning to end. The openings may be read one at a time.
///
/// # Errors
///
/// Those of [`Verifier::new`], [`Verifier::check`] and [`Verifier::finish`], the first that applies.
pub fn verify(
    seed: Seed,
    size: Size,
    root: Digest,
    challenge: [u8; 32],
    start_path: &[Digest],
    openings: impl IntoIterator<Item = Opening>,
) -> Result<Tally> {
    let mut verifier = Verifier::new(seed, size, root, challenge, start_path)?;
    for opening in openings {
        verifier.check(&opening)?;
    }
    verifier.finish()
}
