//! GPUs that rounds proved, on the real program: claimed once, for one owner at a time, and given up again.

use {
    gpu_market::{
        constants::{ATTESTATION_LIFETIME, CLAIM_WINDOW, HOST_GRACE, OPENING_WINDOW},
        error::MarketError,
        state::{Market, RoundResult, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        error::Refusal,
        events::Event,
        instructions::{attest, member},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// Lets the rival take the place of the host, with some GPUs of its own.
fn as_rival(proving: &mut Proving, gpus: Vec<[u8; 32]>) {
    proving.host = proving.rival();
    proving.gpus = gpus;
}

fn attested(proving: &Proving, host: &HostParty) -> (u16, i64) {
    let member = proving.world.member_account(host, &proving.market);
    (member.attested_gpus, member.attested_until)
}

/// Lets the time for claims pass and concludes the round.
fn conclude_late(proving: &mut Proving, round: Address) {
    proving.world.svm.advance(CLAIM_WINDOW as u32 + 1);
    proving.world.ok(&[attest::conclude_challenge(round, proving.round(round).member)], &[]);
}

#[test]
fn a_gpu_is_claimed_once_and_only_with_its_proof() {
    let mut proving = Proving::new();
    let judged = proving.judged(1);
    let early = proving.claim_ix(judged, 0);
    proving.world.refused(&[early], &[&proving.renter], MarketError::RoundNotDecided);
    let round = judged;
    proving.finalize(round);
    let claim = proving.claim_ix(round, 0);
    // The proof of another GPU, another number, a foreign uuid.
    for (uuid, index, proof) in [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 3, 0)] {
        let mut built = proving.claim_ix(round, proof);
        let uuid_hash = proving.gpus[uuid];
        built.data[1..33].copy_from_slice(&uuid_hash);
        built.data[33] = index;
        built.accounts[3].pubkey = address::gpu(&proving.set, &uuid_hash).0;
        proving.world.refused(&[built], &[&proving.renter], MarketError::GpuNotInRound);
    }
    let mut short = claim.clone();
    short.data.truncate(40);
    let refused = proving.world.fails(&[short], &[&proving.renter]);
    assert!(matches!(refused.refusal, Some(Refusal::Check(_))), "{refused}");
    let elsewhere = with_account(claim.clone(), 3, address::gpu(&proving.set, &[1; 32]).0);
    let refused = proving.world.fails(&[elsewhere], &[&proving.renter]);
    assert!(matches!(refused.refusal, Some(Refusal::Check(_))), "{refused}");
    let rival = proving.rival();
    let other = with_account(claim.clone(), 2, rival.member(&proving.market));
    proving.world.refused(&[other], &[&proving.renter], MarketError::WrongMember);
    let executed = proving.world.ok(from_ref(&claim), &[&proving.renter]);
    let [Event::GpuClaimed(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.index, event.claimed, event.rent_payer), (0, 1, proving.renter.pubkey()));
    proving.world.refused(&[claim], &[&proving.renter], MarketError::GpuAlreadyClaimed);
}

#[test]
fn a_competitors_gpu_is_refused_by_name_and_left_out_at_the_end_and_fails_nobody() {
    let mut proving = Proving::new();
    let honest = proving.prover();
    let first = proving.passed(1);
    proving.claim_all(first);
    let stolen = proving.gpus[0];
    let until = proving.gpu(&stolen).expires_at;
    // The rival's panel is fooled into reading the uuid of somebody else's GPU besides the rival's own.
    let mut gpus = uuid_hashes("rival", 2);
    gpus.push(stolen);
    gpus.sort_unstable();
    as_rival(&mut proving, gpus);
    let second = proving.passed(1);
    for index in 0..3 {
        let (claim, renter) = (proving.claim_ix(second, index), proving.renter.insecure_clone());
        if proving.gpus[index] == stolen {
            proving.world.refused(&[claim], &[&renter], MarketError::GpuHeld);
        } else {
            proving.world.ok(&[claim], &[&renter]);
        }
    }
    conclude_late(&mut proving, second);
    let gpu = proving.gpu(&stolen);
    assert_eq!((gpu.member, gpu.expires_at), (honest.member(&proving.market), until));
    assert_eq!(attested(&proving, &honest).0, 3);
    let rival = proving.prover();
    assert_eq!(attested(&proving, &rival).0, 2);
    assert_eq!(proving.round(second).result, RoundResult::Passed as u8);
    let foreign = attest::release_gpu(rival.owner.pubkey(), address::gpu(&proving.set, &stolen).0, &gpu);
    proving.world.refused(&[foreign], &[&rival.owner], MarketError::GpuNotExpired);
}

#[test]
fn the_same_gpus_in_two_markets_of_one_host_count_once() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    let terms = TermsParams { attestor_set: proving.set, ..TERMS };
    let prover = proving.prover();
    let old = proving.market;
    proving.market = proving.world.create_market(0, 9, &terms, None);
    let market = proving.market;
    proving.world.enroll(&prover, &market, 20 * STAKE);
    let second = proving.passed(1);
    let (claim, renter) = (proving.claim_ix(second, 0), proving.renter.insecure_clone());
    proving.world.refused(&[claim], &[&renter], MarketError::GpuHeld);
    conclude_late(&mut proving, second);
    let member = proving.world.member_account(&prover, &market);
    assert_eq!((proving.round(second).claimed, member.attested_gpus), (0, 0));
    assert_eq!(member.standing.round_barred_until, 0, "the round passed");
    proving.open(2);
    proving.market = old;
    assert_eq!(attested(&proving, &prover).0, 3);
}

#[test]
fn a_second_round_renews_the_same_gpus_without_counting_them_twice() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    proving.world.svm.advance(86_400);
    let second = proving.passed(2);
    proving.claim_all(second);
    let until = proving.round(second).decided_at + ATTESTATION_LIFETIME;
    let prover = proving.prover();
    assert_eq!(attested(&proving, &prover), (3, until));
    assert!(proving.gpus.iter().all(|hash| proving.gpu(hash).expires_at == until));
}

fn release_ix(proving: &Proving, authority: &Address, index: usize) -> gpu_market_sdk::Instruction {
    let hash = proving.gpus[index];
    attest::release_gpu(*authority, address::gpu(&proving.set, &hash).0, &proving.gpu(&hash))
}

#[test]
fn a_gpu_is_released_by_its_owner_at_any_time_and_by_anyone_when_it_has_expired() {
    let mut proving = Proving::new();
    let round = proving.passed(1);
    proving.claim(round, 0);
    let owner = proving.host.owner.insecure_clone();
    let release = release_ix(&proving, &owner.pubkey(), 0);
    proving.world.refused(from_ref(&release), &[&owner], MarketError::GpuRoundOpen);
    proving.claim(round, 1);
    proving.claim(round, 2);
    let stranger = proving.stranger();
    let foreign = release_ix(&proving, &stranger.pubkey(), 0);
    proving.world.refused(from_ref(&foreign), &[&stranger], MarketError::GpuNotExpired);
    let rival = proving.rival();
    let other_host = with_account(release.clone(), 1, rival.host);
    proving.world.refused(&[other_host], &[&owner], MarketError::WrongHost);
    let other_member = with_account(release.clone(), 2, rival.member(&proving.market));
    proving.world.refused(&[other_member], &[&owner], MarketError::WrongMember);
    let thief = with_account(release.clone(), 4, stranger.pubkey());
    proving.world.refused(&[thief], &[&owner], MarketError::WrongRentPayer);
    let executed = proving.world.ok(&[release], &[&owner]);
    let [Event::GpuReleased(event)] = executed.events[..] else { panic!("events") };
    assert_eq!((event.counted, event.attested_gpus), (1, 2));

    proving.world.svm.advance(ATTESTATION_LIFETIME as u32);
    let by_anyone = release_ix(&proving, &stranger.pubkey(), 1);
    let gpu = address::gpu(&proving.set, &proving.gpus[1]).0;
    proving.world.ok_closing(by_anyone, &[&stranger], &[gpu], &proving.renter.pubkey());
    let prover = proving.prover();
    assert_eq!(attested(&proving, &prover).0, 1);
}

#[test]
fn a_gpu_of_a_closed_member_is_released_all_the_same() {
    let mut proving = Proving::new();
    let round = proving.passed(1);
    proving.claim_all(round);
    proving.settle_all(round);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    let prover = proving.prover();
    let market = proving.market;
    proving.world.take_back(&prover, &market, 20 * STAKE);
    let close = member::close_member(prover.owner.pubkey(), market.address, proving.world.payer.pubkey());
    proving.world.ok(&[close], &[&prover.owner]);
    let stranger = proving.stranger();
    let foreign = release_ix(&proving, &stranger.pubkey(), 0);
    proving.world.refused(from_ref(&foreign), &[&stranger], MarketError::GpuNotExpired);
    let gpu = |proving: &Proving, index: usize| address::gpu(&proving.set, &proving.gpus[index]).0;
    let (own, renter) = (release_ix(&proving, &prover.owner.pubkey(), 1), proving.renter.pubkey());
    proving.world.ok_closing(own, &[&prover.owner], &[gpu(&proving, 1)], &renter);
    proving.world.svm.advance(ATTESTATION_LIFETIME as u32);
    proving.world.ok_closing(foreign, &[&stranger], &[gpu(&proving, 0)], &renter);
}

#[test]
fn an_expired_gpu_goes_to_the_next_who_proves_it() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    let gpus = proving.gpus.clone();
    proving.world.svm.advance(ATTESTATION_LIFETIME as u32);
    as_rival(&mut proving, gpus.clone());
    let second = proving.passed(1);
    proving.claim_all(second);
    let rival = proving.prover();
    assert_eq!(attested(&proving, &rival).0, 3);
    let gpu = proving.gpu(&gpus[0]);
    assert_eq!((gpu.member, gpu.rent_payer), (rival.member(&proving.market), proving.renter.pubkey()));
}

#[test]
fn a_stranger_cannot_burn_the_claims_of_a_host_that_moves_its_gpus_to_another_member() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    let terms = TermsParams { attestor_set: proving.set, ..TERMS };
    let prover = proving.prover();
    proving.market = proving.world.create_market(0, 9, &terms, None);
    let market = proving.market;
    proving.world.enroll(&prover, &market, 20 * STAKE);
    // The old member's seats go on until the new round has passed; then a competitor is faster than the host.
    let second = proving.passed(1);
    let stranger = proving.stranger();
    let before = proving.round(second);
    for index in 0..3 {
        let claim = with_account(proving.claim_ix(second, index), 0, stranger.pubkey());
        proving.world.refused(&[claim], &[&stranger], MarketError::GpuHeld);
    }
    assert_eq!(proving.round(second), before);
    for index in 0..3 {
        let release = release_ix(&proving, &prover.owner.pubkey(), index);
        proving.world.ok(&[release, proving.claim_ix(second, index)], &[&prover.owner, &proving.renter]);
    }
    let member = proving.world.member_account(&prover, &market);
    assert_eq!((member.attested_gpus, member.standing.open_round, member.standing.round_barred_until), (3, 0, 0));
}

#[test]
fn gpus_count_once_after_a_decision_in_the_very_second_that_genesis_ends() {
    let mut proving = Proving::new();
    let terms = TermsParams { attestor_set: proving.set, ..PREMIUM_TERMS };
    let community = proving.world.community.address;
    let premium = proving.world.create_market(1, 8, &terms, Some(community));
    let genesis_end = proving.world.get::<Market>(&premium.address).genesis_end;
    let host = proving.prover();
    proving.world.admit(&host, &premium, 1, 20 * STAKE);
    proving.market = premium;
    let until = genesis_end - proving.world.now().unix - 600;
    proving.world.svm.advance(until as u32);
    let round = proving.open(1);
    proving.draw(round);
    proving.commit_answer(round);
    proving.judge(round, &[Some(proving.passing(1_000)); 3]);
    let left = genesis_end - proving.world.now().unix;
    proving.world.svm.advance(left as u32);
    proving.open_answer(round);
    proving.finalize(round);
    assert_eq!(proving.round(round).attested_until(), Ok(attested(&proving, &host).1), "the same second");
    for index in 0..2 {
        proving.claim(round, index);
        let release = release_ix(&proving, &host.owner.pubkey(), index);
        proving.world.refused(&[release], &[&host.owner], MarketError::GpuRoundOpen);
    }
    proving.claim(round, 2);
    // Now it counts three, and each release counts one off.
    for (index, left) in [(0, 2), (1, 1)] {
        let release = release_ix(&proving, &host.owner.pubkey(), index);
        proving.world.ok(&[release], &[&host.owner]);
        assert_eq!(attested(&proving, &host).0, left);
    }
}

#[test]
fn a_measurement_that_is_decided_half_a_year_later_is_half_a_year_old() {
    let mut proving = Proving::new();
    let round = proving.judged(1);
    let host = proving.prover();
    proving.world.svm.advance(180 * 86_400);
    proving.finalize(round);
    proving.claim_all(round);
    let member = proving.world.member_account(&host, &proving.market);
    let measured = proving.round(round).opened_at + 4 * OPENING_WINDOW + HOST_GRACE;
    assert_eq!(member.attested_until, measured + ATTESTATION_LIFETIME);
    assert!(member.attested_until < proving.world.now().unix);
}
