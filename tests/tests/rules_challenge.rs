//! A round from its opening to its end: every phase at its edge, every attack on it, and every base unit of its fee.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::*,
        error::MarketError,
        state::{
            Attestor, AttestorSet, Challenge, Conclusion, JudgeSettled, JudgeState, Reading, RoundResult,
            slot_hash_from,
        },
    },
    grounds::*,
    proptest::prelude::*,
};

fn pay(pay: u64) -> JudgeSettled {
    JudgeSettled { pay, slash: 0 }
}

fn slash(slash: u64) -> JudgeSettled {
    JudgeSettled { pay: 0, slash }
}

/// What half of the bond, and what being absent, costs.
const OUTVOTED: u64 = BOND / 2;
const ABSENT: u64 = BOND / 20;

/// Settles and concludes a decided round; the fee is then paid or back, and the set is free.
fn end(mut round: Round, settled: &[JudgeSettled]) -> Round {
    let before = round.booked();
    assert_eq!(round.challenge.close(&mut round.set, &mut round.payer), Err(MarketError::RoundNotOver));
    assert_eq!(round.settle_all(), settled);
    for place in round.panel() {
        assert_eq!(round.settle(place), Err(MarketError::AlreadySettled));
    }
    if round.challenge.result == RoundResult::Passed as u8 {
        round.wait(CLAIM_WINDOW + 1);
    }
    round.challenge.conclude(round.now.unix).expect("it is over");
    let paid: u64 = settled.iter().map(|settled| settled.pay).sum();
    assert_eq!(round.challenge.close(&mut round.set, &mut round.payer), Ok(FEE - paid));
    assert_eq!((round.booked(), round.payer.owed, round.payer.amount), (before, 0, 50_000 - paid));
    assert_eq!(round.set.rounds, 0);
    for (slot, stake) in round.set.slots.iter().zip(&round.stakes) {
        assert_eq!((slot.open_rounds, stake.allocated), (0, slot.bond));
        stake.books().expect("sound books");
    }
    round
}

// ---- the way through

#[test]
fn a_round_that_all_agree_on_passes_with_the_median_and_shares_the_fee() {
    let mut round = Round::judged([1_004, 1_000, 990, 1_100, 1_002]);
    assert_eq!(round.decide(), Err(MarketError::PhaseNotReached), "the host's claim is missing");
    round.open_answer().unwrap();
    assert_eq!(round.decide(), Ok(RoundResult::Passed));
    assert_eq!((round.challenge.score, round.challenge.vram, round.challenge.gpus), (1_002, 82_002, 5));
    assert_eq!(round.decide(), Err(MarketError::RoundNotRunning));
    end(round, &[pay(200); 5]);
}

#[test]
fn an_attestor_that_a_quorum_contradicts_loses_half_of_its_bond_and_gets_nothing() {
    let mut round = Round::drawn(5);
    let (yes, no) = (Some(round.passing(1_000)), Some(Round::failing()));
    round.judge(&[yes, no, yes, yes, no]);
    round.open_answer().unwrap();
    assert_eq!(round.decide(), Ok(RoundResult::Passed));
    let round = end(round, &[pay(333), slash(OUTVOTED), pay(333), pay(333), slash(OUTVOTED)]);
    let outvoted = usize::from(round.panel()[1]);
    assert_eq!((round.stakes[outvoted].treasury_owed, round.set.slots[outvoted].bond), (OUTVOTED, BOND - OUTVOTED));
}

#[test]
fn a_reading_of_other_gpus_is_a_contradiction_too() {
    let mut round = Round::drawn(5);
    let yes = Some(round.passing(1_000));
    let mut other = round.passing(1_000);
    other.gpu_root = [42; 32];
    round.judge(&[yes, yes, Some(other), yes, yes]);
    round.open_answer().unwrap();
    assert_eq!(round.decide(), Ok(RoundResult::Passed));
    end(round, &[pay(250), pay(250), slash(OUTVOTED), pay(250), pay(250)]);
}

#[test]
fn a_quorum_that_fails_the_host_needs_no_claim_of_it() {
    let mut round = Round::drawn(5);
    let (yes, no) = (Some(round.passing(1_000)), Some(Round::failing()));
    round.judge(&[no, no, yes, no, no]);
    assert_eq!(round.decide(), Ok(RoundResult::Failed));
    assert_eq!(round.challenge.clone().conclude(round.now.unix), Ok(Conclusion::Revoked));
    end(round, &[pay(250), pay(250), slash(OUTVOTED), pay(250), pay(250)]);
}

#[test]
fn a_host_whose_claim_is_not_what_the_quorum_measured_fails() {
    let mut round = Round::drawn(5);
    let other = Reading { gpu_root: [42; 32], ..round.passing(1_000) };
    round.judge(&[Some(other); 5]);
    round.open_answer().unwrap();
    assert_eq!(round.decide(), Ok(RoundResult::Failed));
    assert_eq!(round.challenge.clone().conclude(round.now.unix), Ok(Conclusion::Unchanged { barred: true }));
    end(round, &[pay(200); 5]);
}

#[test]
fn a_score_at_the_floor_passes_and_one_below_fails() {
    for (score, result) in [(899, RoundResult::Failed), (900, RoundResult::Passed), (901, RoundResult::Passed)] {
        let mut round = Round::judged([score; 5]);
        round.open_answer().unwrap();
        assert_eq!(round.decide(), Ok(result), "{score}");
    }
}

#[test]
fn two_of_five_attestors_cannot_move_the_score_past_the_honest_ones() {
    let mut round = Round::judged([u32::MAX - 100_000, 950, 1_000, 960, u32::MAX - 100_000]);
    round.open_answer().unwrap();
    round.decide().unwrap();
    assert_eq!(round.challenge.score, 1_000);
}

#[test]
fn one_reading_short_of_a_quorum_voids_the_round_and_gives_the_fee_back() {
    let mut round = Round::drawn(5);
    let (yes, no) = (Some(round.passing(1_000)), Some(Round::failing()));
    round.judge(&[yes, yes, no, no, None]);
    assert_eq!(round.decide(), Ok(RoundResult::Void));
    assert_eq!(round.challenge.clone().conclude(round.now.unix), Ok(Conclusion::Unchanged { barred: false }));
    end(round, &[pay(0), pay(0), pay(0), pay(0), slash(ABSENT)]);
}

#[test]
fn a_reading_that_is_not_revealed_costs_as_much_as_one_that_is_outvoted() {
    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    let (panel, yes) = (round.panel(), round.passing(1_000));
    for place in &panel {
        round.commit(*place, &yes).unwrap();
    }
    for place in &panel[..2] {
        round.reveal(*place, &yes).unwrap();
    }
    assert_eq!(round.decide(), Err(MarketError::PhaseNotReached));
    let deadline = round.challenge.reveal_deadline().unwrap();
    round.wait(deadline - round.now.unix);
    assert_eq!(round.decide(), Err(MarketError::PhaseNotReached), "at the deadline");
    round.wait(1);
    assert_eq!(round.decide(), Ok(RoundResult::Void));
    end(round, &[pay(0), pay(0), slash(OUTVOTED), slash(OUTVOTED), slash(OUTVOTED)]);
}

// ---- deadlines

#[test]
fn a_host_that_does_not_answer_fails_and_its_panel_gets_the_fee() {
    let mut round = Round::drawn(5);
    let deadline = round.challenge.answer_deadline().unwrap() + HOST_GRACE;
    round.wait(deadline - round.now.unix);
    assert_eq!(round.decide(), Err(MarketError::PhaseNotReached));
    assert_eq!(round.clone().commit_answer(), Ok(()), "still in time");
    round.wait(1);
    assert_eq!(round.commit_answer(), Err(MarketError::PhaseOver));
    assert_eq!(round.decide(), Ok(RoundResult::NoAnswer));
    assert_eq!(round.challenge.clone().conclude(round.now.unix), Ok(Conclusion::Unchanged { barred: true }));
    end(round, &[pay(200); 5]);
}

#[test]
fn a_host_that_does_not_open_its_answer_fails_and_who_judged_it_is_paid() {
    let mut round = Round::judged([1_000; 5]);
    let deadline = round.challenge.opening_deadline().unwrap() + HOST_GRACE;
    round.wait(deadline - round.now.unix);
    assert_eq!(round.decide(), Err(MarketError::PhaseNotReached));
    assert_eq!(round.clone().open_answer(), Ok(()), "still in time");
    round.wait(1);
    assert_eq!(round.decide(), Ok(RoundResult::NoAnswer));
    assert_eq!(round.open_answer(), Err(MarketError::RoundNotRunning));
    end(round, &[pay(200); 5]);
}

#[test]
fn a_chain_that_stood_still_punishes_nobody() {
    let mut round = Round::drawn(5);
    // Hours pass with hardly a slot.
    round.now.unix += 10 * 3_600;
    round.now.slot += 10;
    assert_eq!(round.decide(), Ok(RoundResult::Void));
    end(round, &[pay(0); 5]);

    let mut round = Round::drawn(5);
    round.commit_answer().unwrap();
    round.now.unix += 10 * 3_600;
    round.now.slot += 10;
    assert_eq!(round.decide(), Ok(RoundResult::Void));
    end(round, &[pay(0); 5]);
}

#[test]
fn attestors_commit_until_the_second_of_their_deadline_and_reveal_until_the_decision() {
    let mut round = Round::drawn(5);
    let (panel, yes) = (round.panel(), round.passing(1_000));
    assert_eq!(round.commit(panel[0], &yes), Err(MarketError::PhaseNotReached), "the host answers first");
    round.commit_answer().unwrap();
    let deadline = round.challenge.reading_deadline().unwrap();
    round.wait(deadline - round.now.unix);
    assert_eq!(round.commit(panel[0], &yes), Ok(()));
    assert_eq!(round.reveal(panel[0], &yes), Err(MarketError::PhaseNotReached), "others may still commit");
    round.wait(1);
    assert_eq!(round.commit(panel[1], &yes), Err(MarketError::PhaseOver));
    assert_eq!(round.reveal(panel[1], &yes), Err(MarketError::PhaseOver), "without a commitment");
    let deadline = round.challenge.reveal_deadline().unwrap();
    round.wait(deadline - round.now.unix);
    assert_eq!(round.clone().reveal(panel[0], &yes), Ok(()));
    round.wait(100_000);
    assert_eq!(round.reveal(panel[0], &yes), Ok(()), "nobody has decided");
}

#[test]
fn a_round_that_nobody_draws_gives_the_fee_back_and_the_next_one_waits() {
    let mut round = Round::new(5).open();
    round.now.slot = round.challenge.draw_until();
    assert_eq!(round.challenge.expire(round.now), Err(MarketError::DeadlineNotReached));
    assert_eq!(round.clone().try_draw([7; 32]), Ok(()));
    round.now.slot += 1;
    assert_eq!(round.try_draw([7; 32]), Err(MarketError::DrawOver));
    round.challenge.expire(round.now).unwrap();
    assert_eq!(round.challenge.expire(round.now), Err(MarketError::RoundNotOpen));
    assert_eq!(round.try_draw([7; 32]), Err(MarketError::RoundNotOpen));
    assert_eq!(round.challenge.clone().conclude(round.now.unix), Ok(Conclusion::Unchanged { barred: true }));
    end(round, &[]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_panel_is_distinct_eligible_and_counted_in_the_set(attestors in 5..=16u8, hash in any::<[u8; 32]>()) {
        let mut round = Round::new(attestors).open();
        round.wait(5);
        round.try_draw(hash).unwrap();
        let panel: std::collections::BTreeSet<u8> = round.panel().into_iter().collect();
        prop_assert_eq!(panel.len(), 5);
        for (place, slot) in (0u8..).zip(&round.set.slots) {
            prop_assert_eq!(slot.open_rounds, u32::from(panel.contains(&place)));
            prop_assert!(place < attestors || !panel.contains(&place));
        }
    }

    #[test]
    fn whatever_the_panel_does_the_fee_is_paid_or_back_and_no_bond_is_overdrawn(
        deeds in prop::collection::vec(0..5u8, 5), opens in any::<bool>(),
    ) {
        let mut round = Round::drawn(5);
        round.commit_answer().unwrap();
        let reading = |round: &Round, deed: u8| match deed {
            0 | 1 => round.passing(1_000),
            2 => Round::failing(),
            _ => Reading { gpu_root: [deed; 32], ..round.passing(2_000) },
        };
        let panel: Vec<_> = round.panel().into_iter().zip(&deeds).collect();
        // Deed four commits and does not reveal; an absent one is deed three on an odd place.
        for (place, deed) in &panel {
            if !(**deed == 3 && place % 2 == 1) {
                let reading = reading(&round, **deed);
                round.commit(*place, &reading).unwrap();
            }
        }
        round.wait(ANSWER_WINDOW + READING_WINDOW + 1);
        for (place, deed) in &panel {
            if **deed < 3 {
                let reading = reading(&round, **deed);
                round.reveal(*place, &reading).unwrap();
            }
        }
        round.wait(REVEAL_WINDOW);
        if opens {
            round.open_answer().unwrap();
        }
        round.wait(OPENING_WINDOW + HOST_GRACE + 1);
        let result = round.decide().unwrap();
        let passes = deeds.iter().filter(|deed| **deed < 2).count();
        let fails = deeds.iter().filter(|deed| **deed == 2).count();
        let expected = match (passes, fails) {
            (3.., _) if opens => RoundResult::Passed,
            (3.., _) => RoundResult::NoAnswer,
            (_, 3..) => RoundResult::Failed,
            _ => RoundResult::Void,
        };
        prop_assert_eq!(result, expected);
        let before = round.booked();
        let settled = round.settle_all();
        for settled in &settled {
            prop_assert!(settled.pay == 0 || settled.slash == 0);
            prop_assert!([0, OUTVOTED, ABSENT].contains(&settled.slash));
        }
        prop_assert_eq!(round.booked(), before);
        prop_assert_eq!(round.payer.owed, FEE - settled.iter().map(|settled| settled.pay).sum::<u64>());
    }
}

// ---- the sysvar

fn sysvar(slots: &[u64]) -> Vec<u8> {
    let mut data = (slots.len() as u64).to_le_bytes().to_vec();
    for slot in slots {
        data.extend(slot.to_le_bytes());
        data.extend([*slot as u8; 32]);
    }
    // The account is longer than its list.
    data.extend([0; 100]);
    data
}

#[test]
fn a_draw_reads_the_first_block_from_its_slot_on() {
    let data = sysvar(&[110, 109, 106, 105, 100]);
    assert_eq!(slot_hash_from(&data, 105), Ok(&[105; 32]));
    assert_eq!(slot_hash_from(&data, 107), Ok(&[109; 32]), "107 and 108 have no block");
    assert_eq!(slot_hash_from(&data, 110), Ok(&[110; 32]));
    assert_eq!(slot_hash_from(&data, 111), Err(MarketError::SlotNotReached));
    assert_eq!(slot_hash_from(&data, 100), Ok(&[100; 32]));
    assert_eq!(slot_hash_from(&data, 99), Err(MarketError::SlotHashMissing), "an earlier one may have dropped out");
    for length in 0..data.len() - 100 {
        assert_eq!(slot_hash_from(&data[..length], 105), Err(MarketError::SlotHashMissing), "{length} bytes");
    }
    assert_eq!(slot_hash_from(&[255; 100], 0), Err(MarketError::SlotHashMissing));
}

#[test]
fn the_sizes_are_what_the_layout_says() {
    let sizes = (size_of::<Challenge>(), size_of::<AttestorSet>(), size_of::<Attestor>());
    assert_eq!(sizes, (1_168, 1_696, 96));
    assert_eq!(JudgeState::Settled as u8, 4);
    assert_eq!(Challenge::zeroed().state, 0);
}
