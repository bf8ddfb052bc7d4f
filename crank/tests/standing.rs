//! Reviews, promotions and rounds of attestation, by what the planner says and nothing else.

mod common;

use {
    common::{Crank, everything},
    gpu_market::{
        constants::{ATTESTATION_LIFETIME, ATTESTOR_NOTICE, CLAIM_WINDOW},
        state::MemberState,
    },
    gpu_market_crank::Kind,
    gpu_market_sdk::instructions::attest,
    gpu_market_tests::*,
    solana_signer::Signer,
};

#[test]
fn a_member_is_reviewed_once_a_week() {
    let Scene { mut world, market, host, .. } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    for _ in 0..2 {
        world.wait_for_review();
        world.attest(&host, &market, 8, i64::MAX);
        assert_eq!(crank.run(&mut world), [Kind::Review]);
    }
    // Not a second before the disputes of the week are over.
    world.wait_until(world.next_window() + i64::from(DAY));
    assert_eq!(crank.run(&mut world), []);
    assert_eq!(crank.planner.next().unix, Some(world.now().unix + 1));
}

#[test]
fn a_member_that_falls_is_suspended_and_reinstated_when_its_time_is_over() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    for nonce in 0..3 {
        world.fail(&host, &market, &client, nonce);
    }
    world.wait_for_review();
    crank.live(&mut world, 1);
    assert_eq!(world.standing_of(&host, &market), MemberState::Suspended);
    let until = world.now().unix + i64::from(PREMIUM_POLICY.suspension);
    world.attestation_given(&host, &market, 8, 1_000, i64::MAX);
    let done = crank.live(&mut world, PREMIUM_POLICY.suspension + 60);
    assert!(done.contains(&Kind::Review) && world.now().unix > until, "{done:?}");
    assert_eq!(world.standing_of(&host, &market), MemberState::Active);
}

#[test]
fn a_candidate_is_promoted_the_moment_its_record_is_good_enough() {
    let mut world = World::new();
    let premium = world.premium_with(7, RECORD);
    let community = world.community;
    let host = world.newcomer("newcomer");
    let clients = ["a", "b"].map(|name| world.client(name, 100 * DOLLAR));
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.apply(&host, &premium);
    world.allocate(&host, &premium, RECORD.collateral_floor);
    world.attestation_given(&host, &premium, 1, RECORD.min_score, i64::MAX);
    world.earn(&host, &community, &[&clients[0], &clients[1]], 0..4);
    assert!(!crank.run(&mut world).contains(&Kind::Promote));
    world.earn(&host, &community, &[&clients[0], &clients[1]], 4..6);
    assert_eq!(world.missing(&host, &premium), Vec::<String>::new());
    assert!(crank.run(&mut world).contains(&Kind::Promote));
    assert_eq!(world.standing_of(&host, &premium), MemberState::Active);
}

#[test]
fn a_round_is_drawn_decided_settled_concluded_and_closed() {
    let mut proving = Proving::new();
    let mut crank = Crank::new(&mut proving.world, "crank", everything());
    let round = proving.open(1);
    assert_eq!(crank.run(&mut proving.world), []);
    proving.reach_slot(round);
    assert_eq!(crank.run(&mut proving.world), [Kind::Draw]);
    proving.commit_answer(round);
    let readings = vec![Some(proving.passing(1_000)); proving.panel(round).len()];
    proving.judge(round, &readings);
    assert_eq!(crank.run(&mut proving.world), []);
    proving.open_answer(round);
    let done = crank.run(&mut proving.world);
    assert_eq!(done[0], Kind::FinalizeChallenge);
    assert_eq!(done[1..], [Kind::SettleAttestor; 3]);
    proving.claim(round, 0);
    let claims_over = u32::try_from(CLAIM_WINDOW).unwrap() + 1;
    proving.world.svm.advance(claims_over);
    assert_eq!(crank.run(&mut proving.world), [Kind::ConcludeChallenge, Kind::CloseChallenge]);
    assert!(!proving.world.exists(&round));
    assert_eq!(proving.world.member_account(&proving.host, &proving.market).attested_gpus, 1);
    // The GPU is given up when the attestation is over.
    proving.world.svm.advance(u32::try_from(ATTESTATION_LIFETIME).unwrap());
    assert_eq!(crank.run(&mut proving.world), [Kind::ReleaseGpu]);
}

#[test]
fn a_round_that_nobody_drew_in_time_is_ended_and_its_fee_goes_back() {
    let mut proving = Proving::new();
    let mut crank = Crank::new(&mut proving.world, "crank", everything());
    let round = proving.open(1);
    let before = proving.stake(&proving.host.stake).amount;
    proving.world.svm.advance(200);
    assert_eq!(crank.run(&mut proving.world), [Kind::ExpireChallenge, Kind::CloseChallenge]);
    assert!(!proving.world.exists(&round));
    assert_eq!(proving.stake(&proving.host.stake).amount, before + ROUND_FEE);
}

#[test]
fn a_host_that_does_not_answer_has_failed_when_its_grace_is_over() {
    let mut proving = Proving::new();
    let mut crank = Crank::new(&mut proving.world, "crank", everything());
    let round = proving.open(1);
    proving.draw(round);
    let opened = proving.round(round).opened_at;
    proving.world.wait_until(opened + 1_800 + 60);
    assert_eq!(crank.run(&mut proving.world), []);
    proving.world.svm.advance(1);
    let done = crank.run(&mut proving.world);
    assert_eq!((done[0], done.last().copied()), (Kind::FinalizeChallenge, Some(Kind::CloseChallenge)));
    assert_eq!(done.iter().filter(|kind| **kind == Kind::SettleAttestor).count(), 3);
}

#[test]
fn an_attestor_that_left_gets_its_bond_back_after_a_day() {
    let mut proving = Proving::new();
    let mut crank = Crank::new(&mut proving.world, "crank", everything());
    let leaver = &proving.attestors[2];
    let leave = attest::leave_set(leaver.owner.pubkey(), proving.set, leaver.stake);
    proving.world.ok(&[leave], &[&leaver.owner]);
    proving.world.svm.advance(u32::try_from(ATTESTOR_NOTICE).unwrap() - 1);
    assert_eq!(crank.run(&mut proving.world), []);
    proving.world.svm.advance(1);
    assert_eq!(crank.run(&mut proving.world), [Kind::VacateAttestor]);
    assert_eq!(proving.set_account().attestors, 4);
}
