//! What somebody might try in a round, on the real program.

use {
    gpu_market::{
        constants::{ANSWER_WINDOW, DRAW_WINDOW_SLOTS, SLOT_HASHES},
        error::MarketError,
        state::{Answer, Now, Reading, RoundResult},
    },
    gpu_market_sdk::{digest, error::Refusal, instructions::attest},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn a_draw_comes_out_the_same_whoever_calls_it_and_whenever() {
    let mut results = Vec::new();
    for wait in [0, 1, 30, 60] {
        let mut proving = Proving::new();
        let round = proving.open(1);
        proving.reach_slot(round);
        proving.world.svm.advance(wait);
        proving.write_slot_hashes();
        // A program that dislikes the draw and fails, changes nothing and leaves it to the next caller.
        let draw = attest::draw(round, proving.set);
        let undone = [draw.clone(), draw.clone()];
        proving.world.refused(&undone, &[], MarketError::RoundNotOpen);
        let caller = proving.stranger();
        proving.world.svm.send(&[draw], &[&caller]).expect("drawn");
        let drawn = proving.round(round);
        let expected = digest::seed(&slot_hash(drawn.slot), &round, &proving.member(), &proving.host.host);
        assert_eq!(drawn.seed, expected);
        results.push((drawn.seed, proving.panel(round)));
    }
    results.dedup();
    assert_eq!(results.len(), 1);
}

#[test]
fn nobody_chooses_the_hash_that_is_drawn_from() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    let draw = attest::draw(round, proving.set);
    proving.write_slot_hashes();
    proving.world.refused(from_ref(&draw), &[], MarketError::SlotNotReached);
    proving.reach_slot(round);
    // An account with chosen hashes in the place of the sysvar.
    let sysvar = proving.world.svm.raw(&SLOT_HASHES).expect("the sysvar");
    let forged = proving.stranger().pubkey();
    proving.world.svm.set_raw(forged, sysvar).expect("written");
    let forged = with_account(draw.clone(), 2, forged);
    proving.world.refused(&[forged], &[], MarketError::SlotHashMissing);
    let creator = proving.creator.insecure_clone();
    let create = attest::create_attestor_set(creator.pubkey(), creator.pubkey(), 2, SET);
    proving.world.ok(&[create], &[&creator]);
    let other = gpu_market_sdk::address::attestor_set(&creator.pubkey(), 2).0;
    proving.world.refused(&[attest::draw(round, other)], &[], MarketError::WrongAttestorSet);
    proving.world.ok(from_ref(&draw), &[]);
    proving.world.refused(&[draw], &[], MarketError::RoundNotOpen);
}

#[test]
fn another_hosts_answer_cannot_be_replayed() {
    let mut proving = Proving::new();
    let rival = proving.rival();
    let (mine, theirs) = (proving.open(1), proving.open_for(&rival, 1));
    proving.draw(mine);
    proving.draw(theirs);
    assert_ne!(proving.round(mine).seed, proving.round(theirs).seed);
    let commit = proving.commit_answer_ix(mine);
    // The rival copies the commitment and later the answer and the salt.
    let mut copied = commit.clone();
    copied.accounts[0].pubkey = rival.operator.pubkey();
    copied.accounts[1].pubkey = rival.host;
    copied.accounts[2].pubkey = theirs;
    proving.world.ok(&[commit], &[&proving.host.operator.insecure_clone()]);
    proving.world.ok(&[copied], &[&rival.operator]);
    let yes = Some(proving.passing(1_000));
    proving.judge(mine, &[yes, yes, yes]);
    proving.judge(theirs, &[yes, yes, yes]);
    proving.open_answer(mine);
    let open = attest::open_answer(rival.operator.pubkey(), rival.host, theirs, proving.answer(), ANSWER_SALT);
    proving.world.refused(&[open], &[&rival.operator], MarketError::CommitmentMismatch);
    // Nor does another host answer in this round, or an earlier answer fit a later one.
    let foreign = attest::commit_answer(rival.operator.pubkey(), rival.host, mine, [1; 32]);
    proving.world.refused(&[foreign], &[&rival.operator], MarketError::WrongHost);
}

#[test]
fn only_the_host_answers_and_once() {
    let mut proving = Proving::new();
    let (round, operator) = (proving.open(1), proving.host.operator.insecure_clone());
    let early = attest::commit_answer(operator.pubkey(), proving.host.host, round, [1; 32]);
    proving.world.refused(&[early], &[&operator], MarketError::RoundNotRunning);
    proving.draw(round);
    let commit = proving.commit_answer_ix(round);
    let stranger = proving.stranger();
    let foreign = with_account(commit.clone(), 0, stranger.pubkey());
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotOperator);
    let empty = attest::commit_answer(operator.pubkey(), proving.host.host, round, [0; 32]);
    proving.world.refused(&[empty], &[&operator], MarketError::CommitmentMissing);
    let open = proving.open_answer_ix(round);
    proving.world.refused(from_ref(&open), &[&operator], MarketError::PhaseNotReached);
    // The owner may too.
    let owner = proving.host.owner.insecure_clone();
    proving.world.ok(&[with_account(commit.clone(), 0, owner.pubkey())], &[&owner]);
    proving.world.refused(&[commit], &[&operator], MarketError::AlreadyAnswered);
    proving.world.refused(from_ref(&open), &[&operator], MarketError::PhaseNotReached);
    let yes = Some(proving.passing(1_000));
    proving.judge(round, &[yes, yes, yes]);
    let lie = Answer { gpus: 64, ..proving.answer() };
    let lie = attest::open_answer(operator.pubkey(), proving.host.host, round, lie, ANSWER_SALT);
    proving.world.refused(&[lie], &[&operator], MarketError::CommitmentMismatch);
    proving.world.ok(from_ref(&open), &[&operator]);
    proving.world.refused(&[open], &[&operator], MarketError::AlreadyAnswered);
}

#[test]
fn an_attestor_that_copies_anothers_commitment_cannot_reveal_it() {
    let (mut proving, round) = Proving::answered();
    let panel = proving.panel(round);
    let yes = proving.passing(1_000);
    let honest = proving.commit_ix(round, panel[0], &yes);
    proving.world.ok(from_ref(&honest), &[&proving.key(panel[0])]);
    let copied = with_account(honest, 0, proving.key(panel[1]).pubkey());
    proving.world.ok(&[copied], &[&proving.key(panel[1])]);
    let third = proving.commit_ix(round, panel[2], &yes);
    proving.world.ok(&[third], &[&proving.key(panel[2])]);
    let reveal = proving.reveal_ix(round, panel[0], &yes);
    proving.world.ok(from_ref(&reveal), &[&proving.key(panel[0])]);
    let copied = with_account(reveal, 0, proving.key(panel[1]).pubkey());
    proving.world.refused(&[copied], &[&proving.key(panel[1])], MarketError::CommitmentMismatch);
}

#[test]
fn the_hosts_claim_is_not_there_to_be_copied_before_the_readings_are_committed() {
    let mut proving = Proving::new();
    let (round, operator) = (proving.open(1), proving.host.operator.insecure_clone());
    proving.draw(round);
    proving.commit_answer(round);
    let panel = proving.panel(round);
    let yes = proving.passing(1_000);
    for place in &panel[..2] {
        let commit = proving.commit_ix(round, *place, &yes);
        proving.world.ok(&[commit], &[&proving.key(*place)]);
    }
    // What lies on the chain until then is a salted hash.
    let open = proving.open_answer_ix(round);
    proving.world.refused(from_ref(&open), &[&operator], MarketError::PhaseNotReached);
    assert_ne!(proving.round(round).answer, proving.root());
    let last = proving.commit_ix(round, panel[2], &yes);
    proving.world.ok(&[last], &[&proving.key(panel[2])]);
    proving.world.refused(from_ref(&open), &[&operator], MarketError::PhaseNotReached);
    for place in panel {
        let reveal = proving.reveal_ix(round, place, &yes);
        proving.world.ok(&[reveal], &[&proving.key(place)]);
    }
    proving.world.ok(&[open], &[&operator]);
}

#[test]
fn only_drawn_attestors_vote_once_each_in_time_and_in_order() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    let yes = proving.passing(1_000);
    let early = proving.commit_ix(round, 0, &yes);
    proving.world.refused(&[early], &[&proving.key(0)], MarketError::RoundNotRunning);
    proving.draw(round);
    let panel = proving.panel(round);
    let place = panel[0];
    let commit = proving.commit_ix(round, place, &yes);
    proving.world.refused(from_ref(&commit), &[&proving.key(place)], MarketError::PhaseNotReached);
    proving.commit_answer(round);
    let outside = (0..5).find(|place| !panel.contains(place)).expect("one of five");
    let foreign = proving.commit_ix(round, outside, &yes);
    proving.world.refused(&[foreign], &[&proving.key(outside)], MarketError::NotOnPanel);
    let stranger = proving.stranger();
    let foreign = with_account(commit.clone(), 0, stranger.pubkey());
    proving.world.refused(&[foreign], &[&stranger], MarketError::NotAttestor);
    let empty = attest::commit_reading(proving.key(place).pubkey(), proving.set, round, [0; 32]);
    proving.world.refused(&[empty], &[&proving.key(place)], MarketError::CommitmentMissing);
    proving.world.ok(from_ref(&commit), &[&proving.key(place)]);
    proving.world.refused(&[commit], &[&proving.key(place)], MarketError::AlreadyVoted);
    let reveal = proving.reveal_ix(round, place, &yes);
    proving.world.refused(from_ref(&reveal), &[&proving.key(place)], MarketError::PhaseNotReached);
    for place in &panel[1..] {
        let commit = proving.commit_ix(round, *place, &yes);
        proving.world.ok(&[commit], &[&proving.key(*place)]);
    }
    for (reading, refusal) in [
        (Reading { verdict: 3, ..yes }, MarketError::UnknownVerdict),
        (Reading { gpus: 65, ..yes }, MarketError::ReadingOutOfRange),
        (Reading { verdict: 2, ..yes }, MarketError::ReadingOutOfRange),
        (Reading { score: 1_001, ..yes }, MarketError::CommitmentMismatch),
    ] {
        let wrong = proving.reveal_ix(round, place, &reading);
        proving.world.refused(&[wrong], &[&proving.key(place)], refusal);
    }
    proving.world.ok(from_ref(&reveal), &[&proving.key(place)]);
    proving.world.refused(from_ref(&reveal), &[&proving.key(place)], MarketError::AlreadyVoted);
    for place in &panel[1..] {
        let reveal = proving.reveal_ix(round, *place, &yes);
        proving.world.ok(&[reveal], &[&proving.key(*place)]);
    }
    proving.open_answer(round);
    proving.finalize(round);
    proving.world.refused(&[reveal], &[&proving.key(place)], MarketError::RoundNotRunning);
    let late = proving.commit_ix(round, place, &yes);
    proving.world.refused(&[late], &[&proving.key(place)], MarketError::RoundNotRunning);
    proving.world.refused(&[proving.finalize_ix(round)], &[], MarketError::RoundNotRunning);
}

#[test]
fn readings_are_committed_in_their_time_or_not_at_all() {
    let (mut proving, round) = Proving::answered();
    let panel = proving.panel(round);
    let yes = proving.passing(1_000);
    let commit = proving.commit_ix(round, panel[0], &yes);
    proving.world.ok(&[commit], &[&proving.key(panel[0])]);
    proving.world.svm.advance(2 * ANSWER_WINDOW as u32 + 1);
    let late = proving.commit_ix(round, panel[1], &yes);
    proving.world.refused(&[late], &[&proving.key(panel[1])], MarketError::PhaseOver);
    proving.world.svm.advance(ANSWER_WINDOW as u32);
    // What was committed to in time may be revealed as long as nobody has decided.
    let late = proving.reveal_ix(round, panel[0], &yes);
    proving.world.ok(&[late], &[&proving.key(panel[0])]);
}

#[test]
fn an_attestor_is_settled_once_after_the_decision_and_only_from_the_payers_stake() {
    let mut proving = Proving::new();
    let rival = proving.rival();
    let round = proving.judged(1);
    let panel = proving.panel(round);
    let settle = proving.settle_ix(round, panel[0]);
    proving.world.refused(from_ref(&settle), &[], MarketError::RoundNotDecided);
    let close = attest::close_challenge(round, &proving.round(round));
    proving.world.refused(&[close], &[], MarketError::RoundNotDecided);
    proving.finalize(round);
    let outside = (0..5).find(|place| !panel.contains(place)).expect("one of five");
    let foreign = proving.settle_ix(round, outside);
    proving.world.refused(&[foreign], &[], MarketError::NotOnPanel);
    let stranger = replaced(settle.clone(), &proving.attestors[panel[0]].stake, rival.stake);
    let vault = proving.stake(&proving.attestors[panel[0]].stake).vault;
    let stranger = replaced(stranger, &vault, proving.stake(&rival.stake).vault);
    proving.world.refused(&[stranger], &[], MarketError::NotAttestor);
    let other_vault = replaced(settle.clone(), &vault, proving.attestors[panel[0]].stake_wallet);
    proving.world.refused(&[other_vault], &[], MarketError::WrongVault);
    let other_payer = replaced(settle.clone(), &proving.host.stake, rival.stake);
    proving.world.refused(&[other_payer], &[], MarketError::WrongPayer);
    let own = proving.stake(&proving.host.stake).vault;
    let other_source = replaced(settle.clone(), &own, proving.stake(&rival.stake).vault);
    proving.world.refused(&[other_source], &[], MarketError::WrongVault);
    let other_mint = replaced(settle.clone(), &proving.world.stake_token.mint, proving.world.dollar.mint);
    proving.world.refused(&[other_mint], &[], MarketError::WrongMint);
    proving.world.ok(from_ref(&settle), &[]);
    proving.world.refused(&[settle], &[], MarketError::AlreadySettled);
}

#[test]
fn a_round_ends_for_its_own_member_and_payer_only() {
    let mut proving = Proving::new();
    let rival = proving.rival();
    let round = proving.judged(1);
    let theirs = rival.member(&proving.market);
    for build in [attest::finalize_challenge, attest::expire_challenge, attest::conclude_challenge] {
        proving.world.refused(&[build(round, theirs)], &[], MarketError::WrongMember);
    }
    let conclude = attest::conclude_challenge(round, proving.member());
    proving.world.refused(&[conclude], &[], MarketError::RoundNotDecided);
    proving.finalize(round);
    proving.claim_all(round);
    proving.settle_all(round);
    let close = attest::close_challenge(round, &proving.round(round));
    let to_rival = replaced(close.clone(), &proving.host.stake, rival.stake);
    proving.world.refused(&[to_rival], &[], MarketError::WrongPayer);
    let thief = replaced(close, &proving.renter.pubkey(), rival.owner.pubkey());
    proving.world.refused(&[thief], &[], MarketError::WrongRentPayer);
}

#[test]
fn a_wrapper_program_that_reverts_until_the_draw_suits_gets_the_same_draw_at_every_later_slot() {
    let mut drawn = Vec::new();
    for slots in [1, 2, 57, DRAW_WINDOW_SLOTS - 1, DRAW_WINDOW_SLOTS] {
        let mut proving = Proving::sized(16, SET);
        let round = proving.open(1);
        let (slot, draw) = (proving.round(round).slot, attest::draw(round, proving.set));
        let wrapper = proving.stranger();
        // What comes after the draw in its transaction has seen the panel, and fails.
        let dislikes = attest::finalize_challenge(round, proving.member());
        for again in [1, slots.div_ceil(2), slots] {
            let unix = proving.world.now().unix + 1;
            proving.world.svm.set_now(Now { unix, slot: slot + again });
            proving.write_slot_hashes();
            let before = proving.round(round);
            let wrapped = [draw.clone(), dislikes.clone()];
            let reverted = proving.world.svm.send(&wrapped, &[&wrapper]).expect_err("it dislikes every draw");
            assert_eq!(reverted.refusal, Some(Refusal::Rule(MarketError::PhaseNotReached)));
            assert_eq!(proving.round(round), before, "it is as if nobody had drawn");
        }
        proving.world.ok(&[draw], &[]);
        drawn.push((proving.round(round).seed, proving.panel(round)));
    }
    drawn.dedup();
    assert_eq!(drawn.len(), 1);
}

#[test]
fn an_attestor_that_copies_the_root_of_the_last_round_without_the_result_is_outvoted() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    // Which GPUs the host has, and the result of the last round, stand on the chain.
    let known = proving.round(first);
    let round = proving.open(2);
    proving.draw(round);
    proving.commit_answer(round);
    let copied = Reading { result: [9; 32], gpu_root: known.answer, ..proving.passing(u32::MAX) };
    let measured = Some(proving.passing(1_000));
    proving.judge(round, &[measured, measured, Some(copied)]);
    proving.open_answer(round);
    proving.finalize(round);
    assert_eq!((proving.round(round).result, proving.round(round).score), (RoundResult::Passed as u8, 1_000));
    let lazy = proving.attestors[proving.panel(round)[2]].stake;
    proving.settle_all(round);
    assert_eq!((proving.stake(&lazy).amount, proving.stake(&lazy).treasury_owed), (2 * BOND - BOND / 2, BOND / 2));
}

#[test]
fn a_host_that_opens_another_result_than_its_attestors_checked_fails() {
    let (mut proving, round) = Proving::answered();
    let checked = Some(Reading { result: [9; 32], ..proving.passing(1_000) });
    proving.judge(round, &[checked, checked, checked]);
    proving.open_answer(round);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Failed as u8);
    assert_eq!(proving.round(round).judges[0].hash, digest::measured(&[9; 32], &proving.root()));
}
