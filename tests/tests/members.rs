//! A host's way into a market and out of it.

use {
    gpu_market::{
        constants::{GENESIS_ATTESTATION, RECORD_WINDOW, pause},
        error::MarketError,
        events::{MemberAdmitted, MemberClosed, MemberEnrolled},
        state::{Member, MemberState},
    },
    gpu_market_sdk::{
        address,
        events::Event,
        instructions::{host, job, member, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// A host with an open earnings vault that is in no market.
fn ready(world: &mut World, name: &str) -> HostParty {
    let host = world.host(name, 100 * STAKE);
    world.open_earnings(&host, world.dollar);
    host
}

fn enrollment(world: &World, host: &HostParty, market: &MarketRef) -> member::Enroll {
    member::Enroll {
        owner: host.owner.pubkey(),
        payer: world.payer.pubkey(),
        market: market.address,
        token: market.token,
        access: None,
    }
}

fn admission(world: &World, host: &HostParty, market: &MarketRef, gpus: u16) -> member::Admit {
    member::Admit {
        authority: world.authority.pubkey(),
        market: market.address,
        terms: market.terms,
        host: host.host,
        gpus,
        evidence_hash: [9; 32],
    }
}

#[test]
fn an_owner_enrolls_its_host_into_a_community_market() {
    let mut world = World::new();
    let market = world.community;
    let (host, sponsor) = (ready(&mut world, "host"), world.funded("sponsor"));
    let member = host.member(&market);
    let enroll = member::Enroll { payer: sponsor.pubkey(), ..enrollment(&world, &host, &market) };
    let enroll = member::enroll(enroll);
    let event = MemberEnrolled {
        member,
        market: market.address,
        host: host.host,
        earnings: host.earnings(&market),
        rent_payer: sponsor.pubkey(),
    };
    world.svm.airdrop(&member, 1);
    world.ok_emitting(enroll.clone(), &[&host.owner, &sponsor], Event::MemberEnrolled(event));
    let account = world.member_account(&host, &market);
    assert_eq!((account.market, account.host), (market.address, host.host));
    assert_eq!((account.earnings, account.rent_payer), (host.earnings(&market), sponsor.pubkey()));
    assert_eq!((account.state(), account.collateral, account.seats), (Ok(MemberState::Active), 0, 0));
    assert_eq!((account.attested_gpus, account.attested_until), (0, 0));
    assert_eq!((world.market_account(&market).members, world.host_account(&host).members), (1, 1));
    world.refused(&[enroll], &[&host.owner, &sponsor], IN_USE);
}

#[test]
fn enrolling_is_for_the_owner_with_its_own_open_vault() {
    let mut world = World::new();
    let market = world.community;
    let (host, other) = (world.host("host", 0), ready(&mut world, "other"));
    let enroll = member::enroll(enrollment(&world, &host, &market));
    world.refused(std::slice::from_ref(&enroll), &[&host.owner], rule(MarketError::NotATokenAccount));
    world.open_earnings(&host, world.dollar);
    world.open_earnings(&host, world.stake_token);
    let by_operator = with_account(enroll.clone(), 0, host.operator.pubkey());
    world.refused(&[by_operator], &[&host.operator], rule(MarketError::NotHostOwner));
    let other_mint = member::Enroll { token: world.stake_token, ..enrollment(&world, &host, &market) };
    world.refused(&[member::enroll(other_mint)], &[&host.owner], rule(MarketError::WrongMint));
    let vault_of_other = with_account(enroll.clone(), 5, other.earnings(&market));
    let error = gpu_market_sdk::error::Refusal::Check(gpu_market_sdk::error::Check::InvalidSeeds);
    world.refused(&[vault_of_other], &[&host.owner], error);
    let premium = member::enroll(enrollment(&world, &host, &world.premium));
    world.refused(&[premium], &[&host.owner], rule(MarketError::EnrollInPremium));
    world.ok(&[enroll], &[&host.owner]);
}

#[test]
fn both_pauses_stop_enrolling_and_applying() {
    let mut world = World::new();
    let (community, premium) = (world.community, world.premium);
    let host = ready(&mut world, "host");
    let enroll = member::enroll(enrollment(&world, &host, &community));
    let apply = member::apply(enrollment(&world, &host, &premium));
    for (entry, market) in &[(enroll, community), (apply, premium)] {
        for (config, of_market) in [(pause::ENROLLING, 0), (0, pause::ENROLLING)] {
            world.set_pause_bits(config);
            world.set_market_pause_bits(market, of_market);
            world.refused(std::slice::from_ref(entry), &[&host.owner], rule(MarketError::EnrollingPaused));
        }
        world.set_pause_bits(pause::ALL & !pause::ENROLLING);
        world.set_market_pause_bits(market, pause::ALL & !pause::ENROLLING);
        world.ok(std::slice::from_ref(entry), &[&host.owner]);
    }
}

#[test]
fn the_authority_admits_a_proven_host_at_genesis() {
    let mut world = World::new();
    let market = world.premium;
    let host = ready(&mut world, "host");
    world.apply(&host, &market);
    let authority = world.authority.insecure_clone();
    let admit = member::admit(admission(&world, &host, &market, 8));
    let attested_until = world.market_account(&market).genesis_end + GENESIS_ATTESTATION;
    let event = MemberAdmitted {
        member: host.member(&market),
        market: market.address,
        host: host.host,
        authority: authority.pubkey(),
        attested_until,
        evidence_hash: [9; 32],
        collateral_floor: PREMIUM_POLICY.collateral_floor,
        at: world.now().unix,
        attested_gpus: 8,
        terms: 1,
    };
    world.ok_emitting(admit.clone(), &[&authority], Event::MemberAdmitted(event));
    let account = world.member_account(&host, &market);
    assert_eq!((account.state(), account.attested_gpus), (Ok(MemberState::Active), 8));
    assert_eq!((account.attested_until, account.evidence_hash), (attested_until, [9; 32]));
    assert_eq!((world.market_account(&market).members, world.host_account(&host).members), (1, 1));
    world.refused(&[admit], &[&authority], rule(MarketError::NotCandidate));
}

#[test]
fn admission_is_for_the_authority_of_a_premium_market() {
    let mut world = World::new();
    let (market, community) = (world.premium, world.community);
    let host = ready(&mut world, "host");
    world.enroll(&host, &community, 0);
    world.apply(&host, &market);
    let authority = world.authority.insecure_clone();
    let refusals = [
        (admission(&world, &host, &community, 1), MarketError::NotPremium),
        (admission(&world, &host, &market, 0), MarketError::TooFewGpus),
    ];
    for (admission, error) in refusals {
        world.refused(&[member::admit(admission)], &[&authority], rule(error));
    }
    for other in [&host.owner, &world.admin.insecure_clone()] {
        let by_other = member::Admit { authority: other.pubkey(), ..admission(&world, &host, &market, 1) };
        world.refused(&[member::admit(by_other)], &[other], rule(MarketError::NotMarketAuthority));
    }
}

#[test]
fn genesis_ends_to_the_second() {
    let mut world = World::new();
    let market = world.premium;
    let (host, late) = (ready(&mut world, "host"), ready(&mut world, "late"));
    let authority = world.authority.insecure_clone();
    world.apply(&host, &market);
    world.apply(&late, &market);
    world.svm.advance(10 * DAY - 1);
    let admit = member::admit(admission(&world, &host, &market, 1));
    world.ok(&[admit], &[&authority]);
    world.svm.advance(1);
    let admit = member::admit(admission(&world, &late, &market, 1));
    world.refused(&[admit], &[&authority], rule(MarketError::GenesisOver));
}

#[test]
fn an_owner_leaves_a_market_and_the_rent_goes_to_who_paid_it() {
    let mut world = World::new();
    let (market, premium) = (world.community, world.premium);
    let (host, other) = (ready(&mut world, "host"), ready(&mut world, "other"));
    let sponsor = world.funded("sponsor");
    let enroll = member::Enroll { payer: sponsor.pubkey(), ..enrollment(&world, &host, &market) };
    world.ok(&[member::enroll(enroll)], &[&host.owner, &sponsor]);
    let of_other = world.enroll(&other, &market, 0);
    world.admit(&host, &premium, 1, 0);

    let owner = host.owner.pubkey();
    let close = member::close_member(owner, market.address, sponsor.pubkey());
    let by_operator = with_account(close.clone(), 0, host.operator.pubkey());
    world.refused(&[by_operator], &[&host.operator], rule(MarketError::NotHostOwner));
    for (place, key, error) in [
        (2, premium.address, MarketError::WrongMarket),
        (3, of_other, MarketError::WrongHost),
        (4, owner, MarketError::WrongRentPayer),
    ] {
        world.refused(&[with_account(close.clone(), place, key)], &[&host.owner], rule(error));
    }
    let member = host.member(&market);
    world.set_pause_bits(pause::ALL);
    let executed = world.ok_closing(close, &[&host.owner], &[member], &sponsor.pubkey());
    let event = MemberClosed { member, market: market.address, host: host.host };
    assert_eq!(executed.events, [Event::MemberClosed(event)]);
    assert_eq!((world.market_account(&market).members, world.host_account(&host).members), (1, 1));
}

#[test]
fn a_member_stays_while_it_has_collateral_or_seats() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    world.join(&host, &market);
    let (owner, not_empty) = (host.owner.pubkey(), rule(MarketError::MemberNotEmpty));
    let close = member::close_member(owner, market.address, world.payer.pubkey());
    world.refused(std::slice::from_ref(&close), &[&host.owner], not_empty);
    let leave = queue::Leave { caller: owner, host: host.host, market: market.address, shard: 0, node: 0 };
    world.ok(&[queue::leave(leave)], &[&host.owner]);
    world.refused(std::slice::from_ref(&close), &[&host.owner], not_empty);
    world.take_back(&host, &market, 10 * STAKE);
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn a_member_stays_until_its_last_job_can_no_longer_be_disputed() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.finish(&client, &host, &market, job);
    world.take_back(&host, &market, 10 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.svm.advance(DAY);
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::MemberCoolingOff));
    world.svm.advance(1);
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn a_member_that_missed_an_acknowledgement_stays_until_its_record_has_forgotten_it() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    world.missed_ack(&client, &host, &market, 0);
    let member: Member = world.member_account(&host, &market);
    assert_eq!(member.join_barred_until, world.now().unix + 600);
    world.take_back(&host, &market, 9 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    let forgotten = world.next_window() + RECORD_WINDOW;
    world.wait_until(forgotten - 1);
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::MemberCoolingOff));
    world.svm.advance(1);
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn a_member_that_declined_stays_until_its_declines_are_forgotten() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    let job = world.post(&client, &market, 0, 600);
    world.join(&host, &market);
    let parties = world.parties(job, &client, &host, &market);
    let decline = job::Decline { operator: host.operator.pubkey(), parties, shard: 0, slash: None };
    world.ok(&[job::decline(decline)], &[&host.operator]);
    world.take_back(&host, &market, 10 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.svm.advance(DAY - 1);
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::MemberCoolingOff));
    world.svm.advance(1);
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn a_host_that_left_and_returned_keeps_its_strikes() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    world.missed_ack(&client, &host, &market, 0);
    world.take_back(&host, &market, 9 * STAKE);
    world.svm.advance(14 * DAY);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    let enroll = member::enroll(enrollment(&world, &host, &market));
    world.ok(&[close, enroll], &[&host.owner]);
    assert_eq!((world.host_account(&host).strikes, world.member_account(&host, &market).missed), (1, 0));
    let error = rule(MarketError::HostHasMembers);
    world.refused(&[host::close_host(host.owner.pubkey(), world.payer.pubkey())], &[&host.owner], error);
    assert!(world.exists(&address::host(&host.owner.pubkey()).0));
}
