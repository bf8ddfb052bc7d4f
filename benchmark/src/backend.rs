//! Where a chain is computed.
//!
//! A backend keeps the weights and the state where it computes, so that nothing but hashes leaves a device during a run.
//! Every backend gives the bits of [`Scalar`], the specification.

mod cpu;
#[cfg(feature = "cuda")]
mod cuda;
mod simd;

use {
    crate::{
        chain::Chain,
        error::{Error, Result},
        matrix::{Digest, Product, State},
    },
    std::sync::Arc,
};

pub use cpu::{Cpu, Multiply, Scalar};
#[cfg(feature = "cuda")]
pub use cuda::Cuda;
pub use simd::Simd;

/// A chain on a device.
pub trait Backend {
    /// What computes, for people: a kind and, of a GPU, its name.
    fn name(&self) -> String;

    /// Puts a chain at a step: the next product is `W · stateᵀ` of step `step`.
    ///
    /// # Errors
    ///
    /// [`Error::WrongDimension`] if the state is not of the chain's size, and what a device refuses.
    fn load(&mut self, chain: Arc<Chain>, step: u32, state: &State) -> Result<()>;

    /// Makes `steps` steps and returns the BLAKE3 hashes of the states that they lead to, in order.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoaded`], [`Error::PastTheEnd`], and what a device refuses.
    fn advance(&mut self, steps: u32) -> Result<Vec<Digest>>;

    /// The current state.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoaded`], and what a device refuses.
    fn state(&mut self) -> Result<State>;

    /// The product of the current state, `W · stateᵀ`, without a step.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoaded`], and what a device refuses.
    fn product(&mut self) -> Result<Product>;
}

/// The keys of the next `steps` steps from `step`; [`Error::PastTheEnd`] if the chain has fewer.
fn keys(chain: &Chain, step: u32, steps: u32) -> Result<Vec<u32>> {
    let left = chain.size().steps().saturating_sub(step);
    let past_the_end = Error::PastTheEnd { asked: steps, left };
    (step..).take(steps as usize).map(|step| chain.key(step).ok_or(past_the_end.clone())).collect()
}

fn check_dimension(chain: &Chain, step: u32, state: &State) -> Result<()> {
    let (expected, actual) = (chain.size().dimension(), state.dimension());
    if expected == actual { Ok(()) } else { Err(Error::WrongDimension { step, expected, actual }) }
}
