//! After the end: disputes, and closing the job's account.

use {
    gpu_market::{
        constants::{DISPUTE_WINDOW, JOB_RETENTION},
        error::MarketError,
        events::{JobClosed, JobDisputed},
        state::{JobState, Outcome, job_flags},
    },
    gpu_market_sdk::{
        Address,
        events::Event,
        instructions::{job, member},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A job that ran for ten minutes and finished with `outcome`.
fn finished(outcome: Outcome) -> (Scene, Address) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.run_for(host, market, job, 600);
    world.finish_with(client, host, market, job, outcome, None);
    (scene, job)
}

#[test]
fn a_dispute_counts_by_the_fee_and_moves_no_money() {
    for outcome in [Outcome::Success, Outcome::ClientFault, Outcome::HostFault] {
        let (Scene { mut world, market, client, host }, job) = finished(outcome);
        let before = (world.client_account(&client), world.tokens(&client.vault), world.stake_account(&host));
        world.svm.advance(u32::try_from(DISPUTE_WINDOW).unwrap());
        let dispute = world.dispute_ix(&client, &host, &market, job);
        let executed = world.ok(from_ref(&dispute), &[&client.owner]);
        let disputed = JobDisputed { job, member: host.member(&market), fee: 1_200, at: world.now().unix };
        assert_eq!(executed.events, [Event::JobDisputed(disputed)]);
        assert!(world.job(&job).has(job_flags::DISPUTED));
        let member = world.member_account(&host, &market);
        assert_eq!((member.disputed, member.disputed_fees), (1, 1_200));
        let after = (world.client_account(&client), world.tokens(&client.vault), world.stake_account(&host));
        assert_eq!(before, after);
        world.refused(&[dispute], &[&client.owner], MarketError::NotDisputable);
    }
}

#[test]
fn a_dispute_comes_within_a_day_and_from_the_clients_owner() {
    let (Scene { mut world, market, client, host }, job) = finished(Outcome::Success);
    let second = world.enrolled("second", &market);
    let other = world.client("other", DOLLAR);
    let delegate = world.somebody("delegate");
    world.set_delegate(&client, &delegate, u64::MAX, i64::MAX);
    let dispute = world.dispute_ix(&client, &host, &market, job);
    let by_delegate = job::dispute(delegate.pubkey(), client.client, job, host.member(&market));
    world.refused(&[by_delegate], &[&delegate], MarketError::NotClientOwner);
    let foreign = job::dispute(other.owner.pubkey(), other.client, job, host.member(&market));
    world.refused(&[foreign], &[&other.owner], MarketError::WrongClient);
    let wrong = job::dispute(client.owner.pubkey(), client.client, job, second.member(&market));
    world.refused(&[wrong], &[&client.owner], MarketError::WrongMember);
    world.svm.advance(u32::try_from(DISPUTE_WINDOW).unwrap() + 1);
    world.refused(&[dispute], &[&client.owner], MarketError::DisputeWindowOver);
}

#[test]
fn only_a_job_that_ran_and_whose_host_was_there_can_be_disputed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let dispute = world.dispute_ix(&client, &host, &market, job);
    world.refused(from_ref(&dispute), &[&client.owner], MarketError::NotDisputable);
    world.ok(&[world.end_ix(&client, &host, &market, job)], &[&client.owner]);
    world.ok(from_ref(&dispute), &[&client.owner]);
    world.refused(&[dispute], &[&client.owner], MarketError::NotDisputable);

    let cancelled = world.post(&client, &market, 1, HOUR);
    world.join(&host, &market);
    world.cancel(&client, &market, cancelled);
    let dispute = world.dispute_ix(&client, &host, &market, cancelled);
    world.refused(&[dispute], &[&client.owner], MarketError::NotDisputable);
}

#[test]
fn the_client_closes_an_ended_job_at_once() {
    let (Scene { mut world, client, .. }, job) = finished(Outcome::Success);
    let rent = world.svm.lamports(&job);
    let payer = world.payer.pubkey();
    let before = world.svm.lamports(&payer);
    let close = world.close_job_ix(&client.owner, &client, job);
    let executed = world.ok(&[close], &[&client.owner]);
    let closed =
        JobClosed { job, client: client.client, rent_payer: payer, nonce: 0, forfeited: 0, at: world.now().unix };
    assert_eq!(executed.events, [Event::JobClosed(closed)]);
    assert!(!world.exists(&job));
    assert_eq!(world.svm.lamports(&payer), before + rent - 2 * 5_000);
    let account = world.client_account(&client);
    assert_eq!((account.open_jobs, account.nonce_floor), (0, 1));
}

#[test]
fn a_delegate_closes_no_job_before_anybody_else_may() {
    let (Scene { mut world, client, .. }, job) = finished(Outcome::Success);
    let delegate = world.somebody("delegate");
    world.set_delegate(&client, &delegate, 0, i64::MAX);
    let close = world.close_job_ix(&delegate, &client, job);
    world.refused(from_ref(&close), &[&delegate], MarketError::JobRetained);
    world.svm.advance(u32::try_from(JOB_RETENTION).unwrap() + 1);
    world.ok(&[close], &[&delegate]);
    assert!(!world.exists(&job));
}

#[test]
fn anyone_closes_a_job_after_its_retention() {
    let (Scene { mut world, client, .. }, job) = finished(Outcome::Success);
    let crank = world.somebody("crank");
    let close = world.close_job_ix(&crank, &client, job);
    world.svm.advance(u32::try_from(JOB_RETENTION).unwrap());
    world.refused(from_ref(&close), &[&crank], MarketError::JobRetained);
    world.svm.advance(1);
    let to_itself = replaced(close.clone(), &world.payer.pubkey(), crank.pubkey());
    world.refused(&[to_itself], &[&crank], MarketError::WrongRentPayer);
    let before = world.svm.lamports(&crank.pubkey());
    world.ok(&[close], &[&crank]);
    assert_eq!(world.svm.lamports(&crank.pubkey()), before, "the rent goes to whoever paid it");
    assert!(!world.exists(&job));
}

#[test]
fn a_job_that_has_not_ended_is_not_closed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let other = world.client("other", DOLLAR);
    let job = world.post(&client, &market, 0, HOUR);
    let close = world.close_job_ix(&client.owner, &client, job);
    world.refused(from_ref(&close), &[&client.owner], MarketError::JobNotTerminal);
    world.join(&host, &market);
    world.refused(from_ref(&close), &[&client.owner], MarketError::JobNotTerminal);
    world.start(&host, &market, job);
    world.refused(from_ref(&close), &[&client.owner], MarketError::JobNotTerminal);
    world.finish(&client, &host, &market, job);
    let foreign = replaced(close, &client.client, other.client);
    world.refused(&[foreign], &[&client.owner], MarketError::WrongClient);
}

/// A cancelled job that owes its host the tip.
fn with_due() -> (Scene, Address) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.post(client, market, 0, HOUR);
    world.join(host, market);
    world.cancel(client, market, job);
    assert_eq!(world.job(&job).due, TERMS.tip);
    (scene, job)
}

fn close_of(world: &World, caller: &Keypair, client: &ClientParty, job: Address) -> job::CloseJob {
    job::CloseJob {
        caller: caller.pubkey(),
        client: client.client,
        job,
        rent_payer: world.payer.pubkey(),
        closed_member: None,
    }
}

#[test]
fn a_job_that_owes_its_host_is_collected_before_it_is_closed() {
    let (Scene { mut world, market, client, host }, job) = with_due();
    let second = world.enrolled("second", &market);
    let close = close_of(&world, &client.owner, &client, job);
    world.refused(&[job::close_job(close)], &[&client.owner], MarketError::JobHasDue);
    let naming = |member| job::close_job(job::CloseJob { closed_member: Some(member), ..close });
    world.refused(&[naming(host.member(&market))], &[&client.owner], MarketError::MemberStillOpen);
    world.refused(&[naming(second.member(&market))], &[&client.owner], MarketError::WrongMember);
    world.refused(&[naming(Keypair::new().pubkey())], &[&client.owner], MarketError::WrongMember);
    let collect = world.collect_ix(&client, &host, &market, job);
    world.ok(&[collect, job::close_job(close)], &[&client.owner]);
    assert_eq!(world.tokens(&host.earnings(&market)), TERMS.tip);
}

#[test]
fn a_host_that_closed_its_member_forfeits_what_it_did_not_collect() {
    let (Scene { mut world, market, client, host }, job) = with_due();
    let leave = world.leave_ix(&host.owner, &host, &market, world.head_seat(&market));
    world.ok(&[leave], &[&host.owner]);
    let collateral =
        gpu_market_sdk::instructions::stake::deallocate(host.owner.pubkey(), market.address, 50 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.ok(&[collateral, close], &[&host.owner]);
    let available = world.client_account(&client).available;
    let close = close_of(&world, &client.owner, &client, job);
    world.refused(&[job::close_job(close)], &[&client.owner], MarketError::JobHasDue);
    let close = job::CloseJob { closed_member: Some(host.member(&market)), ..close };
    let executed = world.ok(&[job::close_job(close)], &[&client.owner]);
    let [Event::JobClosed(closed)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(closed.forfeited, TERMS.tip);
    let account = world.client_account(&client);
    assert_eq!((account.due, account.available), (0, available + TERMS.tip));
    assert_eq!(account.available, 1_000 * DOLLAR);
}

#[test]
fn the_nonce_floor_rises_above_the_highest_closed_nonce() {
    let Scene { mut world, market, client, .. } = Scene::community();
    for nonce in [3, 7] {
        let job = world.post(&client, &market, nonce, HOUR);
        world.cancel(&client, &market, job);
        assert_eq!(world.job(&job).state(), Ok(JobState::Cancelled));
    }
    for nonce in [7, 3] {
        let close = world.close_job_ix(&client.owner, &client, world.job_address(&client, nonce));
        world.ok(&[close], &[&client.owner]);
        assert_eq!(world.client_account(&client).nonce_floor, 8);
    }
    for nonce in [3, 7] {
        let again = world.post_of(&client, &market, World::post_params(nonce, HOUR));
        world.refused(&[job::post(again)], &[&client.owner], MarketError::NonceBelowFloor);
    }
    world.post(&client, &market, 8, HOUR);
}
