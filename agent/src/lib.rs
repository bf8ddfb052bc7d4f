//! The host agent of GPU Market: joins markets, takes jobs, runs them, reports them, and draws what they earned.
//!
//! - [`Agent`], [`run`]: the agent, step by step or until it is told to stop.
//! - [`plan`]: what to do next, as a pure function.
//! - [`chain`]: the chain behind a trait; with the feature `rpc`, a cluster.
//! - [`view`]: what the chain says about a host.
//! - [`state`]: what the agent remembers on disk.
//! - [`executor`]: what runs the work of jobs: local processes and, with the feature `docker`, containers.
//! - [`process`]: a command with limits.
//! - [`gpu`]: the GPUs of this machine, with the feature `nvml`.

#![deny(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
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

mod agent;
pub mod chain;
mod config;
mod error;
pub mod executor;
pub mod gpu;
pub mod plan;
pub mod process;
mod report;
pub mod state;
pub mod view;

pub use {
    agent::{Agent, Parts, run},
    config::{Config, Venue, Withdraw},
    error::AgentError,
    report::{Alarm, Report},
};
