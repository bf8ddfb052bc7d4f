//! GPUs: one owner at a time, left out when they are another's, and what they mean for seats.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{ATTESTATION_LIFETIME, CLAIM_WINDOW, MAX_ROUND_GPUS, ROUND_COOLDOWN},
        error::MarketError,
        state::{Conclusion, Gpu, Market, Member, Standing, Tier, digest},
    },
    grounds::*,
    proptest::prelude::*,
};

fn fresh() -> Vec<Gpu> {
    vec![Gpu::zeroed(); 5]
}

/// A round that passed, whose member is told what it came to.
fn concluded(round: &mut Round, member: &mut Member, standing: &mut Standing) -> Conclusion {
    let conclusion = round.challenge.conclude(round.now.unix).expect("it is over");
    member.concluded(&conclusion, round.now.unix);
    standing.concluded(&conclusion, round.now.unix).expect("a time");
    conclusion
}

#[test]
fn a_member_counts_the_gpus_of_its_round_once_all_are_claimed() {
    let (mut round, mut gpus) = (Round::passed(), fresh());
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    standing.open_round(round.now.unix).unwrap();
    for (index, gpu) in gpus.iter_mut().enumerate() {
        assert_eq!(round.challenge.conclude(round.now.unix), Err(MarketError::RoundNotOver), "{index} claimed");
        assert_eq!(round.claim(gpu, index), Ok(()));
    }
    concluded(&mut round, &mut member, &mut standing);
    assert_eq!((member.attested_gpus, standing.score, standing.round, standing.open_round), (5, 1_000, 1, 0));
    assert_eq!(member.attested_until, round.now.unix + ATTESTATION_LIFETIME);
    assert!(gpus.iter().all(|gpu| gpu.expires_at == member.attested_until && gpu.member == key(1)));
    assert_eq!(round.challenge.conclude(round.now.unix), Err(MarketError::AlreadySettled));
}

#[test]
fn a_gpu_of_a_competitor_is_refused_until_the_claims_are_over_and_fails_nothing() {
    let (mut round, mut gpus) = (Round::passed(), fresh());
    (gpus[2].member, gpus[2].expires_at) = (key(77), round.now.unix + 1);
    let before = gpus[2];
    let counted: Vec<_> = (0..5).map(|index| round.claim(&mut gpus[index], index)).collect();
    assert_eq!(counted, [Ok(()), Ok(()), Err(MarketError::GpuHeld), Ok(()), Ok(())]);
    assert_eq!((gpus[2].member, gpus[2].expires_at), (before.member, before.expires_at));
    assert_eq!((round.challenge.claims_done, round.challenge.claimed), (0b1_1011, 4));
    assert_eq!(round.challenge.conclude(round.now.unix), Err(MarketError::RoundNotOver));
    round.wait(CLAIM_WINDOW + 1);
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    concluded(&mut round, &mut member, &mut standing);
    assert_eq!(member.attested_gpus, 4);
}

#[test]
fn a_gpu_is_free_to_others_from_the_second_that_it_expires() {
    for (left, claimed) in [(1, Err(MarketError::GpuHeld)), (0, Ok(())), (-1, Ok(()))] {
        let (mut round, mut gpu) = (Round::passed(), Gpu::zeroed());
        (gpu.member, gpu.expires_at) = (key(77), round.now.unix + left);
        assert_eq!(round.claim(&mut gpu, 0), claimed, "{left} seconds left");
    }
}

#[test]
fn a_gpu_is_claimed_once_in_a_round() {
    let (mut round, mut gpus) = (Round::passed(), fresh());
    assert_eq!(round.claim(&mut gpus[0], 0), Ok(()));
    assert_eq!(round.claim(&mut gpus[0], 0), Err(MarketError::GpuAlreadyClaimed));
    assert_eq!(round.challenge.claimed, 1);
}

#[test]
fn a_member_claims_its_gpu_for_a_later_round_whichever_of_number_and_end_is_the_same() {
    let round = Round::passed();
    let (nonce, until) = (round.challenge.nonce, round.now.unix + ATTESTATION_LIFETIME);
    for (number, end, claimed) in [
        (nonce + 1, until - 1, Ok(())),
        (nonce + 1, until, Ok(())),
        // A member that closed and joined again counts its rounds anew.
        (nonce, until - 1, Ok(())),
        (nonce, until, Err(MarketError::GpuAlreadyClaimed)),
    ] {
        let (mut round, mut gpu) = (round.clone(), Gpu::zeroed());
        (gpu.member, gpu.round, gpu.expires_at) = (key(1), number, end);
        assert_eq!(round.claim(&mut gpu, 0), claimed, "round {number} until {end}");
    }
}

#[test]
fn the_same_gpu_under_two_numbers_counts_once() {
    let (mut round, mut gpu) = (Round::passed(), Gpu::zeroed());
    // Attestors that let a doubled uuid pass: the same leaf stands at two places.
    round.gpus = vec![[1; 32], [2; 32]];
    round.challenge.gpus = 2;
    let leaf = digest_of_leaf(&[1; 32]);
    let mut root = [0; 32];
    <Hasher as gpu_market::state::Sha256>::hash(&[b"gpu-market:node", &leaf, &leaf], &mut root);
    round.challenge.answer = root;
    gpu.uuid_hash = [1; 32];
    let now = round.now.unix;
    assert_eq!(gpu.claim::<Hasher>(&mut round.challenge, 0, &[leaf], now), Ok(()));
    assert_eq!(gpu.claim::<Hasher>(&mut round.challenge, 1, &[leaf], now), Err(MarketError::GpuAlreadyClaimed));
    assert_eq!((round.challenge.claims_done, round.challenge.claimed), (1, 1));
}

fn digest_of_leaf(uuid_hash: &[u8; 32]) -> [u8; 32] {
    digest::gpu_root::<Hasher>(&[*uuid_hash]).expect("one GPU")
}

#[test]
fn a_gpu_that_the_round_did_not_prove_cannot_be_claimed() {
    let mut round = Round::passed();
    let proof = digest::gpu_proof::<Hasher>(&round.gpus, 0).unwrap();
    let mut gpu = Gpu::zeroed();
    gpu.uuid_hash = [99; 32];
    let now = round.now.unix;
    let claim = |gpu: &mut Gpu, round: &mut Round, index, proof: &[[u8; 32]]| {
        gpu.claim::<Hasher>(&mut round.challenge, index, proof, now)
    };
    assert_eq!(claim(&mut gpu, &mut round, 0, &proof), Err(MarketError::GpuNotInRound));
    gpu.uuid_hash = [1; 32];
    assert_eq!(claim(&mut gpu, &mut round, 1, &proof), Err(MarketError::GpuNotInRound), "another's number");
    assert_eq!(claim(&mut gpu, &mut round, 5, &proof), Err(MarketError::GpuNotInRound), "past the last");
    assert_eq!(claim(&mut gpu, &mut round, 64, &proof), Err(MarketError::GpuNotInRound), "past the bits");
    assert_eq!(claim(&mut gpu, &mut round, 0, &proof[1..]), Err(MarketError::GpuNotInRound), "too short");
    let long: Vec<_> = proof.iter().copied().chain([[0; 32]]).collect();
    assert_eq!(claim(&mut gpu, &mut round, 0, &long), Err(MarketError::GpuNotInRound), "too long");
    assert_eq!(claim(&mut gpu, &mut round, 0, &proof), Ok(()));
}

#[test]
fn gpus_are_claimed_from_rounds_that_passed_and_in_time() {
    let mut running = Round::judged([1_000; 5]);
    assert_eq!(running.claim(&mut Gpu::zeroed(), 0), Err(MarketError::RoundNotDecided));
    let mut low = Round::judged([899; 5]);
    low.open_answer().unwrap();
    low.decide().unwrap();
    assert_eq!(low.claim(&mut Gpu::zeroed(), 0), Err(MarketError::RoundDidNotPass));
    let mut round = Round::passed();
    round.wait(CLAIM_WINDOW);
    assert_eq!(round.claim(&mut Gpu::zeroed(), 0), Ok(()));
    assert_eq!(round.challenge.conclude(round.now.unix), Err(MarketError::RoundNotOver));
    round.wait(1);
    assert_eq!(round.claim(&mut Gpu::zeroed(), 4), Err(MarketError::ClaimsOver));
    // A number that the round does not have is none of a later or an earlier claim.
    let now = round.now.unix;
    let past = Gpu::zeroed().claim::<Hasher>(&mut round.challenge, 5, &[], now);
    assert_eq!(past, Err(MarketError::GpuNotInRound));
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    concluded(&mut round, &mut member, &mut standing);
    assert_eq!(member.attested_gpus, 1, "what was claimed in time counts");
}

#[test]
fn a_round_that_passed_bars_no_other_even_if_all_its_gpus_are_anothers() {
    let mut round = Round::passed();
    for index in 0..5 {
        let mut gpu = Gpu::zeroed();
        (gpu.member, gpu.expires_at) = (key(77), i64::MAX);
        assert_eq!(round.claim(&mut gpu, index), Err(MarketError::GpuHeld));
    }
    round.wait(CLAIM_WINDOW + 1);
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    (member.attested_gpus, member.attested_until) = (2, i64::MAX);
    assert_eq!(concluded(&mut round, &mut member, &mut standing), Conclusion::Unchanged { barred: false });
    assert_eq!((member.attested_gpus, standing.round_barred_until), (2, 0));
}

#[test]
fn an_earlier_attestation_counts_until_the_next_round_concludes() {
    let (mut round, mut gpus) = (Round::passed(), fresh());
    let mut market = Market::zeroed();
    (market.tier, market.gpus_per_seat) = (Tier::Premium as u8, 1);
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    (member.attested_gpus, member.attested_until) = (3, round.now.unix + 10);
    for (index, gpu) in gpus.iter_mut().enumerate() {
        assert_eq!(member.seat_limit(&market, round.now.unix), Ok(3));
        round.claim(gpu, index).unwrap();
    }
    concluded(&mut round, &mut member, &mut standing);
    assert_eq!(member.seat_limit(&market, round.now.unix + 10), Ok(5));
}

#[test]
fn a_quorum_that_fails_a_host_revokes_what_it_had_proved() {
    let mut round = Round::drawn(5);
    round.judge(&[Some(Round::failing()); 5]);
    round.decide().unwrap();
    let (mut member, mut standing) = (Member::zeroed(), Standing { score: 1_000, ..Standing::default() });
    (member.attested_gpus, member.attested_until) = (3, i64::MAX);
    assert_eq!(concluded(&mut round, &mut member, &mut standing), Conclusion::Revoked);
    assert_eq!((member.attested_until, standing.score), (round.now.unix, 0));
    assert_eq!(standing.round_barred_until, round.now.unix + ROUND_COOLDOWN);
}

#[test]
fn a_gpu_is_released_by_its_owner_at_any_time_and_by_anyone_once_it_expired() {
    let (mut round, mut gpus) = (Round::passed(), fresh());
    let (mut member, mut standing) = (Member::zeroed(), Standing::default());
    standing.open_round(round.now.unix).unwrap();
    for (index, gpu) in gpus.iter_mut().enumerate() {
        round.claim(gpu, index).unwrap();
        // The round counts it already, and its member does not yet.
        assert_eq!(gpu.release(true, &member, &standing, round.now.unix), Err(MarketError::GpuRoundOpen));
    }
    concluded(&mut round, &mut member, &mut standing);
    let until = member.attested_until;
    assert_eq!(gpus[0].release(false, &member, &standing, until - 1), Err(MarketError::GpuNotExpired));
    assert_eq!(gpus[0].release(false, &member, &standing, until), Ok(true));
    assert_eq!(gpus[0].release(true, &member, &standing, round.now.unix), Ok(true));
    member.gpu_released().unwrap();
    assert_eq!(member.attested_gpus, 4);
    // A GPU of an earlier round, that the last one did not prove again, is not among those that count.
    standing.round = 2;
    assert_eq!(gpus[1].release(true, &member, &standing, round.now.unix), Ok(false));
}

#[test]
fn seats_follow_attested_gpus_and_an_unattested_community_member_has_one() {
    let mut market = Market::zeroed();
    market.gpus_per_seat = 8;
    let mut member = Member::zeroed();
    member.attested_until = START;
    for (tier, gpus, now, seats) in [
        (Tier::Premium, 7, START - 1, 0),
        (Tier::Premium, 8, START - 1, 1),
        (Tier::Premium, 15, START - 1, 1),
        (Tier::Premium, 16, START - 1, 2),
        (Tier::Premium, 16, START, 0),
        (Tier::Community, 16, START - 1, 2),
        (Tier::Community, 16, START, 1),
        (Tier::Community, 0, START - 1, 1),
    ] {
        (market.tier, member.attested_gpus) = (tier as u8, gpus);
        assert_eq!(member.seat_limit(&market, now), Ok(seats), "{tier:?} with {gpus}");
    }
}

#[test]
fn a_root_is_of_one_to_sixty_four_gpus_in_ascending_order() {
    let most = gpus(MAX_ROUND_GPUS as u8);
    assert!(digest::gpu_root::<Hasher>(&most).is_ok());
    let out = refused::<[u8; 32]>(MarketError::ReadingOutOfRange);
    assert_eq!(digest::gpu_root::<Hasher>(&gpus(MAX_ROUND_GPUS as u8 + 1)), out);
    assert_eq!(digest::gpu_root::<Hasher>(&[]), out);
    assert_eq!(digest::gpu_root::<Hasher>(&[[2; 32], [1; 32]]), out);
    assert_eq!(digest::gpu_root::<Hasher>(&[[1; 32], [1; 32]]), out, "the same GPU twice");
    assert_eq!(digest::gpu_proof::<Hasher>(&most, 64), Err(MarketError::GpuNotInRound));
}

#[test]
fn a_gpu_has_a_number_below_the_count_of_its_root() {
    for count in [1, 2, 4, 64] {
        let all = gpus(count);
        let root = digest::gpu_root::<Hasher>(&all).unwrap();
        let last = usize::from(count) - 1;
        let proof = digest::gpu_proof::<Hasher>(&all, last).unwrap();
        let verify = |index| digest::verify_gpu::<Hasher>(&root, u16::from(count), index, &all[last], &proof);
        assert_eq!(verify(u16::from(count) - 1), Ok(()));
        assert_eq!(verify(u16::from(count)), Err(MarketError::GpuNotInRound), "{count} of {count}");
    }
}

#[test]
fn a_gpu_is_found_by_the_hash_of_its_uuid_and_of_nothing_else() {
    let mut expected = [0; 32];
    <Hasher as gpu_market::state::Sha256>::hash(&[b"gpu-market:gpu", b"GPU-1"], &mut expected);
    let mut out = [0; 32];
    digest::gpu_uuid::<Hasher>(b"GPU-1", &mut out);
    assert_eq!(out, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_gpu_of_a_root_is_proved_at_its_number_and_no_other(count in 1..=64u8, at in 0..64u8, other in 0..64u16) {
        let (all, at) = (gpus(count), at % count);
        let root = digest::gpu_root::<Hasher>(&all).unwrap();
        let proof = digest::gpu_proof::<Hasher>(&all, usize::from(at)).unwrap();
        let verify = |index: u16, uuid: &[u8; 32]| {
            digest::verify_gpu::<Hasher>(&root, u16::from(count), index, uuid, &proof)
        };
        prop_assert!(proof.len() <= 6);
        prop_assert_eq!(verify(u16::from(at), &all[usize::from(at)]), Ok(()));
        prop_assert_eq!(verify(other, &all[usize::from(at)]).is_ok(), other == u16::from(at));
        prop_assert_eq!(verify(u16::from(at), &[200; 32]), Err(MarketError::GpuNotInRound));
    }
}

#[test]
fn the_size_is_what_the_layout_says() {
    assert_eq!(size_of::<Gpu>(), 192);
}
