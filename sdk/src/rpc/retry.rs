//! What to do next about a transaction that was sent: pure decisions, without a clock or a network.

use {solana_transaction_error::TransactionError, std::time::Duration};

/// Waiting between two looks at a transaction: a slot.
pub const POLL: Duration = Duration::from_millis(200);
/// Looks at a transaction between sending it twice: a leader may have dropped it.
const POLLS_PER_SEND: u32 = 10;
/// Looks in a row that may fail before the endpoint counts as lost.
const FAILED_POLLS: u32 = 25;
/// The longest wait before reconnecting.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// The first wait before reconnecting.
const FIRST_BACKOFF: Duration = Duration::from_millis(250);

/// What the chain says of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing.
    Unknown,
    /// It was executed, in a block that is not as sure as the caller wants.
    Seen,
    /// It succeeded in this slot.
    Confirmed(u64),
    /// It was executed and failed.
    Failed(TransactionError),
}

/// What was found when looking for a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Block height of the chain. It has to be read before the status: then a transaction that is unknown although
    /// its last height is over can never be executed any more.
    pub height: u64,
    /// What the chain said after that.
    pub status: Status,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it succeeded in this slot.
    Done(u64),
    /// Nothing: it failed.
    Failed(TransactionError),
    /// Look again after [`POLL`].
    Wait,
    /// Send the same transaction once more, which cannot execute it twice; then look again.
    Resend,
    /// It can never be executed: sign it again with a new blockhash.
    Renew,
    /// It can never be executed, and all attempts are used up.
    GiveUp,
    /// The endpoint does not answer any more; whether the transaction was executed is not known.
    Lost,
}

/// A transaction on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Last block height in which it can be executed.
    pub last_valid_height: u64,
    /// Attempts that are left after this one, each with a new blockhash.
    pub attempts_left: u32,
    /// Looks so far.
    pub polls: u32,
    /// Looks that failed since the last that did not.
    pub failed_polls: u32,
}

impl Flight {
    /// A transaction that was sent just now.
    pub fn new(last_valid_height: u64, attempts_left: u32) -> Self {
        Self { last_valid_height, attempts_left, polls: 0, failed_polls: 0 }
    }

    /// Decides what to do after a look. `None` is a look that failed, for example because the endpoint was too busy.
    pub fn next(&mut self, look: Option<Look>) -> Next {
        self.polls = self.polls.saturating_add(1);
        let Some(look) = look else {
            self.failed_polls = self.failed_polls.saturating_add(1);
            return if self.failed_polls < FAILED_POLLS { Next::Wait } else { Next::Lost };
        };
        self.failed_polls = 0;
        match look.status {
            Status::Confirmed(slot) => Next::Done(slot),
            Status::Failed(error) => Next::Failed(error),
            Status::Seen => Next::Wait,
            Status::Unknown if look.height > self.last_valid_height => self.expired(),
            Status::Unknown if self.polls.is_multiple_of(POLLS_PER_SEND) => Next::Resend,
            Status::Unknown => Next::Wait,
        }
    }

    /// Decides about a transaction that seems to have expired, after asking for it in the whole ledger: a node that was
    /// restarted may have forgotten what it executed. `None` is a question without an answer.
    pub fn last(&self, status: Option<Status>) -> Next {
        match status {
            None => Next::Lost,
            Some(Status::Confirmed(slot)) => Next::Done(slot),
            Some(Status::Failed(error)) => Next::Failed(error),
            Some(Status::Seen) => Next::Wait,
            Some(Status::Unknown) => self.expired(),
        }
    }

    fn expired(&self) -> Next {
        if self.attempts_left > 0 { Next::Renew } else { Next::GiveUp }
    }
}

/// How long to wait before connection attempt number `attempt`, which counts from zero after a success.
pub fn backoff(attempt: u32) -> Duration {
    let factor = 1u32.checked_shl(attempt).unwrap_or(u32::MAX);
    FIRST_BACKOFF.checked_mul(factor).unwrap_or(LONGEST_BACKOFF).min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(height: u64, status: Status) -> Option<Look> {
        Some(Look { height, status })
    }

    #[test]
    fn a_confirmed_transaction_is_done_even_after_its_last_height() {
        assert_eq!(Flight::new(100, 3).next(look(101, Status::Confirmed(7))), Next::Done(7));
    }

    #[test]
    fn a_failed_transaction_is_not_retried() {
        let error = TransactionError::AccountNotFound;
        assert_eq!(Flight::new(100, 3).next(look(5, Status::Failed(error.clone()))), Next::Failed(error));
    }

    #[test]
    fn a_transaction_that_was_seen_is_waited_for_whatever_the_height() {
        let mut flight = Flight::new(100, 3);
        for height in [99, 100, 101, 1_000] {
            assert_eq!(flight.next(look(height, Status::Seen)), Next::Wait);
        }
    }

    #[test]
    fn an_unknown_transaction_is_renewed_only_after_its_last_height() {
        let mut flight = Flight::new(100, 1);
        assert_eq!(flight.next(look(100, Status::Unknown)), Next::Wait);
        assert_eq!(flight.next(look(101, Status::Unknown)), Next::Renew);
    }

    #[test]
    fn the_last_attempt_is_given_up_when_it_expires() {
        assert_eq!(Flight::new(100, 0).next(look(101, Status::Unknown)), Next::GiveUp);
    }

    #[test]
    fn a_transaction_that_only_the_ledger_remembers_is_not_signed_anew() {
        let mut flight = Flight::new(100, 3);
        assert_eq!(flight.next(look(101, Status::Unknown)), Next::Renew);
        assert_eq!(flight.last(Some(Status::Confirmed(7))), Next::Done(7));
        let error = TransactionError::AccountNotFound;
        assert_eq!(flight.last(Some(Status::Failed(error.clone()))), Next::Failed(error));
        assert_eq!(flight.last(Some(Status::Unknown)), Next::Renew);
        assert_eq!(flight.last(None), Next::Lost, "without an answer nothing is known");
    }

    #[test]
    fn an_unknown_transaction_is_sent_again_now_and_then() {
        let mut flight = Flight::new(100, 0);
        let steps: Vec<Next> = (0..20).map(|_| flight.next(look(1, Status::Unknown))).collect();
        assert_eq!(steps.iter().filter(|next| **next == Next::Resend).count(), 2);
        assert_eq!((&steps[9], &steps[19]), (&Next::Resend, &Next::Resend));
    }

    #[test]
    fn an_endpoint_that_fails_too_often_in_a_row_is_lost() {
        let mut flight = Flight::new(100, 3);
        for _ in 1..FAILED_POLLS {
            assert_eq!(flight.next(None), Next::Wait);
        }
        assert_eq!(flight.next(look(1, Status::Seen)), Next::Wait);
        for _ in 1..FAILED_POLLS {
            assert_eq!(flight.next(None), Next::Wait);
        }
        assert_eq!(flight.next(None), Next::Lost);
    }

    #[test]
    fn the_wait_doubles_up_to_half_a_minute() {
        let seconds: Vec<u128> = (0..9).map(|attempt| backoff(attempt).as_millis()).collect();
        assert_eq!(seconds, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(backoff(u32::MAX), LONGEST_BACKOFF);
    }
}
