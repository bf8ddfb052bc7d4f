//! The agent on the real program in an embedded chain, with real processes: from the assignment of a job to its pay, and
//! through all that can come between.

mod endings;
mod losses;
#[cfg(feature = "private")]
mod private;
mod restarts;
mod rivals;
mod seats;
mod stage;
mod whole;
