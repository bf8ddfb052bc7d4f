//! Rounds on a chain that stands still, and the clock that an answer is measured by.

use {
    gpu_market::{
        constants::{ANSWER_WINDOW, DRAW_WINDOW_SLOTS, HOST_GRACE, OPENING_WINDOW, READING_WINDOW, REVEAL_WINDOW},
        error::MarketError,
        state::{Now, Reading, RoundResult},
    },
    gpu_market_sdk::{Address, digest, events::Event, instructions::attest},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// Lets time pass until so many seconds after the opening of the round.
fn until(proving: &mut Proving, round: Address, seconds: i64) {
    let passed = proving.world.now().unix - proving.round(round).opened_at;
    proving.world.svm.advance(u32::try_from(seconds - passed).expect("it lies ahead"));
}

/// Lets the chain stand still until so many seconds after the opening of the round.
fn halt_until(proving: &mut Proving, round: Address, seconds: i64) {
    let passed = proving.world.now().unix - proving.round(round).opened_at;
    proving.world.svm.halt(u32::try_from(seconds - passed).expect("it lies ahead"));
}

const READINGS_END: i64 = ANSWER_WINDOW + READING_WINDOW;
const REVEALS_END: i64 = READINGS_END + REVEAL_WINDOW;
const OPENING_END: i64 = REVEALS_END + OPENING_WINDOW + HOST_GRACE;

/// A round in which two of the panel have committed to their readings, a second before the time for it is over; with the
/// panel and what they read.
fn committed_by_two() -> (Proving, Address, Vec<usize>, Reading) {
    let (mut proving, round) = Proving::answered();
    let (panel, yes) = (proving.panel(round), proving.passing(1_000));
    until(&mut proving, round, READINGS_END - 1);
    for place in &panel[..2] {
        let commit = proving.commit_ix(round, *place, &yes);
        proving.world.ok(&[commit], &[&proving.key(*place)]);
    }
    (proving, round, panel, yes)
}

/// Nothing was taken from anybody: the fee comes back, every bond is whole, and the next round opens at once.
fn costs_nobody_anything(proving: &mut Proving, round: Address) {
    proving.settle_all(round);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    assert_eq!(proving.stake(&proving.host.stake).amount, 50 * STAKE);
    for attestor in &proving.attestors {
        let stake = proving.stake(&attestor.stake);
        assert_eq!((stake.amount, stake.treasury_owed), (2 * BOND, 0));
    }
    proving.open(2);
}

#[test]
fn a_chain_that_stands_still_while_readings_are_revealed_slashes_nobody_who_had_committed() {
    let (mut proving, round, ..) = committed_by_two();
    // 18,000 slots were made by now; none of them is a slot in which somebody could reveal.
    halt_until(&mut proving, round, REVEALS_END + 1);
    proving.finalize(round);
    assert_eq!((proving.round(round).punishes, proving.round(round).result), (0, RoundResult::Void as u8));
    costs_nobody_anything(&mut proving, round);
}

#[test]
fn what_could_not_be_revealed_on_a_chain_that_stood_still_is_revealed_after_it() {
    let (mut proving, round, panel, yes) = committed_by_two();
    halt_until(&mut proving, round, OPENING_END + 1_000);
    let late = proving.commit_ix(round, panel[2], &yes);
    proving.world.refused(&[late], &[&proving.key(panel[2])], MarketError::PhaseOver);
    for place in &panel[..2] {
        let reveal = proving.reveal_ix(round, *place, &yes);
        proving.world.ok(&[reveal], &[&proving.key(*place)]);
    }
    assert_eq!(proving.round(round).halted, 1);
    // Nor is the host barred, which could not open before; and who could not commit is not absent, however long one waits.
    let mut unopened = proving.round(round);
    let later = Now { unix: proving.world.now().unix + 5_000, slot: proving.world.now().slot + 50_000 };
    assert_eq!(unopened.decide::<digest::Sha256>(later), Ok(RoundResult::Void));
    proving.world.svm.advance(1_000);
    proving.open_answer(round);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Passed as u8);
    proving.claim_all(round);
    proving.settle_all(round);
    assert_eq!(proving.stake(&proving.attestors[panel[2]].stake).treasury_owed, 0);
    assert_eq!(proving.stake(&proving.attestors[panel[0]].stake).amount, 2 * BOND + ROUND_FEE / 2);
}

#[test]
fn a_chain_that_stands_still_while_the_host_should_open_fails_no_host() {
    for opens_late in [false, true] {
        let (mut proving, round) = Proving::answered();
        until(&mut proving, round, READINGS_END - 10);
        let yes = Some(proving.passing(1_000));
        proving.judge(round, &[yes, yes, yes]);
        halt_until(&mut proving, round, OPENING_END + 1);
        if opens_late {
            proving.open_answer(round);
            proving.finalize(round);
            assert_eq!(proving.round(round).result, RoundResult::Passed as u8);
            continue;
        }
        proving.finalize(round);
        assert_eq!(proving.round(round).result, RoundResult::Void as u8);
        let prover = proving.prover();
        assert_eq!(proving.world.member_account(&prover, &proving.market).standing.round_barred_until, 0);
    }
}

#[test]
fn a_chain_that_stands_still_while_the_host_should_answer_fails_no_host() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    proving.draw(round);
    until(&mut proving, round, 360);
    halt_until(&mut proving, round, ANSWER_WINDOW + HOST_GRACE + 1);
    let commit = proving.commit_answer_ix(round);
    proving.world.refused(&[commit], &[&proving.host.operator.insecure_clone()], MarketError::PhaseOver);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Void as u8);
    costs_nobody_anything(&mut proving, round);
}

#[test]
fn a_chain_that_stands_still_before_the_draw_takes_no_time_from_the_host() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    proving.reach_slot(round);
    proving.world.svm.halt(1_700);
    proving.world.ok(&[attest::draw(round, proving.set)], &[]);
    assert_eq!(proving.round(round).halted, 1);
    // The chain goes on for as long as one likes, and the host that had two minutes left is not to blame.
    proving.world.svm.advance(10_000);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Void as u8);
    costs_nobody_anything(&mut proving, round);
}

#[test]
fn absence_on_a_chain_that_goes_on_is_punished_as_before() {
    let (mut proving, round) = Proving::answered();
    let (panel, yes) = (proving.panel(round), proving.passing(1_000));
    for place in &panel[..2] {
        let commit = proving.commit_ix(round, *place, &yes);
        proving.world.ok(&[commit], &[&proving.key(*place)]);
    }
    until(&mut proving, round, READINGS_END + 1);
    let reveal = proving.reveal_ix(round, panel[0], &yes);
    proving.world.ok(&[reveal], &[&proving.key(panel[0])]);
    until(&mut proving, round, REVEALS_END + 1);
    proving.finalize(round);
    assert_eq!((proving.round(round).punishes, proving.round(round).halted), (1, 0));
    proving.settle_all(round);
    let taken = |place: usize| proving.stake(&proving.attestors[place].stake).treasury_owed;
    assert_eq!([0, 1, 2].map(|number| taken(panel[number])), [0, BOND / 2, BOND / 20]);
}

#[test]
fn a_host_that_computes_before_it_draws_is_measured_from_the_slot_all_the_same() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    proving.reach_slot(round);
    let opened = proving.round(round);
    let seed = digest::seed(&slot_hash(opened.slot), &round, &proving.member(), &proving.host.host);
    // The host computes for a minute and a half while nobody draws; then it draws and answers in one transaction.
    proving.world.svm.advance(90);
    proving.write_slot_hashes();
    let hash = digest::answer(&round, &proving.host.host, &seed, &proving.answer(), &ANSWER_SALT);
    let operator = proving.host.operator.insecure_clone();
    let draw = attest::draw(round, proving.set);
    let commit = attest::commit_answer(operator.pubkey(), proving.host.host, round, hash);
    let executed = proving.world.ok(&[draw, commit], &[&operator]);
    let [Event::RoundDrawn(_), Event::AnswerCommitted(event)] = executed.events[..] else { panic!("events") };
    let (answered, now) = (proving.round(round), proving.world.now());
    assert_eq!((answered.answered_at, answered.answered_slot), (now.unix, now.slot));
    assert_eq!((event.answered_at, event.answered_slot), (now.unix, now.slot));
    let seconds = (answered.answered_slot - answered.slot) / gpu_market_sdk::svm::SLOTS_PER_SECOND;
    assert!((90..=91).contains(&seconds), "{seconds} seconds, not none");
}

#[test]
fn whoever_draws_late_gives_the_host_no_more_time() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    let window = DRAW_WINDOW_SLOTS / gpu_market_sdk::svm::SLOTS_PER_SECOND;
    until(&mut proving, round, window as i64);
    proving.write_slot_hashes();
    proving.world.ok(&[attest::draw(round, proving.set)], &[]);
    let commit = proving.commit_answer_ix(round);
    until(&mut proving, round, ANSWER_WINDOW + HOST_GRACE + 1);
    let operator = proving.host.operator.insecure_clone();
    proving.world.refused(from_ref(&commit), &[&operator], MarketError::PhaseOver);
    let now = proving.world.now();
    proving.world.svm.set_now(Now { unix: now.unix - 1, slot: now.slot });
    proving.world.ok(&[commit], &[&operator]);
}
