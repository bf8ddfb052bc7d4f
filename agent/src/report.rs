//! What an agent has to say.

use {
    gpu_market_jobspec::Hash,
    gpu_market_sdk::{Address, gpu_market::state::JobState},
    std::fmt,
};

/// Something that happened, or that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The agent took a seat.
    Joined(Address),
    /// It extended the lifetime of its waiting seats.
    Renewed(Address),
    /// It gave up a seat.
    Left(Address),
    /// A job was assigned to it.
    Assigned(Address),
    /// It declined a job.
    Declined {
        /// The job.
        job: Address,
        /// Why.
        reason: String,
    },
    /// Billing of a job began.
    Started(Address),
    /// The work of a job began, or was taken up again.
    Working {
        /// The job.
        job: Address,
        /// What runs it.
        executor: &'static str,
    },
    /// It gave evidence that a job is alive.
    Heartbeat(Address),
    /// The work of a job ended, or was stopped.
    Worked {
        /// The job.
        job: Address,
        /// Hash of the result.
        result: Hash,
        /// How, and what the work said.
        note: String,
    },
    /// A job ended on chain.
    Ended {
        /// The job.
        job: Address,
        /// How; none if its account is closed already.
        state: Option<JobState>,
        /// Base units that it paid.
        paid: u64,
    },
    /// It moved what an ended job still owed.
    Collected(Address),
    /// It withdrew earnings to the owner.
    Withdrawn {
        /// Market whose mint it was.
        market: Address,
        /// Base units.
        amount: u64,
    },
    /// A result is in the store.
    Delivered(Address),
    /// The chain cannot be reached, or fails; the agent goes on trying, and work goes on.
    Lost(String),
    /// The chain answers again.
    Back,
    /// An action failed; it is tried again later as long as it makes sense.
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed, and what to do.
        reason: String,
    },
    /// Somebody should look at this.
    Alarm(Alarm),
    /// It drains: no new jobs.
    Draining,
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// A job runs that this agent did not start.
    ForeignStart(Address),
    /// A job got evidence that this agent did not send.
    ForeignHeartbeat(Address),
    /// This machine's clock and the cluster's differ by so many seconds; positive if this machine is ahead.
    ClockOff(i64),
}

impl fmt::Display for Alarm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignStart(job) => write!(
                formatter,
                "job {job} runs and this agent did not start it: a second agent has the same operator key; stop one of \
                 them. If there is none, this agent's state was lost: start it to take over. Until then it takes no \
                 new jobs"
            ),
            Self::ForeignHeartbeat(job) => write!(
                formatter,
                "job {job} got a heartbeat that this agent did not send: a second agent has the same operator key; stop \
                 one of them. Until then this one takes no new jobs"
            ),
            Self::ClockOff(seconds) => write!(
                formatter,
                "this machine's clock is {} seconds {} the cluster's; set it, or use an endpoint that is not behind. \
                 Nothing is lost: deadlines are kept by the cluster's",
                seconds.unsigned_abs(),
                if *seconds > 0 { "ahead of" } else { "behind" }
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined(market) => write!(formatter, "took a seat in market {market}"),
            Self::Renewed(market) => write!(formatter, "renewed a seat in market {market}"),
            Self::Left(market) => write!(formatter, "gave up a seat in market {market}"),
            Self::Assigned(job) => write!(formatter, "job {job} was assigned"),
            Self::Declined { job, reason } => write!(formatter, "job {job} was declined: {reason}"),
            Self::Started(job) => write!(formatter, "job {job} started"),
            Self::Working { job, executor } => write!(formatter, "job {job} runs as {executor}"),
            Self::Heartbeat(job) => write!(formatter, "job {job} is alive"),
            Self::Worked { job, result, note } => write!(formatter, "job {job} is done: {note}; result {result}"),
            Self::Ended { job, state: Some(state), paid } => {
                write!(formatter, "job {job} ended as {state:?} and paid {paid} base units")
            }
            Self::Ended { job, state: None, .. } => write!(formatter, "job {job} ended and was closed"),
            Self::Collected(job) => write!(formatter, "what job {job} owed was collected"),
            Self::Withdrawn { market, amount } => {
                write!(formatter, "{amount} base units earned in market {market} went to the owner")
            }
            Self::Delivered(job) => write!(formatter, "the result of job {job} is in the store"),
            Self::Lost(reason) => write!(formatter, "{reason}"),
            Self::Back => write!(formatter, "the chain answers again"),
            Self::Failed { what, reason } => write!(formatter, "could not {what}: {reason}"),
            Self::Alarm(alarm) => write!(formatter, "{alarm}"),
            Self::Draining => write!(formatter, "draining: running jobs are finished, no new ones taken"),
        }
    }
}
