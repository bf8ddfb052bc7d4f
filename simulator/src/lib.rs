//! How many jobs GPU Market can move under the chain's scheduling rules, how fairly they wait, and what the same steps
//! cost at a peer. The command of this crate writes what comes out to docs/THROUGHPUT.md.

pub mod chain;
pub mod costs;
pub mod dice;
pub mod fairness;
pub mod load;
pub mod peers;
pub mod report;
pub mod results;
pub mod rules;
pub mod shards;
mod svg;
