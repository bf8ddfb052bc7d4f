//! The money of a job's ends: who gets what of the deposit, when, and when its account may go.

#[path = "rules/job.rs"]
mod job;
mod rules;

use {
    gpu_market::{
        constants::JOB_RETENTION,
        error::MarketError,
        state::{Job, JobState, Now, Outcome, Settled, TipTo, job_flags},
    },
    job::*,
    rules::key,
};

const NOW: i64 = 1_200;

/// The running job with so many seconds of evidence: two base units each, and a fee of a twentieth.
fn evidenced(evidenced: u32) -> Job {
    Job { evidenced, ..running_job() }
}

/// The job after its end, with this much due to its host.
fn owing(due: u64) -> Job {
    Job { due, refunded: DEPOSIT - due, state: JobState::Cancelled as u8, ..open_job() }
}

#[test]
fn a_running_job_is_collected_as_soon_as_it_has_earned_a_base_unit() {
    let mut job = Job { rate: 500_000, ..evidenced(1) };
    assert_eq!(job.collect_running(), Err(MarketError::NothingDue));
    job.evidenced = 2;
    assert_eq!(job.collect_running(), Ok(Settled { pay: 1, ..Settled::default() }));
    assert_eq!(job.collect_running(), Err(MarketError::NothingDue));
}

#[test]
fn a_collect_takes_what_was_earned_since_the_last() {
    let before = evidenced(100);
    let mut job = before;
    assert_eq!(job.collect_running(), Ok(Settled { pay: 200, fee: 10, ..Settled::default() }));
    assert_eq!(job, Job { paid: 200, fee: 10, ..before });
    job.evidenced = 150;
    assert_eq!(job.collect_running(), Ok(Settled { pay: 100, fee: 5, ..Settled::default() }));
    assert_eq!(job, Job { evidenced: 150, paid: 300, fee: 15, ..before });
}

#[test]
fn only_a_running_job_is_collected_settled_or_ended() {
    for state in STATES.into_iter().filter(|state| *state != JobState::Running) {
        let mut job = Job { evidenced: 100, ..job_in(state) };
        let before = job;
        assert_eq!(job.collect_running(), Err(MarketError::JobNotRunning));
        let settled = job.settle(JobState::Completed, Outcome::Success, TipTo::Client, false, NOW);
        assert_eq!(settled, Err(MarketError::JobNotRunning));
        assert_eq!(job.end(false, Now { unix: NOW, slot: 0 }), Err(MarketError::JobNotRunning));
        assert_eq!(job, before);
    }
}

#[test]
fn a_settlement_pays_the_evidence_and_refunds_the_rest() {
    let before = evidenced(100);
    for (tip_to, tip, refund) in [(TipTo::Client, 0, 477), (TipTo::Caller, 50, 427)] {
        let mut job = before;
        let settled = job.settle(JobState::Failed, Outcome::HostFault, tip_to, false, NOW);
        assert_eq!(settled, Ok(Settled { pay: 200, fee: 10, tip, due: 0, refund }));
        let ended = Job {
            state: JobState::Failed as u8,
            outcome: Outcome::HostFault as u8,
            paid: 200,
            fee: 10,
            tip_paid: tip,
            refunded: refund,
            ended_at: NOW,
            ..before
        };
        assert_eq!(job, ended);
    }
}

#[test]
fn with_a_frozen_vault_the_pay_stays_due_and_the_fee_is_booked() {
    let before = Job { paid: 60, fee: 3, ..evidenced(100) };
    let mut job = before;
    let settled = job.settle(JobState::TimedOut, Outcome::Success, TipTo::Client, true, NOW);
    assert_eq!(settled, Ok(Settled { pay: 0, fee: 7, tip: 0, due: 140, refund: 477 }));
    let ended = Job { state: JobState::TimedOut as u8, fee: 10, due: 140, refunded: 477, ended_at: NOW, ..before };
    assert_eq!(job, ended);
    assert_eq!(job.collect_due(), Ok(140));
    assert_eq!(job, Job { paid: 200, due: 0, ..ended });
}

#[test]
fn a_job_that_never_started_costs_its_place_in_line_and_whom_the_tip_is_for() {
    for (tip_to, tip, due, refund) in
        [(TipTo::Client, 0, 0, 680), (TipTo::Caller, 50, 0, 630), (TipTo::Host, 0, 50, 630)]
    {
        let mut job = open_job();
        let settled = job.settle_unstarted(JobState::Expired, tip_to, NOW);
        assert_eq!(settled, Ok(Settled { pay: 0, fee: QUEUE_FEE, tip, due, refund }));
        let ended = Job {
            state: JobState::Expired as u8,
            fee: QUEUE_FEE,
            tip_paid: tip,
            due,
            flags: if due > 0 { job_flags::DUE_IS_TIP } else { 0 },
            refunded: refund,
            ended_at: NOW,
            ..open_job()
        };
        assert_eq!(job, ended);
    }
}

#[test]
fn only_an_open_job_ends_unstarted() {
    for state in STATES.into_iter().filter(|state| *state != JobState::Open) {
        let mut job = job_in(state);
        let settled = job.settle_unstarted(JobState::Cancelled, TipTo::Client, NOW);
        assert_eq!((settled, job), (Err(MarketError::JobNotOpen), job_in(state)));
    }
}

#[test]
fn what_is_due_is_collected_once_as_pay_or_as_the_tip() {
    for amount in [1, 50] {
        let mut as_pay = owing(amount);
        assert_eq!(as_pay.collect_due(), Ok(amount));
        assert_eq!(as_pay, Job { due: 0, paid: amount, ..owing(amount) });
        assert_eq!(as_pay.collect_due(), Err(MarketError::NothingDue));

        let flags = job_flags::DUE_IS_TIP | job_flags::TARGETED;
        let mut as_tip = Job { flags, ..owing(amount) };
        assert_eq!(as_tip.collect_due(), Ok(amount));
        assert_eq!(as_tip, Job { due: 0, tip_paid: amount, flags, ..owing(amount) });
    }
}

#[test]
fn what_is_due_is_the_clients_again_once_its_host_is_gone() {
    let mut job = owing(50);
    assert_eq!(job.forfeit_due(), Ok(50));
    assert_eq!(job, Job { due: 0, refunded: DEPOSIT, ..owing(50) });
    assert_eq!(job.forfeit_due(), Ok(0));
}

#[test]
fn nothing_is_due_before_the_end() {
    for state in [JobState::Open, JobState::Running] {
        let mut job = Job { due: 50, ..job_in(state) };
        assert_eq!(job.collect_due(), Err(MarketError::JobNotTerminal));
        assert_eq!(job.forfeit_due(), Err(MarketError::JobNotTerminal));
        assert_eq!(job, Job { due: 50, ..job_in(state) });
    }
}

#[test]
fn a_client_that_ends_its_job_pays_up_to_one_interval_since_the_last_evidence() {
    let before = Job { last_at: NOW, ..evidenced(100) };
    for (silence, seconds) in [(0, 100), (1, 101), (60, 160), (61, 160), (1_000, 160)] {
        let mut job = before;
        let now = Now { unix: NOW + silence, slot: 90 };
        let (pay, fee) = (2 * u64::from(seconds), u64::from(seconds) / 10);
        let refund = DEPOSIT - pay - fee;
        assert_eq!(job.end(false, now), Ok(Settled { pay, fee, refund, ..Settled::default() }));
        let ended = Job {
            state: JobState::Ended as u8,
            evidenced: seconds,
            paid: pay,
            fee,
            refunded: refund,
            ended_at: now.unix,
            ..before
        };
        assert_eq!(job, ended);
    }
}

#[test]
fn every_part_of_a_settlement_counts_in_its_total() {
    let settled = Settled { pay: 1, fee: 2, tip: 4, due: 8, refund: 16 };
    assert_eq!(settled.total(), Ok(31));
    assert_eq!(Settled { refund: u64::MAX - 14, ..settled }.total(), Err(MarketError::MathOverflow));
}

#[test]
fn what_is_booked_nowhere_is_still_reserved() {
    let job = Job { paid: 1, fee: 2, due: 4, tip_paid: 8, refunded: 16, ..running_job() };
    assert_eq!(job.still_reserved(), Ok(DEPOSIT - 31));
    assert_eq!(Job { deposit: 31, ..job }.still_reserved(), Ok(0));
    assert_eq!(Job { deposit: 30, ..job }.still_reserved(), Err(MarketError::MathOverflow));
}

#[test]
fn an_ended_job_is_closed_by_its_client_at_once_and_by_others_after_the_retention() {
    for state in &STATES[2..] {
        let job = Job { ended_at: NOW, ..job_in(*state) };
        let over = NOW + JOB_RETENTION;
        for now in [NOW, over, over + 1] {
            assert_eq!(job.require_closable(true, now), Ok(()));
        }
        for now in [NOW, over - 1, over] {
            assert_eq!(job.require_closable(false, now), Err(MarketError::JobRetained));
        }
        assert_eq!(job.require_closable(false, over + 1), Ok(()));
    }
}

#[test]
fn nobody_closes_a_job_that_has_not_ended() {
    for job in [open_job(), running_job()] {
        for by_client in [true, false] {
            assert_eq!(job.require_closable(by_client, 2 * JOB_RETENTION), Err(MarketError::JobNotTerminal));
        }
    }
}

#[test]
fn the_books_of_a_job_hold_no_evidence_beyond_its_duration() {
    for (seconds, expected) in [(299, Ok(())), (300, Ok(())), (301, Err(MarketError::InvariantBroken))] {
        assert_eq!(evidenced(seconds).invariant(), expected);
        let ended = Job { refunded: DEPOSIT, state: JobState::Completed as u8, ..evidenced(seconds) };
        assert_eq!(ended.invariant(), expected);
    }
}

#[test]
fn the_books_of_an_ended_job_leave_nothing_reserved() {
    for state in STATES {
        let (reserving, spent) = (job_in(state), Job { refunded: DEPOSIT, ..job_in(state) });
        let expected = if state.is_terminal() { Err(MarketError::InvariantBroken) } else { Ok(()) };
        assert_eq!(Job { refunded: DEPOSIT - 1, ..reserving }.invariant(), expected);
        assert_eq!(spent.invariant(), Ok(()));
        assert_eq!(Job { paid: 1, ..spent }.invariant(), Err(MarketError::MathOverflow));
    }
}

#[test]
fn a_job_names_the_member_that_it_owes() {
    let mut job = owing(50);
    job.record_member(&key(3));
    assert_eq!(job, Job { member: key(3), ..owing(50) });
}
