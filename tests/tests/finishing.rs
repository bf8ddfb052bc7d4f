//! Finishing a job, with and without joining again.

use {
    gpu_market::{
        constants::pause,
        error::MarketError,
        events::{HostRejoined, JobFinished},
        state::{Credit, JobState, Member, MemberState, Outcome, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{Slash, job},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

#[test]
fn every_outcome_pays_the_evidence_and_refunds_the_rest() {
    for outcome in [Outcome::Success, Outcome::ClientFault, Outcome::HostFault] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.running(&client, &host, &market, 0, HOUR);
        world.run_for(&host, &market, job, 600);
        world.svm.advance(30);
        let executed = world.finish_with(&client, &host, &market, job, outcome, None);
        let finished = JobFinished {
            job,
            member: host.member(&market),
            result_hash: RESULT,
            paid: 63_000,
            fee: 1_260,
            due: 0,
            refunded: 368_200 - 64_260,
            penalty: 0,
            at: world.now().unix,
            evidenced: 630,
            outcome: outcome as u32,
        };
        assert_eq!(executed.events, [Event::JobFinished(finished)]);

        let success = outcome == Outcome::Success;
        let account = world.job(&job);
        let state = if success { JobState::Completed } else { JobState::Failed };
        assert_eq!((account.state(), account.outcome()), (Ok(state), Ok(outcome)));
        assert_eq!((account.evidenced, account.ended_at, account.result_hash), (630, world.now().unix, RESULT));
        assert_eq!((account.paid, account.fee, account.tip_paid, account.due), (63_000, 1_260, 0, 0));
        assert_eq!(world.tokens(&host.earnings(&market)), 63_000);
        let escrow = world.client_account(&client);
        assert_eq!((escrow.reserved, escrow.fees_owed, escrow.open_jobs), (0, 1_260, 1));
        assert_eq!(escrow.available, 1_000 * DOLLAR - 64_260);
        let member = world.member_account(&host, &market);
        assert_eq!((member.completed, member.failed), (u32::from(success), u32::from(!success)));
        assert_eq!((member.seats, member.running, member.bonds), (0, 0, 0));
        assert_eq!((member.earned, member.evidenced, member.last_ended_at), (63_000, 630, world.now().unix));
        assert_eq!(member.collateral, 50 * STAKE);
    }
}

#[test]
fn a_finish_counts_as_a_heartbeat_and_no_more() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(10_000);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.job(&job).evidenced, 120, "two intervals at most");

    let job = world.running(&client, &host, &market, 1, 60);
    world.svm.advance(90);
    world.finish(&client, &host, &market, job);
    assert_eq!((world.job(&job).evidenced, world.job(&job).paid), (60, 6_000), "the duration at most");
}

#[test]
fn a_host_fault_in_premium_credits_a_slice_of_the_bond_to_the_client() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::HostFault, None);
    world.refused(&[job::finish(finish)], &[&host.operator], MarketError::FaultNeedsStake);

    let other = world.host("other", 10 * STAKE);
    let other_client = world.client("other client", 0);
    let slash = world.slash(&host, &client);
    let finish = job::finish(job::Finish { slash: Some(slash), ..finish });
    let credit = address::credit(&host.stake, &client.owner.pubkey()).0;
    world.slash(&other, &client);
    world.slash(&host, &other_client);
    let cases = [
        (host.stake, other.stake, MarketError::WrongStake),
        (credit, address::credit(&other.stake, &client.owner.pubkey()).0, MarketError::WrongCredit),
        (credit, address::credit(&host.stake, &other_client.owner.pubkey()).0, MarketError::WrongCredit),
        (credit, address::PROGRAM, MarketError::FaultNeedsStake),
    ];
    for (old, new, error) in cases {
        let mut mixed = replaced(finish.clone(), &old, new);
        // What is left out is not writable.
        mixed
            .accounts
            .iter_mut()
            .filter(|meta| meta.pubkey == address::PROGRAM)
            .for_each(|m| m.is_writable = false);
        world.refused(&[mixed], &[&host.operator], error);
    }

    let executed = world.ok(&[finish], &[&host.operator]);
    let penalty = 2 * STAKE;
    let [Event::JobFinished(finished)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((finished.penalty, finished.outcome), (penalty, Outcome::HostFault as u32));
    let stake = world.stake_account(&host);
    assert_eq!((stake.amount, stake.allocated, stake.owed), (198 * STAKE, 98 * STAKE, penalty));
    let member = world.member_account(&host, &market);
    assert_eq!((member.collateral, member.bonds, member.failed), (98 * STAKE, 0, 1));
    let credit: Credit = world.get(&credit);
    let claim = credit.claims.slots[0];
    assert_eq!((claim.amount, claim.unlock_at), (penalty, world.now().unix + i64::from(world.unbonding())));
}

#[test]
fn success_and_client_fault_cost_no_bond_in_premium() {
    for outcome in [Outcome::Success, Outcome::ClientFault] {
        let Scene { mut world, market, client, host } = Scene::premium();
        let job = world.running(&client, &host, &market, 0, HOUR);
        let slash = Some(world.slash(&host, &client));
        let executed = world.finish_with(&client, &host, &market, job, outcome, slash);
        let [Event::JobFinished(finished)] = executed.events[..] else { panic!("{:?}", executed.events) };
        assert_eq!(finished.penalty, 0);
        assert_eq!(world.stake_account(&host).amount, 200 * STAKE);
    }
}

#[test]
fn a_success_ends_a_row_of_missed_acknowledgements_and_a_fault_does_not() {
    for (outcome, streak) in [(Outcome::ClientFault, 1), (Outcome::HostFault, 1), (Outcome::Success, 0)] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.post(&client, &market, 0, HOUR);
        world.join(&host, &market);
        world.miss(&client, &host, &market, job);
        world.svm.advance(600);
        world.join(&host, &market);
        world.start(&host, &market, job);
        world.svm.advance(60);
        world.finish_with(&client, &host, &market, job, outcome, None);
        assert_eq!(world.member_account(&host, &market).miss_streak, streak, "{outcome:?}");
    }
}

#[test]
fn finishing_names_the_parties_of_the_job_a_result_and_a_known_outcome() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let job = world.running(&client, &second, &market, 1, HOUR);
    let foreign = world.running(&other, &host, &market, 0, HOUR);
    let of = world.finish_of(&client, &second, &market, job, Outcome::Success, None);
    let finish = job::finish(of);
    let signer = [&second.operator];
    let mut unknown = finish.clone();
    unknown.data[1] = 3;
    world.refused(&[unknown], &signer, MarketError::UnknownOutcome);
    let without = job::finish(job::Finish { result_hash: [0; 32], ..of });
    world.refused(&[without], &signer, MarketError::ResultMissing);
    let by_owner = job::finish(job::Finish { operator: second.owner.pubkey(), ..of });
    world.refused(&[by_owner], &[&second.owner], MarketError::NotOperator);
    let cases = [
        (second.member(&market), host.member(&market), MarketError::WrongHost),
        (job, foreign, MarketError::WrongMember),
        (client.client, other.client, MarketError::WrongClient),
        (client.vault, other.vault, MarketError::WrongVault),
        (second.earnings(&market), host.earnings(&market), MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(finish.clone(), &old, new)], &signer, error);
    }
}

/// A running job, with a second one in line.
fn running_with_line() -> (Scene, Address, Address) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    let next = world.post(client, market, 1, HOUR);
    world.run_for(host, market, job, 60);
    (scene, job, next)
}

#[test]
fn a_host_that_rejoins_takes_the_next_job() {
    let (Scene { mut world, market, client, host }, job, next) = running_with_line();
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, TERMS.rate)], &[&host.operator]);
    let now = world.now();
    let finished = JobFinished {
        job,
        member: host.member(&market),
        result_hash: RESULT,
        paid: 6_000,
        fee: 120,
        due: 0,
        refunded: 368_200 - 6_120,
        penalty: 0,
        at: now.unix,
        evidenced: 60,
        outcome: 0,
    };
    let rejoined = HostRejoined {
        finished,
        shard: address::shard(&market.address, 0).0,
        next_job: next,
        valid_until: now.unix + i64::from(TERMS.seat_lifetime),
        min_rate: TERMS.rate,
        bond: TERMS.bond,
        slot: now.slot,
        node: world.job(&next).node.into(),
        refusal: 0,
        terms: 1,
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::HostRejoined(rejoined)]);
    assert_eq!(world.assigned_to(&market, &next), Some(host.member(&market)));
    let member = world.member_account(&host, &market);
    assert_eq!((member.seats, member.running, member.bonds, member.completed), (1, 0, TERMS.bond, 1));
    world.start(&host, &market, next);
}

#[test]
fn a_host_that_rejoins_an_empty_line_waits() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::ClientFault, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((rejoined.next_job, rejoined.refusal), (Address::default(), 0));
    assert_eq!(rejoined.node, u32::from(world.head_seat(&market)));
    assert_eq!(rejoined.finished.outcome, Outcome::ClientFault as u32);
    assert_eq!(world.queue(&market).place_of_seat(&host.member(&market)), Some(1));
}

#[test]
fn a_host_fault_with_rejoin_slashes_and_joins() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::HostFault, None);
    let without = world.rejoin_ix(finish, &market, 0);
    world.refused(&[without], &[&host.operator], MarketError::FaultNeedsStake);
    let slash: Slash = world.slash(&host, &client);
    let finish = job::Finish { slash: Some(slash), ..finish };
    let executed = world.ok(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((rejoined.finished.penalty, rejoined.refusal), (2 * STAKE, 0));
    assert_eq!(world.queue(&market).seats.len(), 1);
}

/// Finishes with a rejoin that has to be refused for `error`, after `prepare` has brought that about; the finish
/// itself succeeds.
#[track_caller]
fn rejoin_refused(error: MarketError, min_rate: u64, prepare: impl FnOnce(&mut Scene) -> MarketRef) {
    let (mut scene, job, next) = running_with_line();
    let market = prepare(&mut scene);
    let Scene { mut world, client, host, .. } = scene;
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, min_rate)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(rejoined.refusal, error.code(), "{error:?}");
    assert_eq!((rejoined.next_job, rejoined.node, rejoined.bond), (Address::default(), u32::MAX, 0));
    assert_eq!(rejoined.valid_until, 0);
    assert_eq!(rejoined.finished.paid, world.job(&job).paid);
    assert_eq!(world.job(&job).state(), Ok(JobState::Completed));
    let member: Member = world.get(&host.member(&market));
    assert_eq!((member.seats, member.bonds, member.completed), (0, 0, 1));
    assert_eq!(world.line(&market), [next], "the line is as it was");
}

#[test]
fn a_refused_rejoin_never_fails_the_finish() {
    rejoin_refused(MarketError::JoiningPaused, 0, |scene| {
        scene.world.stop_everywhere(pause::JOINING);
        scene.market
    });
    rejoin_refused(MarketError::JoiningPaused, 0, |scene| {
        scene.world.stop_in(&scene.market, pause::JOINING);
        scene.market
    });
    rejoin_refused(MarketError::WrongTerms, 0, |scene| scene.world.announce(&scene.market, &TERMS));
    rejoin_refused(MarketError::RateBelowMinimum, TERMS.rate + 1, |scene| scene.market);
    rejoin_refused(MarketError::HeadBelowTerms, TERMS.rate + 1, |scene| {
        scene.world.new_terms(&scene.market, &TermsParams { rate: TERMS.rate * 2, ..TERMS })
    });
    rejoin_refused(MarketError::CollateralTooLow, 0, |scene| {
        scene.world.new_terms(&scene.market, &TermsParams { bond: 51 * STAKE, ..TERMS })
    });
    rejoin_refused(MarketError::MemberNotActive, 0, |scene| {
        scene.world.set_member_state(&scene.host, &scene.market, MemberState::Suspended);
        scene.market
    });
}

#[test]
fn a_rejoin_is_refused_without_a_seat_a_node_or_while_barred() {
    // Two seats, one of which misses its acknowledgement while the other one runs.
    let Scene { mut world, market, client, host } = Scene::premium();
    let running = world.running(&client, &host, &market, 0, 4 * HOUR);
    let missed = world.post(&client, &market, 1, HOUR);
    world.join(&host, &market);
    world.miss(&client, &host, &market, missed);
    let finish = world.finish_of(&client, &host, &market, running, Outcome::Success, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(rejoined.refusal, MarketError::JoinBarred.code());

    // The attestation expires while the job runs.
    let Scene { mut world, market, client, host } = Scene::premium();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let now = world.now().unix;
    world.attest(&host, &market, 8, now);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(rejoined.refusal, MarketError::NoSeatLeft.code());

    // A shard full of waiting seats.
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, 4 * HOUR);
    let big = world.host("big", 1_000 * STAKE);
    world.enroll(&big, &market, 1_000 * STAKE);
    world.attest(&big, &market, 100, i64::MAX);
    let join = gpu_market_sdk::instructions::queue::join(world.seat_of(&big, &market));
    for _ in 0..world.shard(&market).capacity() / 6 {
        world.ok(&vec![join.clone(); 6], &[&big.operator]);
    }
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    let executed = world.ok(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator]);
    let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(rejoined.refusal, MarketError::QueueFull.code());
    assert_eq!(world.member_account(&host, &market).seats, 0);
}

#[test]
fn a_rejoin_names_the_accounts_of_its_own_market() {
    let (Scene { mut world, market, client, host }, job, _) = running_with_line();
    let premium = world.premium;
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    let rejoin = world.rejoin_ix(finish, &market, 0);
    let cases = [
        (market.address, premium.address),
        (address::terms(&market.address, 1).0, address::terms(&premium.address, 1).0),
        (address::shard(&market.address, 0).0, address::shard(&premium.address, 0).0),
    ];
    for (old, new) in cases {
        world.refused(&[replaced(rejoin.clone(), &old, new)], &[&host.operator], MarketError::WrongMarket);
    }
}
