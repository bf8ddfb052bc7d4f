//! Posting: what it reserves, where the job goes, who may, and what it costs to fill a queue.

use {
    gpu_market::{
        constants::pause,
        error::MarketError,
        events::JobPosted,
        settlement,
        state::{JobState, NodeKind, PostParams, TermsParams, job_flags},
    },
    gpu_market_sdk::{
        Address, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{client, job, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// 100 base units a second for an hour, 2 % of it, and the tip.
const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;

#[test]
fn a_post_reserves_its_deposit_and_waits_in_line() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = world.post_of(&client, &market, World::post_params(7, HOUR));
    let lamports = world.svm.lamports(&world.payer.pubkey());
    let executed = world.ok(&[job::post(post)], &[&client.owner]);

    let now = world.now();
    let posted = JobPosted {
        job: post.job(),
        client: client.client,
        market: market.address,
        authority: client.owner.pubkey(),
        rent_payer: world.payer.pubkey(),
        member: Address::default(),
        spec_hash: SPEC,
        nonce: 7,
        rate: TERMS.rate,
        deposit: DEPOSIT,
        queue_fee: 0,
        at: now.unix,
        slot: now.slot,
        terms: 1,
        duration: HOUR,
        node: 0,
        delegation: 0,
        shard: 0,
        flags: 0,
        reserved: [0; 2],
    };
    assert_eq!(executed.events, [Event::JobPosted(posted)]);

    let account = world.client_account(&client);
    assert_eq!((account.available, account.reserved), (1_000 * DOLLAR - DEPOSIT, DEPOSIT));
    assert_eq!((account.open_jobs, account.nonce_floor, account.fees_owed), (1, 0, 0));
    let job = world.job(&post.job());
    assert_eq!(job.state(), Ok(JobState::Open));
    assert_eq!((job.client, job.market, job.rent_payer), (client.client, market.address, world.payer.pubkey()));
    assert_eq!((job.nonce, job.deposit, job.duration, job.max_duration), (7, DEPOSIT, HOUR, 4 * HOUR));
    assert_eq!((job.created_at, job.started_at, job.attempts, job.flags), (now.unix, 0, 0, 0));
    let queue = world.queue(&market);
    assert_eq!((queue.jobs.len(), queue.seats.len(), queue.assigned.len()), (1, 0, 0));
    let node = queue.jobs[0].node;
    assert_eq!((node.job, node.rate, node.since, node.slot), (post.job(), TERMS.rate, now.unix, now.slot));

    let rent = world.svm.lamports(&post.job());
    let fee = 5_000 * 2;
    assert_eq!(lamports - world.svm.lamports(&world.payer.pubkey()), rent + fee, "the payer pays the rent");
}

#[test]
fn a_post_takes_the_seat_that_waits_longest() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    world.join(&host, &market);
    world.join(&second, &market);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    let executed = world.ok(&[job::post(post)], &[&client.owner]);

    let [Event::JobPosted(posted)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((posted.member, posted.node), (host.member(&market), 0));
    let queue = world.queue(&market);
    assert_eq!(queue.place_of_seat(&second.member(&market)), Some(1));
    let node = queue.assigned[0].node;
    assert_eq!((node.job, node.member, node.since), (post.job(), host.member(&market), world.now().unix));
    assert_eq!((node.rate, node.bond), (TERMS.rate, TERMS.bond));
    assert!(queue.jobs.is_empty());
}

#[test]
fn a_targeted_post_takes_the_named_seat_and_no_other() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    world.join(&host, &market);
    world.join(&second, &market);
    let node = world.queue(&market).seats[1].index;
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    let executed = world.ok(&[job::post_to(post, node, second.member(&market))], &[&client.owner]);

    let [Event::JobPosted(posted)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((posted.member, posted.node, posted.flags), (second.member(&market), node, job_flags::TARGETED));
    assert!(world.job(&post.job()).has(job_flags::TARGETED));
    assert_eq!(world.assigned_to(&market, &post.job()), Some(second.member(&market)));
    assert_eq!(world.queue(&market).place_of_seat(&host.member(&market)), Some(1));
    world.start(&second, &market, post.job());
}

#[test]
fn a_targeted_post_is_refused_unless_that_seat_waits() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let member = host.member(&market);
    world.join(&host, &market);
    let seat = world.head_seat(&market);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    let refused = |world: &mut World, node: u16, member: Address| {
        world.refused(&[job::post_to(post, node, member)], &[&client.owner], MarketError::HostNotWaiting);
    };
    refused(&mut world, seat, second.member(&market));
    refused(&mut world, seat + 1, member);
    refused(&mut world, u16::MAX, member);
    world.svm.advance(TERMS.seat_lifetime);
    refused(&mut world, seat, member);

    let renew = queue::renew(world.seat_of(&host, &market), seat);
    world.ok(&[renew], &[&host.operator]);
    world.post(&client, &market, 1, HOUR);
    refused(&mut world, seat, member);
}

#[test]
fn a_targeted_job_that_its_host_does_not_take_is_refunded() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let other = world.host("other", 100 * STAKE);
    world.admit(&other, &market, 1, 50 * STAKE);
    let crank = world.somebody("crank");
    let deposit = 540_000 + 10_800 + 1_000;
    for (nonce, way) in ["declined", "missed", "unfit"].into_iter().enumerate() {
        world.join(&host, &market);
        let node = world.head_seat(&market);
        let post = world.post_of(&client, &market, World::post_params(nonce as u64, HOUR));
        world.ok(&[job::post_to(post, node, host.member(&market))], &[&client.owner]);
        assert_eq!(world.client_account(&client).reserved, deposit, "{way}");
        // Another seat waits, and yet the job does not go there.
        world.join(&other, &market);
        let job = post.job();
        match way {
            "declined" => {
                let decline = world.decline_ix(&client, &host, &market, job, None);
                world.ok(&[decline], &[&host.operator]);
            }
            "missed" => {
                world.miss(&client, &host, &market, job);
                world.svm.advance(600);
            }
            _ => {
                let until = world.now().unix;
                world.attest(&host, &market, 8, until);
                let expire = world.expire_assigned_of(&crank, &client, &host, &market, job);
                world.ok(&[gpu_market_sdk::instructions::expire::expire_assigned(expire)], &[&crank]);
            }
        }
        let account = world.job(&job);
        assert_eq!((account.state(), account.refunded), (Ok(JobState::Expired), deposit), "{way}");
        let queue = world.queue(&market);
        assert_eq!((queue.jobs.len(), queue.assigned.len(), queue.seats.len()), (0, 0, 1), "{way}");
        let seat = world.head_seat(&market);
        let leave = world.leave_ix(&other.operator, &other, &market, seat);
        world.ok(&[leave], &[&other.operator]);
    }
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
}

#[test]
fn a_post_names_the_terms_in_force_and_a_rate_it_accepts() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post =
        |world: &World, market: &MarketRef, params: PostParams| job::post(world.post_of(&client, market, params));
    let params = World::post_params(0, HOUR);
    let owner = [&client.owner];

    let below = PostParams { max_rate: TERMS.rate - 1, ..params };
    world.refused(&[post(&world, &market, below)], &owner, MarketError::RateAboveMaximum);
    for duration in [0, TERMS.min_duration - 1, TERMS.max_duration + 1, u32::MAX] {
        let params = PostParams { duration, ..params };
        world.refused(&[post(&world, &market, params)], &owner, MarketError::JobDurationOutOfRange);
    }
    let without_spec = PostParams { spec_hash: [0; 32], ..params };
    world.refused(&[post(&world, &market, without_spec)], &owner, MarketError::SpecMissing);

    let announced = world.announce(&market, &TermsParams { rate: TERMS.rate * 2, ..TERMS });
    world.refused(&[post(&world, &announced, params)], &owner, MarketError::WrongTerms);
    let exact = PostParams { max_rate: TERMS.rate, ..params };
    world.ok(&[post(&world, &market, exact)], &owner);
    world.svm.advance(TERMS.seat_lifetime);
    let params = World::post_params(1, HOUR);
    world.refused(&[post(&world, &market, params)], &owner, MarketError::WrongTerms);
    world.ok(&[post(&world, &announced, params)], &owner);
    assert_eq!(world.job(&world.job_address(&client, 1)).rate, TERMS.rate * 2);
    for (nonce, duration) in [(2, TERMS.min_duration), (3, TERMS.max_duration)] {
        world.ok(&[post(&world, &announced, World::post_params(nonce, duration))], &owner);
    }
}

#[test]
fn a_post_needs_its_whole_deposit_in_escrow() {
    let mut world = World::new();
    let market = world.community;
    let short = world.client("short", DEPOSIT - 1);
    let post = world.post_of(&short, &market, World::post_params(0, HOUR));
    world.refused(&[job::post(post)], &[&short.owner], MarketError::InsufficientEscrow);
    let exact = world.client("exact", DEPOSIT);
    world.post(&exact, &market, 0, HOUR);
    assert_eq!(world.client_account(&exact).available, 0);
}

#[test]
fn a_nonce_is_used_once_and_never_below_the_floor() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = |world: &World, nonce| job::post(world.post_of(&client, &market, World::post_params(nonce, HOUR)));
    world.post(&client, &market, 5, HOUR);
    // The system program finds the account in use.
    world.refused(&[post(&world, 5)], &[&client.owner], Refusal::Other(0));
    let raise = client::raise_nonce_floor(client.owner.pubkey(), client.token.mint, 10);
    world.ok(&[raise], &[&client.owner]);
    world.refused(&[post(&world, 9)], &[&client.owner], MarketError::NonceBelowFloor);
    world.post(&client, &market, 10, HOUR);
}

#[test]
fn pauses_stop_posting() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    world.stop_everywhere(pause::POSTING);
    world.refused(from_ref(&post), &[&client.owner], MarketError::PostingPaused);
    world.stop_everywhere(pause::ALL & !pause::POSTING);
    world.stop_in(&market, pause::POSTING);
    world.refused(from_ref(&post), &[&client.owner], MarketError::PostingPaused);
    world.stop_in(&market, pause::ALL & !pause::POSTING);
    world.ok(&[post], &[&client.owner]);
}

#[test]
fn a_delegate_posts_within_its_cap_and_its_term() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let delegate = world.somebody("delegate");
    let post = |world: &World, nonce| {
        let post = world.post_of(&client, &market, World::post_params(nonce, HOUR));
        job::post(job::Post { authority: delegate.pubkey(), ..post })
    };
    world.refused(&[post(&world, 0)], &[&delegate], MarketError::NotClientOrDelegate);
    let expires_at = world.now().unix + 100;
    world.set_delegate(&client, &delegate, 2 * DEPOSIT, expires_at);
    let executed = world.ok(&[post(&world, 0)], &[&delegate]);
    let [Event::JobPosted(posted)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((posted.authority, posted.delegation), (delegate.pubkey(), 1));
    world.ok(&[post(&world, 1)], &[&delegate]);
    assert_eq!(world.client_account(&client).delegate_used, 2 * DEPOSIT);
    world.refused(&[post(&world, 2)], &[&delegate], MarketError::DelegateCapExceeded);
    // The owner's own jobs use none of the cap, and what is refunded can be used again.
    world.post(&client, &market, 2, HOUR);
    let cancel = job::cancel(job::Cancel {
        authority: delegate.pubkey(),
        client: client.client,
        job: world.job_address(&client, 0),
        market: market.address,
        shard: 0,
    });
    world.ok(&[cancel], &[&delegate]);
    assert_eq!(world.client_account(&client).delegate_used, DEPOSIT);
    world.ok(&[post(&world, 3)], &[&delegate]);
    world.svm.advance(100);
    world.refused(&[post(&world, 4)], &[&delegate], MarketError::DelegateExpired);

    // A new delegation starts from nothing, and refunds of the old one's jobs do not lower its use.
    world.set_delegate(&client, &delegate, DEPOSIT, i64::MAX);
    world.ok(&[post(&world, 4)], &[&delegate]);
    world.cancel(&client, &market, world.job_address(&client, 1));
    assert_eq!(world.client_account(&client).delegate_used, DEPOSIT);
    world.refused(&[post(&world, 5)], &[&delegate], MarketError::DelegateCapExceeded);
}

#[test]
fn what_a_delegate_spent_stays_used() {
    let Scene { mut world, market, client, host } = Scene::community();
    let delegate = world.somebody("delegate");
    world.set_delegate(&client, &delegate, DEPOSIT, i64::MAX);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    world.ok(&[job::post(job::Post { authority: delegate.pubkey(), ..post })], &[&delegate]);
    world.join(&host, &market);
    world.start(&host, &market, post.job());
    world.run_for(&host, &market, post.job(), 120);
    world.finish(&client, &host, &market, post.job());
    assert_eq!(world.client_account(&client).delegate_used, 12_000 + 240);
}

/// Posts ten-minute jobs with the nonces of `range`, a few in each transaction.
fn fill(world: &mut World, client: &ClientParty, market: &MarketRef, range: std::ops::Range<u64>) {
    let posts: Vec<_> =
        range.map(|nonce| job::post(world.post_of(client, market, World::post_params(nonce, 600)))).collect();
    for few in posts.chunks(3) {
        world.ok(few, &[&client.owner]);
    }
}

#[test]
fn above_half_full_a_place_in_line_costs_a_fee_that_only_a_start_returns() {
    let Scene { mut world, market, client, host } = Scene::community();
    let capacity = world.shard(&market).capacity();
    let half = u64::from(capacity) / 2;
    fill(&mut world, &client, &market, 0..half + 1);
    assert_eq!(world.job(&world.job_address(&client, half)).queue_fee, 0, "the node at half is free");
    let executed = {
        let post = world.post_of(&client, &market, World::post_params(half + 1, 600));
        world.ok(&[job::post(post)], &[&client.owner])
    };
    let fee = settlement::queue_fee(TERMS.queue_fee, capacity / 2 + 1, capacity).unwrap();
    assert_eq!(fee, 1_283, "50,000 × 2 / 78, rounded up");
    let [Event::JobPosted(posted)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((posted.queue_fee, posted.deposit), (fee, 60_000 + 1_200 + 1_000 + fee));
    world.post(&client, &market, half + 2, 600);
    let next = world.job(&world.job_address(&client, half + 2)).queue_fee;
    assert!(next > fee, "it rises with the fill");

    // Cancelled, it is kept.
    let before = world.client_account(&client);
    let executed = world.cancel(&client, &market, world.job_address(&client, half + 1));
    let [Event::JobCancelled(cancelled)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((cancelled.fee, cancelled.refunded), (fee, 60_000 + 1_200 + 1_000));
    assert_eq!(world.client_account(&client).fees_owed - before.fees_owed, fee);

    // Started, it comes back: the line before it is cleared, and the job runs.
    for nonce in 0..=half {
        world.cancel(&client, &market, world.job_address(&client, nonce));
    }
    let job = world.job_address(&client, half + 2);
    world.join(&host, &market);
    world.start(&host, &market, job);
    world.run_for(&host, &market, job, 60);
    world.finish(&client, &host, &market, job);
    let ended = world.job(&job);
    assert_eq!((ended.paid, ended.fee), (6_000, 120));
    assert_eq!(ended.refunded, ended.deposit - 6_120);
}

#[test]
fn a_full_shard_refuses_posts_and_nothing_else() {
    let Scene { mut world, market, client, host } = Scene::community();
    let capacity = u64::from(world.shard(&market).capacity());
    fill(&mut world, &client, &market, 0..capacity);
    let post = job::post(world.post_of(&client, &market, World::post_params(capacity, 600)));
    world.refused(from_ref(&post), &[&client.owner], MarketError::QueueFull);
    // A seat needs no node of its own where a job waits, and starting frees one.
    world.join(&host, &market);
    world.refused(from_ref(&post), &[&client.owner], MarketError::QueueFull);
    world.start(&host, &market, world.job_address(&client, 0));
    world.ok(&[post], &[&client.owner]);
    let grow = gpu_market_sdk::instructions::shard::grow_shard(world.payer.pubkey(), market.address, 0);
    world.ok(&[grow], &[]);
    world.post(&client, &market, capacity + 1, 600);
    assert_eq!(world.line(&market).len() as u64, capacity + 1);
    assert_eq!(world.line(&market)[0], world.job_address(&client, 1), "first come, first served");
}

#[test]
fn the_accounts_of_a_post_belong_together() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let premium = world.premium;
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let refuse = |world: &mut World, old: Address, new: Address, error: MarketError| {
        world.refused(&[replaced(post.clone(), &old, new)], &[&client.owner], error);
    };
    let terms = address::terms(&market.address, 1).0;
    refuse(&mut world, terms, address::terms(&premium.address, 1).0, MarketError::WrongMarket);
    refuse(&mut world, market.address, premium.address, MarketError::WrongMarket);
    let shard = address::shard(&market.address, 0).0;
    refuse(&mut world, shard, address::shard(&premium.address, 0).0, MarketError::WrongMarket);

    let dollar = world.dollar;
    world.dollar = world.svm.create_mint("euro", address::TOKEN_PROGRAM, 6, false).unwrap();
    let european = world.client("european", DOLLAR);
    world.dollar = dollar;
    let post = world.post_of(&european, &market, World::post_params(0, HOUR));
    world.refused(&[job::post(post)], &[&european.owner], MarketError::WrongMint);
    let own_job = world.post_of(&client, &market, World::post_params(1, HOUR)).job();
    let mixed = replaced(
        job::post(world.post_of(&client, &market, World::post_params(0, HOUR))),
        &world.job_address(&client, 0),
        own_job,
    );
    world.refused(&[mixed], &[&client.owner], Refusal::Check(Check::InvalidSeeds));
    assert!(world.shard(&market).nodes.iter().all(|node| node.kind == NodeKind::Free as u8));
}
