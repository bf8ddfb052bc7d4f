//! What each end of a job writes into its host's record.

use {
    gpu_market::state::{Outcome, Window},
    gpu_market_sdk::instructions::job,
    gpu_market_tests::*,
};

/// The fee of two minutes in the premium market: 2 % of 120 × 150.
const FEE: u64 = 360;

fn window(scene: &Scene) -> Window {
    scene.world.member_account(&scene.host, &scene.market).record.current
}

/// A premium scene with a running job of two minutes.
fn running() -> (Scene, gpu_market_sdk::Address) {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, WORK);
    (scene, job)
}

#[test]
fn a_success_counts_its_fee_its_seconds_and_its_client() {
    let (mut scene, job) = running();
    let Scene { world, market, client, host } = &mut scene;
    world.svm.advance(WORK);
    world.finish(client, host, market, job);
    let expected = Window {
        volume: FEE,
        ended_weight: FEE + 1,
        completed_weight: FEE + 1,
        evidenced: WORK,
        completed: 1,
        sketch: window(&scene).sketch,
        ..Window::default()
    };
    assert_eq!((window(&scene), window(&scene).clients()), (expected, 1));
}

#[test]
fn a_fault_of_the_host_weighs_what_the_whole_job_would_have() {
    let (mut scene, job) = running();
    let Scene { world, market, client, host } = &mut scene;
    let slash = Some(world.slash(host, client));
    world.finish_with(client, host, market, job, Outcome::HostFault, slash);
    let expected = Window { ended_weight: FEE + 1, failed: 1, ..Window::default() };
    assert_eq!(window(&scene), expected);
}

#[test]
fn a_fault_of_the_client_and_an_early_end_say_nothing_about_the_host() {
    for ended in [true, false] {
        let (mut scene, job) = running();
        let Scene { world, market, client, host } = &mut scene;
        world.svm.advance(60);
        if ended {
            let end = world.end_ix(client, host, market, job);
            world.ok(&[end], &[&client.owner]);
        } else {
            world.finish_with(client, host, market, job, Outcome::ClientFault, None);
        }
        let seen = window(&scene);
        assert_eq!((seen.volume, seen.evidenced, seen.clients()), (FEE / 2, 60, 1));
        assert_eq!((seen.judged(), seen.ended_weight), (0, 0));
    }
}

#[test]
fn a_dispute_of_a_clients_fault_counts_as_failed_and_of_a_hosts_fault_changes_no_rate() {
    for (outcome, ended_weight) in [(Outcome::ClientFault, FEE + 1), (Outcome::HostFault, FEE + 1)] {
        let (mut scene, job) = running();
        let Scene { world, market, client, host } = &mut scene;
        let slash = Some(world.slash(host, client));
        world.finish_with(client, host, market, job, outcome, slash);
        let dispute = world.dispute_ix(client, host, market, job);
        world.ok(&[dispute], &[&client.owner]);
        let seen = window(&scene);
        assert_eq!((seen.failed, seen.disputed, seen.ended_weight), (1, 1, ended_weight), "{outcome:?}");
    }
}

#[test]
fn a_lost_and_a_timed_out_job_count_as_failed() {
    for lost in [true, false] {
        let (mut scene, job) = running();
        let Scene { world, market, client, host } = &mut scene;
        if !lost {
            world.run_for(host, market, job, WORK - 1);
        }
        world.svm.advance(400);
        let slash = Some(world.slash(host, client));
        let crank = world.somebody("crank");
        let expire = world.expire_running_ix(&crank, client, host, market, job, slash);
        world.ok(&[expire], &[&crank]);
        let member = scene.world.member_account(&scene.host, &scene.market);
        let seen = window(&scene);
        assert_eq!((seen.failed, seen.completed, seen.ended_weight), (1, 0, FEE + 1), "lost: {lost}");
        // A job of two minutes is over before three intervals without evidence are.
        assert_eq!((member.lost, member.timed_out), (0, 1));
    }
}

#[test]
fn a_job_that_a_halt_of_the_chain_ended_counts_against_nobody() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.svm.halt(1_000);
    let crank = world.somebody("crank");
    let expire = world.expire_running_ix(&crank, client, host, market, job, None);
    world.ok(&[expire], &[&crank]);
    assert_eq!(window(&scene), Window::default());
}

#[test]
fn a_lost_job_counts_as_failed_at_its_full_weight() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.svm.advance(3 * 60 + 61);
    let slash = Some(world.slash(host, client));
    let crank = world.somebody("crank");
    let expire = world.expire_running_ix(&crank, client, host, market, job, slash);
    world.ok(&[expire], &[&crank]);
    let member = scene.world.member_account(&scene.host, &scene.market);
    assert_eq!((member.lost, window(&scene).failed, window(&scene).ended_weight), (1, 1, 30 * FEE + 1));
}

#[test]
fn a_missed_acknowledgement_counts_and_a_decline_does_not() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.post(client, market, 0, WORK);
    world.join(host, market);
    let decline = world.decline_ix(client, host, market, job, None);
    world.ok(&[decline], &[&host.operator]);
    world.join(host, market);
    world.miss(client, host, market, job);
    assert_eq!(window(&scene), Window { missed: 1, missed_weight: FEE + 1, ..Window::default() });
}

#[test]
fn rejoining_records_what_finishing_records() {
    let (mut scene, job) = running();
    let Scene { world, market, client, host } = &mut scene;
    world.svm.advance(WORK);
    let finish = world.finish_of(client, host, market, job, Outcome::Success, None);
    let rejoin = job::Rejoin { terms: 1, shard: 0, min_rate: 0, access: None };
    world.ok(&[job::finish_and_rejoin(finish, rejoin)], &[&host.operator]);
    assert_eq!((window(&scene).completed, window(&scene).volume), (1, FEE));
}

#[test]
fn windows_roll_for_everybody_at_the_same_moment() {
    let (mut scene, job) = running();
    let Scene { world, market, client, host } = &mut scene;
    world.svm.advance(WORK);
    world.finish(client, host, market, job);
    let first = world.member_account(host, market).record.current;
    world.wait_until(world.next_window());
    world.earn(host, market, &[client], 1..2);
    let record = world.member_account(host, market).record;
    assert_eq!((record.last, record.current.completed), (first, 1));
}
