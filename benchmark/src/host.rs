//! The host's side: running the chain, committing to it, and opening what is asked for.

use {
    crate::{
        backend::Backend,
        chain::{self, Chain},
        error::{Error, Result},
        matrix::{Digest, State},
        merkle::{Path, Tree},
        opening::Opening,
        seed::Seed,
        size::Size,
    },
    std::{
        sync::Arc,
        time::{Duration, Instant},
    },
};

/// States that are kept during a run, evenly spread. An opening recomputes the steps since the last one: at most one
/// part in 64 of the chain. At dimension 4,096 they take 1 GiB of memory.
const KEPT_STATES: u32 = 64;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps that are done.
    pub done: u32,
    /// Steps of the chain.
    pub steps: u32,
}

/// What a run leaves: everything needed to commit to the chain and to open it.
#[derive(Debug)]
pub struct Answer {
    chain: Arc<Chain>,
    states: Vec<Digest>,
    tree: Tree,
    kept: Vec<(u32, State)>,
    elapsed: Duration,
}

/// Runs the chain of a seed on a backend and commits to its states. `progress` is called about 64 times.
///
/// # Errors
///
/// What the backend refuses; see [`Backend`].
pub fn run(
    seed: Seed,
    size: Size,
    backend: &mut dyn Backend,
    progress: &mut dyn FnMut(Progress),
) -> Result<Answer> {
    let begin = Instant::now();
    let chain = Arc::new(Chain::new(seed, size));
    let mut state = chain.start();
    let mut states = vec![state.digest()];
    let mut kept = Vec::new();
    let (steps, stride) = (size.steps(), size.steps().div_ceil(KEPT_STATES));
    backend.load(Arc::clone(&chain), 0, &state)?;
    let mut done = 0;
    while done < steps {
        let count = stride.min(steps - done);
        kept.push((done, state));
        states.extend(backend.advance(count)?);
        state = backend.state()?;
        done += count;
        progress(Progress { done, steps });
    }
    let tree = Tree::new(&seed, size, &states)?;
    Ok(Answer { chain, states, tree, kept, elapsed: begin.elapsed() })
}

impl Answer {
    /// What the host commits to, salted: see [`crate::seed::commit`].
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.tree.root()
    }

    /// From the expansion of the seed to the root.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Integer operations per second by the host's own clock. An attestor puts the time that it saw instead.
    ///
    /// # Errors
    ///
    /// [`Error::NoTime`] if the clock did not move.
    pub fn score(&self) -> Result<u64> {
        score(self.chain.size(), self.elapsed)
    }

    /// The path of state 0, which shows that the chain begins with the seed's first state.
    ///
    /// # Errors
    ///
    /// None that can happen to an answer of [`run`].
    pub fn start_path(&self) -> Result<Path> {
        self.tree.path(0)
    }

    /// Lays a step open, recomputing it from the last kept state before it.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchStep`] behind the end, [`Error::NotReproduced`] if the backend gives another state or product this
    /// time, and what the backend refuses.
    pub fn open(&self, backend: &mut dyn Backend, step: u32) -> Result<Opening> {
        let no_such_step = Error::NoSuchStep { step, steps: self.chain.size().steps() };
        let key = self.chain.key(step).ok_or(no_such_step.clone())?;
        let before = self.kept.iter().rev().find(|(number, _)| *number <= step);
        let (number, kept) = before.ok_or(no_such_step)?;
        backend.load(Arc::clone(&self.chain), *number, kept)?;
        backend.advance(step - number)?;
        let (state, product) = (backend.state()?, backend.product()?);
        self.check_digest(step, state.digest())?;
        self.check_digest(step + 1, chain::mix(&product, key).digest())?;
        Ok(Opening { step, state, product, path: self.tree.path(step)?, next_path: self.tree.path(step + 1)? })
    }

    fn check_digest(&self, number: u32, digest: Digest) -> Result<()> {
        if self.states.get(number as usize) == Some(&digest) {
            Ok(())
        } else {
            Err(Error::NotReproduced { state: number })
        }
    }
}

/// `2 · n³ · steps / elapsed`, integer operations per second, rounded down.
///
/// # Errors
///
/// [`Error::NoTime`] if `elapsed` is zero.
pub fn score(size: Size, elapsed: Duration) -> Result<u64> {
    const NANOSECONDS: u128 = 1_000_000_000;
    let rate = (size.host_operations() * NANOSECONDS).checked_div(elapsed.as_nanos()).ok_or(Error::NoTime)?;
    Ok(u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use {super::*, crate::size::Class};

    #[test]
    fn a_score_is_operations_per_second() {
        let size = Class::Test.size();
        assert_eq!(score(size, Duration::from_millis(500)), Ok(2 * 2 * 64_u64.pow(4)));
        assert_eq!(score(size, Duration::ZERO), Err(Error::NoTime));
    }
}
