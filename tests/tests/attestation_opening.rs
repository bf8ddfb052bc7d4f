//! The opening of rounds on the real program: who may, on what conditions, and what it binds.

use {
    gpu_market::{
        error::MarketError,
        state::{RoundResult, SetParams},
    },
    gpu_market_sdk::{
        address,
        error::Refusal,
        instructions::{attest, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn opening_is_refused_by_name() {
    let mut proving = Proving::new();
    let prover = proving.prover();
    let good = proving.open_ix(&prover, 1);
    let rival = proving.rival();
    let renter = proving.renter.insecure_clone();
    let signers = [&prover.operator, &prover.owner, &renter];
    let stranger = proving.stranger();
    let by_stranger = with_account(good.clone(), 0, stranger.pubkey());
    proving.world.refused(&[by_stranger], &[&stranger, &prover.owner, &renter], MarketError::NotOperator);
    let by_another = with_account(good.clone(), 1, stranger.pubkey());
    proving.world.refused(&[by_another], &[&prover.operator, &stranger, &renter], MarketError::NotStakeOwner);
    let other_host = with_account(good.clone(), 3, rival.host);
    proving.world.refused(&[other_host], &signers, MarketError::WrongHost);
    let market = with_account(good.clone(), 6, proving.world.community.address);
    proving.world.refused(&[market], &signers, MarketError::WrongMarket);
    let foreign = address::terms(&proving.world.community.address, 1).0;
    proving.world.refused(&[with_account(good.clone(), 7, foreign)], &signers, MarketError::WrongMarket);
    let creator = proving.creator.insecure_clone();
    let create = attest::create_attestor_set(creator.pubkey(), creator.pubkey(), 2, SET);
    proving.world.ok(&[create], &[&creator]);
    let other_set = with_account(good.clone(), 8, address::attestor_set(&creator.pubkey(), 2).0);
    proving.world.refused(&[other_set], &signers, MarketError::WrongAttestorSet);
    let mut cheap = good.clone();
    cheap.data = [&[128][..], &(ROUND_FEE - 1).to_le_bytes()].concat();
    proving.world.refused(&[cheap], &signers, MarketError::FeeAboveMaximum);
    let other_stake = with_account(good.clone(), 4, rival.stake);
    let refused = proving.world.fails(&[other_stake], &signers);
    assert!(matches!(refused.refusal, Some(Refusal::Check(_))), "{refused}");

    proving.world.start_unstaking(&prover, 30 * STAKE);
    proving.world.refused(from_ref(&good), &signers, MarketError::InsufficientStake);
    proving.world.ok(&[stake::restake(prover.owner.pubkey(), STAKE)], &[&prover.owner]);
    proving.world.ok(&[good], &signers);
    let again = proving.open_ix(&prover, 2);
    proving.world.refused(&[again], &signers, MarketError::RoundAlreadyOpen);
}

#[test]
fn a_set_with_fewer_attestors_than_its_quorum_opens_no_round() {
    let mut proving = Proving::sized(1, SET);
    let prover = proving.prover();
    let open = proving.open_ix(&prover, 1);
    proving.world.refused(
        &[open],
        &[&prover.operator, &prover.owner, &proving.renter],
        MarketError::TooFewAttestors,
    );
}

#[test]
fn a_member_does_not_close_while_its_round_is_open() {
    let mut proving = Proving::new();
    let prover = proving.prover();
    proving.open(1);
    let owner = &prover.owner;
    proving.world.take_back(&prover, &proving.market.clone(), 20 * STAKE);
    let close = gpu_market_sdk::instructions::member::close_member(
        owner.pubkey(),
        proving.market.address,
        proving.world.payer.pubkey(),
    );
    proving.world.refused(&[close], &[owner], MarketError::RoundAlreadyOpen);
}

#[test]
fn one_attestor_that_leaves_does_not_stop_a_set_whose_panel_is_all_of_it() {
    let mut proving = Proving::sized(5, SetParams { panel: 5, quorum: 3, ..SET });
    let leave = |proving: &mut Proving, place: usize| {
        let (key, stake) = (proving.key(place), proving.attestors[place].stake);
        proving.world.ok(&[attest::leave_set(key.pubkey(), proving.set, stake)], &[&key]);
    };
    leave(&mut proving, 0);
    let round = proving.passed(1);
    assert_eq!((proving.round(round).panel, proving.round(round).quorum), (4, 3));
    assert_eq!(proving.round(round).result, RoundResult::Passed as u8);
    // The quorum never shrinks.
    leave(&mut proving, 1);
    let rival = proving.rival();
    let smallest = proving.open_for(&rival, 1);
    assert_eq!((proving.round(smallest).panel, proving.round(smallest).quorum), (3, 3));
    leave(&mut proving, 2);
    let third = proving.world.host("third", 50 * STAKE);
    proving.world.enroll(&third, &proving.market.clone(), 20 * STAKE);
    let open = proving.open_ix(&third, 1);
    let renter = proving.renter.insecure_clone();
    proving.world.refused(&[open], &[&third.operator, &third.owner, &renter], MarketError::TooFewAttestors);
}

#[test]
fn rounds_that_keep_the_honest_attestors_busy_do_not_leave_the_panel_to_friends() {
    // The friends, two of five, could carry many more rounds with their bonds.
    let mut proving = Proving::sized(5, SetParams { panel: 5, quorum: 3, ..SET });
    for place in [3, 4] {
        let owner = proving.attestors[place].owner.insecure_clone();
        proving.world.ok(&[attest::raise_bond(owner.pubkey(), proving.set, BOND)], &[&owner]);
    }
    for number in 0..3 {
        let host = proving.world.host(&format!("busy {number}"), 50 * STAKE);
        proving.world.enroll(&host, &proving.market.clone(), 20 * STAKE);
        let round = proving.open_for(&host, 1);
        proving.draw(round);
    }
    assert!(proving.set_account().slots[..5].iter().all(|slot| slot.open_rounds == 3));
    let round = proving.open(1);
    assert_eq!(proving.round(round).eligible, 0b1_1111);
}
