//! The crank of GPU Market: enforces its deadlines for tips, and does what anyone may do and somebody waits for.
//!
//! - [`Index`]: the accounts of the program that something can be done about, kept up to date one account at a time.
//! - [`Planner`]: what is due at a time, as instructions of the SDK, with what each pays and why.
//! - [`Policy`]: which of it is worth a transaction.
//! - `daemon`, with the feature `rpc`: both on a real cluster.
//!
//! Index, planner and policy are pure: no network, no clock, no keys. Which time it is and which accounts have changed is
//! told to them.
//!
//! ```
//! use gpu_market_crank::{Outcome, Planner, Policy};
//! use gpu_market_sdk::{Address, gpu_market::state::Now};
//!
//! fn round(planner: &mut Planner, changed: Vec<(Address, Option<Vec<u8>>)>, now: Now) {
//!     for (address, data) in changed {
//!         // An account of an unknown layout is not looked at.
//!         let _ = planner.apply(address, data.as_deref());
//!     }
//!     for action in planner.plan(now, 16) {
//!         println!("{}: {} ({:?})", action.id.kind.instruction(), action.why, action.tip);
//!         // Sends action.instructions, and says what became of it.
//!         planner.report(&action.id, Outcome::Done, now);
//!     }
//! }
//! # round(&mut Planner::new(Address::default(), Policy::default()), Vec::new(), Now { unix: 0, slot: 0 });
//! ```

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

mod action;
mod agenda;
#[cfg(feature = "rpc")]
pub mod daemon;
mod index;
mod look;
mod planner;
mod policy;
mod rest;

pub use {
    action::{Action, ActionId, Class, Kind, Subject, Tip},
    index::Index,
    planner::{Outcome, Planner, Wake},
    policy::Policy,
};

/// The example of the README compiles.
#[cfg(all(doctest, feature = "rpc"))]
#[doc = include_str!("../README.md")]
struct Readme;
