//! From the line to the start: repricing a queued job, and starting an assigned one.

use {
    gpu_market::{
        error::MarketError,
        events::{JobRepriced, JobStarted},
        state::{JobState, MemberState, NodeKind, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{client, job},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn start_within(
    world: &World,
    host: &HostParty,
    market: &MarketRef,
    job: Address,
    max_duration: u32,
) -> job::Start {
    job::Start {
        operator: host.operator.pubkey(),
        host: host.host,
        market: market.address,
        job,
        shard: world.job(&job).shard,
        max_duration,
    }
}

#[test]
fn starting_begins_the_bill_moves_the_bond_and_frees_the_node() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(100);
    let start = start_within(&world, &host, &market, job, 2 * HOUR);
    let executed = world.ok(&[job::start(start)], &[&host.operator]);

    let now = world.now();
    let member = host.member(&market);
    let started = JobStarted {
        job,
        member,
        bond: TERMS.bond,
        at: now.unix,
        slot: now.slot,
        duration: HOUR,
        max_duration: 2 * HOUR,
    };
    assert_eq!(executed.events, [Event::JobStarted(started)]);
    let account = world.job(&job);
    assert_eq!((account.state(), account.member, account.bond), (Ok(JobState::Running), member, TERMS.bond));
    assert_eq!((account.started_at, account.last_at, account.last_slot), (now.unix, now.unix, now.slot));
    assert_eq!((account.evidenced, account.paid, account.max_duration), (0, 0, 2 * HOUR));
    let member = world.member_account(&host, &market);
    assert_eq!((member.seats, member.running, member.bonds), (1, 1, TERMS.bond));
    let shard = world.shard(&market);
    assert_eq!((shard.shard.used(), shard.shard.assigned), (0, 0));
    assert!(shard.nodes.iter().all(|node| node.kind == NodeKind::Free as u8));
    assert_eq!(world.client_account(&client).reserved, account.deposit);
}

#[test]
fn the_hosts_maximum_never_cuts_what_was_bought_nor_exceeds_the_markets() {
    for (wanted, expected) in [(60, HOUR), (2 * HOUR, 2 * HOUR), (u32::MAX, TERMS.max_duration)] {
        let Scene { mut world, market, client, host } = Scene::community();
        let job = world.post(&client, &market, 0, HOUR);
        world.join(&host, &market);
        world.ok(&[job::start(start_within(&world, &host, &market, job, wanted))], &[&host.operator]);
        assert_eq!(world.job(&job).max_duration, expected);
    }
}

#[test]
fn only_the_assigned_host_starts_and_only_once() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let job = world.post(&client, &market, 0, HOUR);
    let start = world.start_ix(&host, &market, job);
    let signer = [&host.operator];
    world.refused(from_ref(&start), &signer, MarketError::JobNotAssigned);
    world.join(&host, &market);
    world.refused(&[world.start_ix(&second, &market, job)], &[&second.operator], MarketError::WrongMember);
    let by_owner = job::Start { operator: host.owner.pubkey(), ..start_within(&world, &host, &market, job, 0) };
    world.refused(&[job::start(by_owner)], &[&host.owner], MarketError::NotOperator);
    world.ok(from_ref(&start), &signer);
    world.refused(&[start], &signer, MarketError::JobNotOpen);

    let cancelled = world.post(&client, &market, 1, HOUR);
    world.join(&second, &market);
    world.cancel(&client, &market, cancelled);
    let start = world.start_ix(&second, &market, cancelled);
    world.refused(&[start], &[&second.operator], MarketError::JobNotOpen);
}

#[test]
fn an_unfit_member_does_not_start() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let start = world.start_ix(&host, &market, job);
    let signer = [&host.operator];
    for state in [MemberState::Candidate, MemberState::Suspended, MemberState::Removed] {
        world.set_member_state(&host, &market, state);
        world.refused(from_ref(&start), &signer, MarketError::MemberUnfit);
    }
    world.set_member_state(&host, &market, MemberState::Active);
    let now = world.now().unix;
    world.attest(&host, &market, 8, now);
    world.refused(from_ref(&start), &signer, MarketError::MemberUnfit);
    world.attest(&host, &market, 0, i64::MAX);
    world.refused(from_ref(&start), &signer, MarketError::MemberUnfit);
    world.attest(&host, &market, 1, now + 1);
    world.ok(&[start], &signer);
}

#[test]
fn the_accounts_of_a_start_belong_together() {
    let Scene { mut world, market, client, host } = Scene::community();
    let second = world.enrolled("second", &market);
    let premium = world.premium;
    world.admit(&host, &premium, 1, 50 * STAKE);
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    let foreign_job = world.post(&client, &premium, 1, HOUR);
    world.join(&host, &market);
    let start = world.start_ix(&host, &market, job);
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let cases = [
        (host.member(&market), second.member(&market), MarketError::WrongHost),
        (host.member(&market), host.member(&premium), MarketError::WrongMarket),
        (market.address, premium.address, MarketError::WrongMarket),
        (job, foreign_job, MarketError::WrongMarket),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(start.clone(), &old, new)], &[&host.operator], error);
    }
}

#[test]
fn repricing_keeps_the_place_and_moves_the_deposit_both_ways() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let behind = world.post(&client, &market, 1, HOUR);
    let created_at = world.job(&job).created_at;
    let rest = world.client_account(&client).reserved - world.job(&job).deposit;
    let mut market = market;
    for (rate, deposit) in [(200_000_000, 720_000 + 14_400 + 1_000), (50_000_000, 180_000 + 3_600 + 1_000)] {
        market = world.new_terms(&market, &TermsParams { rate, ack_window: 90, ..TERMS });
        let executed = world.ok(&[job::reprice(world.reprice_of(&client, &market, job))], &[&client.owner]);
        let at = world.now().unix;
        let repriced = JobRepriced { job, rate, deposit, at, terms: market.terms, reserved: 0 };
        assert_eq!(executed.events, [Event::JobRepriced(repriced)]);
        let account = world.job(&job);
        assert_eq!((account.rate, account.deposit, account.terms), (rate, deposit, market.terms));
        assert_eq!((account.ack_window, account.created_at), (90, created_at));
        let escrow = world.client_account(&client);
        assert_eq!(escrow.reserved, deposit + rest);
        assert_eq!(escrow.available, 1_000 * DOLLAR - deposit - rest);
        assert_eq!(world.line(&market), [job, behind], "it keeps its place");
        assert_eq!(world.queue(&market).jobs[0].node.rate, rate);
    }
}

#[test]
fn repricing_is_refused_for_each_reason() {
    let Scene { mut world, market, client, host } = Scene::community();
    let owner = [&client.owner];
    let delegate = world.somebody("delegate");
    world.set_delegate(&client, &delegate, u64::MAX, i64::MAX);
    let job = world.post(&client, &market, 0, 2 * HOUR);
    world.refused(&[job::reprice(world.reprice_of(&client, &market, job))], &owner, MarketError::AlreadyRepriced);
    let announced = world.announce(&market, &TermsParams { rate: TERMS.rate * 2, max_duration: HOUR, ..TERMS });
    let reprice = world.reprice_of(&client, &announced, job);
    world.refused(&[job::reprice(reprice)], &owner, MarketError::WrongTerms);
    world.svm.advance(TERMS.seat_lifetime);
    world.refused(&[job::reprice(world.reprice_of(&client, &market, job))], &owner, MarketError::WrongTerms);
    let below = job::Reprice { max_rate: TERMS.rate * 2 - 1, ..reprice };
    world.refused(&[job::reprice(below)], &owner, MarketError::RateAboveMaximum);
    world.refused(&[job::reprice(reprice)], &owner, MarketError::JobDurationOutOfRange);
    let by_delegate = job::Reprice { owner: delegate.pubkey(), ..reprice };
    world.refused(&[job::reprice(by_delegate)], &[&delegate], MarketError::NotClientOwner);

    let dear = world.new_terms(&market, &TermsParams { rate: TERMS.rate * 3, ..TERMS });
    let reprice = world.reprice_of(&client, &dear, job);
    let all = client::withdraw(client::Withdraw {
        owner: client.owner.pubkey(),
        token: client.token,
        destination: client.wallet,
        amount: world.client_account(&client).available,
    });
    world.ok(&[all], &owner);
    world.refused(&[job::reprice(reprice)], &owner, MarketError::InsufficientEscrow);
    world.join(&host, &dear);
    let cheap = world.new_terms(&market, &TermsParams { rate: TERMS.rate / 2, ..TERMS });
    let reprice = world.reprice_of(&client, &cheap, job);
    world.refused(&[job::reprice(reprice)], &owner, MarketError::JobNotQueued);
    world.start(&host, &market, job);
    world.refused(&[job::reprice(reprice)], &owner, MarketError::JobNotOpen);
}

#[test]
fn the_accounts_of_a_reprice_belong_together() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let other = world.client("other", 10 * DOLLAR);
    let premium = world.premium;
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    let foreign = world.post(&other, &market, 0, HOUR);
    let dearer = world.new_terms(&market, &TermsParams { rate: TERMS.rate * 2, ..TERMS });
    let reprice = job::reprice(world.reprice_of(&client, &dearer, job));
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let cases = [
        (job, foreign, MarketError::WrongClient),
        (market.address, premium.address, MarketError::WrongMarket),
        (address::terms(&market.address, 2).0, address::terms(&premium.address, 1).0, MarketError::WrongMarket),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
        (client.client, other.client, MarketError::NotClientOwner),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(reprice.clone(), &old, new)], &[&client.owner], error);
    }
}
