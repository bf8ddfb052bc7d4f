//! Declining an assigned job: by choice, and because its spec cannot be had.

use {
    gpu_market::{
        constants::{DECLINE_WINDOW, FREE_DECLINES},
        error::MarketError,
        events::{AssignmentFailed, FailureReason},
        state::{Credit, JobState},
    },
    gpu_market_sdk::{Address, address, events::Event, instructions::job},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;

/// What an event says where nothing was paid, refunded or taken.
fn returned(world: &World, host: &HostParty, market: &MarketRef, job: Address) -> AssignmentFailed {
    AssignmentFailed {
        job,
        member: host.member(market),
        caller: host.operator.pubkey(),
        next_member: Address::default(),
        refunded: 0,
        fee: 0,
        tip: 0,
        penalty_client: 0,
        penalty_treasury: 0,
        penalty_tip: 0,
        at: world.now().unix,
        slot: world.now().slot,
        reason: FailureReason::Declined as u32,
        attempts: 1,
        state: JobState::Open as u32,
        reserved: 0,
    }
}

#[test]
fn a_declined_job_goes_to_the_head_of_the_line_and_the_seat_is_given_up() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let behind = world.post(&client, &market, 1, HOUR);
    let decline = world.decline_ix(&client, &host, &market, job, None);
    let executed = world.ok(&[decline], &[&host.operator]);
    assert_eq!(executed.events, [Event::AssignmentFailed(returned(&world, &host, &market, job))]);
    assert_eq!(world.line(&market), [job, behind]);
    assert_eq!(world.job(&job).attempts, 1);
    let member = world.member_account(&host, &market);
    assert_eq!((member.seats, member.bonds, member.declined, member.declines), (0, 0, 1, 1));
    assert_eq!((member.missed, member.miss_streak, world.host_account(&host).strikes), (0, 0, 0));
    assert_eq!(world.client_account(&client).reserved, 2 * DEPOSIT);
    // Nothing bars the host from joining again.
    world.join(&host, &market);
}

#[test]
fn a_declined_job_goes_to_the_next_waiting_seat() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let job = world.post(&client, &market, 0, HOUR);
    let node = world.job(&job).node;
    world.join(&host, &market);
    world.join(&second, &market);
    let decline = world.decline_ix(&client, &host, &market, job, None);
    let executed = world.ok(&[decline], &[&host.operator]);
    let expected = returned(&world, &host, &market, job);
    let expected = AssignmentFailed { next_member: second.member(&market), ..expected };
    assert_eq!(executed.events, [Event::AssignmentFailed(expected)]);
    assert_eq!(world.assigned_to(&market, &job), Some(second.member(&market)));
    assert_eq!(world.job(&job).node, node);
    assert_eq!(world.shard(&market).shard.used(), 1);
    world.start(&second, &market, job);
    assert_eq!(world.job(&job).bond, TERMS.bond);
}

#[test]
fn a_job_whose_attempts_are_used_up_is_refunded() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    for attempt in 1..=TERMS.attempts {
        let host = world.enrolled(&format!("host {attempt}"), &market);
        world.join(&host, &market);
        let decline = world.decline_ix(&client, &host, &market, job, None);
        let executed = world.ok(&[decline], &[&host.operator]);
        let expected = AssignmentFailed { attempts: attempt.into(), ..returned(&world, &host, &market, job) };
        let expected = if attempt == TERMS.attempts {
            AssignmentFailed { state: JobState::Expired as u32, refunded: DEPOSIT, ..expected }
        } else {
            expected
        };
        assert_eq!(executed.events, [Event::AssignmentFailed(expected)]);
    }
    assert_eq!(world.job(&job).state(), Ok(JobState::Expired));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
    assert_eq!(world.shard(&market).shard.used(), 0);
}

/// Posts, joins and declines, without stake.
fn decline_once(scene: &mut Scene, nonce: u64) {
    let Scene { world, market, client, host } = scene;
    let job = world.post(client, market, nonce, HOUR);
    world.join(host, market);
    let decline = world.decline_ix(client, host, market, job, None);
    world.ok(&[decline], &[&host.operator]);
    world.cancel(client, market, job);
}

#[test]
fn a_few_declines_are_free_and_each_further_one_costs_a_slice_of_the_bond() {
    let mut scene = Scene::community();
    for nonce in 0..u64::from(FREE_DECLINES) {
        decline_once(&mut scene, nonce);
    }
    let Scene { world, market, client, host } = &mut scene;
    let slice = TERMS.bond / 20;
    for extra in 1..=2 {
        let job = world.post(client, market, 10 + extra, HOUR);
        world.join(host, market);
        let free = world.decline_ix(client, host, market, job, None);
        world.refused(&[free], &[&host.operator], MarketError::FaultNeedsStake);
        let slash = world.slash(host, client);
        let decline = world.decline_ix(client, host, market, job, Some(slash));
        let executed = world.ok(&[decline], &[&host.operator]);
        let expected = AssignmentFailed { penalty_client: slice, ..returned(world, host, market, job) };
        assert_eq!(executed.events, [Event::AssignmentFailed(expected)]);
        world.cancel(client, market, job);
        let stake = world.stake_account(host);
        assert_eq!(
            (stake.owed, stake.treasury_owed, stake.amount),
            (extra * slice, 0, 100 * STAKE - extra * slice)
        );
        assert_eq!(world.member_account(host, market).collateral, 50 * STAKE - extra * slice);
    }
    let credit: Credit = world.get(&address::credit(&host.stake, &client.owner.pubkey()).0);
    assert_eq!(credit.claims.total(), Ok(2 * slice));

    // A window later they are free again.
    world.svm.advance(u32::try_from(DECLINE_WINDOW).unwrap());
    decline_once(&mut scene, 20);
    assert_eq!(scene.world.member_account(&scene.host, &scene.market).declines, 1);
}

#[test]
fn only_the_assigned_host_declines() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let premium = world.premium;
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    let decline = world.decline_ix(&client, &host, &market, job, None);
    let report = world.unavailable_ix(&client, &host, &market, job, None);
    for early in [&decline, &report] {
        world.refused(from_ref(early), &[&host.operator], MarketError::JobNotAssigned);
    }
    world.join(&host, &market);
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongHost),
        (client.client, other.client, MarketError::WrongClient),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
    ];
    for decline in [&decline, &report] {
        for (old, new, error) in cases {
            world.refused(&[replaced(decline.clone(), &old, new)], &[&host.operator], error);
        }
        let by_owner = replaced(decline.clone(), &host.operator.pubkey(), host.owner.pubkey());
        world.refused(&[by_owner], &[&host.owner], MarketError::NotOperator);
    }
    let others = [
        world.decline_ix(&client, &second, &market, job, None),
        world.unavailable_ix(&client, &second, &market, job, Some(&host)),
    ];
    for by_second in others {
        world.refused(&[by_second], &[&second.operator], MarketError::WrongMember);
    }
    let slash = world.slash(&second, &client);
    let wrong_stake = world.decline_ix(&client, &host, &market, job, Some(slash));
    world.refused(&[wrong_stake], &[&host.operator], MarketError::WrongStake);
    world.start(&host, &market, job);
    for late in [decline, report] {
        world.refused(&[late], &[&host.operator], MarketError::JobNotOpen);
    }
}

#[test]
fn two_hosts_that_cannot_get_the_spec_end_the_job_and_split_the_tip() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let third = world.enrolled("third", &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let report = world.unavailable_ix(&client, &host, &market, job, None);
    let executed = world.ok(&[report], &[&host.operator]);
    let unavailable = FailureReason::SpecUnavailable as u32;
    let expected = AssignmentFailed { reason: unavailable, ..returned(&world, &host, &market, job) };
    assert_eq!(executed.events, [Event::AssignmentFailed(expected)]);
    let account = world.job(&job);
    assert_eq!((account.spec_declines, account.member, account.attempts), (1, host.member(&market), 1));
    let member = world.member_account(&host, &market);
    assert_eq!((member.declined, member.declines, member.missed, member.seats), (0, 0, 0, 0), "no strike");

    world.join(&second, &market);
    let report = world.unavailable_ix(&client, &second, &market, job, Some(&host));
    let cases = [
        (host.member(&market), third.member(&market), MarketError::WrongMember),
        (host.earnings(&market), third.earnings(&market), MarketError::WrongVault),
        (second.earnings(&market), third.earnings(&market), MarketError::WrongVault),
        (client.vault, third.earnings(&market), MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(report.clone(), &old, new)], &[&second.operator], error);
    }
    let executed = world.ok(&[report], &[&second.operator]);
    let expected = AssignmentFailed {
        reason: unavailable,
        tip: TERMS.tip,
        refunded: DEPOSIT - TERMS.tip,
        attempts: 2,
        state: JobState::Expired as u32,
        ..returned(&world, &second, &market, job)
    };
    assert_eq!(executed.events, [Event::AssignmentFailed(expected)]);
    assert_eq!(world.tokens(&host.earnings(&market)), TERMS.tip / 2);
    assert_eq!(world.tokens(&second.earnings(&market)), TERMS.tip / 2);
    let account = world.job(&job);
    assert_eq!((account.state(), account.tip_paid), (Ok(JobState::Expired), TERMS.tip));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR - TERMS.tip);
    assert_eq!(world.shard(&market).shard.used(), 0);
}

#[test]
fn one_host_that_reports_the_spec_again_and_again_counts_once_and_has_to_wait() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, 4 * HOUR);
    for _ in 0..5 {
        world.join(&host, &market);
        let report = world.unavailable_ix(&client, &host, &market, job, Some(&host));
        world.ok(&[report], &[&host.operator]);
        let account = world.job(&job);
        assert_eq!((account.state(), account.attempts, account.spec_declines), (Ok(JobState::Open), 1, 1));
        let join = gpu_market_sdk::instructions::queue::join(world.seat_of(&host, &market));
        world.refused(&[join], &[&host.operator], MarketError::JoinBarred);
        world.svm.advance(TERMS.ack_window);
    }
    assert_eq!(world.tokens(&host.earnings(&market)), 0);
}

#[test]
fn a_first_reporter_that_closed_its_member_forfeits_its_half_to_the_second() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let report = world.unavailable_ix(&client, &host, &market, job, None);
    world.ok(&[report], &[&host.operator]);
    let collateral =
        gpu_market_sdk::instructions::stake::deallocate(host.owner.pubkey(), market.address, 50 * STAKE);
    let payer = world.payer.pubkey();
    let close = gpu_market_sdk::instructions::member::close_member(host.owner.pubkey(), market.address, payer);
    world.ok(&[collateral, close], &[&host.owner]);
    world.join(&second, &market);
    let report = world.unavailable_ix(&client, &second, &market, job, Some(&host));
    world.ok(&[report], &[&second.operator]);
    assert_eq!(world.tokens(&second.earnings(&market)), TERMS.tip);
    assert_eq!(world.tokens(&host.earnings(&market)), 0);
}

#[test]
fn a_missing_spec_is_reported_in_the_first_half_of_the_window() {
    for (waited, late) in [(TERMS.ack_window / 2, false), (TERMS.ack_window / 2 + 1, true)] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.post(&client, &market, 0, HOUR);
        world.join(&host, &market);
        world.svm.advance(waited);
        let report = world.unavailable_ix(&client, &host, &market, job, None);
        if late {
            world.refused(&[report], &[&host.operator], MarketError::AckWindowHalfOver);
            let decline = job::decline(job::Decline {
                operator: host.operator.pubkey(),
                parties: world.parties(job, &client, &host, &market),
                shard: 0,
                slash: None,
            });
            world.ok(&[decline], &[&host.operator]);
        } else {
            world.ok(&[report], &[&host.operator]);
        }
        assert_eq!(world.line(&market), [job]);
    }
}

#[test]
fn a_job_is_declined_until_its_window_is_over_and_not_a_second_later() {
    for late in [false, true] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.post(&client, &market, 0, HOUR);
        world.join(&host, &market);
        world.svm.advance(TERMS.ack_window + u32::from(late));
        let decline = world.decline_ix(&client, &host, &market, job, None);
        if late {
            world.refused(&[decline], &[&host.operator], MarketError::AckWindowOver);
        } else {
            world.ok(&[decline], &[&host.operator]);
        }
    }
}
