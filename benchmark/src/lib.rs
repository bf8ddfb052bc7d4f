//! Reference benchmark of GPU Market: a chain of integer matrix multiplications that a host runs to prove its
//! hardware, and that an attestor checks at 2 % of the work or less.
//!
//! - [`size`]: GPU classes and how long their chains are.
//! - [`seed`]: whose chain it is, and the salted commitment to its answer.
//! - [`chain`]: the specification of the chain.
//! - [`backend`]: where it is computed: CPU, and CUDA with the feature `cuda`.
//! - [`host`]: running a chain, its score, and opening steps.
//! - [`attestor`]: checking opened steps; [`freivalds`] says how a product is checked without multiplying.
//! - [`opening`], [`merkle`], [`matrix`]: what is committed to and sent.
//!
//! # A round
//!
//! ```
//! use gpu_market_benchmark::{attestor, backend, host, opening, seed::{Identity, Seed}, size::Class};
//!
//! // A draw gives the seed of one GPU of one host; the host runs its chain and commits to the root.
//! let identity = Identity { host: [1; 32], member: [2; 32], gpu: 0 };
//! let seed = Seed::draw(&[3; 32], &identity);
//! let size = Class::Test.size();
//! let mut cpu = backend::Cpu::<backend::Simd>::new();
//! let answer = host::run(seed, size, &mut cpu, &mut |_| ())?;
//!
//! // Only then is the challenge drawn. The host opens the steps that it samples; the attestor checks them.
//! let challenge = [4; 32];
//! let steps = opening::sample(&challenge, &answer.root(), size);
//! let openings = steps.iter().map(|&step| answer.open(&mut cpu, step)).collect::<Result<Vec<_>, _>>()?;
//! attestor::verify(seed, size, answer.root(), challenge, &answer.start_path()?, openings)?;
//! # Ok::<(), gpu_market_benchmark::error::Error>(())
//! ```
//!
#![doc = include_str!("../docs/SOUNDNESS.md")]
#![deny(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod attestor;
pub mod backend;
pub mod chain;
pub mod error;
pub mod freivalds;
pub mod host;
pub mod matrix;
pub mod merkle;
pub mod opening;
pub mod seed;
pub mod size;
