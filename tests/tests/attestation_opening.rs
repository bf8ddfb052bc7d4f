//! The opening of rounds on the real program: who may, on what conditions, and what it binds.

use {
    gpu_market::error::MarketError,
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
fn a_set_with_too_few_attestors_opens_no_round() {
    let mut proving = Proving::sized(2, SET);
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
