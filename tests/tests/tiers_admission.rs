//! Genesis: who becomes Premium by hand, and until when.

use {
    gpu_market::{
        error::MarketError,
        state::{HostParams, MemberState, Record},
    },
    gpu_market_sdk::{
        address,
        instructions::{member, queue},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn admission(world: &World, host: &HostParty) -> member::Admit {
    member::Admit {
        authority: world.authority.pubkey(),
        market: world.premium.address,
        terms: 1,
        host: host.host,
        gpus: 4,
        evidence_hash: [9; 32],
    }
}

#[test]
fn a_host_that_has_not_applied_cannot_be_admitted() {
    let mut world = World::new();
    let host = world.newcomer("host");
    let authority = world.authority.insecure_clone();
    let admit = member::admit(admission(&world, &host));
    let members = world.host_account(&host).members;
    world.fails(&[admit], &[&authority]);
    assert_eq!(world.host_account(&host).members, members);
}

#[test]
fn an_admitted_host_brings_the_floor_before_it_joins() {
    let mut world = World::new();
    let market = world.premium;
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, PREMIUM_POLICY.collateral_floor - 1);
    let member = world.member_account(&host, &market);
    assert_eq!(member.collateral_floor, PREMIUM_POLICY.collateral_floor);
    assert_eq!(member.standing.reviewed, Record::window_at(world.now().unix) - 1);
    let join = queue::join(world.seat_of(&host, &market));
    world.refused(from_ref(&join), &[&host.operator], rule(MarketError::CollateralBelowFloor));
    world.allocate(&host, &market, 1);
    world.ok(&[join], &[&host.operator]);
}

#[test]
fn nobody_sets_premium_by_hand_after_genesis() {
    let mut world = World::new();
    let market = world.premium;
    let host = world.newcomer("host");
    world.apply(&host, &market);
    let (authority, admin) = (world.authority.insecure_clone(), world.admin.insecure_clone());
    let by_admin = member::admit(member::Admit { authority: admin.pubkey(), ..admission(&world, &host) });
    world.refused(&[by_admin], &[&admin], rule(MarketError::NotMarketAuthority));
    world.wait_until(world.market_account(&market).genesis_end);
    let admit = member::admit(admission(&world, &host));
    world.refused(&[admit], &[&authority], rule(MarketError::GenesisOver));
    let promote = world.promote_ix(&host, &market);
    world.refused(&[promote], &[], rule(MarketError::TooFewCompleted));
    assert_eq!(world.standing_of(&host, &market), MemberState::Candidate);
}

#[test]
fn nobody_is_admitted_twice_and_who_gave_up_a_place_earns_the_next() {
    let mut world = World::new();
    let market = world.premium;
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 0);
    let authority = world.authority.insecure_clone();
    let admit = member::admit(admission(&world, &host));
    world.refused(from_ref(&admit), &[&authority], rule(MarketError::NotCandidate));
    let resign = world.resign_ix(&host, &market);
    world.ok(&[resign], &[&host.owner]);
    world.refused(from_ref(&admit), &[&authority], rule(MarketError::NotCandidate));
    for state in [MemberState::Suspended, MemberState::Removed] {
        world.set_member_state(&host, &market, state);
        world.refused(from_ref(&admit), &[&authority], rule(MarketError::NotCandidate));
    }
}

#[test]
fn a_batch_of_admissions_fits_one_transaction_and_one_more_does_not() {
    let mut world = World::new();
    let market = world.premium;
    let hosts: Vec<HostParty> =
        (0..=member::ADMISSIONS_PER_TRANSACTION).map(|number| world.newcomer(&format!("host {number}"))).collect();
    for host in &hosts {
        world.apply(host, &market);
    }
    let admissions: Vec<member::Admit> = hosts.iter().map(|host| admission(&world, host)).collect();
    let authority = world.authority.insecure_clone();
    let batches = member::admit_all(&admissions);
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [member::ADMISSIONS_PER_TRANSACTION, 1]);
    let largest = world.ok(&batches[0], &[&authority]);
    assert!(largest.bytes <= cost::MAX_TX_BYTES, "{} bytes", largest.bytes);
    assert!(largest.compute_units <= 100_000, "{} compute units", largest.compute_units);
    let one = world.ok(&batches[1], &[&authority]);
    // Another admission adds its instruction and the key of its member.
    let each = (largest.bytes - one.bytes) / (batches[0].len() - 1);
    assert!(largest.bytes + each > cost::MAX_TX_BYTES, "{} + {each} bytes", largest.bytes);
    for host in &hosts {
        assert_eq!(world.standing_of(host, &market), MemberState::Active);
    }
}

#[test]
fn a_waitlisted_host_enters_the_community_market_in_one_transaction_that_its_owner_signs() {
    let mut world = World::new();
    let market = world.community;
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let entry = member::Enroll {
        owner: owner.pubkey(),
        payer: sponsor.pubkey(),
        market: market.address,
        token: market.token,
        access: None,
    };
    let params =
        HostParams { operator: keypair("operator").pubkey(), sealing_key: [1; 32], metadata_hash: [2; 32] };
    let import = member::import(entry, params);
    let executed = world.ok(&import, &[&owner, &sponsor]);
    assert!(executed.bytes <= cost::MAX_TX_BYTES, "{} bytes", executed.bytes);
    let host = address::host(&owner.pubkey()).0;
    let member: gpu_market::state::Member = world.get(&address::member(&market.address, &host).0);
    assert_eq!((member.state(), member.rent_payer), (Ok(MemberState::Active), sponsor.pubkey()));
}
