//! What the same steps cost in Nosana's programs, the peer whose public source was built and measured.
//!
//! Its programs (Anchor 1.0) were built with the same toolchain of Debian packages as ours and executed in LiteSVM 0.16
//! with the p-token program, in November 2026. The figures are copied, not measured by this crate.

/// Where the source is that was built.
pub const SOURCE: &str = "https://github.com/nosana-ci/nosana-programs";

/// A step of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name there.
    pub name: &'static str,
    /// Compute units with an empty queue, or with the one job that it needs.
    pub cu: u64,
    /// Compute units with 300 entries in its queue.
    pub full_cu: u64,
    /// Bytes of the transaction, where recorded.
    pub bytes: Option<u64>,
    /// Accounts that it writes and unrelated users write too, where recorded.
    pub shared: Option<u64>,
}

/// Post.
pub const LIST: Step = Step { name: "list", cu: 15_734, full_cu: 44_141, bytes: Some(677), shared: Some(4) };
/// A host takes a job.
pub const WORK: Step = Step { name: "work", cu: 8_553, full_cu: 36_959, bytes: Some(409), shared: Some(1) };
/// Settlement.
pub const FINISH: Step = Step { name: "finish", cu: 13_846, full_cu: 29_687, bytes: Some(475), shared: Some(1) };
/// Cancel of a job in line; with a full queue, of its last.
pub const DELIST: Step = Step { name: "delist", cu: 10_846, full_cu: 44_320, bytes: None, shared: None };

/// Entries that its queue has room for.
pub const QUEUE: u64 = 314;
/// Lamports of rent of a job and its run: 0.0043 SOL.
pub const RENT: u64 = 4_300_000;
/// Accounts of `list` that every posting of every market writes.
pub const GLOBAL: u64 = 2;
/// Units of a small transaction beside its compute units, about.
pub const FIXED_UNITS: u64 = 2_700;
