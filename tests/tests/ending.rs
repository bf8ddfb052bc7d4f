//! What a client ends itself: cancelling before the start, ending during the run.

use {
    gpu_market::{
        error::MarketError,
        events::{JobCancelled, JobCollected, JobEnded},
        state::{JobState, NodeKind, job_flags},
    },
    gpu_market_sdk::{Address, address, events::Event, instructions::job},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;

#[test]
fn a_queued_job_is_cancelled_for_a_full_refund() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let jobs: Vec<_> = (0..3).map(|nonce| world.post(&client, &market, nonce, HOUR)).collect();
    let node = world.job(&jobs[1]).node;
    let executed = world.cancel(&client, &market, jobs[1]);
    let now = world.now();
    let cancelled = JobCancelled {
        job: jobs[1],
        member: Address::default(),
        next_job: Address::default(),
        fee: 0,
        due: 0,
        refunded: DEPOSIT,
        at: now.unix,
        slot: now.slot,
        node: node.into(),
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::JobCancelled(cancelled)]);
    let account = world.job(&jobs[1]);
    assert_eq!((account.state(), account.refunded, account.ended_at), (Ok(JobState::Cancelled), DEPOSIT, now.unix));
    assert_eq!(world.line(&market), [jobs[0], jobs[2]]);
    assert_eq!(world.shard(&market).nodes[usize::from(node)].kind, NodeKind::Free as u8);
    let escrow = world.client_account(&client);
    assert_eq!((escrow.reserved, escrow.available), (2 * DEPOSIT, 1_000 * DOLLAR - 2 * DEPOSIT));
    world.cancel(&client, &market, jobs[0]);
    world.cancel(&client, &market, jobs[2]);
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
}

#[test]
fn the_host_of_a_cancelled_assignment_is_owed_the_tip_and_is_first_in_line_again() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.join(&second, &market);
    world.svm.advance(TERMS.ack_window);
    let executed = world.cancel(&client, &market, job);
    let [Event::JobCancelled(cancelled)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((cancelled.member, cancelled.next_job), (host.member(&market), Address::default()));
    assert_eq!((cancelled.due, cancelled.refunded), (TERMS.tip, DEPOSIT - TERMS.tip));
    assert_eq!(cancelled.node, u32::from(world.head_seat(&market)));
    let account = world.job(&job);
    assert_eq!(
        (account.state(), account.due, account.member),
        (Ok(JobState::Cancelled), TERMS.tip, cancelled.member)
    );
    assert!(account.has(job_flags::DUE_IS_TIP));
    let queue = world.queue(&market);
    assert_eq!(queue.place_of_seat(&host.member(&market)), Some(1));
    assert_eq!(queue.place_of_seat(&second.member(&market)), Some(2));
    assert_eq!(queue.seats[0].node.job, Address::default());
    let member = world.member_account(&host, &market);
    assert_eq!((member.seats, member.bonds), (1, TERMS.bond), "the seat keeps its bond");
    assert_eq!(world.client_account(&client).due, TERMS.tip);

    // Anyone has the tip collected.
    let executed = world.ok(&[world.collect_ix(&client, &host, &market, job)], &[]);
    let collected =
        JobCollected { job, member: host.member(&market), amount: TERMS.tip, fee: 0, at: world.now().unix };
    assert_eq!(executed.events, [Event::JobCollected(collected)]);
    assert_eq!(world.tokens(&host.earnings(&market)), TERMS.tip);
    let account = world.job(&job);
    assert_eq!((account.due, account.tip_paid, account.paid), (0, TERMS.tip, 0));
    assert_eq!(world.client_account(&client).due, 0);
    let again = world.collect_ix(&client, &host, &market, job);
    world.refused(&[again], &[], MarketError::NothingDue);

    // The next job goes to the same host.
    let next = world.post(&client, &market, 1, HOUR);
    assert_eq!(world.assigned_to(&market, &next), Some(host.member(&market)));
}

#[test]
fn the_seat_of_a_cancelled_assignment_takes_the_head_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let next = world.post(&client, &market, 1, HOUR);
    let last = world.post(&client, &market, 2, HOUR);
    world.svm.advance(30);
    let executed = world.cancel(&client, &market, job);
    let [Event::JobCancelled(cancelled)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((cancelled.next_job, cancelled.due), (next, TERMS.tip));
    assert_eq!(cancelled.node, u32::from(world.job(&next).node));
    assert_eq!(world.assigned_to(&market, &next), Some(host.member(&market)));
    assert_eq!(world.queue(&market).assigned[0].node.since, world.now().unix, "its own time to acknowledge");
    assert_eq!(world.line(&market), [last]);
    world.start(&host, &market, next);
}

#[test]
fn a_host_whose_time_was_over_gets_no_tip() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let executed = world.cancel(&client, &market, job);
    let [Event::JobCancelled(cancelled)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((cancelled.due, cancelled.refunded, cancelled.member), (0, DEPOSIT, host.member(&market)));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
    let collect = world.collect_ix(&client, &host, &market, job);
    world.refused(&[collect], &[], MarketError::NothingDue);
    assert_eq!(world.shard(&market).shard.lapsed, 1, "a host that did not answer is out of the line");
}

#[test]
fn only_the_client_or_its_delegate_cancels_and_only_before_the_start() {
    let Scene { mut world, market, client, host } = Scene::community();
    let stranger = world.somebody("stranger");
    let delegate = world.somebody("delegate");
    let job = world.post(&client, &market, 0, HOUR);
    let cancel = world.cancel_ix(&client, &market, job);
    let by = |key: Address| replaced(cancel.clone(), &client.owner.pubkey(), key);
    world.refused(&[by(stranger.pubkey())], &[&stranger], MarketError::NotClientOrDelegate);
    let expires_at = world.now().unix + 1;
    world.set_delegate(&client, &delegate, 0, expires_at);
    world.svm.advance(1);
    world.refused(&[by(delegate.pubkey())], &[&delegate], MarketError::DelegateExpired);
    world.set_delegate(&client, &delegate, 0, i64::MAX);
    world.ok(&[by(delegate.pubkey())], &[&delegate]);
    world.refused(&[cancel], &[&client.owner], MarketError::JobNotOpen);
    let job = world.running(&client, &host, &market, 1, HOUR);
    world.refused(&[world.cancel_ix(&client, &market, job)], &[&client.owner], MarketError::JobNotOpen);
}

#[test]
fn the_accounts_of_a_cancel_belong_together() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let other = world.client("other", 10 * DOLLAR);
    let premium = world.premium;
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    let foreign = world.post(&other, &market, 0, HOUR);
    let cancel = world.cancel_ix(&client, &market, job);
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let cases = [
        (job, foreign, MarketError::WrongClient),
        (client.client, other.client, MarketError::WrongClient),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(cancel.clone(), &old, new)], &[&client.owner], error);
    }
}

#[test]
fn ending_pays_the_evidence_and_at_most_one_interval_more() {
    for (gap, evidenced) in [(0, 300), (45, 345), (60, 360), (150, 360)] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.running(&client, &host, &market, 0, HOUR);
        world.run_for(&host, &market, job, 300);
        world.svm.advance(gap);
        let executed = world.ok(&[world.end_ix(&client, &host, &market, job)], &[&client.owner]);
        let paid = u64::from(evidenced) * 100;
        let fee = paid / 50;
        let ended = JobEnded {
            job,
            member: host.member(&market),
            caller: client.owner.pubkey(),
            paid,
            fee,
            tip: 0,
            due: 0,
            refunded: DEPOSIT - paid - fee,
            penalty: 0,
            at: world.now().unix,
            evidenced,
            state: JobState::Ended as u32,
        };
        assert_eq!(executed.events, [Event::JobEnded(ended)], "after {gap} s");
        let account = world.job(&job);
        assert_eq!((account.state(), account.paid, account.evidenced), (Ok(JobState::Ended), paid, evidenced));
        assert_eq!(world.tokens(&host.earnings(&market)), paid);
        let escrow = world.client_account(&client);
        assert_eq!((escrow.reserved, escrow.fees_owed), (0, fee));
        assert_eq!(escrow.available, 1_000 * DOLLAR - paid - fee);
        let member = world.member_account(&host, &market);
        assert_eq!((member.ended, member.completed, member.failed), (1, 0, 0));
        assert_eq!((member.seats, member.running, member.bonds), (0, 0, 0));
        assert_eq!((member.earned, member.evidenced), (paid, u64::from(evidenced)));
    }
}

#[test]
fn ending_pays_what_was_not_collected_yet() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 300);
    world.ok(&[world.collect_ix(&client, &host, &market, job)], &[]);
    world.run_for(&host, &market, job, 60);
    let executed = world.ok(&[world.end_ix(&client, &host, &market, job)], &[&client.owner]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.paid, ended.fee), (6_000, 120));
    assert_eq!((world.job(&job).paid, world.job(&job).fee), (36_000, 720));
    assert_eq!(world.member_account(&host, &market).earned, 36_000);
}

#[test]
fn ending_never_pays_more_than_the_duration() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, 100);
    world.run_for(&host, &market, job, 60);
    world.svm.advance(1_000);
    world.ok(&[world.end_ix(&client, &host, &market, job)], &[&client.owner]);
    assert_eq!(world.job(&job).paid, 10_000);
}

#[test]
fn only_the_client_or_its_delegate_ends_a_running_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let delegate = world.somebody("delegate");
    let expires_at = world.now().unix + 1_000;
    world.set_delegate(&client, &delegate, 0, expires_at);
    let cancelled = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.cancel(&client, &market, cancelled);
    let end = world.end_ix(&client, &host, &market, cancelled);
    world.refused(&[end], &[&client.owner], MarketError::JobNotRunning);
    let job = world.post(&client, &market, 1, HOUR);
    world.start(&host, &market, job);
    let end = world.end_ix(&client, &host, &market, job);
    for (key, error) in
        [(&host.operator, MarketError::NotClientOrDelegate), (&other.owner, MarketError::NotClientOrDelegate)]
    {
        world.refused(&[replaced(end.clone(), &client.owner.pubkey(), key.pubkey())], &[key], error);
    }
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongMember),
        (client.client, other.client, MarketError::WrongClient),
        (client.vault, other.vault, MarketError::WrongVault),
        (host.earnings(&market), second.earnings(&market), MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(end.clone(), &old, new)], &[&client.owner], error);
    }
    let by_delegate = job::end(delegate.pubkey(), world.parties(job, &client, &host, &market), market.token);
    world.svm.advance(1_000);
    world.refused(from_ref(&by_delegate), &[&delegate], MarketError::DelegateExpired);
    world.set_delegate(&client, &delegate, 0, i64::MAX);
    let executed = world.ok(&[by_delegate], &[&delegate]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(ended.caller, delegate.pubkey());
}
