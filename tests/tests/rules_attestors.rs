//! A set of attestors: what loosens it takes 14 days, and every bond finds its way back.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{ATTESTOR_NOTICE, FOUNDING_WINDOW, LOOSENING_DELAY},
        error::MarketError,
        state::{AttestorSet, RoundResult, SetParams},
    },
    grounds::*,
};

#[test]
fn a_set_has_a_panel_of_at_most_sixteen_and_a_quorum_of_more_than_half() {
    let check = |panel, quorum| SetParams { panel, quorum, ..set_params() }.check();
    for (panel, quorum) in [(1, 1), (2, 2), (3, 2), (8, 5), (16, 9), (16, 16)] {
        assert_eq!(check(panel, quorum), Ok(()), "{quorum} of {panel}");
    }
    for (panel, quorum) in [(0, 0), (2, 1), (8, 4), (8, 9), (16, 8), (16, 17), (17, 9), (255, 255)] {
        assert!(check(panel, quorum).is_err(), "{quorum} of {panel}");
    }
}

#[test]
fn a_set_has_a_bond_worth_slashing_and_a_fee_worth_paying() {
    let check = |bond, fee| SetParams { bond, fee, ..set_params() }.check();
    for (bond, fee) in
        [(10_000, 10), (10_000, u64::MAX), (10_001, 11), (999_000, 999), (u64::MAX, u64::MAX / 1_000 + 1)]
    {
        assert_eq!(check(bond, fee), Ok(()), "{bond} for {fee}");
    }
    for (bond, fee) in [(0, 10), (9_999, 10), (10_000, 9), (10_001, 10), (10_000, 0), (u64::MAX, u64::MAX / 1_000)]
    {
        assert_eq!(check(bond, fee), Err(MarketError::SetOutOfRange), "{bond} for {fee}");
    }
}

type Change = fn(&mut SetParams);

#[test]
fn a_change_takes_effect_after_fourteen_days_by_itself_whether_it_loosens_or_tightens() {
    let changes: [Change; 8] = [
        |p| p.bond -= 1_000,
        |p| p.bond += 1,
        |p| p.fee -= 1,
        |p| p.fee += 1,
        |p| p.quorum = 3,
        |p| p.quorum = 5,
        |p| p.panel = 4,
        |p| p.panel = 6,
    ];
    for change in changes {
        let mut set = Round::new(5).set;
        (set.params.bond, set.params.quorum) = (2 * BOND, 4);
        let (old, mut new) = (set.params, set.params);
        change(&mut new);
        assert_eq!(set.announce(&new, START), Ok(START + LOOSENING_DELAY));
        set.refresh(START + LOOSENING_DELAY - 1);
        assert_eq!(set.params, old);
        set.refresh(START + LOOSENING_DELAY);
        assert_eq!((set.params, set.pending_at), (new, 0));
    }
}

#[test]
fn only_another_announcement_drops_one_early_and_it_waits_anew() {
    let mut set = Round::new(5).set;
    let first = SetParams { bond: BOND + 1, ..set_params() };
    let second = SetParams { quorum: 4, ..set_params() };
    set.announce(&first, START).unwrap();
    set.add(&key(50), &key(60), &mut stake_of(BOND), START + 1).unwrap();
    set.leave(0, START + 2).unwrap();
    set.remove(1, START + 3).unwrap();
    assert_eq!((set.pending, set.pending_at), (first, START + LOOSENING_DELAY));
    // Also taking it back, or announcing the same again.
    for (again, at) in [(first, 4), (set_params(), 5), (second, 6)] {
        assert_eq!(set.announce(&again, START + at), Ok(START + at + LOOSENING_DELAY));
    }
    assert_eq!(set.params, set_params());
    // One whose time has come counts before the next is announced.
    set.announce(&first, START + 6 + LOOSENING_DELAY).unwrap();
    assert_eq!((set.params, set.pending), (second, first));
}

#[test]
fn a_round_that_is_open_keeps_the_terms_it_was_opened_under() {
    let mut round = Round::new(5).open();
    let other = SetParams { fee: 500, bond: 2 * BOND, panel: 5, quorum: 5, reserved: [0; 6] };
    round.set.announce(&other, START + 20).unwrap();
    round.set.refresh(START + 20 + LOOSENING_DELAY);
    assert_eq!(round.set.params, other);
    let challenge = &round.challenge;
    assert_eq!((challenge.fee, challenge.bond, challenge.quorum), (FEE, BOND, 3));
}

#[test]
fn an_attestor_added_after_the_founding_judges_from_fourteen_days_on() {
    let (mut set, mut stake) = (AttestorSet::zeroed(), stake_of(BOND));
    set.open(1, &set_params(), START).unwrap();
    let last = START + FOUNDING_WINDOW - 1;
    assert_eq!(set.add(&key(1), &key(11), &mut stake_of(BOND), last), Ok(last));
    let later = START + FOUNDING_WINDOW;
    assert_eq!(set.add(&key(2), &key(12), &mut stake, later), Ok(later + LOOSENING_DELAY));
    let eligible = |now| set.eligible(&key(90), &key(91), now);
    assert_eq!(
        (eligible(later), eligible(later + LOOSENING_DELAY - 1), eligible(later + LOOSENING_DELAY)),
        (1, 1, 3)
    );
}

#[test]
fn an_attestor_brings_its_own_bond_and_is_in_a_set_once() {
    let mut set = AttestorSet::zeroed();
    set.open(1, &set_params(), START).unwrap();
    let add = |set: &mut AttestorSet, key_number, stake_number, units| {
        set.add(&key(key_number), &key(stake_number), &mut stake_of(units), START)
    };
    assert_eq!(add(&mut set, 1, 11, BOND - 1), Err(MarketError::InsufficientStake));
    assert_eq!(add(&mut set, 0, 11, BOND), Err(MarketError::KeyMissing));
    assert_eq!(set.attestors, 0);
    assert_eq!(add(&mut set, 1, 11, BOND), Ok(START));
    assert_eq!(add(&mut set, 1, 12, BOND), Err(MarketError::AlreadyAttestor));
    assert_eq!(add(&mut set, 2, 11, BOND), Err(MarketError::AlreadyAttestor));
    for number in 2..=16 {
        assert_eq!(add(&mut set, number, 20 + number, BOND), Ok(START));
    }
    assert_eq!(add(&mut set, 50, 60, BOND), Err(MarketError::AttestorSetFull));
    assert_eq!((set.find(&key(16)), set.find(&key(50))), (Ok(15), Err(MarketError::NotAttestor)));
    assert_eq!(set.find(&key(0)), Err(MarketError::NotAttestor));
    assert_eq!([11, 22, 36].map(|stake| set.find_stake(&key(stake))), [Ok(0), Ok(1), Ok(15)]);
    assert_eq!([60, 0].map(|stake| set.find_stake(&key(stake))), [Err(MarketError::NotAttestor); 2]);
}

#[test]
fn a_raised_bond_of_the_set_leaves_its_attestors_fourteen_days_to_follow() {
    let mut round = Round::new(5);
    round.set.announce(&SetParams { bond: 2 * BOND, ..set_params() }, START).unwrap();
    assert_eq!(round.clone().try_open(), Ok(()));
    let mut late = round.clone();
    late.wait(LOOSENING_DELAY);
    assert_eq!(late.try_open(), Err(MarketError::TooFewAttestors));
    for place in 0..5u8 {
        let stake = &mut round.stakes[usize::from(place)];
        assert_eq!(round.set.raise_bond(place, stake, 0), Err(MarketError::AmountZero));
        assert_eq!(round.set.raise_bond(place, stake, 5 * BOND), Err(MarketError::InsufficientStake));
        round.set.raise_bond(place, stake, BOND).unwrap();
        assert_eq!(stake.allocated, 2 * BOND);
    }
    round.wait(LOOSENING_DELAY);
    round.try_open().unwrap();
    assert_eq!((round.challenge.bond, round.challenge.eligible), (2 * BOND, 0b1_1111));
}

#[test]
fn a_creator_removes_one_attestor_in_fourteen_days() {
    let mut set = Round::new(6).set;
    assert_eq!(set.remove(0, START), Ok(()));
    assert_eq!(set.remove(1, START + LOOSENING_DELAY - 1), Err(MarketError::RemovalTooSoon));
    assert_eq!(set.eligible(&key(90), &key(91), START), 0b11_1110);
    assert_eq!(set.remove(1, START + LOOSENING_DELAY), Ok(()));
}

#[test]
fn a_bond_leaves_a_day_after_its_attestor_and_when_its_rounds_are_settled() {
    let mut round = Round::drawn(5);
    let place = round.panel()[0];
    let left_at = round.now.unix;
    let vacate = |round: &mut Round, now| {
        let stake = &mut round.stakes[usize::from(place)];
        round.set.vacate(place, stake, now)
    };
    assert_eq!(vacate(&mut round, left_at + 9 * DAY), Err(MarketError::AttestorBound), "it has not left");
    round.set.leave(place, left_at).unwrap();
    round.set.leave(place, left_at + 5).unwrap();
    assert_eq!(vacate(&mut round, left_at + ATTESTOR_NOTICE), Err(MarketError::AttestorBound), "a round is open");
    round.judge(&[Some(Round::failing()); 5]);
    round.decide().unwrap();
    round.settle_all();
    assert_eq!(vacate(&mut round, left_at + ATTESTOR_NOTICE - 1), Err(MarketError::AttestorBound));
    let ties = round.stakes[usize::from(place)].ties;
    assert_eq!(vacate(&mut round, left_at + ATTESTOR_NOTICE), Ok(BOND));
    assert_eq!((round.set.attestors, round.stakes[usize::from(place)].allocated), (4, 0));
    assert_eq!(round.stakes[usize::from(place)].ties, ties - 1, "the stake may close again");
    assert_eq!(round.set.find(&key(100 + place)), Err(MarketError::NotAttestor));
}

#[test]
fn a_place_that_changed_hands_before_a_draw_is_nobodys() {
    let mut round = Round::new(5).open();
    let left_at = round.now.unix;
    round.set.leave(0, left_at).unwrap();
    // Two days, and no slot: the chain stood still.
    let later = left_at + 2 * DAY;
    let stake = &mut round.stakes[0];
    round.set.vacate(0, stake, later).unwrap();
    round.set.add(&key(150), &key(250), stake, later).unwrap();
    round.now.slot += 20;
    round.now.unix = later;
    round.try_draw([7; 32]).unwrap();
    assert_eq!((round.challenge.settled, round.set.slots[0].open_rounds), (1, 0));
    assert_eq!(round.challenge.judges.iter().filter(|judge| judge.state == 1).count(), 4);
    // The host's time was over before the draw, as the chain stood still: nobody is to blame.
    assert_eq!(round.commit_answer(), Err(MarketError::PhaseOver));
    assert_eq!(round.decide(), Ok(RoundResult::Void));
    assert_eq!(round.settle(0), Err(MarketError::AlreadySettled));
}

#[test]
fn an_attestor_of_the_second_in_which_a_round_opens_is_drawn_for_it() {
    for (later, settled) in [(0, 0u8), (1, 1)] {
        let mut round = Round::new(5).open();
        round.set.slots[0].active_at = round.challenge.opened_at + later;
        round.now.slot += 20;
        round.try_draw([7; 32]).unwrap();
        assert_eq!((round.challenge.settled, round.set.slots[0].open_rounds), (settled, 1 - u32::from(settled)));
    }
}

#[test]
fn a_set_closes_empty_and_as_long_after_its_last_attestor_left_as_an_announcement_takes() {
    let (mut set, mut stake) = (AttestorSet::zeroed(), stake_of(2 * BOND));
    set.open(1, &set_params(), START).unwrap();
    assert_eq!(set.require_closable(START), Ok(()), "nobody ever judged");
    set.add(&key(1), &key(11), &mut stake, START).unwrap();
    set.add(&key(2), &key(12), &mut stake, START).unwrap();
    assert_eq!(set.require_closable(START), Err(MarketError::SetNotEmpty));
    set.leave(0, START).unwrap();
    set.remove(1, START + DAY).unwrap();
    // Leaving again moves nothing.
    set.leave(0, START + 2 * DAY).unwrap();
    set.vacate(0, &mut stake, START + 2 * DAY).unwrap();
    set.vacate(1, &mut stake, START + 2 * DAY).unwrap();
    let open_until = START + DAY + LOOSENING_DELAY;
    assert_eq!(set.require_closable(open_until - 1), Err(MarketError::SetCoolingOff));
    assert_eq!((set.require_closable(open_until), stake.allocated), (Ok(()), 0));
    set.rounds = 1;
    assert_eq!(set.require_closable(open_until), Err(MarketError::SetNotEmpty));
}
