//! Attacks on a round: a chosen seed, a copied answer, a copied reading, a vote too many, a judge that is a party.

mod grounds;

use {
    gpu_market::{
        constants::*,
        error::MarketError,
        state::{Answer, JudgeSettled, Reading, RoundResult, digest},
    },
    grounds::*,
};

#[test]
fn everybody_draws_the_same_whenever_they_draw() {
    let opened = Round::new(16).open();
    let (mut early, mut late) = (opened.clone(), opened);
    early.now.slot = early.challenge.slot + 1;
    early.try_draw([7; 32]).unwrap();
    late.now.slot = late.challenge.draw_until();
    late.now.unix += 60;
    // What happens to the set meanwhile changes nothing either.
    for place in early.panel() {
        late.set.leave(place, late.now.unix).unwrap();
    }
    late.try_draw([7; 32]).unwrap();
    assert_eq!((early.challenge.seed, early.panel()), (late.challenge.seed, late.panel()));
}

#[test]
fn a_round_is_not_drawn_before_its_slot_is_over_nor_twice() {
    let mut round = Round::new(5).open();
    assert_eq!(round.challenge.slot, round.now.slot + DRAW_DELAY_SLOTS);
    round.now.slot = round.challenge.slot;
    assert_eq!(round.try_draw([7; 32]), Err(MarketError::SlotNotReached));
    round.now.slot += 1;
    assert_eq!(round.try_draw([7; 32]), Ok(()));
    assert_eq!(round.try_draw([8; 32]), Err(MarketError::RoundNotOpen));
}

#[test]
fn a_seed_belongs_to_one_round_of_one_host() {
    let seed = |challenge: u8, member: u8, host: u8, hash: u8| {
        let mut out = [0; 32];
        digest::seed::<Hasher>(&[hash; 32], &key(challenge), &key(member), &key(host), &mut out);
        out
    };
    let one = seed(1, 2, 3, 4);
    for other in [seed(9, 2, 3, 4), seed(1, 9, 3, 4), seed(1, 2, 9, 4), seed(1, 2, 3, 9)] {
        assert_ne!(one, other);
    }
}

#[test]
fn the_answer_of_another_host_or_another_round_does_not_open() {
    let opened_with = |host: u8, challenge: u8, seed: Option<[u8; 32]>, salt: u8| {
        let mut round = Round::drawn(5);
        let seed = seed.unwrap_or(round.challenge.seed);
        let mut hash = [0; 32];
        let answer = round.answer();
        digest::answer::<Hasher>(&key(challenge), &key(host), &seed, &answer, &[salt; 32], &mut hash);
        round.challenge.commit_answer(&hash, round.now).unwrap();
        let (panel, yes) = (round.panel(), round.passing(1_000));
        for place in &panel {
            round.commit(*place, &yes).unwrap();
        }
        for place in &panel {
            round.reveal(*place, &yes).unwrap();
        }
        round.open_answer()
    };
    assert_eq!(opened_with(2, 9, None, 8), Ok(()));
    let mismatch = Err(MarketError::CommitmentMismatch);
    assert_eq!(opened_with(3, 9, None, 8), mismatch);
    assert_eq!(opened_with(2, 10, None, 8), mismatch);
    assert_eq!(opened_with(2, 9, Some([1; 32]), 8), mismatch);
    assert_eq!(opened_with(2, 9, None, 9), mismatch);
}

#[test]
fn a_host_opens_what_it_committed_to_once_and_after_the_readings() {
    let mut round = Round::drawn(5);
    assert_eq!(round.open_answer(), Err(MarketError::PhaseNotReached));
    assert_eq!(round.challenge.commit_answer(&[0; 32], round.now), Err(MarketError::CommitmentMissing));
    round.commit_answer().unwrap();
    assert_eq!(round.commit_answer(), Err(MarketError::AlreadyAnswered));
    assert_eq!(round.open_answer(), Err(MarketError::PhaseNotReached), "nobody could copy it yet");
    let mut round = Round::judged([1_000; 5]);
    let other = Answer { gpus: 6, ..round.answer() };
    let now = round.now.unix;
    assert_eq!(
        round.challenge.open_answer::<Hasher>(&key(9), &other, &[8; 32], now),
        Err(MarketError::CommitmentMismatch)
    );
    round.open_answer().unwrap();
    assert_eq!(round.open_answer(), Err(MarketError::AlreadyAnswered));
}

#[test]
fn a_copied_commitment_cannot_be_revealed() {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    let now = round.now;
    let copied = round.commitment(panel[0], &yes);
    for place in &panel {
        round.challenge.commit_reading(*place, &copied, now).unwrap();
    }
    round.reveal(panel[0], &yes).unwrap();
    // The copier repeats what it has seen, salt and all, under its own key.
    let revealed = round.challenge.reveal_reading::<Hasher>(
        &key(9),
        panel[1],
        &key(100 + panel[1]),
        &yes,
        &[panel[0] + 1; 32],
        now,
    );
    assert_eq!(revealed, Err(MarketError::CommitmentMismatch));
}

#[test]
fn a_reading_of_another_round_or_with_another_content_does_not_reveal() {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    for place in &panel {
        round.commit(*place, &yes).unwrap();
    }
    assert_eq!(round.reveal(panel[0], &round.passing(1_001)), Err(MarketError::CommitmentMismatch));
    assert_eq!(round.reveal(panel[0], &Round::failing()), Err(MarketError::CommitmentMismatch));
    round.address = key(10);
    assert_eq!(round.reveal(panel[0], &yes), Err(MarketError::CommitmentMismatch));
}

#[test]
fn only_the_panel_votes_once_and_not_after_the_decision() {
    let mut round = Round::drawn(6);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    let outside = (0..6).find(|place| !panel.contains(place)).expect("one is not drawn");
    assert_eq!(round.commit(outside, &yes), Err(MarketError::NotOnPanel));
    assert_eq!(round.commit(16, &yes), Err(MarketError::NotOnPanel));
    assert_eq!(round.challenge.commit_reading(panel[0], &[0; 32], round.now), Err(MarketError::CommitmentMissing));
    for place in &panel {
        round.commit(*place, &yes).unwrap();
        assert_eq!(round.commit(*place, &Round::failing()), Err(MarketError::AlreadyVoted));
    }
    assert_eq!(round.reveal(outside, &yes), Err(MarketError::NotOnPanel));
    for place in &panel {
        round.reveal(*place, &yes).unwrap();
        assert_eq!(round.reveal(*place, &yes), Err(MarketError::AlreadyVoted));
    }
    assert_eq!(round.settle(panel[0]), Err(MarketError::RoundNotDecided));
    round.open_answer().unwrap();
    round.decide().unwrap();
    assert_eq!(round.commit(panel[0], &yes), Err(MarketError::RoundNotRunning));
    assert_eq!(round.reveal(panel[0], &yes), Err(MarketError::RoundNotRunning));
    assert_eq!(round.open_answer(), Err(MarketError::RoundNotRunning));
    assert_eq!(round.settle(outside), Err(MarketError::NotOnPanel));
}

/// What becomes of a reading that a whole panel commits to and one of them reveals.
fn revealed(reading: impl Fn(&Round) -> Reading) -> Result<(), MarketError> {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let reading = reading(&round);
    for place in round.panel() {
        round.commit(place, &reading).unwrap();
    }
    round.reveal(round.panel()[0], &reading)
}

#[test]
fn a_passing_reading_is_whole_or_not_accepted() {
    let reveal = |change: fn(&mut Reading)| {
        revealed(|round| {
            let mut reading = round.passing(1_000);
            change(&mut reading);
            reading
        })
    };
    assert_eq!(reveal(|reading| reading.gpus = MAX_ROUND_GPUS), Ok(()));
    let out = Err(MarketError::ReadingOutOfRange);
    assert_eq!(reveal(|reading| reading.gpus = MAX_ROUND_GPUS + 1), out);
    assert_eq!(reveal(|reading| reading.gpus = 0), out);
    assert_eq!(reveal(|reading| reading.gpu_root = [0; 32]), out);
    assert_eq!(reveal(|reading| reading.result = [0; 32]), out);
    assert_eq!(reveal(|reading| reading.verdict = 0), Err(MarketError::UnknownVerdict));
    assert_eq!(reveal(|reading| reading.verdict = 3), Err(MarketError::UnknownVerdict));
}

#[test]
fn a_failing_reading_names_nothing_that_was_measured() {
    assert_eq!(revealed(|_| Round::failing()), Ok(()));
    let none = Round::failing();
    for measured in [
        Reading { gpus: 1, ..none },
        Reading { score: 1, ..none },
        Reading { vram: 1, ..none },
        Reading { result: [1; 32], ..none },
        Reading { gpu_root: [1; 32], ..none },
    ] {
        assert_eq!(revealed(|_| measured), Err(MarketError::ReadingOutOfRange), "{measured:?}");
    }
}

#[test]
fn a_party_of_the_round_is_never_drawn() {
    let mut round = Round::new(7);
    let eligible = |round: &Round| round.set.eligible(&key(200), &key(201), round.now.unix);
    assert_eq!(eligible(&round), 0b111_1100);
    round.set.leave(2, round.now.unix).unwrap();
    assert_eq!(eligible(&round), 0b111_1000);
    round.set.slots[3].bond -= 1;
    assert_eq!(eligible(&round), 0b111_0000);
}

#[test]
fn a_round_needs_a_quorum_to_draw_and_a_fee_that_its_payer_accepts() {
    assert_eq!(Round::new(2).try_open(), Err(MarketError::TooFewAttestors));
    let mut dear = Round::new(5);
    dear.set.params.fee = FEE + 1;
    assert_eq!(dear.try_open(), Err(MarketError::FeeAboveMaximum));
    let mut poor = Round::new(5);
    poor.payer = stake_of(FEE - 1);
    assert_eq!(poor.try_open(), Err(MarketError::InsufficientStake));
    let mut slashed = Round::new(3);
    slashed.set.slots[0].bond -= 1;
    assert_eq!(slashed.try_open(), Err(MarketError::TooFewAttestors));
}

// ---- a chain that stands still

#[test]
fn a_crank_that_waits_for_a_hundred_slots_after_a_halt_has_nobody_slashed() {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    round.wait(round.challenge.reading_deadline().unwrap() - 1 - round.now.unix);
    for place in &panel[..3] {
        round.commit(*place, &yes).unwrap();
    }
    round.now.unix = round.challenge.reveal_deadline().unwrap() + 1;
    round.now.slot += 100;
    let mut silent = round.clone();
    assert_eq!((silent.decide(), silent.challenge.punishes), (Ok(RoundResult::Void), 0));
    assert!(silent.settle_all().iter().all(|settled| *settled == JudgeSettled::default()));
    // One of the three reveals after the halt; the others are not to blame for being slower, however long one waits.
    round.reveal(panel[0], &yes).unwrap();
    round.wait(50_000);
    assert_eq!((round.decide(), round.challenge.punishes), (Ok(RoundResult::Void), 0));
}

#[test]
fn a_chain_that_stands_still_halts_a_round_only_when_it_does_so_over_a_deadline() {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    round.commit(panel[0], &yes).unwrap();
    let deadline = round.challenge.reading_deadline().unwrap();
    for (at, halted) in [(deadline - 1, 0), (deadline, 0), (deadline + 1, 1)] {
        let mut round = round.clone();
        round.now.unix = at;
        let step = if at > deadline { round.reveal(panel[0], &yes) } else { round.commit(panel[1], &yes) };
        assert_eq!((step, round.challenge.halted), (Ok(()), halted), "{at}");
    }
}

#[test]
fn commitments_are_over_a_second_after_their_deadline_if_there_was_an_answer_to_commit_to() {
    let mut round = Round::drawn(5);
    let deadline = round.challenge.reading_deadline().unwrap();
    let over = |round: &Round| [deadline, deadline + 1].map(|now| round.challenge.commitments_are_over(now));
    assert_eq!(over(&round), [Ok(false), Ok(false)]);
    round.commit_answer().unwrap();
    assert_eq!(over(&round), [Ok(false), Ok(true)]);
}

#[test]
fn an_attestor_that_was_absent_while_the_chain_went_on_is_not_excused_by_a_later_halt() {
    let mut round = Round::drawn(5);
    let yes = Some(round.passing(1_000));
    round.judge(&[yes, yes, yes, None, None]);
    // Everybody who committed has revealed; then the chain stands still.
    round.now.unix += 5_000;
    round.open_answer().unwrap();
    assert_eq!((round.decide(), round.challenge.punishes), (Ok(RoundResult::Passed), 1));
}

#[test]
fn a_host_is_not_to_blame_for_a_chain_that_stood_still_before_the_draw() {
    for (slots, halted, result) in [(1_699, 1, RoundResult::Void), (1_700, 0, RoundResult::NoAnswer)] {
        let mut round = Round::new(5).open();
        (round.now.unix, round.now.slot) = (round.now.unix + 1_700, round.now.slot + slots);
        // The window of the draw is 512 slots on a chain; what is measured is the rate.
        round.challenge.slot = round.now.slot - 1;
        round.try_draw([7; 32]).unwrap();
        assert_eq!(round.challenge.halted, halted);
        round.wait(10_000);
        assert_eq!(round.decide(), Ok(result), "{slots} slots");
    }
}

#[test]
fn deadlines_count_from_the_opening_whenever_somebody_draws() {
    let opened = Round::new(5).open();
    for late in [5, 100] {
        let mut round = opened.clone();
        round.wait(late);
        round.try_draw([7; 32]).unwrap();
        let challenge = &round.challenge;
        let answer = challenge.opened_at + ANSWER_WINDOW;
        assert_eq!(challenge.answer_deadline(), Ok(answer));
        assert_eq!(challenge.reading_deadline(), Ok(answer + READING_WINDOW));
        assert_eq!(challenge.reveal_deadline(), Ok(answer + READING_WINDOW + REVEAL_WINDOW));
        assert_eq!(challenge.opening_deadline(), Ok(answer + READING_WINDOW + REVEAL_WINDOW + OPENING_WINDOW));
        round.wait(60);
        round.commit_answer().unwrap();
        let answered = (round.challenge.answered_at, round.challenge.answered_slot);
        assert_eq!(answered, (round.now.unix, round.now.slot));
    }
}
