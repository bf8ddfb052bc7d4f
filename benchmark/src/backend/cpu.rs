//! The chain on the CPU, around any way to multiply.

use {
    super::{Backend, check_dimension, keys},
    crate::{
        chain::{self, Chain},
        error::{Error, Result},
        matrix::{Digest, Product, State},
    },
    std::sync::Arc,
};

/// A way to multiply by fixed weights.
pub trait Multiply: Sized {
    /// What it is, for people.
    const NAME: &'static str;

    /// Prepares the weights.
    fn prepare(weights: &State) -> Self;

    /// `weights · stateᵀ`, row by row: n² exact sums.
    fn multiply(&self, state: &State) -> Vec<i32>;
}

/// The definition, cell by cell on one thread: what every other way is compared with.
#[derive(Debug)]
pub struct Scalar(State);

impl Multiply for Scalar {
    const NAME: &'static str = "CPU, scalar";

    fn prepare(weights: &State) -> Self {
        Self(weights.clone())
    }

    fn multiply(&self, state: &State) -> Vec<i32> {
        chain::multiply(&self.0, state)
    }
}

/// The chain on the CPU.
#[derive(Debug)]
pub struct Cpu<M> {
    loaded: Option<Loaded<M>>,
}

#[derive(Debug)]
struct Loaded<M> {
    chain: Arc<Chain>,
    step: u32,
    state: State,
    weights: M,
}

impl<M> Cpu<M> {
    /// A backend with no chain loaded.
    #[must_use]
    pub const fn new() -> Self {
        Self { loaded: None }
    }

    fn loaded(&mut self) -> Result<&mut Loaded<M>> {
        self.loaded.as_mut().ok_or(Error::NotLoaded)
    }
}

impl<M> Default for Cpu<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Multiply> Loaded<M> {
    fn product(&self) -> Result<Product> {
        Product::new(self.state.dimension(), self.weights.multiply(&self.state))
    }
}

impl<M: Multiply> Backend for Cpu<M> {
    fn name(&self) -> String {
        M::NAME.to_owned()
    }

    fn load(&mut self, chain: Arc<Chain>, step: u32, state: &State) -> Result<()> {
        check_dimension(&chain, step, state)?;
        let weights = M::prepare(chain.weights());
        self.loaded = Some(Loaded { chain, step, state: state.clone(), weights });
        Ok(())
    }

    fn advance(&mut self, steps: u32) -> Result<Vec<Digest>> {
        let loaded = self.loaded()?;
        keys(&loaded.chain, loaded.step, steps)?
            .into_iter()
            .map(|key| {
                loaded.state = chain::mix(&loaded.product()?, key);
                loaded.step += 1;
                Ok(loaded.state.digest())
            })
            .collect()
    }

    fn state(&mut self) -> Result<State> {
        Ok(self.loaded()?.state.clone())
    }

    fn product(&mut self) -> Result<Product> {
        self.loaded()?.product()
    }
}
