//! The accounts: zero-copy, fixed size, and every transition and every rule about them as a pure method that takes
//! the time as an argument. Token movement and account identity are elsewhere.
//!
//! Every account ends with reserved bytes, and records the layout version, its bump and who paid its rent. Keys that
//! people filter on stand first, so their offsets (from the start of the account data, after the 8-byte
//! discriminator) never move.

mod attestor_set;
mod challenge;
mod client;
mod config;
mod credit;
pub mod digest;
mod drawing;
mod emission;
mod genesis;
mod gpu;
mod host;
mod job;
mod job_settlement;
mod judging;
mod market;
mod member;
mod phases;
mod policy;
mod record;
mod reward_pool;
mod reward_position;
mod shard;
mod split;
mod stake;
mod standing;
mod terms;
mod tiers;
mod tranches;
mod treasury;

pub use attestor_set::*;
pub use challenge::*;
pub use client::*;
pub use config::*;
pub use credit::*;
pub use digest::Sha256;
pub use drawing::*;
pub use emission::*;
pub use gpu::*;
pub use host::*;
pub use job::*;
pub use job_settlement::*;
pub use judging::*;
pub use market::*;
pub use member::*;
pub use policy::*;
pub use record::*;
pub use reward_pool::*;
pub use reward_position::*;
pub use shard::*;
pub use split::*;
pub use stake::*;
pub use standing::*;
pub use terms::*;
pub use tranches::*;
pub use treasury::*;

use crate::error::{MarketError, Rule};

/// An account with a layout version.
pub trait Versioned {
    /// Where the version stands among its fields.
    const VERSION_AT: usize;
}

macro_rules! versioned {
    ($($name:ident),* $(,)?) => {
        $(impl Versioned for $name {
            const VERSION_AT: usize = core::mem::offset_of!($name, version);
        })*
    };
}
versioned!(
    AttestorSet,
    Challenge,
    Client,
    Config,
    Credit,
    Emission,
    Gpu,
    Host,
    Job,
    Market,
    Member,
    RewardPool,
    RewardPosition,
    Shard,
    Stake,
    Terms,
    Treasury,
);

/// The moment of an instruction: unix seconds and slot of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub unix: i64,
    pub slot: u64,
}

/// Refuses with `error` unless `condition` holds.
#[inline(always)]
pub(crate) fn ensure(condition: bool, error: MarketError) -> Rule<()> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}
