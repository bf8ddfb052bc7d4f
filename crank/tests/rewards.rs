//! What stakers, hosts and referrers are given, by what the planner says and nothing else: weights after a slash, emissions,
//! incentives, and fees that are split.

mod common;

use {
    common::{Crank, everything},
    gpu_market::{
        constants::JOB_RETENTION,
        state::{EmissionParams, Outcome, Split},
    },
    gpu_market_crank::{Kind, Policy, Subject},
    gpu_market_sdk::{
        Address, address,
        instructions::{
            admin::announce_split,
            rewards::{self, OpenEmission, Recipients},
        },
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Seconds after its end from which on a job can be closed.
fn retention() -> u32 {
    u32::try_from(JOB_RETENTION).unwrap() + 1
}

/// Nothing is due, neither to a crank that has seen everything nor to one that starts now.
#[track_caller]
fn nothing_more(crank: &mut Crank, world: &mut World) {
    assert_eq!(crank.plan(world), []);
    let mut anew = Crank::new(world, "starts anew", everything());
    assert_eq!(anew.plan(world), []);
}

#[test]
fn after_a_slash_the_weight_in_each_pool_is_synced_once() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let mut greedy = Crank::new(&mut world, "greedy", Policy::tipped(1));
    let tokens = [world.dollar, world.stake_token];
    for token in tokens {
        world.open_pool(token);
        world.open_position(&host, token);
    }
    let before = u128::from(world.stake_account(&host).amount) * 365;
    let slash = Some(world.slash(&host, &client));
    let job = world.running(&client, &host, &market, 0, HOUR);
    assert_eq!(crank.run(&mut world), []);
    world.finish_with(&client, &host, &market, job, Outcome::HostFault, slash);
    let after = u128::from(world.stake_account(&host).amount) * 365;
    assert!(after < before);
    assert_eq!(tokens.map(|token| world.pool(token).weight()), [before; 2]);
    assert_eq!(greedy.plan(&world), []);

    let due = crank.plan(&world);
    let mut subjects: Vec<Subject> = due.iter().map(|action| action.id.subject).collect();
    subjects.sort();
    let mut positions = tokens.map(|token| Subject::Position(world.position_address(&host, token)));
    positions.sort();
    assert_eq!(subjects, positions);
    for action in due {
        assert_eq!((action.id.kind, action.tip), (Kind::SyncWeight, None));
        assert_eq!(action.why, format!("stake {} was slashed and weighs less than its pool counts", host.stake));
        assert_eq!(crank.send(&mut world, action).refusal, None);
    }
    assert_eq!(tokens.map(|token| world.pool(token).weight()), [after; 2]);
    assert_eq!(tokens.map(|token| world.position(&host, token).weight()), [after; 2]);
    nothing_more(&mut crank, &mut world);
    // Nor does more stake leave anything to sync.
    let more = world.stake_more_ix(&host, STAKE, &tokens);
    world.ok(&[more], &[&host.owner]);
    nothing_more(&mut crank, &mut world);
}

#[test]
fn fees_that_wait_for_a_pool_are_swept_when_a_split_without_stakers_takes_effect() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.open_treasury(market.token);
    world.set_split(HALVES);
    world.pay_fees(&client, &host, &market, 0);
    let announce = announce_split(world.admin.pubkey(), Split::default());
    let admin = world.admin.insecure_clone();
    world.ok(&[announce], &[&admin]);
    let done = crank.run(&mut world);
    assert!(!done.contains(&Kind::SweepFees), "{done:?}");
    let effective_at = world.config_account().split_effective_at;
    world.wait_until(effective_at);
    // Nothing has changed but the time, by which the job can be closed too.
    assert_eq!(crank.run(&mut world), [Kind::CloseJob, Kind::SweepFees]);
    assert_eq!(world.tokens(&address::treasury_vault(&market.token.mint).0), RUN_FEE);
    nothing_more(&mut crank, &mut world);
}

/// A world with a staker of dollars, and somebody who gives them to such.
fn staked() -> (World, HostParty, Keypair) {
    let mut world = World::new();
    let token = world.dollar;
    world.open_pool(token);
    let host = world.staker("staker", 1_000, &[token]);
    let funder = world.funded("funder");
    (world, host, funder)
}

/// A thousand for stakers within ten days.
fn given(world: &mut World, funder: &Keypair) -> Address {
    let params = world.emission_of(funder, world.dollar, Recipients::Stakers, 1_000, 10 * DAY);
    world.open_emission(funder, params)
}

#[test]
fn what_is_due_of_an_emission_is_released_once_a_day_and_a_spent_one_is_left_alone() {
    let (mut world, host, funder) = staked();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let (token, emission) = (world.dollar, given(&mut world, &funder));
    let tomorrow = |world: &World| Some(world.now().unix + i64::from(DAY));
    assert_eq!(crank.plan(&world), []);
    assert_eq!(crank.planner.next().unix, tomorrow(&world));
    world.svm.advance(DAY - 1);
    assert_eq!(crank.plan(&world), []);
    world.svm.advance(1);
    let due = crank.plan(&world);
    assert_eq!((due.len(), due[0].id.kind, due[0].tip), (1, Kind::ReleaseEmission, None));
    assert_eq!(due[0].why, format!("100 base units of emission {emission} are due to stakers"));
    assert_eq!(crank.send(&mut world, due[0].clone()).refusal, None);
    assert_eq!(world.emission(&emission).released, 100);
    assert_eq!(world.tokens(&address::reward_vault(&token.mint).0), 100);
    nothing_more(&mut crank, &mut world);
    assert_eq!(crank.planner.next().unix, tomorrow(&world));

    assert_eq!(crank.live(&mut world, 20 * DAY), [Kind::ReleaseEmission; 9]);
    assert_eq!((world.emission(&emission).released, crank.planner.next().unix), (1_000, None));
    assert_eq!(world.tokens(&address::emission_vault(&emission).0), 0);
    about(world.claim(&host, token), 1_000);
    // It closes to a token account that its funder names, or anyone for it.
    assert!(world.exists(&emission));
    let close = rewards::close_emission(rewards::CloseEmission {
        caller: funder.pubkey(),
        emission,
        for_stakers: true,
        token,
        destination: world.token_account(token, &funder.pubkey()),
        rent_payer: world.payer.pubkey(),
    });
    world.ok(&[close], &[&funder]);
    nothing_more(&mut crank, &mut world);
}

#[test]
fn an_emission_of_little_is_released_when_it_is_over() {
    let (mut world, _, funder) = staked();
    let mut crank = Crank::new(&mut world, "crank", Policy::default());
    let emission = given(&mut world, &funder);
    assert_eq!(crank.live(&mut world, 10 * DAY - 1), []);
    assert_eq!(crank.planner.next().unix, Some(world.emission(&emission).end));
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::ReleaseEmission]);
    assert_eq!(world.emission(&emission).released, 1_000);
    nothing_more(&mut crank, &mut world);
}

#[test]
fn an_emission_that_begins_later_is_left_alone_until_a_day_after_that() {
    let (mut world, _, funder) = staked();
    let mut crank = Crank::new(&mut world, "crank", everything());
    let usual = world.emission_of(&funder, world.dollar, Recipients::Stakers, 1_000, 15 * DAY);
    let start = world.now().unix + i64::from(5 * DAY);
    let params = EmissionParams { start, ..usual.params };
    let emission = world.open_emission(&funder, OpenEmission { params, ..usual });
    assert_eq!(crank.live(&mut world, 6 * DAY - 1), []);
    world.svm.advance(1);
    assert_eq!(crank.run(&mut world), [Kind::ReleaseEmission]);
    assert_eq!(world.emission(&emission).released, 100);
}

/// Opens an incentive next to the scene's, with its numbers changed.
fn incentive(scene: &mut Incentive, id: u16, change: impl FnOnce(&mut EmissionParams)) -> Address {
    let Incentive { world, market, funder, .. } = scene;
    let recipients = Recipients::Hosts(market.address);
    let mut usual = world.emission_of(funder, market.token, recipients, 1_000_000, 60 * DAY);
    change(&mut usual.params);
    world.open_emission(funder, OpenEmission { id, ..usual })
}

/// An incentive that pays for one job a week, or altogether.
fn only(params: impl FnOnce(&mut EmissionParams)) -> (Incentive, Address) {
    let mut scene = Incentive::new();
    let generous = scene.emission;
    let capped = incentive(&mut scene, 1, params);
    // The other one is not given, as if it were spent.
    let spent = scene.world.emission(&generous).amount;
    let released = std::mem::offset_of!(gpu_market::state::Emission, released);
    scene.world.write_field(&generous, released, &spent.to_le_bytes());
    let week = scene.world.next_window();
    scene.world.wait_until(week);
    (scene, capped)
}

#[test]
fn an_ended_jobs_incentive_is_paid_once_by_the_one_that_pays_most() {
    let mut scene = Incentive::new();
    let generous = scene.emission;
    for id in 1..=4 {
        incentive(&mut scene, id, |params| params.window_cap = id.into());
    }
    let mut crank = Crank::new(&mut scene.world, "crank", everything());
    let Incentive { world, market, client, host, .. } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.run_for(host, market, job, 600);
    assert_eq!(crank.run(world), [], "it has not ended");
    world.finish(client, host, market, job);
    let earnings = host.earnings(market);
    let before = world.tokens(&earnings);
    let due = crank.plan(world);
    assert_eq!((due.len(), due[0].id.kind, due[0].id.subject), (1, Kind::PayIncentive, Subject::Job(job)));
    assert_eq!(due[0].why, format!("incentive {generous} pays 1800 base units for job {job}"));
    assert_eq!(crank.send(world, due[0].clone()).refusal, None);
    assert_eq!(world.tokens(&earnings) - before, Incentive::FEE);
    assert_eq!(world.job(&job).rewarded, Incentive::FEE);
    nothing_more(&mut crank, world);
    world.svm.advance(retention());
    assert!(crank.run(world).contains(&Kind::CloseJob));
    assert!(!world.exists(&job));
}

#[test]
fn where_no_incentive_is_due_none_is_paid() {
    let mut scene = Incentive::new();
    let community = scene.world.community;
    let mut crank = Crank::new(&mut scene.world, "crank", everything());
    // Neither for a job of another market, nor for one without evidence, nor while the market is not listed.
    let Incentive { world, market, client, host, .. } = &mut scene;
    world.enroll(host, &community, 20 * STAKE);
    world.pay_fees(client, host, &community, 0);
    let cancelled = world.post(client, market, 1, HOUR);
    world.cancel(client, market, cancelled);
    assert_eq!(crank.run(world), []);
    world.list(market, false);
    world.pay_fees(client, host, market, 2);
    assert_eq!(crank.run(world), []);
    world.list(market, true);
    // Nor where nothing of the fee is the treasury's.
    world.set_split(Split { stakers_bps: 10_000, referral_bps: 0 });
    let until = world.now().unix + i64::from(DAY);
    world.attest(host, market, 8, until);
    world.pay_fees(client, host, market, 3);
    let done = crank.run(world);
    assert!(!done.contains(&Kind::PayIncentive), "{done:?}");
    assert_eq!(scene.world.emission(&scene.emission).released, 0);
}

#[test]
fn a_job_that_a_weeks_cap_left_out_is_paid_for_before_it_is_closed() {
    let (mut scene, capped) = only(|params| params.window_cap = Incentive::FEE);
    let mut crank = Crank::new(&mut scene.world, "crank", everything());
    let mut greedy = Crank::new(&mut scene.world, "greedy", Policy::tipped(1));
    scene.work(0);
    assert_eq!(crank.run(&mut scene.world), [Kind::PayIncentive]);
    let job = scene.work(1);
    let world = &mut scene.world;
    assert_eq!((crank.run(world), greedy.plan(world)), (vec![], vec![]));
    world.svm.advance(retention());
    assert_eq!(greedy.plan(world), [], "and it comes to an end");
    let done = crank.run(world);
    let of_job = |kind| done.iter().filter(|done| **done == kind).count();
    assert_eq!((of_job(Kind::PayIncentive), of_job(Kind::CloseJob)), (1, 2), "{done:?}");
    assert_eq!(world.emission(&capped).released, 2 * Incentive::FEE);
    assert!(!world.exists(&job));
    assert_eq!(crank.plan(world), []);
}

#[test]
fn a_job_whose_incentive_another_job_has_spent_is_closed_all_the_same() {
    let (mut scene, small) = only(|params| params.amount = 1_000);
    let jobs = [scene.work(0), scene.work(1)];
    let world = &mut scene.world;
    world.svm.advance(retention());
    // One that starts late finds both of them, and sends one.
    let mut crank = Crank::new(world, "crank", everything());
    crank.sync(world);
    let now = world.now();
    let paying = loop {
        let [action] = &crank.planner.plan(now, 1)[..] else { panic!("nothing to pay") };
        if action.id.kind == Kind::PayIncentive {
            break action.clone();
        }
        crank.send(world, action.clone());
        crank.sync(world);
    };
    assert_eq!(crank.send(world, paying).refusal, None);
    assert_eq!(world.emission(&small).left(), Ok(0));
    let done = crank.run(world);
    assert!(!done.contains(&Kind::PayIncentive), "{done:?}");
    assert!(jobs.iter().all(|job| !world.exists(job)), "{done:?}");
}

#[test]
fn fees_are_swept_to_stakers_referrer_and_treasury() {
    let mut income = Income::new();
    let mut crank = Crank::new(&mut income.world, "crank", everything());
    let token = income.market.token;
    let referrer = income.world.host("referrer", 0);
    income.world.open_earnings(&referrer, token);
    income.world.refer(&income.client, Some(&referrer));
    let done = crank.run(&mut income.world);
    assert!(!done.contains(&Kind::SweepFees), "{done:?}");
    income.earn_fee(0);
    let earnings = referrer.earnings(&income.market);
    let world = &mut income.world;
    let due = crank.plan(world);
    assert_eq!((due.len(), due[0].id.kind), (1, Kind::SweepFees));
    assert_eq!(due[0].why, format!("client {} owes {RUN_FEE} base units of fees", income.client.client));
    assert_eq!(crank.send(world, due[0].clone()).refusal, None);
    let vaults = [address::reward_vault(&token.mint).0, earnings, address::treasury_vault(&token.mint).0];
    let paid = vaults.map(|vault| world.tokens(&vault));
    assert_eq!(paid, [RUN_FEE / 2, RUN_FEE / 5, RUN_FEE - RUN_FEE / 2 - RUN_FEE / 5]);
    assert_eq!(world.client_account(&income.client).fees_owed, 0);
    nothing_more(&mut crank, world);
}

#[test]
fn fees_of_which_stakers_get_a_part_wait_for_their_pool() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut crank = Crank::new(&mut world, "crank", everything());
    world.open_treasury(market.token);
    world.set_split(HALVES);
    world.pay_fees(&client, &host, &market, 0);
    let done = crank.run(&mut world);
    assert!(!done.contains(&Kind::SweepFees), "{done:?}");
    world.open_pool(market.token);
    assert_eq!(crank.run(&mut world), [Kind::SweepFees]);
    assert_eq!(world.tokens(&address::reward_vault(&market.token.mint).0), RUN_FEE / 2);
    nothing_more(&mut crank, &mut world);
}
