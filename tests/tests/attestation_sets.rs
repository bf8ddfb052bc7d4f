//! Sets of attestors on the real program: who may do what to them, when, and what binds a bond.

use {
    gpu_market::{
        constants::{ATTESTOR_NOTICE, FOUNDING_WINDOW, LOOSENING_DELAY},
        error::MarketError,
        state::SetParams,
    },
    gpu_market_sdk::{
        Instruction, address,
        events::Event,
        instructions::{attest, stake},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn advance(proving: &mut Proving, seconds: i64) {
    proving.world.svm.advance(u32::try_from(seconds).expect("seconds"));
}

fn add(proving: &Proving, party: &HostParty) -> Instruction {
    let (owner, key) = (party.owner.pubkey(), party.operator.pubkey());
    attest::add_attestor(proving.creator.pubkey(), owner, proving.set, key)
}

fn creator(proving: &Proving) -> Keypair {
    proving.creator.insecure_clone()
}

#[test]
fn a_set_is_created_once_and_within_its_bounds() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let key = creator.pubkey();
    let again = attest::create_attestor_set(key, key, 1, SET);
    proving.world.refused(&[again], &[&creator], IN_USE);
    for params in [
        SetParams { panel: 17, quorum: 9, ..SET },
        SetParams { panel: 4, quorum: 2, ..SET },
        SetParams { quorum: 4, ..SET },
        SetParams { bond: 9_999, fee: 1_000, ..SET },
        // Nobody walks away from a panel for nothing.
        SetParams { fee: 0, ..SET },
        SetParams { fee: BOND / 1_000 - 1, ..SET },
        SetParams { reserved: [0, 0, 0, 0, 0, 1], ..SET },
    ] {
        let create = attest::create_attestor_set(key, key, 2, params);
        proving.world.refused(&[create], &[&creator], MarketError::SetOutOfRange);
        let announce = attest::announce_set(key, proving.set, params);
        proving.world.refused(&[announce], &[&creator], MarketError::SetOutOfRange);
    }
    let create = attest::create_attestor_set(key, key, 2, SET);
    let executed = proving.world.ok(&[create], &[&creator]);
    let [Event::AttestorSetCreated(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.id, event.params, event.creator), (2, SET, key));
}

#[test]
fn a_change_of_a_set_is_in_force_after_14_days_and_not_a_second_earlier() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let (key, set) = (creator.pubkey(), proving.set);
    let stranger = proving.stranger();
    let foreign = attest::announce_set(stranger.pubkey(), set, SET);
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotSetCreator);

    let strict = SetParams { quorum: 3, ..SET };
    let executed = proving.world.ok(&[attest::announce_set(key, set, strict)], &[&creator]);
    let [Event::AttestorSetAnnounced(event)] = executed.events[..] else { panic!("events") };
    assert_eq!(event.effective_at, proving.world.now().unix + LOOSENING_DELAY);
    assert_eq!((proving.set_account().params, proving.set_account().pending), (SET, strict));
    advance(&mut proving, LOOSENING_DELAY - 1);
    let early = proving.open(1);
    assert_eq!(proving.round(early).quorum, 2);
    advance(&mut proving, 1);
    let rival = proving.rival();
    let late = proving.open_for(&rival, 1);
    assert_eq!(proving.round(late).quorum, 3);
}

#[test]
fn a_creator_that_outbonds_the_honest_attestors_takes_no_panel_before_they_could_follow() {
    let mut proving = Proving::sized(6, SET);
    let creator = creator(&proving);
    let raise = |proving: &mut Proving, place: usize| {
        let owner = proving.attestors[place].owner.insecure_clone();
        proving.world.ok(&[attest::raise_bond(owner.pubkey(), proving.set, BOND)], &[&owner]);
    };
    // Two friends of six raise their bonds, and the creator asks for as much in the same minute.
    raise(&mut proving, 4);
    raise(&mut proving, 5);
    let takeover = SetParams { bond: 2 * BOND, fee: 2 * ROUND_FEE, panel: 2, quorum: 2, ..SET };
    proving.world.ok(&[attest::announce_set(creator.pubkey(), proving.set, takeover)], &[&creator]);
    let round = proving.open(1);
    assert_eq!((proving.round(round).eligible, proving.round(round).panel), (0b11_1111, 3));
    // The honest have fourteen days to follow.
    advance(&mut proving, LOOSENING_DELAY - 1);
    raise(&mut proving, 0);
    raise(&mut proving, 1);
    advance(&mut proving, 1);
    let rival = proving.rival();
    let mut open = proving.open_ix(&rival, 1);
    open.data = [&[128][..], &takeover.fee.to_le_bytes()].concat();
    proving.world.ok(&[open], &[&rival.operator, &rival.owner, &proving.renter]);
    let round = address::challenge(&rival.member(&proving.market), 1).0;
    assert_eq!(proving.round(round).eligible, 0b11_0011);
}

#[test]
fn a_creator_that_asks_for_an_impossible_bond_does_not_stop_the_set_at_once() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let announce = |proving: &Proving, bond, fee| {
        attest::announce_set(creator.pubkey(), proving.set, SetParams { bond, fee, ..SET })
    };
    let free = announce(&proving, u64::MAX, ROUND_FEE);
    proving.world.refused(&[free], &[&creator], MarketError::SetOutOfRange);
    let build = announce(&proving, u64::MAX, u64::MAX);
    proving.world.ok(&[build], &[&creator]);
    proving.open(1);
}

#[test]
fn a_set_that_was_closed_does_not_return_sooner_than_an_announcement_takes_effect() {
    let mut proving = Proving::sized(3, SET);
    let creator = creator(&proving);
    advance(&mut proving, 30 * 86_400);
    for place in 0..3 {
        let (key, stake) = (proving.key(place), proving.attestors[place].stake);
        proving.world.ok(&[attest::leave_set(key.pubkey(), proving.set, stake)], &[&key]);
    }
    advance(&mut proving, ATTESTOR_NOTICE);
    for place in 0..3 {
        let stake = proving.attestors[place].stake;
        proving.world.ok(&[attest::vacate_attestor(creator.pubkey(), proving.set, stake)], &[&creator]);
    }
    let loose = SetParams { bond: 10_000, fee: 10, panel: 1, quorum: 1, ..SET };
    let close = attest::close_attestor_set(creator.pubkey(), proving.set, proving.renter.pubkey());
    let create = attest::create_attestor_set(creator.pubkey(), proving.renter.pubkey(), 1, loose);
    let signers = [&creator, &proving.renter.insecure_clone()];
    let reborn = [close, create];
    proving.world.refused(&reborn, &signers, MarketError::SetCoolingOff);
    advance(&mut proving, LOOSENING_DELAY - ATTESTOR_NOTICE - 1);
    proving.world.refused(&reborn, &signers, MarketError::SetCoolingOff);
    advance(&mut proving, 1);
    proving.world.ok(&reborn, &signers);
}

#[test]
fn attestors_are_added_by_the_creator_with_a_bond_that_its_owner_signs_for() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let party = proving.world.host("sixth", BOND - 1);
    let build = add(&proving, &party);
    let stranger = proving.stranger();
    let by_stranger = with_account(build.clone(), 0, stranger.pubkey());
    proving.world.refused(&[by_stranger], &[&stranger, &party.owner], MarketError::NotSetCreator);
    let unwilling = with_account(build.clone(), 1, stranger.pubkey());
    proving.world.refused(&[unwilling], &[&creator, &stranger], MarketError::NotStakeOwner);
    let signers = [&creator, &party.owner];
    proving.world.refused(from_ref(&build), &signers, MarketError::InsufficientStake);
    let known = attest::add_attestor(creator.pubkey(), party.owner.pubkey(), proving.set, proving.key(0).pubkey());
    proving.world.refused(&[known], &signers, MarketError::AlreadyAttestor);
    let first = proving.attestors[0].owner.insecure_clone();
    let twice = attest::add_attestor(creator.pubkey(), first.pubkey(), proving.set, stranger.pubkey());
    proving.world.refused(&[twice], &[&creator, &first], MarketError::AlreadyAttestor);
    let nobody = attest::add_attestor(creator.pubkey(), party.owner.pubkey(), proving.set, Default::default());
    proving.world.refused(&[nobody], &signers, MarketError::KeyMissing);

    // After the founding, two weeks pass before a new attestor judges.
    advance(&mut proving, FOUNDING_WINDOW);
    let late = proving.world.host("late", BOND);
    let build = add(&proving, &late);
    let executed = proving.world.ok(&[build], &[&creator, &late.owner]);
    let [Event::AttestorAdded(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.bond, event.active_at), (BOND, proving.world.now().unix + LOOSENING_DELAY));
    let round = proving.open(1);
    assert_eq!(proving.round(round).eligible, 0b1_1111);
}

#[test]
fn a_set_has_sixteen_places() {
    let mut proving = Proving::sized(16, SET);
    let creator = creator(&proving);
    let party = proving.world.host("seventeenth", BOND);
    let build = add(&proving, &party);
    proving.world.refused(&[build], &[&creator, &party.owner], MarketError::AttestorSetFull);
}

#[test]
fn a_bond_is_raised_by_the_owner_of_the_stake_and_is_no_collateral() {
    let mut proving = Proving::new();
    let (set, owner) = (proving.set, proving.attestors[0].owner.insecure_clone());
    let raise = attest::raise_bond(owner.pubkey(), set, BOND + 1);
    proving.world.refused(&[raise], &[&owner], MarketError::InsufficientStake);
    let nothing = attest::raise_bond(owner.pubkey(), set, 0);
    proving.world.refused(&[nothing], &[&owner], MarketError::AmountZero);
    let key = proving.key(0);
    let by_key = with_account(attest::raise_bond(owner.pubkey(), set, 1), 0, key.pubkey());
    proving.world.refused(&[by_key], &[&key], MarketError::NotStakeOwner);
    let outsider = proving.host.owner.insecure_clone();
    let foreign = attest::raise_bond(outsider.pubkey(), set, 1);
    proving.world.refused(&[foreign], &[&outsider], MarketError::NotAttestor);
    let raise = attest::raise_bond(owner.pubkey(), set, BOND);
    let executed = proving.world.ok(&[raise], &[&owner]);
    let [Event::AttestorBondRaised(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.bond, event.allocated), (2 * BOND, 2 * BOND));
    // What is bound can neither be unstaked nor become collateral.
    let unstake = stake::request_unstake(owner.pubkey(), 1);
    proving.world.refused(&[unstake], &[&owner], MarketError::InsufficientStake);
}

#[test]
fn an_attestor_leaves_by_itself_and_its_bond_a_day_later_when_its_rounds_are_settled() {
    let mut proving = Proving::sized(3, SET);
    let round = proving.open(1);
    let (set, place) = (proving.set, 0);
    let (key, stake) = (proving.key(place), proving.attestors[place].stake);
    let owner = proving.attestors[place].owner.insecure_clone();
    let vacate = attest::vacate_attestor(key.pubkey(), set, stake);
    proving.world.refused(from_ref(&vacate), &[&key], MarketError::AttestorBound);
    let stranger = proving.stranger();
    let foreign = attest::leave_set(stranger.pubkey(), set, stake);
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotYourPlace);
    let neighbour = proving.key(1);
    let foreign = attest::leave_set(neighbour.pubkey(), set, stake);
    proving.world.refused(&[foreign], &[&neighbour], MarketError::NotYourPlace);
    let executed = proving.world.ok(&[attest::leave_set(key.pubkey(), set, stake)], &[&key]);
    let [Event::AttestorLeft(left)] = executed.events[..] else { panic!("events") };
    assert_eq!((left.removed, left.leaving_at), (0, proving.world.now().unix));
    // The owner of the stake may too, and a second time changes nothing.
    advance(&mut proving, 10);
    let executed = proving.world.ok(&[attest::leave_set(owner.pubkey(), set, stake)], &[&owner]);
    assert!(matches!(executed.events[..], [Event::AttestorLeft(event)] if event.leaving_at == left.leaving_at));

    // It was eligible when the round opened, so it still judges it.
    proving.draw(round);
    assert_eq!(proving.set_account().slots[place].open_rounds, 1);
    advance(&mut proving, ATTESTOR_NOTICE);
    proving.world.refused(from_ref(&vacate), &[&key], MarketError::AttestorBound);
    proving.finalize(round);
    proving.settle_all(round);
    let executed = proving.world.ok(from_ref(&vacate), &[&key]);
    let [Event::AttestorVacated(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.bond, event.allocated), (BOND, 0));
    proving.world.refused(&[vacate], &[&key], MarketError::NotAttestor);
}

#[test]
fn a_creator_removes_one_attestor_in_14_days() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let stakes: Vec<_> = proving.attestors.iter().map(|attestor| attestor.stake).collect();
    let remove =
        |proving: &Proving, place: usize| attest::remove_attestor(creator.pubkey(), proving.set, stakes[place]);
    let stranger = proving.stranger();
    let foreign = with_account(remove(&proving, 0), 0, stranger.pubkey());
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotSetCreator);
    let executed = proving.world.ok(&[remove(&proving, 0)], &[&creator]);
    assert!(matches!(executed.events[..], [Event::AttestorLeft(event)] if event.removed == 1));
    proving.world.refused(&[remove(&proving, 1)], &[&creator], MarketError::RemovalTooSoon);
    let round = proving.open(1);
    assert_eq!(proving.round(round).eligible, 0b1_1110);
    advance(&mut proving, LOOSENING_DELAY);
    proving.world.ok(&[remove(&proving, 1)], &[&creator]);
}

#[test]
fn a_set_is_closed_by_its_creator_when_nothing_is_left_in_it() {
    let mut proving = Proving::new();
    let creator = creator(&proving);
    let (key, payer) = (creator.pubkey(), proving.renter.pubkey());
    let close = attest::close_attestor_set(key, proving.set, payer);
    proving.world.refused(&[close], &[&creator], MarketError::SetNotEmpty);
    let create = attest::create_attestor_set(key, payer, 7, SET);
    proving.world.ok(&[create], &[&creator, &proving.renter]);
    let empty = address::attestor_set(&key, 7).0;
    let stranger = proving.stranger();
    let foreign = attest::close_attestor_set(stranger.pubkey(), empty, payer);
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotSetCreator);
    let thief = attest::close_attestor_set(key, empty, key);
    proving.world.refused(&[thief], &[&creator], MarketError::WrongRentPayer);
    let close = attest::close_attestor_set(key, empty, payer);
    proving.world.ok_closing(close, &[&creator], &[empty], &payer);
}
