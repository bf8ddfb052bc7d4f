//! An issuer that freezes a vault delays money and blocks no exit; neither does any pause.

use {
    gpu_market::{
        error::MarketError,
        events::{JobCollected, JobEnded},
        state::{JobState, Outcome},
    },
    gpu_market_sdk::{
        Address,
        events::Event,
        instructions::{client, expire, host, job},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A vault that an issuer freezes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Frozen {
    Client,
    Earnings,
}

const BOTH: [Frozen; 2] = [Frozen::Client, Frozen::Earnings];

/// A job that ran for ten minutes, with one of its vaults frozen.
fn frozen_run(which: Frozen) -> (Scene, Address, Address) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.run_for(host, market, job, 600);
    let vault = if which == Frozen::Client { client.vault } else { host.earnings(market) };
    world.svm.freeze(market.token, &vault).unwrap();
    (scene, job, vault)
}

/// What is due is collected after the thaw, and not before.
fn collected_after_thaw(scene: &mut Scene, job: Address, vault: Address, due: u64) {
    let Scene { world, market, client, host } = scene;
    let account = world.job(&job);
    assert_eq!((account.due, account.paid), (due, 0));
    assert!(account.state().unwrap().is_terminal());
    assert_eq!(world.client_account(client).due, due);
    assert_eq!(world.member_account(host, market).earned, 60_000, "it has earned it all the same");
    let collect = world.collect_ix(client, host, market, job);
    world.refused(from_ref(&collect), &[], MarketError::VaultFrozen);
    world.svm.thaw(market.token, &vault).unwrap();
    let executed = world.ok(from_ref(&collect), &[]);
    let collected = JobCollected { job, member: host.member(market), amount: due, fee: 0, at: world.now().unix };
    assert_eq!(executed.events, [Event::JobCollected(collected)]);
    assert_eq!(world.tokens(&host.earnings(market)), due);
    assert_eq!((world.job(&job).due, world.job(&job).paid, world.client_account(client).due), (0, due, 0));
    world.refused(&[collect], &[], MarketError::NothingDue);
}

#[test]
fn a_job_is_finished_with_a_frozen_vault() {
    for which in BOTH {
        let (mut scene, job, vault) = frozen_run(which);
        let Scene { world, market, client, host } = &mut scene;
        let executed = world.finish(client, host, market, job);
        let [Event::JobFinished(finished)] = executed.events[..] else { panic!("{:?}", executed.events) };
        assert_eq!((finished.paid, finished.due, finished.fee), (0, 60_000, 1_200), "{which:?}");
        assert_eq!(world.client_account(client).available, 1_000 * DOLLAR - 61_200);
        let close = world.close_job_ix(&client.owner, client, job);
        world.refused(&[close], &[&client.owner], MarketError::JobHasDue);
        collected_after_thaw(&mut scene, job, vault, 60_000);
    }
}

#[test]
fn a_host_finishes_and_rejoins_with_a_frozen_vault() {
    for which in BOTH {
        let (mut scene, job, vault) = frozen_run(which);
        let Scene { world, market, client, host } = &mut scene;
        let finish = world.finish_of(client, host, market, job, Outcome::ClientFault, None);
        let executed = world.ok(&[world.rejoin_ix(finish, market, 0)], &[&host.operator]);
        let [Event::HostRejoined(rejoined)] = executed.events[..] else { panic!("{:?}", executed.events) };
        assert_eq!((rejoined.finished.due, rejoined.refusal), (60_000, 0));
        collected_after_thaw(&mut scene, job, vault, 60_000);
    }
}

#[test]
fn a_job_is_ended_with_a_frozen_vault() {
    for which in BOTH {
        let (mut scene, job, vault) = frozen_run(which);
        let Scene { world, market, client, host } = &mut scene;
        let end = world.end_ix(client, host, market, job);
        let executed = world.ok(&[end], &[&client.owner]);
        let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
        assert_eq!((ended.paid, ended.due, ended.state), (0, 60_000, JobState::Ended as u32));
        collected_after_thaw(&mut scene, job, vault, 60_000);
    }
}

#[test]
fn a_lost_job_expires_with_a_frozen_vault() {
    for which in BOTH {
        let (mut scene, job, vault) = frozen_run(which);
        let Scene { world, market, client, host } = &mut scene;
        let crank = world.somebody("crank");
        world.svm.advance(3 * 60 + 61);
        let expire = world.expire_running_ix(&crank, client, host, market, job, None);
        let executed = world.ok(&[expire], &[&crank]);
        // Only the client's vault pays the tip, so only its freezing keeps the crank from it.
        let tip = if which == Frozen::Client { 0 } else { TERMS.tip };
        let ended = JobEnded {
            job,
            member: host.member(market),
            caller: crank.pubkey(),
            paid: 0,
            fee: 1_200,
            tip,
            due: 60_000,
            refunded: 368_200 - 61_200 - tip,
            penalty: 0,
            at: world.now().unix,
            evidenced: 600,
            state: JobState::HostLost as u32,
        };
        assert_eq!(executed.events, [Event::JobEnded(ended)]);
        collected_after_thaw(&mut scene, job, vault, 60_000);
    }
}

#[test]
fn a_running_job_is_not_collected_from_a_frozen_vault() {
    for which in BOTH {
        let (Scene { mut world, market, client, host }, job, vault) = frozen_run(which);
        let collect = world.collect_ix(&client, &host, &market, job);
        world.refused(from_ref(&collect), &[], MarketError::VaultFrozen);
        world.svm.thaw(market.token, &vault).unwrap();
        world.ok(&[collect], &[]);
        assert_eq!(world.tokens(&host.earnings(&market)), 60_000);
    }
}

#[test]
fn a_queued_job_expires_from_a_frozen_vault_without_tip() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.post(&client, &market, 0, HOUR);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    world.svm.advance(TERMS.queue_ttl + 61);
    world.svm.freeze(market.token, &client.vault).unwrap();
    let executed = world.ok(&[expire], &[&crank]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.tip, ended.refunded), (0, 368_200));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
}

#[test]
fn a_job_without_spec_ends_with_frozen_vaults_and_the_client_keeps_the_tip() {
    for which in 0..3 {
        let Scene { mut world, market, client, host } = Scene::community();
        let second = world.enrolled("second", &market);
        let job = world.post(&client, &market, 0, HOUR);
        world.join(&host, &market);
        let report = world.unavailable_ix(&client, &host, &market, job, None);
        world.ok(&[report], &[&host.operator]);
        world.join(&second, &market);
        let vault = [client.vault, host.earnings(&market), second.earnings(&market)][which];
        world.svm.freeze(market.token, &vault).unwrap();
        let report = world.unavailable_ix(&client, &second, &market, job, Some(&host));
        world.ok(&[report], &[&second.operator]);
        assert_eq!((world.job(&job).state(), world.job(&job).tip_paid), (Ok(JobState::Expired), 0));
        assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
    }
}

#[test]
fn before_the_start_a_frozen_vault_matters_to_nobody() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.svm.freeze(market.token, &client.vault).unwrap();
    world.svm.freeze(market.token, &host.earnings(&market)).unwrap();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.cancel(&client, &market, job);
    assert_eq!(world.job(&job).due, TERMS.tip);
    let next = world.post(&client, &market, 1, HOUR);
    world.start(&host, &market, next);
    world.run_for(&host, &market, next, 60);
    world.ok(&[world.extend_ix(&client, next, 60)], &[&client.owner]);
}

#[test]
fn no_pause_stops_an_exit() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let hosts: Vec<_> = (0..5).map(|n| world.enrolled(&format!("host {n}"), &market)).collect();
    let [ending, collecting, lost, assigned, declining] = &hosts[..] else { panic!("five hosts") };
    let finished = world.running(&client, &host, &market, 0, HOUR);
    let ended = world.running(&client, ending, &market, 1, HOUR);
    let collected = world.running(&client, collecting, &market, 2, HOUR);
    let gone = world.running(&client, lost, &market, 3, HOUR);
    let missed = world.post(&client, &market, 4, HOUR);
    world.join(assigned, &market);
    let declined = world.post(&client, &market, 5, HOUR);
    world.join(declining, &market);
    let waiting = world.enrolled("waiting", &market);
    world.join(&waiting, &market);
    let slash = Some(world.slash(assigned, &client));
    world.pause_everything(&market);

    let decline = world.decline_ix(&client, declining, &market, declined, None);
    world.ok(&[decline], &[&declining.operator]);
    world.cancel(&client, &market, declined);
    for (host, job) in [(&host, finished), (ending, ended), (collecting, collected)] {
        world.run_for(host, &market, job, 60);
    }
    let node = world.head_seat(&market);
    world.ok(&[world.leave_ix(&waiting.operator, &waiting, &market, node)], &[&waiting.operator]);
    world.ok(&[world.collect_ix(&client, collecting, &market, collected)], &[]);
    world.finish(&client, &host, &market, finished);
    world.ok(&[world.end_ix(&client, ending, &market, ended)], &[&client.owner]);
    world.svm.advance(TERMS.ack_window + 61);
    let expire = world.expire_assigned_of(&crank, &client, assigned, &market, missed);
    world.ok(&[expire::expire_assigned(expire::ExpireAssigned { slash, ..expire })], &[&crank]);
    let expire = world.expire_running_ix(&crank, &client, lost, &market, gone, None);
    world.ok(&[expire], &[&crank]);
    world.svm.advance(TERMS.queue_ttl);
    let expire = world.expire_queued_ix(&crank, &client, &market, missed);
    world.ok(&[expire], &[&crank]);
    let dispute = world.dispute_ix(&client, &host, &market, finished);
    let close = world.close_job_ix(&client.owner, &client, finished);
    world.ok(&[dispute, close], &[&client.owner]);

    let available = world.client_account(&client).available;
    let withdraw = client::withdraw(client::Withdraw {
        owner: client.owner.pubkey(),
        token: client.token,
        destination: client.wallet,
        amount: available,
    });
    world.ok(&[withdraw], &[&client.owner]);
    let destination = world.token_account(market.token, &host.owner.pubkey());
    let earned = host::withdraw_earnings(host::WithdrawEarnings {
        authority: host.owner.pubkey(),
        host: host.host,
        token: market.token,
        destination,
        amount: world.tokens(&host.earnings(&market)),
    });
    world.ok(&[earned], &[&host.owner]);
    assert_eq!(world.tokens(&destination), 18_000);
    // While the way in is shut.
    let post = job::post(world.post_of(&client, &market, World::post_params(9, HOUR)));
    world.refused(&[post], &[&client.owner], MarketError::PostingPaused);
}
