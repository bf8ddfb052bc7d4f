//! Seats and matching.

pub mod join;
pub mod leave;
pub mod match_heads;
pub mod rebalance;
pub mod renew;

pub use {join::*, leave::*, match_heads::*, rebalance::*, renew::*};
