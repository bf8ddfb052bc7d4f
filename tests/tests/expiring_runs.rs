//! Ending running jobs whose host is lost or whose time is over.

use {
    gpu_market::{
        error::MarketError,
        events::JobEnded,
        state::{Credit, JobState, Outcome},
    },
    gpu_market_sdk::{address, events::Event, instructions::job},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;

#[test]
fn a_lost_host_is_paid_its_evidence_alone() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 300);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.svm.advance(3 * 60 + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.svm.advance(1);
    let executed = world.ok(from_ref(&expire), &[&crank]);
    let ended = JobEnded {
        job,
        member: host.member(&market),
        caller: crank.pubkey(),
        paid: 30_000,
        fee: 600,
        tip: TERMS.tip,
        due: 0,
        refunded: DEPOSIT - 30_600 - TERMS.tip,
        penalty: 0,
        at: world.now().unix,
        evidenced: 300,
        state: JobState::HostLost as u32,
    };
    assert_eq!(executed.events, [Event::JobEnded(ended)]);
    let account = world.job(&job);
    assert_eq!((account.state(), account.evidenced, account.paid), (Ok(JobState::HostLost), 300, 30_000));
    assert_eq!(world.tokens(&host.earnings(&market)), 30_000);
    let tokens = world.token_account(market.token, &crank.pubkey());
    assert_eq!(world.tokens(&tokens), TERMS.tip);
    let member = world.member_account(&host, &market);
    assert_eq!((member.lost, member.timed_out, member.seats, member.running, member.bonds), (1, 0, 0, 0, 0));
    assert_eq!((member.earned, member.collateral), (30_000, 50 * STAKE));
    let escrow = world.client_account(&client);
    assert_eq!((escrow.reserved, escrow.fees_owed), (0, 600));
    assert_eq!(escrow.available, 1_000 * DOLLAR - 30_600 - TERMS.tip);
    world.refused(&[expire], &[&crank], MarketError::JobNotRunning);
}

#[test]
fn a_lost_host_in_premium_loses_a_slice_of_its_bond() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let crank = world.somebody("crank");
    let other = world.host("other", 10 * STAKE);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(3 * 60 + 61);
    let without = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.refused(&[without], &[&crank], MarketError::FaultNeedsStake);
    let slash = world.slash(&host, &client);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, Some(slash));
    world.slash(&other, &client);
    let credit = |stake| address::credit(stake, &client.owner.pubkey()).0;
    let wrong_stake = replaced(expire.clone(), &host.stake, other.stake);
    world.refused(&[wrong_stake], &[&crank], MarketError::WrongStake);
    let wrong_credit = replaced(expire.clone(), &credit(&host.stake), credit(&other.stake));
    world.refused(&[wrong_credit], &[&crank], MarketError::WrongCredit);
    let executed = world.ok(&[expire], &[&crank]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.penalty, ended.state), (2 * STAKE, JobState::HostLost as u32));
    let stake = world.stake_account(&host);
    assert_eq!((stake.amount, stake.owed), (198 * STAKE, 2 * STAKE));
    assert_eq!(world.get::<Credit>(&credit(&host.stake)).claims.total(), Ok(2 * STAKE));
    assert_eq!(world.member_account(&host, &market).collateral, 98 * STAKE);
}

#[test]
fn a_job_whose_duration_is_over_times_out_at_no_penalty() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, 300);
    world.run_for(&host, &market, job, 240);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.svm.advance(60 + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.svm.advance(1);
    let executed = world.ok(&[expire], &[&crank]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.state, ended.evidenced, ended.paid), (JobState::TimedOut as u32, 240, 36_000));
    assert_eq!((ended.penalty, ended.tip), (0, TERMS.tip));
    let member = world.member_account(&host, &market);
    assert_eq!((member.timed_out, member.lost), (1, 0));
}

#[test]
fn the_outcome_does_not_depend_on_when_the_crank_comes() {
    // Evidence until 240 of 300 seconds: the time is over before the host counts as lost. Until 60: the reverse.
    for (evidence, state) in [(240, JobState::TimedOut), (120, JobState::HostLost), (60, JobState::HostLost)] {
        let outcomes = [400, 1_000, 100_000, 1_000_000].map(|late| {
            let Scene { mut world, market, client, host } = Scene::premium();
            let crank = world.somebody("crank");
            let job = world.running(&client, &host, &market, 0, 300);
            world.run_for(&host, &market, job, evidence);
            world.svm.advance(late);
            let slash = Some(world.slash(&host, &client));
            let expire = world.expire_running_ix(&crank, &client, &host, &market, job, slash);
            let executed = world.ok(&[expire], &[&crank]);
            let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
            assert_eq!(ended.state, state as u32, "evidence until {evidence}, {late} s late");
            (ended.paid, ended.fee, ended.tip, ended.refunded, ended.penalty, ended.evidenced)
        });
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    }
}

#[test]
fn for_sixty_seconds_after_a_deadline_only_the_host_may_act() {
    // It was silent for three intervals, then gives evidence in the last second of its grace.
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.svm.advance(3 * 60 + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.ok(&[world.heartbeat_ix(&host, &market, job)], &[&host.operator]);
    assert_eq!(world.job(&job).evidenced, 120);
    world.svm.advance(3 * 60 + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    world.ok(&[job::finish(finish)], &[&host.operator]);
    assert_eq!(world.job(&job).evidenced, 240);
    world.refused(&[expire], &[&crank], MarketError::JobNotRunning);

    // Its time is over, and it finishes in the last second of its grace.
    let job = world.running(&client, &host, &market, 1, 120);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.run_for(&host, &market, job, 120);
    world.svm.advance(60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.finish(&client, &host, &market, job);
    assert_eq!((world.job(&job).evidenced, world.job(&job).state()), (120, Ok(JobState::Completed)));
}

#[test]
fn what_was_collected_is_not_paid_again() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 300);
    world.ok(&[world.collect_ix(&client, &host, &market, job)], &[]);
    world.run_for(&host, &market, job, 60);
    world.svm.advance(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    let executed = world.ok(&[expire], &[&crank]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.paid, ended.fee), (6_000, 120));
    assert_eq!(world.tokens(&host.earnings(&market)), 36_000);
    assert_eq!(world.member_account(&host, &market).earned, 36_000);
}

#[test]
fn ending_a_run_names_the_parties_of_the_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongMember),
        (host.host, second.host, MarketError::WrongHost),
        (client.client, other.client, MarketError::WrongClient),
        (client.vault, other.vault, MarketError::WrongVault),
        (host.earnings(&market), second.earnings(&market), MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(expire.clone(), &old, new)], &[&crank], error);
    }
}
