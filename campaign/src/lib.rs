//! Campaigns: random sequences of everything that anybody can do to GPU Market, on the real program in an embedded chain,
//! against an independent model, with every invariant of the design checked after every action.
//!
//! - [`action`]: what can happen, as data that means the same in every sequence.
//! - [`generate`]: chance, by what is going on.
//! - [`model`]: what has to come of it.
//! - [`check`]: the invariants, on the raw accounts.
//! - [`exit`]: that all money finds its owners without any key.
//! - [`run`]: one campaign; [`shrink`]: a failing one made short; [`report`]: what many of them came to.

pub mod action;
pub mod base;
pub mod cast;
pub mod check;
pub mod exit;
pub mod generate;
pub mod ids;
pub mod model;
pub mod report;
pub mod run;
pub mod shrink;
pub mod terms;
