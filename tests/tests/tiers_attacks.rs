//! Attacks on the tiers: by a market's authority, by a rival, and by a host that would be unfit at will.

use {
    gpu_market::{
        constants::{DISPUTE_WINDOW, RECORD_WINDOW},
        error::MarketError,
        state::{HostParams, MarketParams, MemberState, Policy, Record, TermsParams},
    },
    gpu_market_sdk::{
        address,
        instructions::{attest, expire, host, market, member, queue, shard},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

#[test]
fn a_feeder_opened_anew_in_a_worthless_mint_promotes_nobody() {
    let mut world = World::new();
    let premium = world.premium_with(10, Policy { min_volume: DOLLAR, ..PREMIUM_POLICY });
    let feeder = world.community;
    world.wait_until(world.market_account(&premium).genesis_end);
    let authority = world.authority.insecure_clone();
    let (key, payer) = (authority.pubkey(), world.payer.pubkey());
    let close = [
        shard::close_shard(key, feeder.address, 0, payer),
        market::close_terms(key, feeder.address, 1, payer),
        market::close_market(key, feeder.address, payer),
    ];
    world.ok(&close, &[&authority]);
    let junk = world.svm.create_mint("junk", address::TOKEN_PROGRAM, 6, true).expect("a mint");
    let terms = TermsParams { rate: 1_000_000_000_000_000, fee_bps: 1_000, ..TERMS };
    let again = world.create_market_in(junk, 0, 1, &terms, None);
    assert_eq!(again.address, feeder.address);
    let dollar = std::mem::replace(&mut world.dollar, junk);
    let clients = ["ann", "ben"].map(|name| world.client(name, 10_000_000_000_000_000));
    world.dollar = dollar;
    let friend = world.host("friend", 1_000 * STAKE);
    world.enroll(&friend, &again, 50 * STAKE);
    world.earn(&friend, &again, &[&clients[0], &clients[1]], 0..5);
    world.apply(&friend, &premium);
    world.allocate(&friend, &premium, PREMIUM_POLICY.collateral_floor);
    world.attestation_given(&friend, &premium, 1, 1_000, i64::MAX);
    let promote = world.promote_ix(&friend, &premium);
    world.refused(&[promote], &[], MarketError::WrongMint);
}

#[test]
fn a_stricter_policy_judges_no_window_that_began_before_its_announcement() {
    let mut world = World::new();
    let market = world.premium;
    let client = world.client("client", 10_000 * DOLLAR);
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 200 * STAKE);
    world.wait_until(world.next_window());
    world.earn(&host, &market, &[&client], 0..9);
    world.fail(&host, &market, &client, 9);
    let policy = Policy { promote_success_bps: 10_000, review_success_bps: 9_999, min_ended: 1, ..PREMIUM_POLICY };
    let strict = TermsParams { policy, ..PREMIUM_TERMS };
    let authority = world.authority.insecure_clone();
    let open = Record::window_start(Record::window_at(world.now().unix) + 2) + DISPUTE_WINDOW;
    let soon = world.announcement(&market, &strict, open - 1);
    world.refused(&[market::announce_terms(soon)], &[&authority], rule(MarketError::NoticeTooShort));
    let announced = world.announcement(&market, &strict, open);
    world.ok(&[market::announce_terms(announced)], &[&authority]);
    world.wait_for_review();
    assert_eq!(world.review(&host, &market), MemberState::Active);
    // The window of the announcement is the last that is judged as before.
    world.wait_until(open + 1);
    let in_force = MarketRef { terms: 2, ..market };
    assert_eq!(world.review(&host, &in_force), MemberState::Active);
    assert_eq!(open - RECORD_WINDOW - DISPUTE_WINDOW, Record::window_start(Record::window_at(open) - 1));
}

#[test]
fn a_rival_cannot_suspend_an_idle_host_with_disputed_seconds() {
    let mut world = World::new();
    let market = world.premium;
    let rival = world.client("rival", 10_000 * DOLLAR);
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 200 * STAKE);
    world.wait_until(world.next_window());
    for nonce in 0..3 {
        let job = world.running(&rival, &host, &market, nonce, 60);
        world.svm.advance(1);
        // The rival's command is over at once, and the honest host says so.
        world.finish(&rival, &host, &market, job);
        let dispute = world.dispute_ix(&rival, &host, &market, job);
        world.ok(&[dispute], &[&rival.owner]);
    }
    let window = world.member_account(&host, &market).record.current;
    assert_eq!((window.failed, window.success_bps()), (3, 0));
    world.wait_for_review();
    assert_eq!(world.review(&host, &market), MemberState::Active);
}

#[test]
fn every_missed_assignment_costs_a_host_at_its_floor() {
    let mut world = World::new();
    let policy = Policy { collateral_floor: 40 * STAKE, ..PREMIUM_POLICY };
    let market = world.premium_with(10, policy);
    let client = world.client("client", 10_000 * DOLLAR);
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 40 * STAKE);
    let jobs: Vec<_> = (0..4)
        .map(|nonce| {
            let job = world.post(&client, &market, nonce, WORK);
            world.join(&host, &market);
            job
        })
        .collect();
    world.svm.advance(TERMS.ack_window + 61);
    let slash = Some(world.slash(&host, &client));
    let crank = world.funded("crank");
    for job in jobs {
        let expire = world.expire_assigned_of(&crank, &client, &host, &market, job);
        world.ok(&[expire::expire_assigned(expire::ExpireAssigned { slash, ..expire })], &[&crank]);
    }
    let member = world.member_account(&host, &market);
    assert_eq!((world.host_account(&host).strikes, member.missed, member.record.current.missed), (4, 4, 4));
    // Below its floor it is given no seat.
    let join = queue::join(world.seat_of(&host, &market));
    world.svm.advance(DAY);
    world.refused(&[join], &[&host.operator], rule(MarketError::CollateralBelowFloor));
}

#[test]
fn a_host_that_releases_a_gpu_is_struck_for_its_missed_assignment() {
    let mut proving = Proving::new();
    let terms = TermsParams { attestor_set: proving.set, policy: Policy { admission: 1, ..NO_POLICY }, ..TERMS };
    proving.market = proving.world.create_market(0, 9, &terms, None);
    let (host, market) = (proving.prover(), proving.market);
    proving.world.enroll(&host, &market, 20 * STAKE);
    let round = proving.passed(1);
    proving.claim_all(round);
    let client = proving.world.client("client", 1_000 * DOLLAR);
    let job = proving.world.post(&client, &market, 0, WORK);
    proving.world.join(&host, &market);
    for index in 0..3 {
        let hash = proving.gpus[index];
        let gpu = address::gpu(&proving.set, &hash).0;
        let release = attest::release_gpu(host.owner.pubkey(), gpu, &proving.gpu(&hash));
        proving.world.ok(&[release], &[&host.owner]);
    }
    let start = proving.world.start_ix(&host, &market, job);
    proving.world.refused(&[start], &[&host.operator], rule(MarketError::MemberUnfit));
    let crank = proving.world.funded("crank");
    let expire = expire::expire_assigned(proving.world.expire_assigned_of(&crank, &client, &host, &market, job));
    proving.world.refused(&[expire], &[&crank], rule(MarketError::DeadlineNotReached));
    proving.world.miss(&client, &host, &market, job);
    let member = proving.world.member_account(&host, &market);
    assert_eq!((proving.world.host_account(&host).strikes, member.missed), (1, 1));
    assert!(member.collateral < 20 * STAKE);
}

#[test]
fn seats_are_not_renewed_without_their_gpus() {
    let mut proving = Proving::new();
    let (host, market) = (proving.prover(), proving.market);
    let round = proving.passed(1);
    proving.claim_all(round);
    for _ in 0..2 {
        proving.world.join(&host, &market);
    }
    let node = proving.world.head_seat(&market);
    for index in 0..2 {
        let hash = proving.gpus[index];
        let gpu = address::gpu(&proving.set, &hash).0;
        let release = attest::release_gpu(host.owner.pubkey(), gpu, &proving.gpu(&hash));
        proving.world.ok(&[release], &[&host.owner]);
    }
    let renew = queue::renew(proving.world.seat_of(&host, &market), node);
    proving.world.refused(std::slice::from_ref(&renew), &[&host.operator], rule(MarketError::NoSeatLeft));
    let leave = proving.world.leave_ix(&host.operator, &host, &market, node + 1);
    proving.world.ok(&[leave], &[&host.operator]);
    proving.world.ok(&[renew], &[&host.operator]);
}

#[test]
fn a_halt_of_the_chain_across_the_end_of_a_job_blames_nobody() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.run_for(host, market, job, HOUR - 60);
    world.svm.halt(1_000);
    let crank = world.somebody("crank");
    let expire = world.expire_running_ix(&crank, client, host, market, job, None);
    world.ok(&[expire], &[&crank]);
    let member = world.member_account(host, market);
    assert_eq!((member.timed_out, member.record.current.failed), (0, 0));
}

#[test]
fn a_host_that_beats_on_after_its_time_blocks_no_expiry_and_is_to_blame() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, 60);
    world.run_for(host, market, job, 300);
    let crank = world.somebody("crank");
    let expire = world.expire_running_ix(&crank, client, host, market, job, None);
    world.ok(&[expire], &[&crank]);
    let member = world.member_account(host, market);
    assert_eq!((member.timed_out, member.record.current.failed, world.job(&job).evidenced), (1, 1, 60));
}

#[test]
fn a_stranger_named_as_operator_opens_no_private_market_with_its_token() {
    let mut world = World::new();
    let pass = world.svm.create_mint("pass", address::TOKEN_PROGRAM, 0, true).expect("a mint");
    let authority = world.authority.insecure_clone();
    let create = market::CreateMarket {
        authority: authority.pubkey(),
        payer: world.payer.pubkey(),
        payment: world.dollar,
        feeder: None,
        market: MarketParams {
            id: 20,
            gpus_per_seat: 1,
            tier: 0,
            gpu_class: [1; 32],
            genesis_end: 0,
            access_mint: pass.mint,
        },
        terms: TERMS,
    };
    let private = address::market(&authority.pubkey(), 20).0;
    let shard = shard::create_shard(authority.pubkey(), world.payer.pubkey(), private, 0);
    world.ok(&[market::create_market(create), shard], &[&authority]);
    let holder = keypair("holder").pubkey();
    let token = world.token_account(pass, &holder);
    world.svm.mint_to(pass, &token, 1).expect("minted");
    let party = world.host("host", 100 * STAKE);
    world.open_earnings(&party, world.dollar);
    let params = HostParams { operator: holder, sealing_key: [7; 32], metadata_hash: [8; 32] };
    let enroll = member::enroll(member::Enroll {
        owner: party.owner.pubkey(),
        payer: world.payer.pubkey(),
        market: private,
        token: world.dollar,
        access: Some(token),
    });
    let named = host::update_host(party.owner.pubkey(), params);
    world.refused(&[named, enroll], &[&party.owner], rule(MarketError::AccessTokenMissing));
}
