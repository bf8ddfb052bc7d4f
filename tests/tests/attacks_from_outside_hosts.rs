//! Attacks by hosts, or on them, that somebody would try who has the IDL and the documents, and no source.

use {
    gpu_market::{
        error::MarketError,
        state::{HostParams, Now},
    },
    gpu_market_sdk::{
        address,
        instructions::{Slash, expire, host, job, member, queue, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn collateral_that_backs_a_seat_does_not_leave_in_the_transaction_of_its_join() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", TERMS.bond);
    world.enroll(&host, &market, TERMS.bond);
    let join = queue::join(world.seat_of(&host, &market));
    let take = stake::deallocate(host.owner.pubkey(), market.address, TERMS.bond);
    let both = [&host.operator, &host.owner];
    world.refused(&[join.clone(), take.clone()], &both, MarketError::CollateralLocked);
    world.refused(&[take, join], &both, MarketError::CollateralTooLow);
}

#[test]
fn an_assigned_job_is_not_shaken_off_without_a_decline() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let node = world.job(&job).node;
    let owner = host.owner.pubkey();
    let leave = world.leave_ix(&host.operator, &host, &market, node);
    world.refused(&[leave], &[&host.operator], MarketError::SeatNotWaiting);
    let renew = queue::renew(world.seat_of(&host, &market), node);
    world.refused(&[renew], &[&host.operator], MarketError::SeatNotWaiting);
    let collateral = world.member_account(&host, &market).collateral;
    let take = stake::deallocate(owner, market.address, collateral);
    world.refused(&[take], &[&host.owner], MarketError::CollateralLocked);
    let staked = world.stake_account(&host).amount;
    world.refused(&[stake::request_unstake(owner, staked)], &[&host.owner], MarketError::InsufficientStake);
    let close = member::close_member(owner, market.address, world.payer.pubkey());
    world.refused(&[close], &[&host.owner], MarketError::MemberNotEmpty);
    let close = host::close_host(owner, world.payer.pubkey());
    world.refused(&[close], &[&host.owner], MarketError::HostHasMembers);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
}

#[test]
fn one_seat_takes_one_job_even_in_one_transaction() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.post(&client, &market, 0, HOUR);
    world.post(&client, &market, 1, HOUR);
    let join = queue::join(world.seat_of(&host, &market));
    world.refused(&[join.clone(), join], &[&host.operator], MarketError::NoSeatLeft);
}

#[test]
fn a_base_unit_of_stake_backs_one_member_only() {
    let mut world = World::new();
    let (first, second) = (world.community, world.create_market(0, 9, &TERMS, None));
    let host = world.host("host", TERMS.bond);
    world.enroll(&host, &first, TERMS.bond);
    world.enroll(&host, &second, 0);
    let allocate = stake::allocate(host.owner.pubkey(), second.address, 1);
    world.refused(&[allocate], &[&host.owner], MarketError::InsufficientStake);
    let join = queue::join(world.seat_of(&host, &second));
    world.refused(&[join], &[&host.operator], MarketError::CollateralTooLow);
}

#[test]
fn many_heartbeats_in_one_second_are_evidence_for_it_once() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(30);
    let beat = world.heartbeat_ix(&host, &market, job);
    world.ok(&[(); 8].map(|()| beat.clone()), &[&host.operator]);
    assert_eq!(world.job(&job).evidenced, 30);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.tokens(&host.earnings(&market)), 30 * 100);
}

#[test]
fn a_clock_that_runs_back_is_evidence_for_nothing_and_stops_nothing() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 120);
    let Now { unix, slot } = world.now();
    world.svm.set_now(Now { unix: unix - 90, slot: slot + 1 });
    let beat = world.heartbeat_ix(&host, &market, job);
    world.ok(&[beat], &[&host.operator]);
    world.svm.set_now(Now { unix, slot: slot + 2 });
    world.finish(&client, &host, &market, job);
    let paid = world.tokens(&host.earnings(&market));
    assert_eq!(paid, 120 * 100, "the seconds that ran twice are paid once");
}

#[test]
fn a_host_that_has_itself_slashed_for_an_accomplice_has_its_stake_no_sooner_and_less_of_it() {
    let Scene { mut world, market, client: accomplice, host } = Scene::community();
    let before = world.stake_account(&host).amount;
    world.missed_ack(&accomplice, &host, &market, 0);
    let slashed = before - world.stake_account(&host).amount;
    let (owner, token) = (accomplice.owner.pubkey(), world.stake_token);
    let destination = world.token_account(token, &owner);
    let claim = stake::claim_credit(stake::ClaimCredit {
        caller: owner,
        beneficiary: owner,
        stake: host.stake,
        token,
        destination,
    });
    world.refused(from_ref(&claim), &[&accomplice.owner], MarketError::CreditNotClaimable);
    world.svm.advance(world.unbonding() - 1);
    world.refused(from_ref(&claim), &[&accomplice.owner], MarketError::CreditNotClaimable);
    world.svm.advance(1);
    world.ok(&[claim], &[&accomplice.owner]);
    let got = world.tokens(&destination);
    assert!(got <= slashed * 9 / 10, "{got} of {slashed}: the treasury's tenth is lost to them");
}

#[test]
fn whoever_enforces_its_own_miss_gets_back_a_tenth_of_what_it_costs() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let slash = Some(world.slash(&host, &client));
    let expire = world.expire_assigned_of(&host.owner, &client, &host, &market, job);
    let expire = expire::ExpireAssigned { slash, caller_tokens: Some(host.stake_wallet), ..expire };
    world.ok(&[expire::expire_assigned(expire)], &[&host.owner]);
    let penalty = TERMS.bond * u64::from(TERMS.missed_ack_bps) / 10_000;
    assert_eq!(world.stake_account(&host).amount, 100 * STAKE - penalty);
    assert_eq!(world.tokens(&host.stake_wallet), penalty / 10);
}

#[test]
fn another_hosts_stake_does_not_pay_for_a_miss() {
    let Scene { mut world, market, client, host } = Scene::community();
    let rival = world.enrolled("rival", &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let slash = Some(world.slash(&rival, &client));
    let crank = world.funded("crank");
    let expire = world.expire_assigned_of(&crank, &client, &host, &market, job);
    let expire = expire::expire_assigned(expire::ExpireAssigned { slash, ..expire });
    world.refused(&[expire], &[&crank], MarketError::WrongStake);
}

#[test]
fn a_credit_for_somebody_else_takes_no_harmed_clients_share() {
    let Scene { mut world, market, client, host } = Scene::community();
    let thief = world.client("thief", 0);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    world.slash(&host, &thief);
    let slash = Some(Slash::of(&host.owner.pubkey(), thief.owner.pubkey()));
    let expire = world.expire_assigned_of(&thief.owner, &client, &host, &market, job);
    let expire = expire::expire_assigned(expire::ExpireAssigned { slash, ..expire });
    world.refused(&[expire], &[&thief.owner], MarketError::WrongCredit);
}

#[test]
fn credits_that_a_stranger_opened_hold_no_stake_open() {
    let mut world = World::new();
    let host = world.host("host", 0);
    let stranger = world.funded("stranger");
    let beneficiaries: Vec<_> = (0..3).map(|n| world.funded(&format!("nobody {n}")).pubkey()).collect();
    for beneficiary in &beneficiaries {
        world.ok(&[stake::open_credit(stranger.pubkey(), host.stake, *beneficiary)], &[&stranger]);
    }
    let close = stake::close_stake(stake::CloseStake {
        owner: host.owner.pubkey(),
        token: world.stake_token,
        destination: host.stake_wallet,
        rent_payer: world.payer.pubkey(),
    });
    let mut closing: Vec<_> =
        beneficiaries.iter().map(|key| stake::close_credit(host.stake, *key, stranger.pubkey())).collect();
    closing.push(close);
    world.ok(&closing, &[&host.owner]);
    assert!(!world.exists(&host.stake));
}

#[test]
fn an_operator_of_two_hosts_does_not_mix_their_jobs() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut twin = world.enrolled("twin", &market);
    let params = HostParams { operator: host.operator.pubkey(), sealing_key: [7; 32], metadata_hash: [8; 32] };
    world.ok(&[host::update_host(twin.owner.pubkey(), params)], &[&twin.owner]);
    twin.operator = host.operator.insecure_clone();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let start = world.start_ix(&twin, &market, job);
    world.refused(&[start], &[&twin.operator], MarketError::WrongMember);
    world.start(&host, &market, job);
    let beat = world.heartbeat_ix(&twin, &market, job);
    world.refused(&[beat], &[&twin.operator], MarketError::WrongMember);
    let finish = world.finish_of(&client, &twin, &market, job, gpu_market::state::Outcome::Success, None);
    world.refused(&[job::finish(finish)], &[&twin.operator], MarketError::WrongMember);
}

#[test]
fn a_barred_host_joins_neither_in_another_shard_nor_again_after_leaving() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.add_shard(&market, 1);
    world.missed_ack(&client, &host, &market, 0);
    let seat = queue::Seat { shard: 1, ..world.seat_of(&host, &market) };
    world.refused(&[queue::join(seat)], &[&host.operator], MarketError::JoinBarred);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    let collateral = world.member_account(&host, &market).collateral;
    world.take_back(&host, &market, collateral);
    world.refused(&[close], &[&host.owner], MarketError::MemberCoolingOff);
}

#[test]
fn lamports_sent_ahead_to_the_addresses_of_a_host_stop_none_of_its_steps() {
    let mut world = World::new();
    let market = world.community;
    let owner = gpu_market_sdk::svm::keypair("ahead owner").pubkey();
    let host = address::host(&owner).0;
    let stake = address::stake(&owner).0;
    let places = [
        host,
        stake,
        address::stake_vault(&stake).0,
        address::earnings(&host, &market.token.mint).0,
        address::member(&market.address, &host).0,
    ];
    for place in places {
        world.svm.airdrop(&place, 1_000_000);
    }
    let party = world.host("ahead", 100 * STAKE);
    world.ok(&[host::open_earnings(owner, market.token)], &[&party.owner]);
    world.enroll(&party, &market, 50 * STAKE);
    world.join(&party, &market);
}
