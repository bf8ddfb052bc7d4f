//! Each step in the life of a job: what it asks for, what it refuses, and what it changes.

#[path = "rules/job.rs"]
mod job;
mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{DISPUTE_WINDOW, HOST_GRACE},
        error::MarketError,
        state::{Counted, Job, JobState, Now, Outcome, PostParams, Terms, job_flags},
    },
    job::*,
    rules::key,
};

/// When the bought time is over.
const OVER: i64 = STARTED.unix + 300;

/// Later terms, in which every number is another.
fn later_terms() -> Terms {
    Terms {
        number: 6,
        rate: 1_000_000,
        tip: 40,
        min_duration: 300,
        max_duration: 300,
        heartbeat_interval: 70,
        queue_ttl: 800,
        ack_window: 110,
        fee_bps: 600,
        missed_ack_bps: 1_100,
        sla_bps: 2_100,
        attempts: 4,
        ..Terms::zeroed()
    }
}

/// Refused, and nothing has changed.
#[track_caller]
fn refused<T>(job: Job, error: MarketError, step: impl Fn(&mut Job) -> Result<T, MarketError>) {
    let mut stepped = job;
    assert_eq!(step(&mut stepped).err(), Some(error));
    assert_eq!(stepped, job);
}

/// Refused in every other state than these.
#[track_caller]
fn refused_but_in<T>(states: &[JobState], error: MarketError, step: impl Fn(&mut Job) -> Result<T, MarketError>) {
    for state in STATES {
        if states.contains(&state) {
            assert_eq!(step(&mut job_in(state)).err(), None, "{state:?}");
        } else {
            refused(job_in(state), error, &step);
        }
    }
}

#[test]
fn a_state_and_an_outcome_are_read_as_they_were_written() {
    for state in STATES {
        assert_eq!(job_in(state).state(), Ok(state));
    }
    for outcome in [Outcome::Success, Outcome::ClientFault, Outcome::HostFault] {
        assert_eq!(Job { outcome: outcome as u8, ..open_job() }.outcome(), Ok(outcome));
    }
    let unknown = Job { state: 10, outcome: 3, ..open_job() };
    assert_eq!(unknown.state(), Err(MarketError::UnknownState));
    assert_eq!(unknown.outcome(), Err(MarketError::UnknownOutcome));
}

#[test]
fn a_posted_job_copies_all_that_it_is_settled_by() {
    let terms = posted_terms();
    let job = Job {
        nonce: ASKED.nonce,
        spec_hash: ASKED.spec_hash,
        duration: ASKED.duration,
        created_at: POSTED,
        queue_fee: QUEUE_FEE,
        state: JobState::Open as u8,
        terms: terms.number,
        rate: terms.rate,
        tip: terms.tip,
        max_duration: terms.max_duration,
        heartbeat_interval: terms.heartbeat_interval,
        queue_ttl: terms.queue_ttl,
        ack_window: terms.ack_window,
        fee_bps: terms.fee_bps,
        missed_ack_bps: terms.missed_ack_bps,
        sla_bps: terms.sla_bps,
        max_attempts: terms.attempts,
        deposit: DEPOSIT,
        ..Job::zeroed()
    };
    assert_eq!(open_job(), job);
}

#[test]
fn a_deposit_that_fits_no_number_is_refused() {
    let terms = Terms { rate: u64::MAX, ..posted_terms() };
    let params = PostParams { duration: u32::MAX, ..ASKED };
    assert_eq!(Job::zeroed().open(&params, &terms, 0, POSTED), Err(MarketError::MathOverflow));
}

#[test]
fn a_repriced_job_is_as_if_posted_under_the_later_terms() {
    let mut job = open_job();
    let deposit = 300 + 18 + 40 + QUEUE_FEE;
    assert_eq!(job.reprice(&later_terms(), 1_000_000), Ok((DEPOSIT, deposit)));
    let mut posted = Job::zeroed();
    assert_eq!(posted.open(&ASKED, &later_terms(), QUEUE_FEE, POSTED), Ok(deposit));
    assert_eq!(job, posted);
}

#[test]
fn a_job_is_repriced_to_other_terms_within_its_clients_maximum_and_their_durations() {
    let terms = later_terms();
    let same = Terms { number: 5, ..terms };
    refused(open_job(), MarketError::AlreadyRepriced, |job| job.reprice(&same, u64::MAX));
    refused(open_job(), MarketError::RateAboveMaximum, |job| job.reprice(&terms, 999_999));
    for (min_duration, max_duration) in [(301, 600), (60, 299)] {
        let elsewhere = Terms { min_duration, max_duration, ..terms };
        refused(open_job(), MarketError::JobDurationOutOfRange, |job| job.reprice(&elsewhere, u64::MAX));
    }
    refused_but_in(&[JobState::Open], MarketError::JobNotOpen, |job| job.reprice(&terms, 1_000_000));
}

#[test]
fn more_seconds_cost_what_they_would_have_cost_at_first() {
    for before in [open_job(), running_job()] {
        let mut job = before;
        assert_eq!(job.extend(100, STARTED.unix), Ok(210));
        assert_eq!(job, Job { duration: 400, deposit: DEPOSIT + 210, ..before });
    }
}

#[test]
fn a_job_is_extended_up_to_its_maximum() {
    for job in [open_job(), running_job()] {
        refused(job, MarketError::AmountZero, |job| job.extend(0, STARTED.unix));
        for seconds in [301, u32::MAX - 300] {
            refused(job, MarketError::ExtensionTooLong, |job| job.extend(seconds, STARTED.unix));
        }
        refused(job, MarketError::MathOverflow, |job| job.extend(u32::MAX, STARTED.unix));
        for seconds in [1, 299, 300] {
            let mut job = job;
            assert_eq!(job.extend(seconds, STARTED.unix).map(|_| job.duration), Ok(300 + seconds));
        }
    }
}

#[test]
fn a_job_is_extended_in_line_at_any_time_and_running_before_its_time_is_over() {
    for now in [POSTED, OVER, i64::MAX] {
        assert_eq!(open_job().extend(1, now), Ok(3));
    }
    assert_eq!(running_job().extend(1, OVER - 1), Ok(3));
    for now in [OVER, OVER + 1] {
        refused(running_job(), MarketError::JobTimeOver, |job| job.extend(1, now));
    }
    let live = [JobState::Open, JobState::Running];
    refused_but_in(&live, MarketError::JobNotRunning, |job| job.extend(1, STARTED.unix));
}

#[test]
fn billing_starts_with_the_start() {
    let mut job = open_job();
    let now = Now { unix: 1_234, slot: 77 };
    assert_eq!(job.start(&HOST, 25, 600, now), Ok(()));
    let running = Job {
        state: JobState::Running as u8,
        member: HOST,
        bond: 25,
        started_at: 1_234,
        last_at: 1_234,
        last_slot: 77,
        ..open_job()
    };
    assert_eq!(job, running);
    refused_but_in(&[JobState::Open], MarketError::JobNotOpen, |job| job.start(&HOST, 25, 600, now));
}

#[test]
fn a_host_shortens_extensions_and_nothing_that_was_bought() {
    for (own_maximum, max_duration) in [(0, 300), (299, 300), (300, 300), (301, 301), (600, 600), (601, 600)] {
        let mut job = open_job();
        assert_eq!(job.start(&HOST, 25, own_maximum, STARTED), Ok(()));
        assert_eq!(job.max_duration, max_duration, "{own_maximum}");
    }
}

#[test]
fn a_heartbeat_is_evidence_of_two_intervals_at_most() {
    for (silence, evidenced) in [(0, 0), (1, 1), (119, 119), (120, 120), (121, 120), (1_000, 120)] {
        let now = Now { unix: STARTED.unix + silence, slot: 99 };
        let mut job = running_job();
        assert_eq!(job.heartbeat(now), Ok(()));
        assert_eq!(job, Job { evidenced, last_at: now.unix, last_slot: 99, ..running_job() });
    }
    refused_but_in(&[JobState::Running], MarketError::JobNotRunning, |job| job.heartbeat(STARTED));
}

#[test]
fn a_clients_signature_is_evidence_of_one_interval_at_most_and_no_sign_of_the_host() {
    for (silence, evidenced) in [(0, 0), (1, 1), (59, 59), (60, 60), (61, 60), (1_000, 60)] {
        let mut job = running_job();
        assert_eq!(job.client_evidence(STARTED.unix + silence), Ok(()));
        assert_eq!(job, Job { evidenced, ..running_job() });
    }
    refused_but_in(&[JobState::Running], MarketError::JobNotRunning, |job| job.client_evidence(POSTED));
}

#[test]
fn seconds_after_the_bought_time_are_no_evidence() {
    for (last_at, now, gained) in [
        (OVER - 10, OVER - 1, 9),
        (OVER - 10, OVER, 10),
        (OVER - 10, OVER + 1, 10),
        (OVER - 10, OVER + 50, 10),
        (OVER, OVER + 50, 0),
        (OVER + 20, OVER + 50, 0),
    ] {
        let silent = Job { last_at, evidenced: 100, ..running_job() };
        let (mut told_by_host, mut told_by_client) = (silent, silent);
        assert_eq!(told_by_host.heartbeat(Now { unix: now, slot: 0 }), Ok(()));
        assert_eq!(told_by_client.client_evidence(now), Ok(()));
        assert_eq!((told_by_host.evidenced, told_by_client.evidenced), (100 + gained, 100 + gained));
    }
}

#[test]
fn there_is_no_more_evidence_than_seconds_were_bought() {
    for (before, after) in [(239, 299), (240, 300), (241, 300), (300, 300)] {
        let mut job = Job { evidenced: before, ..running_job() };
        assert_eq!(job.heartbeat(Now { unix: STARTED.unix + 60, slot: 0 }), Ok(()));
        assert_eq!(job.evidenced, after);
    }
}

#[test]
fn a_job_is_refunded_once_its_attempts_are_used_up() {
    let mut job = open_job();
    assert_eq!((job.attempt_failed(true), job.attempt_failed(true)), (Ok(false), Ok(false)));
    assert_eq!(job, Job { attempts: 2, ..open_job() });
    assert_eq!((job.attempt_failed(false), job.attempts), (Ok(false), 2));
    assert_eq!((job.attempt_failed(true), job.attempts), (Ok(true), 3));
    assert_eq!((job.attempt_failed(false), job.attempts), (Ok(true), 3));
    refused_but_in(&[JobState::Open], MarketError::JobNotOpen, |job| job.attempt_failed(true));
}

#[test]
fn a_job_for_one_seat_is_refunded_with_its_first_attempt() {
    let targeted = Job { flags: job_flags::TARGETED, ..open_job() };
    for (counts, attempts) in [(true, 1), (false, 0)] {
        let mut job = targeted;
        assert_eq!(job.attempt_failed(counts), Ok(true));
        assert_eq!(job, Job { attempts, ..targeted });
    }
}

#[test]
fn a_spec_is_unavailable_once_two_different_hosts_have_said_so() {
    let mut job = open_job();
    assert_eq!(job.spec_unavailable(&key(1)), Ok(false));
    let once = Job { member: key(1), spec_declines: 1, ..open_job() };
    assert_eq!(job, once);
    assert_eq!(job.spec_unavailable(&key(1)), Ok(false));
    assert_eq!(job, once, "a host counts once");
    assert_eq!(job.spec_unavailable(&key(2)), Ok(true));
    assert_eq!(job, Job { spec_declines: 2, ..once });
    refused_but_in(&[JobState::Open], MarketError::JobNotOpen, |job| job.spec_unavailable(&key(1)));
}

#[test]
fn deadlines_count_from_the_post_the_start_and_the_last_evidence() {
    let job = Job { last_at: STARTED.unix + 5, ..running_job() };
    assert_eq!((job.queue_deadline(), job.ends_at(), job.lost_after()), (Ok(POSTED + 900), Ok(OVER), Ok(180)));
    assert_eq!(job.running_deadline(), Ok((STARTED.unix + 185, JobState::HostLost)));
}

#[test]
fn whichever_deadline_comes_first_ends_a_running_job() {
    for (lost_at, deadline) in [
        (OVER - 1, (OVER - 1, JobState::HostLost)),
        (OVER, (OVER, JobState::HostLost)),
        (OVER + 1, (OVER, JobState::TimedOut)),
    ] {
        assert_eq!(Job { last_at: lost_at - 180, ..running_job() }.running_deadline(), Ok(deadline));
    }
}

#[test]
fn a_deadline_is_enforced_after_the_hosts_grace() {
    for (now, expected) in [
        (OVER, Err(MarketError::DeadlineNotReached)),
        (OVER + HOST_GRACE, Err(MarketError::DeadlineNotReached)),
        (OVER + HOST_GRACE + 1, Ok(())),
    ] {
        assert_eq!(Job::require_past(OVER, now), expected);
    }
}

#[test]
fn a_chain_was_live_if_it_made_a_slot_for_each_second() {
    for (slot, live) in [(0, false), (40, false), (99, false), (100, true), (101, true)] {
        assert_eq!(Job::chain_was_live(40, 60, Now { unix: 0, slot }), live, "{slot}");
    }
    assert!(Job::chain_was_live(40, 0, Now { unix: 0, slot: 40 }));
}

#[test]
fn a_client_disputes_what_its_host_claims_to_have_worked() {
    let claims = [JobState::Completed, JobState::Failed, JobState::Ended];
    let in_state = |state| Job { fee: 12, flags: job_flags::TARGETED, ..job_in(state) };
    for state in STATES {
        let mut job = in_state(state);
        if claims.contains(&state) {
            assert_eq!(job.dispute(0), Ok(12));
            let disputed = Job { flags: job_flags::TARGETED | job_flags::DISPUTED, ..in_state(state) };
            assert_eq!(job, disputed);
            refused(disputed, MarketError::NotDisputable, |job| job.dispute(0));
        } else {
            refused(job, MarketError::NotDisputable, |job| job.dispute(0));
        }
    }
}

#[test]
fn a_dispute_comes_within_its_window() {
    let job = || Job { ended_at: OVER, ..job_in(JobState::Completed) };
    for now in [OVER, OVER + DISPUTE_WINDOW] {
        assert_eq!(job().dispute(now), Ok(0));
    }
    refused(job(), MarketError::DisputeWindowOver, |job| job.dispute(OVER + DISPUTE_WINDOW + 1));
}

#[test]
fn a_host_is_credited_for_success_and_blamed_for_its_own_faults() {
    let counted = |state, outcome| Job { outcome: outcome as u8, ..job_in(state) }.counted();
    for outcome in [Outcome::Success, Outcome::ClientFault, Outcome::HostFault] {
        for state in STATES {
            let expected = match state {
                JobState::Completed => Counted::Completed,
                JobState::TimedOut | JobState::HostLost => Counted::Failed,
                JobState::Failed if outcome == Outcome::HostFault => Counted::Failed,
                _ => Counted::Neutral,
            };
            assert_eq!(counted(state, outcome), Ok(expected), "{state:?} {outcome:?}");
        }
    }
}

#[test]
fn a_dispute_weighs_the_fee_that_was_paid() {
    for state in STATES.into_iter().filter(|state| *state != JobState::Failed) {
        for fee in [0, 11] {
            assert_eq!(Job { fee, ..job_in(state) }.disputed_weight(), Ok(fee));
        }
    }
}

#[test]
fn a_dispute_of_a_failure_weighs_two_heartbeats_at_least() {
    let failed = job_in(JobState::Failed);
    for (fee, weight) in [(0, 12), (11, 12), (13, 13)] {
        assert_eq!(Job { fee, ..failed }.disputed_weight(), Ok(weight));
    }
    assert_eq!(Job { duration: 100, ..failed }.disputed_weight(), Ok(10), "no more than the job's whole time");
}

#[test]
fn a_fee_is_for_the_pay_of_its_seconds() {
    for (seconds, fee) in [(0, 0), (9, 0), (10, 1), (300, 30)] {
        assert_eq!(open_job().fee_for(seconds), Ok(fee));
    }
}

#[test]
fn a_flag_is_told_from_the_others() {
    let flags = [job_flags::TARGETED, job_flags::DISPUTED, job_flags::DUE_IS_TIP];
    for set in flags {
        let job = Job { flags: set, ..open_job() };
        assert!(flags.iter().all(|flag| job.has(*flag) == (*flag == set)));
    }
    assert!(flags.iter().all(|flag| !open_job().has(*flag)));
}

#[test]
fn a_job_is_open_running_or_over() {
    for state in STATES {
        let job = job_in(state);
        let only = |is: bool, error| if is { Ok(()) } else { Err(error) };
        assert_eq!(job.require_open(), only(state == JobState::Open, MarketError::JobNotOpen));
        assert_eq!(job.require_running(), only(state == JobState::Running, MarketError::JobNotRunning));
        let over = !matches!(state, JobState::Open | JobState::Running);
        assert_eq!(job.require_terminal(), only(over, MarketError::JobNotTerminal));
    }
}
