//! A member of a market: the seats it may take, the jobs it may start, what they leave in its books, and when it closes.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{
            DECLINE_WINDOW, DISPUTE_WINDOW, FREE_DECLINES, MAX_MISS_COOLDOWN, MISS_COOLDOWN, RECORD_WINDOW,
        },
        error::MarketError,
        state::{Admission, Counted, Job, JobState, Market, Member, MemberState, Outcome, Record, Tier},
    },
    grounds::*,
};

const ATTESTED_UNTIL: i64 = START + DAY;

/// A premium market with two GPUs behind a seat.
fn premium() -> Market {
    let mut market = Market::zeroed();
    (market.tier, market.gpus_per_seat) = (Tier::Premium as u8, 2);
    market
}

/// A community market with two GPUs behind a seat.
fn community(admission: Admission) -> Market {
    let mut market = premium();
    (market.tier, market.admission) = (Tier::Community as u8, admission as u8);
    market
}

/// An active member without a seat: four attested GPUs, and collateral for two seats, which is its floor.
fn member() -> Member {
    let mut member = Member::zeroed();
    member.state = MemberState::Active as u8;
    (member.attested_gpus, member.attested_until) = (4, ATTESTED_UNTIL);
    (member.collateral, member.collateral_floor) = (2 * BOND, 2 * BOND);
    member
}

fn with(change: impl FnOnce(&mut Member)) -> Member {
    let mut member = member();
    change(&mut member);
    member
}

/// An hour at 0.1 base units a second and a fee of ten percent: 36 base units for all of it, of which 20 are paid.
fn job(state: JobState) -> Job {
    let mut job = Job::zeroed();
    job.client = key(7);
    (job.state, job.rate, job.fee_bps, job.duration) = (state as u8, 100_000, 1_000, 3_600);
    (job.fee, job.evidenced, job.ended_at) = (20, 2_000, START);
    job
}

#[test]
fn every_number_is_a_state_of_a_member_or_refused() {
    for (number, state) in [
        (0, Ok(MemberState::Candidate)),
        (1, Ok(MemberState::Active)),
        (2, Ok(MemberState::Suspended)),
        (3, Ok(MemberState::Removed)),
        (4, Err(MarketError::UnknownState)),
        (u8::MAX, Err(MarketError::UnknownState)),
    ] {
        assert_eq!(with(|member| member.state = number).state(), state);
    }
}

#[test]
fn collateral_is_free_above_the_bonds_and_leaves_above_the_floor_while_the_member_is_active() {
    for (collateral, bonds, floor, free, withdrawable) in [
        (100, 0, 0, 100, 100),
        (100, 30, 0, 70, 70),
        (100, 30, 40, 70, 60),
        (100, 50, 40, 50, 50),
        (30, 30, 40, 0, 0),
    ] {
        let mut member = with(|member| {
            (member.collateral, member.bonds, member.collateral_floor) = (collateral, bonds, floor);
        });
        assert_eq!(member.free_collateral(), Ok(free));
        assert_eq!(member.withdrawable_collateral(), Ok(withdrawable));
        for state in [MemberState::Candidate, MemberState::Suspended, MemberState::Removed] {
            member.state = state as u8;
            assert_eq!(member.withdrawable_collateral(), Ok(free), "{state:?}");
        }
    }
    let slashed = with(|member| member.bonds = member.collateral + 1);
    assert_eq!(slashed.free_collateral(), Err(MarketError::MathOverflow));
    assert_eq!(slashed.withdrawable_collateral(), Ok(0));
}

#[test]
fn a_seat_takes_its_bond_from_the_free_collateral_and_gives_it_back() {
    let mut member = member();
    assert_eq!(member.take_seat(&premium(), BOND, START), Ok(()));
    assert_eq!(member, with(|member| (member.bonds, member.seats) = (BOND, 1)));
    assert_eq!(member.take_seat(&premium(), BOND, START), Ok(()));
    assert_eq!(member, with(|member| (member.bonds, member.seats) = (2 * BOND, 2)));
    assert_eq!(member.release_seat(BOND), Ok(()));
    assert_eq!(member, with(|member| (member.bonds, member.seats) = (BOND, 1)));
    assert_eq!(member.release_seat(BOND + 1), Err(MarketError::MathOverflow));
}

#[test]
fn a_seat_is_refused_to_a_member_that_is_one_short_of_any_rule() {
    type Change = fn(&mut Member);
    let cases: [(Change, Result<(), MarketError>); 11] = [
        (|member| member.state = MemberState::Candidate as u8, Err(MarketError::MemberNotActive)),
        (|member| member.state = MemberState::Suspended as u8, Err(MarketError::MemberNotActive)),
        (|member| member.state = MemberState::Removed as u8, Err(MarketError::MemberNotActive)),
        (|member| member.collateral -= 1, Err(MarketError::CollateralBelowFloor)),
        (|member| member.join_barred_until = START, Ok(())),
        (|member| member.join_barred_until = START + 1, Err(MarketError::JoinBarred)),
        (|member| member.seats = 1, Ok(())),
        (|member| member.seats = 2, Err(MarketError::NoSeatLeft)),
        (|member| member.seats = 3, Err(MarketError::NoSeatLeft)),
        (|member| member.bonds = BOND, Ok(())),
        (|member| member.bonds = BOND + 1, Err(MarketError::CollateralTooLow)),
    ];
    for (case, (change, result)) in cases.into_iter().enumerate() {
        let mut member = with(change);
        let before = member;
        assert_eq!(member.take_seat(&premium(), BOND, START), result, "case {case}");
        assert_eq!(member == before, result.is_err(), "case {case}");
    }
    assert_eq!(member().take_seat(&premium(), BOND, ATTESTED_UNTIL), Err(MarketError::NoSeatLeft));
}

#[test]
fn a_seat_is_renewed_with_the_bond_that_is_asked_now() {
    let held = |member: &mut Member| (member.bonds, member.seats) = (2 * BOND, 2);
    for (old, new, bonds) in
        [(BOND, BOND, 2 * BOND), (BOND, BOND - 1, 2 * BOND - 1), (BOND - 1, BOND - 1, 2 * BOND), (BOND, 0, BOND)]
    {
        let mut member = with(held);
        assert_eq!(member.renew_seat(&premium(), old, new, START), Ok(()));
        let mut renewed = with(held);
        renewed.bonds = bonds;
        assert_eq!(member, renewed);
    }
    type Change = fn(&mut Member);
    let refusals: [(Change, MarketError); 4] = [
        (|member| member.state = MemberState::Suspended as u8, MarketError::MemberNotActive),
        (|member| member.collateral_floor += 1, MarketError::CollateralBelowFloor),
        (|member| member.seats = 3, MarketError::NoSeatLeft),
        (|member| member.bonds += 1, MarketError::CollateralTooLow),
    ];
    for (change, error) in refusals {
        let mut member = with(held);
        change(&mut member);
        let before = member;
        assert_eq!(member.renew_seat(&premium(), BOND, BOND, START), Err(error));
        assert_eq!(member, before, "{error:?}");
    }
    // Whoever is barred from joining keeps the seats that it has.
    let mut barred = with(|member| (member.bonds, member.seats, member.join_barred_until) = (BOND, 1, i64::MAX));
    assert_eq!(barred.renew_seat(&premium(), BOND, BOND, START), Ok(()));
}

#[test]
fn a_member_starts_as_many_jobs_as_its_attested_gpus_can_run() {
    let (open, attested) = (community(Admission::Open), community(Admission::Attested));
    for market in [premium(), attested, open] {
        for (running, may) in [(0, true), (1, true), (2, false), (3, false)] {
            assert_eq!(with(|member| member.running = running).may_start(&market, START), Ok(may), "{running}");
        }
    }
    // Once the attestation is over nothing starts, but where nobody asks for one.
    let running = with(|member| member.running = 2);
    for (market, may) in [(premium(), false), (attested, false), (open, true)] {
        assert_eq!(running.may_start(&market, ATTESTED_UNTIL), Ok(may));
        assert_eq!(with(|member| member.attested_gpus = 0).may_start(&market, START), Ok(may));
    }
}

#[test]
fn only_an_active_member_starts_jobs_whatever_its_collateral_is() {
    for market in [premium(), community(Admission::Open)] {
        for state in [MemberState::Candidate, MemberState::Suspended, MemberState::Removed] {
            assert_eq!(with(|member| member.state = state as u8).may_start(&market, START), Ok(false), "{state:?}");
        }
        assert_eq!(with(|member| member.collateral = 0).may_start(&market, START), Ok(true));
    }
}

#[test]
fn a_member_is_excused_for_what_others_or_time_took_from_it_and_not_for_what_it_gave_up() {
    let markets = [premium(), community(Admission::Attested), community(Admission::Open)];
    for (market, asks) in markets.iter().zip([true, true, false]) {
        assert_eq!(member().is_excused(market, ATTESTED_UNTIL - 1), Ok(false));
        assert_eq!(member().is_excused(market, ATTESTED_UNTIL), Ok(asks));
        assert_eq!(with(|member| member.attested_gpus = 0).is_excused(market, START), Ok(false));
        assert_eq!(with(|member| member.state = MemberState::Suspended as u8).is_excused(market, START), Ok(true));
    }
}

#[test]
fn a_seat_ends_with_the_attestation_where_the_market_asks_for_one() {
    for market in [premium(), community(Admission::Attested)] {
        assert_eq!(member().seat_end(&market, ATTESTED_UNTIL - 1, START), Ok(ATTESTED_UNTIL - 1));
        assert_eq!(member().seat_end(&market, ATTESTED_UNTIL + 1, START), Ok(ATTESTED_UNTIL));
    }
    assert_eq!(member().seat_end(&community(Admission::Open), ATTESTED_UNTIL + 1, START), Ok(ATTESTED_UNTIL + 1));
}

#[test]
fn a_job_that_ended_gives_its_seat_back_and_adds_to_what_the_member_did() {
    let mut member = with(|member| (member.bonds, member.seats, member.evidenced, member.earned) = (BOND, 2, 5, 7));
    assert_eq!(member.job_started(), Ok(()));
    assert_eq!((member.seats, member.running), (2, 1));
    assert_eq!(member.job_ended(BOND, 60, 100, START), Ok(()));
    let expected = with(|member| {
        (member.seats, member.evidenced, member.earned, member.last_ended_at) = (1, 65, 107, START);
    });
    assert_eq!(member, expected);
    assert_eq!(member.job_ended(0, 0, 0, START), Err(MarketError::MathOverflow), "nothing runs");
    let mut old = with(|member| (member.seats, member.running) = (1, 1));
    (old.evidenced, old.earned) = (u64::MAX, u64::MAX);
    assert_eq!(old.job_ended(0, 1, 1, START), Ok(()), "statistics never stand in the way of an exit");
    assert_eq!((old.evidenced, old.earned), (u64::MAX, u64::MAX));
}

#[test]
fn every_end_of_a_job_counts_once_for_life_and_in_the_record() {
    type Counter = fn(&mut Member) -> &mut u32;
    let cases: [(JobState, Outcome, Counter, Counted); 7] = [
        (JobState::Completed, Outcome::Success, |member| &mut member.completed, Counted::Completed),
        (JobState::Failed, Outcome::HostFault, |member| &mut member.failed, Counted::Failed),
        (JobState::Failed, Outcome::ClientFault, |member| &mut member.failed, Counted::Neutral),
        (JobState::Ended, Outcome::Success, |member| &mut member.ended, Counted::Neutral),
        (JobState::Ended, Outcome::HostFault, |member| &mut member.ended, Counted::Neutral),
        (JobState::HostLost, Outcome::Success, |member| &mut member.lost, Counted::Failed),
        (JobState::TimedOut, Outcome::Success, |member| &mut member.timed_out, Counted::Failed),
    ];
    for (state, outcome, counter, counted) in cases {
        let mut job = job(state);
        job.outcome = outcome as u8;
        for blamed in [true, false] {
            let mut member = member();
            assert_eq!(member.record_job(&job, blamed, START), Ok(()));
            let expected = with(|member| {
                *counter(member) = blamed.into();
                match counted {
                    Counted::Completed if blamed => member.record.job_completed(&key(7), 20, 2_000, START),
                    Counted::Failed if blamed => member.record.job_failed(&key(7), 20, 36, 2_000, START),
                    _ => member.record.job_ended(&key(7), 20, 2_000, START),
                }
            });
            assert_eq!(member, expected, "{state:?}, {outcome:?}, blamed: {blamed}");
        }
    }
}

#[test]
fn a_success_that_cost_something_ends_a_row_of_missed_acknowledgements() {
    for (fee, fee_bps, evidenced, ends) in [
        (1, 1_000, 0, true),
        (1, 0, 0, true),
        (0, 0, 1, true),
        (0, 0, 0, false),
        (0, 1_000, 2_000, false),
        (0, 1_000, 0, false),
    ] {
        let mut job = job(JobState::Completed);
        (job.fee, job.fee_bps, job.evidenced) = (fee, fee_bps, evidenced);
        let mut member = with(|member| member.miss_streak = 3);
        assert_eq!(member.record_job(&job, true, START), Ok(()));
        assert_eq!(member.miss_streak == 0, ends, "a fee of {fee} at {fee_bps}, {evidenced} seconds");
    }
    for state in [JobState::Failed, JobState::Ended, JobState::HostLost, JobState::TimedOut] {
        let mut member = with(|member| member.miss_streak = 3);
        assert_eq!(member.record_job(&job(state), true, START), Ok(()));
        assert_eq!(member.miss_streak, 3, "{state:?}");
    }
}

#[test]
fn a_dispute_counts_for_life_and_turns_the_completion_into_a_failure() {
    let completed = |member: &mut Member| {
        member.record_job(&job(JobState::Completed), true, START).expect("a job that fits");
        member.disputed_fees = 5;
    };
    let mut member = with(completed);
    assert_eq!(member.record_dispute(&job(JobState::Completed), START + 60), Ok(()));
    let mut expected = with(completed);
    (expected.disputed, expected.disputed_fees) = (1, 25);
    expected.record.job_disputed(Counted::Completed, 20, START, START + 60);
    assert_eq!(member, expected);
    assert_eq!((member.record.current.completed, member.record.current.failed), (0, 1));
}

#[test]
fn each_missed_acknowledgement_in_a_row_doubles_the_time_out_of_line_up_to_a_day() {
    let mut member = with(|member| member.epoch = u16::MAX);
    assert_eq!(member.missed_ack(&job(JobState::Open), START), Ok(()));
    let expected = with(|member| {
        member.join_barred_until = START + MISS_COOLDOWN;
        (member.miss_streak, member.missed, member.epoch) = (1, 1, 0);
        member.record.job_missed(36, START);
    });
    assert_eq!(member, expected);
    for (streak, cooldown) in
        [(1, 1_200), (2, 2_400), (7, 76_800), (8, MAX_MISS_COOLDOWN), (u8::MAX, MAX_MISS_COOLDOWN)]
    {
        let mut member = with(|member| member.miss_streak = streak);
        assert_eq!(member.missed_ack(&job(JobState::Open), START), Ok(()));
        assert_eq!(member.join_barred_until, START + cooldown, "after {streak} in a row");
        assert_eq!(member.miss_streak, streak.saturating_add(1));
    }
}

#[test]
fn a_spec_that_could_not_be_had_bars_for_its_acknowledgement_window_and_shortens_no_bar() {
    for (barred, expected) in [(0, START + 60), (START + 59, START + 60), (START + 61, START + 61)] {
        let mut member = with(|member| member.join_barred_until = barred);
        assert_eq!(member.spec_was_unavailable(60, START), Ok(()));
        assert_eq!(member, with(|member| member.join_barred_until = expected));
    }
}

#[test]
fn three_declines_within_a_day_cost_nothing_and_every_further_one_does() {
    let mut member = member();
    for number in 1..=FREE_DECLINES + 2 {
        assert_eq!(member.decline(START + i64::from(number)), Ok(number > FREE_DECLINES), "decline {number}");
        assert_eq!((member.declines, member.declined), (number, number.into()));
    }
    let first = START + 1;
    assert_eq!(member.decline_window_start, first);
    let mut next_day = member;
    assert_eq!(member.decline(first + DECLINE_WINDOW - 1), Ok(true));
    assert_eq!((member.decline_window_start, member.declines, member.declined), (first, 6, 6));
    assert_eq!(next_day.decline(first + DECLINE_WINDOW), Ok(false));
    assert_eq!(
        (next_day.decline_window_start, next_day.declines, next_day.declined),
        (first + DECLINE_WINDOW, 1, 6)
    );
}

#[test]
fn a_member_closes_once_it_is_empty_and_nothing_of_it_can_be_held_against_it_any_more() {
    let failed = |now: i64| {
        let mut record = Record::default();
        record.job_missed(0, now);
        record
    };
    type Change = Box<dyn Fn(&mut Member)>;
    let case = |change: fn(&mut Member)| -> Change { Box::new(change) };
    let cooling = Err(MarketError::MemberCoolingOff);
    let cases: [(Change, Result<(), MarketError>); 15] = [
        (case(|_| ()), Ok(())),
        (case(|member| member.seats = 1), Err(MarketError::MemberNotEmpty)),
        (case(|member| member.collateral = 1), Err(MarketError::MemberNotEmpty)),
        (case(|member| member.last_ended_at = START), cooling),
        (case(|member| member.last_ended_at = START - DISPUTE_WINDOW), cooling),
        (case(|member| member.last_ended_at = START - DISPUTE_WINDOW - 1), Ok(())),
        (case(|member| (member.declines, member.decline_window_start) = (1, START - DECLINE_WINDOW + 1)), cooling),
        (case(|member| (member.declines, member.decline_window_start) = (1, START - DECLINE_WINDOW)), Ok(())),
        (case(|member| (member.miss_streak, member.join_barred_until) = (1, START - DISPUTE_WINDOW)), cooling),
        (case(|member| (member.miss_streak, member.join_barred_until) = (1, START - DISPUTE_WINDOW - 1)), Ok(())),
        (Box::new(move |member| member.record = failed(START)), cooling),
        (Box::new(move |member| member.record = failed(START - RECORD_WINDOW)), cooling),
        (Box::new(move |member| member.record = failed(START - 2 * RECORD_WINDOW)), Ok(())),
        (case(|member| member.standing.open_round = 1), Err(MarketError::RoundAlreadyOpen)),
        (case(|member| member.standing.probation_until = START + 1), cooling),
    ];
    for (number, (change, result)) in cases.into_iter().enumerate() {
        let mut member = with(|member| member.collateral = 0);
        change(&mut member);
        assert_eq!(member.require_closable(START), result, "case {number}");
    }
}

#[test]
fn what_never_happened_keeps_no_member_from_closing() {
    let mut member = with(|member| member.collateral = 0);
    assert_eq!(member.require_closable(1), Ok(()));
    // A success ended the row of missed acknowledgements, and with it what the bar stood for.
    member.join_barred_until = START + DAY;
    assert_eq!(member.require_closable(START), Ok(()));
}

#[test]
fn bonds_stay_within_the_collateral_and_jobs_within_the_seats() {
    let sound = |change: fn(&mut Member)| with(change).invariant();
    assert_eq!(sound(|member| (member.bonds, member.seats, member.running) = (2 * BOND, 2, 2)), Ok(()));
    assert_eq!(sound(|member| member.bonds = 2 * BOND + 1), Err(MarketError::InvariantBroken));
    assert_eq!(sound(|member| (member.seats, member.running) = (2, 3)), Err(MarketError::InvariantBroken));
}
