//! Creation of a GPU Market deployment: config, split of fees, treasuries, reward pools, attestors, markets with their shards,
//! and genesis admissions.
//!
//! - [`Deployment`]: what a markets file says, checked, in the units of the program.
//! - [`plan`]: the instructions that bring a chain to it, leaving out what exists; a second run does nothing.
//! - [`split_change`]: the announcement of a split that is not the one of the chain.
//! - [`admissions`]: the genesis admissions of hosts that have applied.
//! - [`FileError`]: what is wrong with a file: which file, which field, and what is allowed.
//! - [`Decimal`]: numbers as people write them, without floating point.

#![deny(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::panic
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

mod attestors;
mod check;
mod decimal;
mod deployment;
mod error;
mod file;
mod plan;
mod rewards;

pub use {
    attestors::AttestorsSpec,
    decimal::{Decimal, DecimalError},
    deployment::{AdmissionSpec, Deployment, MarketSpec, StakeSpec, TokenSpec},
    error::FileError,
    plan::{Keys, PlanError, Step, admissions, plan, split_change},
    rewards::RewardsSpec,
};
