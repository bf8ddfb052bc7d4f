//! What to do next: a pure function of what the chain says, what the agent remembers, and the time on chain.
//!
//! The chain decides: whatever the agent remembers, it acts on a job only as far as the chain says that the job is its
//! own. What it remembers says only what it has done already, so that it does nothing twice.

mod jobs;
mod seats;

#[cfg(test)]
mod tests;

pub(crate) use jobs::costs_to_decline;

use {
    crate::{report::Alarm, state::Row, view::View},
    gpu_market_sdk::{Address, gpu_market::state::JobState},
    std::collections::{BTreeMap, BTreeSet},
};

/// What the agent remembers and was told.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    /// Rows of the jobs that are not over.
    pub rows: &'a BTreeMap<Address, Row>,
    /// Jobs whose work an executor of this process waits for.
    pub working: &'a BTreeSet<Address>,
    /// Whether no new jobs are taken, and waiting seats given up.
    pub draining: bool,
    /// Whether somebody else acts for the host.
    pub contested: bool,
    /// Seconds by which a heartbeat is early.
    pub heartbeat_margin: u32,
    /// Whether unknown jobs are finished as the host's fault.
    pub take_over: bool,
    /// A random number, for the choice of a shard.
    pub random: u64,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Remember a job that was assigned.
    Note(Address),
    /// Get the spec of an assigned job, and check it.
    Fetch(Address),
    /// Start an assigned job on chain.
    Start(Address),
    /// Decline an assigned job by choice.
    Decline(Address),
    /// Decline an assigned job whose spec cannot be had.
    DeclineUnavailable(Address),
    /// Remember that a job was started.
    Confirm(Address),
    /// Begin the work of a started job, or take it up again.
    Work(Address),
    /// Remember evidence that is the agent's own.
    Evidence(Address),
    /// Give evidence that a running job is alive.
    Heartbeat(Address),
    /// Stop the work of a job whose time is over; it is still to be finished.
    RunOut(Address),
    /// Say that the work of a job was lost.
    Abandon(Address),
    /// Finish a job on chain.
    Finish {
        /// The job.
        job: Address,
        /// Index of the shard to join with the same seat, if it stays.
        rejoin: Option<u8>,
    },
    /// Stop the work of a job that ended on chain, and forget it.
    Close(Address),
    /// Put a result into the store.
    Deliver(Address),
    /// Collect what an ended job still owes.
    Collect(Address),
    /// Extend the lifetime of a waiting seat.
    Renew {
        /// The market.
        market: Address,
        /// Index of the shard.
        shard: u8,
        /// Node of the seat.
        node: u16,
    },
    /// Give up a waiting or lapsed seat.
    Leave {
        /// The market.
        market: Address,
        /// Index of the shard.
        shard: u8,
        /// Node of the seat.
        node: u16,
    },
    /// Take a seat.
    Join {
        /// The market.
        market: Address,
        /// Index of the shard.
        shard: u8,
    },
    /// Withdraw earnings to the owner.
    Withdraw {
        /// Market in whose mint they are.
        market: Address,
    },
    /// Tell somebody.
    Alarm(Alarm),
}

/// Everything to do now, the most urgent first.
pub fn plan(view: &View, local: &Local<'_>) -> Vec<Action> {
    let mut actions = jobs::plan(view, local);
    actions.extend(seats::plan(view, local));
    actions.sort_by_key(urgency);
    actions
}

/// Whether nothing is left to do for an agent that drains: it holds no seat, runs no job and owes no result.
pub fn is_drained(view: &View, local: &Local<'_>) -> bool {
    let ours = |job: &Address| view.jobs.get(job).is_some_and(|account| account.state() == Ok(JobState::Running));
    let seats = view.venues.iter().any(|venue| !venue.seats.is_empty());
    local.rows.values().all(|row| row.phase == crate::state::Phase::Over)
        && view.assigned.is_empty()
        && !seats
        && !local.rows.keys().any(ours)
}

/// What costs most if it is late comes first.
fn urgency(action: &Action) -> u8 {
    match action {
        Action::Alarm(_) | Action::Note(_) | Action::Confirm(_) | Action::Evidence(_) => 0,
        Action::Close(_) | Action::RunOut(_) | Action::Abandon(_) => 1,
        Action::Work(_) => 2,
        Action::Heartbeat(_) => 3,
        Action::Finish { .. } => 4,
        Action::Start(_) | Action::Decline(_) | Action::DeclineUnavailable(_) => 5,
        Action::Fetch(_) => 6,
        Action::Renew { .. } => 7,
        Action::Leave { .. } => 8,
        Action::Join { .. } => 9,
        Action::Deliver(_) => 10,
        Action::Collect(_) | Action::Withdraw { .. } => 11,
    }
}
