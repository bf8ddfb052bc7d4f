//! How long a job would wait in line.

use {
    crate::amount::span,
    std::{cmp::Reverse, collections::BinaryHeap, fmt},
};

/// An estimate of a wait. Nobody knows when hosts come and go, or jobs end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A seat waits for it.
    None,
    /// Seconds, if every job takes all its time and no host comes or leaves.
    AtMost(u64),
    /// Nobody works in the market.
    Unknown,
}

impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(formatter, "none"),
            Self::AtMost(seconds) => write!(formatter, "≤ {}", span(*seconds)),
            Self::Unknown => write!(formatter, "no host"),
        }
    }
}

impl Wait {
    /// Seconds, if there is an estimate.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::AtMost(seconds) => Some(seconds),
            Self::Unknown => None,
        }
    }
}

/// What a market is doing.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Seats that wait for a job.
    pub seats: u32,
    /// Seconds until each running or assigned job is over at the latest.
    pub busy: Vec<u64>,
    /// Seconds that each job in line takes at most, the head first.
    pub line: Vec<u64>,
}

impl Load {
    /// How long a job that is posted now would wait: the jobs before it take the seats in the order in which these become
    /// free.
    pub fn wait(&self) -> Wait {
        if self.seats > 0 && self.line.is_empty() {
            return Wait::None;
        }
        let waiting = std::iter::repeat_n(0, self.seats.try_into().unwrap_or(usize::MAX));
        let mut free_at: BinaryHeap<_> = self.busy.iter().copied().chain(waiting).map(Reverse).collect();
        for seconds in &self.line {
            let Some(Reverse(at)) = free_at.pop() else { return Wait::Unknown };
            free_at.push(Reverse(at.saturating_add(*seconds)));
        }
        free_at.pop().map_or(Wait::Unknown, |Reverse(at)| Wait::AtMost(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(seats: u32, busy: &[u64], line: &[u64]) -> Load {
        Load { seats, busy: busy.to_vec(), line: line.to_vec() }
    }

    #[test]
    fn a_waiting_seat_takes_a_job_at_once() {
        assert_eq!(load(1, &[900], &[]).wait(), Wait::None);
    }

    #[test]
    fn without_a_line_the_first_seat_that_is_free_takes_the_job() {
        assert_eq!(load(0, &[900, 300], &[]).wait(), Wait::AtMost(300));
    }

    #[test]
    fn the_jobs_before_it_take_the_seats_first() {
        assert_eq!(load(0, &[900, 300], &[100, 50]).wait(), Wait::AtMost(450));
        assert_eq!(load(0, &[900, 300], &[10_000]).wait(), Wait::AtMost(900));
        // A job that the waiting seat does not accept stands before it.
        assert_eq!(load(1, &[], &[60]).wait(), Wait::AtMost(60));
    }

    #[test]
    fn where_nobody_works_nothing_is_promised() {
        assert_eq!(load(0, &[], &[]).wait(), Wait::Unknown);
        assert_eq!(load(0, &[], &[60]).wait().seconds(), None);
    }
}
