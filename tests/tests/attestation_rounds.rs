//! Rounds on the real program: from opening to the last closed account, every deadline, and every base unit.

use {
    gpu_market::{
        constants::{
            ANSWER_WINDOW, ATTESTATION_LIFETIME, CLAIM_WINDOW, DRAW_WINDOW_SLOTS, LOOSENING_DELAY, OPENING_WINDOW,
            READING_WINDOW, REVEAL_WINDOW, ROUND_COOLDOWN,
        },
        error::MarketError,
        state::{Now, RoundResult, SetParams},
    },
    gpu_market_sdk::{
        address,
        events::Event,
        instructions::{attest, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// One of three equal shares of the fee.
const SHARE: u64 = ROUND_FEE / 3;

fn advance(proving: &mut Proving, seconds: i64) {
    proving.world.svm.advance(u32::try_from(seconds).expect("seconds"));
}

/// Base units booked in a stake, and held by its vault.
fn held(proving: &Proving, stake: &gpu_market_sdk::Address) -> (u64, u64) {
    let account = proving.stake(stake);
    (account.amount, proving.world.tokens(&account.vault))
}

#[test]
fn a_round_goes_from_its_opening_to_claimed_gpus_and_closes_to_the_last_unit() {
    let mut proving = Proving::new();
    let (payer, stake) = (proving.renter.pubkey(), proving.host.stake);
    let round = proving.open(1);
    let host = proving.stake(&stake);
    assert_eq!((host.owed, host.amount, host.ties), (ROUND_FEE, 50 * STAKE - ROUND_FEE, 1));
    let drawn = proving.draw(round);
    assert!(matches!(drawn.events[..], [Event::RoundDrawn(event)] if event.seed == proving.round(round).seed));
    proving.commit_answer(round);
    let readings = [1_000, 1_100, 1_050].map(|score| Some(proving.passing(score)));
    proving.judge(round, &readings);
    proving.open_answer(round);
    let decided = proving.finalize(round);
    let [Event::RoundDecided(event)] = decided.events[..] else { panic!("{:?}", decided.events) };
    assert_eq!((event.result, event.score, event.vram, event.share), (1, 1_050, 24_000, SHARE));

    // Nothing counts before every GPU is claimed.
    let prover = proving.prover();
    assert_eq!(proving.world.member_account(&prover, &proving.market).attested_gpus, 0);
    proving.claim_all(round);
    let member = proving.world.member_account(&prover, &proving.market);
    let until = proving.round(round).decided_at + ATTESTATION_LIFETIME;
    assert_eq!((member.attested_gpus, member.attested_until), (3, until));
    let standing = (member.standing.score, member.standing.round, member.standing.open_round);
    assert_eq!(standing, (1_050, 1, 0));
    for hash in proving.gpus.clone() {
        assert_eq!(proving.gpu(&hash).expires_at, until);
    }

    let panel = proving.panel(round);
    proving.settle_all(round);
    for place in 0..5 {
        let paid = if panel.contains(&place) { SHARE } else { 0 };
        let expected = 2 * BOND + paid;
        assert_eq!(held(&proving, &proving.attestors[place].stake), (expected, expected));
    }
    let close = attest::close_challenge(round, &proving.round(round));
    let closed = proving.world.ok_closing(close, &[], &[round], &payer);
    assert!(matches!(closed.events[..], [Event::RoundClosed(event)] if event.refund == ROUND_FEE - 3 * SHARE));
    let left = 50 * STAKE - 3 * SHARE;
    assert_eq!(held(&proving, &stake), (left, left));
    assert_eq!((proving.stake(&stake).owed, proving.stake(&stake).ties), (0, 0));
}

#[test]
fn everything_of_attestation_closes_and_gives_its_rent_back() {
    let mut proving = Proving::new();
    let payer = proving.renter.pubkey();
    let round = proving.passed(1);
    proving.claim_all(round);
    let close = attest::close_challenge(round, &proving.round(round));
    proving.world.refused(from_ref(&close), &[], MarketError::RoundNotOver);
    proving.settle_all(round);
    proving.world.ok_closing(close, &[], &[round], &payer);
    let owner = proving.host.owner.insecure_clone();
    for hash in proving.gpus.clone() {
        let (gpu, account) = (address::gpu(&proving.set, &hash).0, proving.gpu(&hash));
        let release = attest::release_gpu(owner.pubkey(), gpu, &account);
        proving.world.ok_closing(release, &[&owner], &[gpu], &payer);
    }
    let prover = proving.prover();
    assert_eq!(proving.world.member_account(&prover, &proving.market).attested_gpus, 0);

    let (creator, set) = (proving.creator.insecure_clone(), proving.set);
    let close = attest::close_attestor_set(creator.pubkey(), set, payer);
    proving.world.refused(from_ref(&close), &[&creator], MarketError::SetNotEmpty);
    for place in 0..5 {
        let (key, stake) = (proving.key(place), proving.attestors[place].stake);
        proving.world.ok(&[attest::leave_set(key.pubkey(), set, stake)], &[&key]);
    }
    advance(&mut proving, 86_400);
    for place in 0..5 {
        let stake = proving.attestors[place].stake;
        proving.world.ok(&[attest::vacate_attestor(creator.pubkey(), set, stake)], &[&creator]);
        assert_eq!((proving.stake(&stake).allocated, proving.stake(&stake).ties), (0, 0));
    }
    proving.world.refused(from_ref(&close), &[&creator], MarketError::SetCoolingOff);
    advance(&mut proving, LOOSENING_DELAY - 86_400);
    proving.world.ok_closing(close, &[&creator], &[set], &payer);
}

#[test]
fn a_sponsor_pays_a_round_and_gets_back_what_nobody_earned() {
    let mut proving = Proving::new();
    let sponsor = proving.world.host("sponsor", STAKE);
    let prover = proving.prover();
    let mut open = proving.open_ix(&prover, 1);
    open.accounts[1].pubkey = sponsor.owner.pubkey();
    open.accounts[9].pubkey = sponsor.stake;
    proving.world.ok(&[open], &[&prover.operator, &sponsor.owner, &proving.renter]);
    let round = address::challenge(&proving.member(), 1).0;
    assert_eq!(proving.stake(&sponsor.stake).owed, ROUND_FEE);
    assert_eq!(proving.stake(&prover.stake).owed, 0);
    proving.reach_slot(round);
    let mut now = proving.world.now();
    now.slot += DRAW_WINDOW_SLOTS + 10;
    proving.world.svm.set_now(now);
    proving.world.ok(&[attest::expire_challenge(round, proving.member())], &[]);
    let close = attest::close_challenge(round, &proving.round(round));
    proving.world.ok(&[close], &[]);
    assert_eq!(held(&proving, &sponsor.stake), (STAKE, STAKE));
}

#[test]
fn a_stake_that_a_round_or_a_place_needs_does_not_close() {
    let mut proving = Proving::sized(3, SET);
    let sponsor = proving.world.host("sponsor", ROUND_FEE);
    let prover = proving.prover();
    let mut open = proving.open_ix(&prover, 1);
    open.accounts[1].pubkey = sponsor.owner.pubkey();
    open.accounts[9].pubkey = sponsor.stake;
    proving.world.ok(&[open], &[&prover.operator, &sponsor.owner, &proving.renter]);
    let close = stake::close_stake(stake::CloseStake {
        owner: sponsor.owner.pubkey(),
        token: proving.world.stake_token,
        destination: sponsor.stake_wallet,
        rent_payer: proving.world.payer.pubkey(),
    });
    proving.world.refused(&[close], &[&sponsor.owner], MarketError::StakeNotEmpty);
}

#[test]
fn an_outvoted_attestor_is_slashed_to_the_treasury_and_an_absent_one_less() {
    let (mut proving, round) = Proving::answered();
    let yes = proving.passing(900);
    proving.judge(round, &[Some(yes), Some(Proving::failing()), Some(yes)]);
    proving.open_answer(round);
    proving.finalize(round);
    let panel = proving.panel(round);
    proving.settle_all(round);
    let outvoted = proving.stake(&proving.attestors[panel[1]].stake);
    assert_eq!((outvoted.amount, outvoted.treasury_owed, outvoted.allocated), (15 * STAKE, 5 * STAKE, 5 * STAKE));
    let paid = proving.stake(&proving.attestors[panel[0]].stake);
    assert_eq!((paid.amount, paid.treasury_owed), (20 * STAKE + ROUND_FEE / 2, 0));
    proving.claim_all(round);

    let second = proving.open(2);
    proving.draw(second);
    proving.commit_answer(second);
    let yes = proving.passing(900);
    let panel = proving.panel(second);
    assert!(proving.panel(second).iter().all(|place| proving.set_account().slots[*place].bond == BOND));
    proving.judge(second, &[Some(yes), Some(yes), None]);
    proving.open_answer(second);
    proving.finalize(second);
    let before = proving.stake(&proving.attestors[panel[2]].stake);
    proving.settle_all(second);
    let after = proving.stake(&proving.attestors[panel[2]].stake);
    assert_eq!(before.amount - after.amount, BOND / 20);
}

#[test]
fn a_host_without_an_answer_loses_the_fee_and_waits_for_its_next_round() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    proving.draw(round);
    let finalize = proving.finalize_ix(round);
    proving.world.refused(from_ref(&finalize), &[], MarketError::PhaseNotReached);
    let commit = proving.commit_answer_ix(round);
    advance(&mut proving, ANSWER_WINDOW + 61);
    proving.world.refused(&[commit], &[&proving.host.operator.insecure_clone()], MarketError::PhaseOver);
    let executed = proving.world.ok(&[finalize], &[]);
    let [Event::RoundDecided(decided), Event::RoundConcluded(_)] = executed.events[..] else { panic!("events") };
    assert_eq!((decided.result, decided.share), (RoundResult::NoAnswer as u16, SHARE));
    proving.settle_all(round);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    assert_eq!(held(&proving, &proving.host.stake).0, 50 * STAKE - 3 * SHARE);

    let prover = proving.prover();
    let open = proving.open_ix(&prover, 2);
    let renter = proving.renter.insecure_clone();
    let signers = [&prover.operator, &prover.owner, &renter];
    proving.world.refused(from_ref(&open), &signers, MarketError::RoundBarred);
    advance(&mut proving, ROUND_COOLDOWN);
    proving.world.ok(&[open], &signers);
}

#[test]
fn a_host_that_does_not_open_its_answer_has_not_passed() {
    let (mut proving, round) = Proving::answered();
    let yes = Some(proving.passing(1_000));
    proving.judge(round, &[yes, yes, yes]);
    advance(&mut proving, ANSWER_WINDOW + READING_WINDOW + REVEAL_WINDOW + OPENING_WINDOW + 61);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::NoAnswer as u8);
    let (open, operator) = (proving.open_answer_ix(round), proving.host.operator.insecure_clone());
    proving.world.refused(&[open], &[&operator], MarketError::RoundNotRunning);
    let claim = proving.claim_ix(round, 0);
    proving.world.refused(&[claim], &[&proving.renter], MarketError::RoundDidNotPass);
}

#[test]
fn a_quorum_that_fails_a_host_revokes_what_it_had_proved() {
    let mut proving = Proving::new();
    let first = proving.passed(1);
    proving.claim_all(first);
    let second = proving.open(2);
    proving.draw(second);
    proving.commit_answer(second);
    proving.judge(second, &[Some(Proving::failing()); 3]);
    proving.finalize(second);
    let prover = proving.prover();
    let member = proving.world.member_account(&prover, &proving.market);
    assert_eq!((member.attested_until, member.standing.score), (proving.world.now().unix, 0));
}

#[test]
fn a_round_without_a_quorum_is_void_and_the_fee_comes_back() {
    let (mut proving, round) = Proving::answered();
    let yes = proving.passing(1_000);
    proving.judge(round, &[Some(yes), Some(Proving::failing()), None]);
    advance(&mut proving, REVEAL_WINDOW + 1);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Void as u8);
    proving.settle_all(round);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    assert_eq!(held(&proving, &proving.host.stake), (50 * STAKE, 50 * STAKE));
    // Nobody is to blame, so the next one opens at once.
    proving.open(2);
}

#[test]
fn a_chain_that_stood_still_punishes_nobody() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    proving.draw(round);
    proving.world.svm.halt(100_000);
    proving.finalize(round);
    assert_eq!(proving.round(round).result, RoundResult::Void as u8);
    proving.settle_all(round);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    assert_eq!(held(&proving, &proving.host.stake), (50 * STAKE, 50 * STAKE));
    for attestor in &proving.attestors {
        assert_eq!(held(&proving, &attestor.stake), (2 * BOND, 2 * BOND));
    }
}

#[test]
fn a_round_that_nobody_draws_expires_with_its_fee_back() {
    let mut proving = Proving::new();
    let round = proving.open(1);
    let expire = attest::expire_challenge(round, proving.member());
    proving.world.refused(from_ref(&expire), &[], MarketError::DeadlineNotReached);
    proving.world.refused(&[proving.finalize_ix(round)], &[], MarketError::RoundNotRunning);
    let now = proving.world.now();
    proving
        .world
        .svm
        .set_now(Now { unix: now.unix + 300, slot: proving.round(round).slot + DRAW_WINDOW_SLOTS + 1 });
    proving.write_slot_hashes();
    let draw = attest::draw(round, proving.set);
    proving.world.refused(&[draw], &[], MarketError::DrawOver);
    let executed = proving.world.ok(from_ref(&expire), &[]);
    assert!(
        matches!(executed.events[..], [Event::RoundDecided(event), _] if event.result == RoundResult::Undrawn as u16)
    );
    proving.world.refused(&[expire], &[], MarketError::RoundNotOpen);
    proving.world.ok(&[attest::close_challenge(round, &proving.round(round))], &[]);
    assert_eq!(held(&proving, &proving.host.stake), (50 * STAKE, 50 * STAKE));
    assert_eq!(proving.set_account().rounds, 0);
}

#[test]
fn a_round_that_passed_is_concluded_by_anyone_when_the_time_to_claim_is_over() {
    let mut proving = Proving::new();
    let round = proving.passed(1);
    proving.claim(round, 1);
    let conclude = attest::conclude_challenge(round, proving.member());
    proving.world.refused(from_ref(&conclude), &[], MarketError::RoundNotOver);
    advance(&mut proving, CLAIM_WINDOW + 1);
    let claim = proving.claim_ix(round, 0);
    proving.world.refused(&[claim], &[&proving.renter], MarketError::ClaimsOver);
    proving.world.ok(from_ref(&conclude), &[]);
    let prover = proving.prover();
    assert_eq!(proving.world.member_account(&prover, &proving.market).attested_gpus, 1);
    proving.world.refused(&[conclude], &[], MarketError::AlreadySettled);
}

#[test]
fn the_largest_panel_of_the_largest_set_is_judged_within_the_budgets() {
    let params = SetParams { panel: 8, quorum: 5, ..SET };
    let mut proving = Proving::sized(16, params);
    let round = proving.open(1);
    let draw = proving.draw(round).compute_units;
    let answer = proving.commit_answer(round).compute_units;
    let panel = proving.panel(round);
    let (mut commit, mut reveal) = (0, 0);
    for place in &panel {
        let built = proving.commit_ix(round, *place, &proving.passing(1_000 + *place as u32));
        commit = commit.max(proving.world.ok(&[built], &[&proving.key(*place)]).compute_units);
    }
    for place in &panel {
        let built = proving.reveal_ix(round, *place, &proving.passing(1_000 + *place as u32));
        reveal = reveal.max(proving.world.ok(&[built], &[&proving.key(*place)]).compute_units);
    }
    let opened = proving.open_answer(round).compute_units;
    let finalize = proving.finalize(round).compute_units;
    let mut settle = 0;
    for place in panel {
        let built = proving.settle_ix(round, place);
        settle = settle.max(proving.world.ok(&[built], &[]).compute_units);
    }
    let claim = proving.claim(round, 0).compute_units;
    println!(
        "draw {draw}, commit_answer {answer}, commit_reading {commit}, reveal_reading {reveal}, open_answer {opened}, \
         finalize {finalize}, settle {settle}, claim {claim}"
    );
    assert!(commit <= 4_000 && reveal <= 4_000, "commit {commit}, reveal {reveal}");
    assert!(finalize <= 12_000, "finalize {finalize}");
    assert_eq!(proving.round(round).result, RoundResult::Passed as u8);
}
