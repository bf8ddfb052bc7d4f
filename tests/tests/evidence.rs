//! A running job: heartbeats, collecting on the way, and buying more time.

use {
    gpu_market::{
        error::MarketError,
        events::{JobCollected, JobEvidenced, JobExtended},
        state::TermsParams,
    },
    gpu_market_sdk::{events::Event, instructions::job},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn a_heartbeat_is_evidence_for_the_seconds_since_the_last_one() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(45);
    let beat = job::Heartbeat {
        operator: host.operator.pubkey(),
        host: host.host,
        market: market.address,
        job,
        checkpoint: [5; 32],
    };
    let executed = world.ok(&[job::heartbeat(beat)], &[&host.operator]);
    let now = world.now();
    let evidenced =
        JobEvidenced { job, checkpoint: [5; 32], at: now.unix, slot: now.slot, evidenced: 45, reserved: 0 };
    assert_eq!(executed.events, [Event::JobEvidenced(evidenced)]);
    let account = world.job(&job);
    assert_eq!((account.evidenced, account.last_at, account.last_slot), (45, now.unix, now.slot));
    assert_eq!(account.result_hash, [5; 32]);

    // Without a checkpoint the last one stays.
    world.run_for(&host, &market, job, 60);
    let account = world.job(&job);
    assert_eq!((account.evidenced, account.result_hash), (105, [5; 32]));
}

#[test]
fn a_gap_counts_for_two_intervals_at_most() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    for (gap, evidenced) in [(120, 120), (121, 240), (3_000, 360), (0, 360), (1, 361)] {
        world.svm.advance(gap);
        world.ok(&[world.heartbeat_ix(&host, &market, job)], &[&host.operator]);
        assert_eq!(world.job(&job).evidenced, evidenced, "after a gap of {gap} s");
    }
}

#[test]
fn evidence_never_exceeds_the_duration() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, 100);
    world.run_for(&host, &market, job, 240);
    assert_eq!(world.job(&job).evidenced, 100);
}

#[test]
fn only_the_operator_of_a_running_jobs_host_gives_evidence() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let queued = world.post(&client, &market, 0, HOUR);
    world.refused(&[world.heartbeat_ix(&host, &market, queued)], &[&host.operator], MarketError::WrongMember);
    world.join(&host, &market);
    world.start(&host, &market, queued);
    let job = queued;
    let beat = world.heartbeat_ix(&host, &market, job);
    let by_owner = replaced(beat.clone(), &host.operator.pubkey(), host.owner.pubkey());
    world.refused(&[by_owner], &[&host.owner], MarketError::NotOperator);
    world.refused(&[world.heartbeat_ix(&second, &market, job)], &[&second.operator], MarketError::WrongMember);
    let mixed = replaced(beat.clone(), &host.member(&market), second.member(&market));
    world.refused(&[mixed], &[&host.operator], MarketError::WrongHost);
    world.finish(&client, &host, &market, job);
    world.refused(&[beat], &[&host.operator], MarketError::JobNotRunning);
}

#[test]
fn anyone_collects_a_running_jobs_pay_into_the_hosts_vault() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let collect = world.collect_ix(&client, &host, &market, job);
    world.refused(from_ref(&collect), &[], MarketError::NothingDue);
    world.run_for(&host, &market, job, 300);
    let executed = world.ok(from_ref(&collect), &[]);
    let collected =
        JobCollected { job, member: host.member(&market), amount: 30_000, fee: 600, at: world.now().unix };
    assert_eq!(executed.events, [Event::JobCollected(collected)]);
    assert_eq!(world.tokens(&host.earnings(&market)), 30_000);
    let account = world.job(&job);
    assert_eq!((account.paid, account.fee, account.due), (30_000, 600, 0));
    let escrow = world.client_account(&client);
    assert_eq!((escrow.reserved, escrow.fees_owed), (account.deposit - 30_600, 600));
    world.refused(&[collect], &[], MarketError::NothingDue);
}

#[test]
fn several_small_collects_pay_what_one_large_pays() {
    // 33 1/3 base units a second, and a fee that no single second adds up to a base unit of.
    let terms = TermsParams { rate: 33_333_333, fee_bps: 77, ..TERMS };
    let mut results = Vec::new();
    for collect_every in [7, 600] {
        let mut world = World::new();
        let market = world.create_market(0, 9, &terms, None);
        let client = world.client("client", 10 * DOLLAR);
        let host = world.enrolled("host", &market);
        let job = world.running(&client, &host, &market, 0, 900);
        let mut left = 600;
        while left > 0 {
            let step = left.min(collect_every).min(60);
            world.run_for(&host, &market, job, step);
            left -= step;
            if (600 - left) % collect_every == 0 {
                world.ok(&[world.collect_ix(&client, &host, &market, job)], &[]);
            }
        }
        world.finish(&client, &host, &market, job);
        let account = world.job(&job);
        let escrow = world.client_account(&client);
        results.push((world.tokens(&host.earnings(&market)), account.fee, escrow.available, escrow.fees_owed));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0].0, 19_999, "33.333333 × 600, rounded down once");
    assert_eq!(results[0].1, 153, "0.77 % of it, rounded down once");
}

#[test]
fn collecting_names_the_parties_of_the_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let collect = world.collect_ix(&client, &host, &market, job);
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongMember),
        (client.client, other.client, MarketError::WrongClient),
        (client.vault, other.vault, MarketError::WrongVault),
        (host.earnings(&market), second.earnings(&market), MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(collect.clone(), &old, new)], &[], error);
    }
    // An open job whose spec could not be had names a member, and still owes it nothing.
    let queued = world.post(&client, &market, 1, HOUR);
    world.join(&second, &market);
    let report = world.unavailable_ix(&client, &second, &market, queued, None);
    world.ok(&[report], &[&second.operator]);
    let early = world.collect_ix(&client, &second, &market, queued);
    world.refused(&[early], &[], MarketError::JobNotTerminal);
}

#[test]
fn a_client_buys_more_time_before_and_during_the_run() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let extend = world.extend_ix(&client, job, 60);
    let executed = world.ok(&[extend], &[&client.owner]);
    let deposit = 366_000 + 7_320 + 1_000;
    let extended = JobExtended {
        job,
        authority: client.owner.pubkey(),
        deposit,
        at: world.now().unix,
        duration: HOUR + 60,
        seconds: 60,
    };
    assert_eq!(executed.events, [Event::JobExtended(extended)]);
    assert_eq!(world.client_account(&client).reserved, deposit);

    world.join(&host, &market);
    world.ok(&[world.extend_ix(&client, job, 60)], &[&client.owner]);
    world.start(&host, &market, job);
    world.svm.advance(HOUR + 119);
    world.ok(&[world.extend_ix(&client, job, 60)], &[&client.owner]);
    let account = world.job(&job);
    assert_eq!((account.duration, account.deposit), (HOUR + 180, 378_000 + 7_560 + 1_000));
    world.svm.advance(61);
    world.refused(&[world.extend_ix(&client, job, 60)], &[&client.owner], MarketError::JobTimeOver);
    world.finish(&client, &host, &market, job);
    world.refused(&[world.extend_ix(&client, job, 60)], &[&client.owner], MarketError::JobNotRunning);
}

#[test]
fn extending_stays_within_the_markets_maximum_and_the_hosts() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let owner = [&client.owner];
    world.refused(&[world.extend_ix(&client, job, 0)], &owner, MarketError::AmountZero);
    world.refused(&[world.extend_ix(&client, job, 3 * HOUR + 1)], &owner, MarketError::ExtensionTooLong);
    world.refused(&[world.extend_ix(&client, job, u32::MAX)], &owner, MarketError::MathOverflow);
    world.join(&host, &market);
    let start = job::Start {
        operator: host.operator.pubkey(),
        host: host.host,
        market: market.address,
        job,
        shard: 0,
        max_duration: 2 * HOUR,
    };
    world.ok(&[job::start(start)], &[&host.operator]);
    world.refused(&[world.extend_ix(&client, job, HOUR + 1)], &owner, MarketError::ExtensionTooLong);
    world.ok(&[world.extend_ix(&client, job, HOUR)], &owner);

    let largest = world.post(&client, &market, 1, HOUR);
    world.ok(&[world.extend_ix(&client, largest, 3 * HOUR)], &owner);
    let poor = world.client("poor", 368_200);
    let job = world.post(&poor, &market, 0, HOUR);
    world.refused(&[world.extend_ix(&poor, job, 1)], &[&poor.owner], MarketError::InsufficientEscrow);
}

#[test]
fn a_delegate_extends_its_own_jobs_within_its_cap() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let delegate = world.somebody("delegate");
    let stranger = world.somebody("stranger");
    let expires_at = world.now().unix + 60;
    world.set_delegate(&client, &delegate, 368_200 + 6_120, expires_at);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    world.ok(&[job::post(job::Post { authority: delegate.pubkey(), ..post })], &[&delegate]);
    let extend = |seconds| job::extend(delegate.pubkey(), client.client, post.job(), seconds);
    world.refused(&[extend(61)], &[&delegate], MarketError::DelegateCapExceeded);
    world.ok(&[extend(60)], &[&delegate]);
    assert_eq!(world.client_account(&client).delegate_used, 368_200 + 6_120);
    let by_stranger = job::extend(stranger.pubkey(), client.client, post.job(), 60);
    world.refused(&[by_stranger], &[&stranger], MarketError::NotClientOrDelegate);
    world.svm.advance(60);
    world.refused(&[extend(1)], &[&delegate], MarketError::DelegateExpired);
    let other = world.client("other", DOLLAR);
    let foreign = job::extend(other.owner.pubkey(), other.client, post.job(), 60);
    world.refused(&[foreign], &[&other.owner], MarketError::WrongClient);
}
