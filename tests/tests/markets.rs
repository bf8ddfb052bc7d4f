//! Markets: opening one within the bounds of the program, pausing, listing, handing over, closing.

use {
    gpu_market::{
        constants::{MAX_GENESIS, pause},
        error::MarketError,
        events::{
            MarketAuthorityAccepted, MarketAuthorityProposed, MarketClosed, MarketCreated, MarketListed,
            MarketPauseSet, TermsAnnounced,
        },
        state::{MarketParams, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{job, market, member, queue, shard},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

const CLASS: [u8; 32] = [b'h'; 32];

const COMMUNITY: MarketParams = MarketParams {
    id: 9,
    gpus_per_seat: 2,
    tier: 0,
    gpu_class: CLASS,
    genesis_end: 0,
    access_mint: Address::new_from_array([0; 32]),
};

fn creation(world: &World, params: MarketParams, terms: TermsParams) -> market::CreateMarket {
    market::CreateMarket {
        authority: world.authority.pubkey(),
        payer: world.payer.pubkey(),
        payment: world.dollar,
        feeder: (params.tier == 1).then_some(world.community.address),
        market: params,
        terms: if params.tier == 1 { TermsParams { policy: PREMIUM_TERMS.policy, ..terms } } else { terms },
    }
}

/// A premium market whose genesis ends this many seconds from now.
fn premium(world: &World, genesis: i64) -> MarketParams {
    MarketParams { tier: 1, genesis_end: world.now().unix + genesis, ..COMMUNITY }
}

#[test]
fn anybody_opens_a_market_with_its_first_terms() {
    let mut world = World::new();
    let (authority, sponsor) = (world.funded("somebody"), world.funded("sponsor"));
    let (unix, token) = (world.now().unix, world.dollar);
    let params = premium(&world, 86_400);
    let create = market::CreateMarket {
        authority: authority.pubkey(),
        payer: sponsor.pubkey(),
        ..creation(&world, params, PREMIUM_TERMS)
    };
    let address = address::market(&authority.pubkey(), 9).0;
    let terms = address::terms(&address, 1).0;
    for ahead in [address, terms] {
        world.svm.airdrop(&ahead, 1);
    }
    let executed = world.ok(&[market::create_market(create)], &[&authority, &sponsor]);
    let created = MarketCreated {
        market: address,
        authority: authority.pubkey(),
        payment_mint: token.mint,
        feeder: world.community.address,
        gpu_class: CLASS,
        rent_payer: sponsor.pubkey(),
        access_mint: Address::default(),
        genesis_end: unix + 86_400,
        id: 9,
        gpus_per_seat: 2,
        tier: 1,
    };
    let announced = TermsAnnounced {
        terms,
        market: address,
        rent_payer: sponsor.pubkey(),
        attestor_set: PREMIUM_TERMS.attestor_set,
        policy: PREMIUM_TERMS.policy,
        effective_at: unix,
        rate: 150_000_000,
        bond: 10 * STAKE,
        tip: 1_000,
        queue_fee: 50_000,
        number: 1,
        min_duration: 60,
        max_duration: 4 * HOUR,
        queue_ttl: HOUR,
        ack_window: 120,
        heartbeat_interval: 60,
        seat_lifetime: 1_800,
        fee_bps: 200,
        missed_ack_bps: 1_000,
        sla_bps: 2_000,
        attempts: 3,
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::MarketCreated(created), Event::TermsAnnounced(announced)]);
    let reference = MarketRef { address, token, terms: 1 };
    let account = world.market_account(&reference);
    assert_eq!((account.authority, account.payment_mint), (authority.pubkey(), token.mint));
    assert_eq!((account.feeder, account.rent_payer), (world.community.address, sponsor.pubkey()));
    assert_eq!((account.current_terms, account.announced_terms, account.open_terms), (1, 0, 1));
    assert_eq!((account.shards, account.members, account.paused, account.listed), (0, 0, 0, 0));
    assert_eq!((account.genesis_end, account.gpus_per_seat, account.tier), (unix + 86_400, 2, 1));
    assert_eq!(TermsAnnounced::of(terms, &world.terms_account(&reference, 1)), announced);
    assert_eq!(world.config_account().markets, 3);
}

#[test]
fn a_market_is_opened_once_and_by_its_authority() {
    let mut world = World::new();
    let authority = world.authority.insecure_clone();
    let create = market::create_market(creation(&world, COMMUNITY, TERMS));
    let mut unsigned = create.clone();
    unsigned.accounts[0].is_signer = false;
    world.refused(&[unsigned], &[], Refusal::Check(Check::MissingSignature));
    world.ok(std::slice::from_ref(&create), &[&authority]);
    world.refused(&[create], &[&authority], IN_USE);
}

#[test]
fn every_parameter_of_a_market_has_its_bound() {
    let mut world = World::new();
    let authority = world.authority.insecure_clone();
    let refusals = [
        (MarketParams { gpus_per_seat: 0, ..COMMUNITY }, MarketError::GpusPerSeatZero),
        (MarketParams { gpu_class: [0; 32], ..COMMUNITY }, MarketError::GpuClassMissing),
        (MarketParams { tier: 2, ..COMMUNITY }, MarketError::UnknownTier),
        (MarketParams { tier: 255, ..COMMUNITY }, MarketError::UnknownTier),
        (MarketParams { genesis_end: 1, ..COMMUNITY }, MarketError::GenesisOutOfRange),
        (premium(&world, -1), MarketError::GenesisOutOfRange),
        (premium(&world, MAX_GENESIS + 1), MarketError::GenesisOutOfRange),
        (MarketParams { genesis_end: i64::MAX, ..premium(&world, 0) }, MarketError::GenesisOutOfRange),
    ];
    for (params, error) in refusals {
        let create = market::create_market(creation(&world, params, TERMS));
        world.refused(&[create], &[&authority], rule(error));
    }
    for (id, genesis) in [(10, 0), (11, MAX_GENESIS)] {
        let params = MarketParams { id, ..premium(&world, genesis) };
        let create = market::create_market(creation(&world, params, TERMS));
        world.ok(&[create], &[&authority]);
    }
}

#[test]
fn a_premium_market_feeds_from_a_community_market_in_the_same_mint() {
    let mut world = World::new();
    let authority = world.authority.insecure_clone();
    let other_mint = world.create_market_in(world.stake_token, 0, 20, &TERMS, None);
    let (of_premium, of_community) = (premium(&world, 0), world.community.address);
    for (params, feeder) in [
        (of_premium, None),
        (of_premium, Some(world.premium.address)),
        (of_premium, Some(other_mint.address)),
        (COMMUNITY, Some(of_community)),
    ] {
        let create = market::CreateMarket { feeder, ..creation(&world, params, TERMS) };
        world.refused(&[market::create_market(create)], &[&authority], rule(MarketError::WrongFeeder));
    }
    let create = market::create_market(creation(&world, of_premium, TERMS));
    let not_a_market = with_account(create, 4, address::shard(&of_community, 0).0);
    world.refused(&[not_a_market], &[&authority], Refusal::Check(Check::WrongAccountType));
}

#[test]
fn the_authority_pauses_the_entries_of_its_market() {
    let mut world = World::new();
    let (market, authority) = (world.community, world.authority.insecure_clone());
    let set = |bits| market::set_market_pause(authority.pubkey(), market.address, bits);
    for other in [world.admin.insecure_clone(), world.funded("pauser")] {
        let by_other = with_account(set(1), 0, other.pubkey());
        world.refused(&[by_other], &[&other], rule(MarketError::NotMarketAuthority));
    }
    for bits in [16, 255] {
        world.refused(&[set(bits)], &[&authority], rule(MarketError::UnknownPauseBit));
    }
    let event = |old_bits, bits| Event::MarketPauseSet(MarketPauseSet { market: market.address, old_bits, bits });
    world.ok_emitting(set(pause::ALL), &[&authority], event(0, pause::ALL));
    world.ok_emitting(set(pause::POSTING), &[&authority], event(pause::ALL, pause::POSTING));
    assert_eq!((world.market_account(&market).paused, world.market_account(&world.premium).paused), (1, 0));
}

#[test]
fn a_market_pause_stops_the_entries_that_its_bit_names_and_only_those() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let (host, new) = (world.host("host", 100 * STAKE), world.host("new", 0));
    world.enroll(&host, &market, 50 * STAKE);
    world.open_earnings(&new, market.token);
    let (owner, payer, token) = (new.owner.pubkey(), world.payer.pubkey(), market.token);
    let enroll = member::enroll(member::Enroll { owner, payer, market: market.address, token, access: None });
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let join = queue::join(world.seat_of(&host, &market));
    let entries = [
        (pause::POSTING, post, &client.owner, MarketError::PostingPaused),
        (pause::JOINING, join, &host.operator, MarketError::JoiningPaused),
        (pause::ENROLLING, enroll, &new.owner, MarketError::EnrollingPaused),
    ];
    for (bit, entry, signer, error) in &entries {
        world.set_market_pause_bits(&market, *bit);
        world.refused(std::slice::from_ref(entry), &[signer], rule(*error));
    }
    for (bit, entry, signer, _) in &entries {
        world.set_market_pause_bits(&market, pause::ALL & !bit);
        world.ok(std::slice::from_ref(entry), &[signer]);
    }
}

#[test]
fn only_the_admin_lists_a_market() {
    let mut world = World::new();
    let market = world.community;
    let (admin, authority) = (world.admin.insecure_clone(), world.authority.insecure_clone());
    let by_authority = market::list_market(authority.pubkey(), market.address, true);
    world.refused(&[by_authority], &[&authority], rule(MarketError::NotAdmin));
    for listed in [true, false] {
        let list = market::list_market(admin.pubkey(), market.address, listed);
        let event = MarketListed { market: market.address, listed: listed.into() };
        world.ok_emitting(list, &[&admin], Event::MarketListed(event));
        assert_eq!(world.market_account(&market).listed, u8::from(listed));
    }
}

#[test]
fn a_market_is_handed_over_in_two_steps_and_keeps_its_address() {
    let mut world = World::new();
    let (market, other) = (world.community, world.premium);
    let (authority, successor, stranger) =
        (world.authority.insecure_clone(), world.funded("successor"), world.funded("stranger"));
    let address = market.address;
    let not_pending = rule(MarketError::NotPendingAuthority);
    let accept = market::accept_market_authority(successor.pubkey(), address);
    world.refused(std::slice::from_ref(&accept), &[&successor], not_pending);
    let by_stranger = market::propose_market_authority(stranger.pubkey(), address, stranger.pubkey());
    world.refused(&[by_stranger], &[&stranger], rule(MarketError::NotMarketAuthority));

    let propose = market::propose_market_authority(authority.pubkey(), address, successor.pubkey());
    let proposed =
        MarketAuthorityProposed { market: address, authority: authority.pubkey(), successor: successor.pubkey() };
    world.ok_emitting(propose.clone(), &[&authority], Event::MarketAuthorityProposed(proposed));
    world.refused(&[market::accept_market_authority(stranger.pubkey(), address)], &[&stranger], not_pending);
    let elsewhere = market::accept_market_authority(successor.pubkey(), other.address);
    world.refused(&[elsewhere], &[&successor], not_pending);
    let early = market::set_market_pause(successor.pubkey(), address, 1);
    world.refused(std::slice::from_ref(&early), &[&successor], rule(MarketError::NotMarketAuthority));
    let back = market::propose_market_authority(authority.pubkey(), address, Address::default());
    world.ok(&[back], &[&authority]);
    world.refused(std::slice::from_ref(&accept), &[&successor], not_pending);

    world.ok(&[propose], &[&authority]);
    let accepted = MarketAuthorityAccepted {
        market: address,
        old_authority: authority.pubkey(),
        authority: successor.pubkey(),
    };
    world.ok_emitting(accept, &[&successor], Event::MarketAuthorityAccepted(accepted));
    let account = world.market_account(&market);
    assert_eq!((account.authority, account.pending_authority), (successor.pubkey(), Address::default()));
    world.ok(&[early], &[&successor]);
    let late = market::set_market_pause(authority.pubkey(), address, 0);
    world.refused(&[late], &[&authority], rule(MarketError::NotMarketAuthority));
}

#[test]
fn a_market_closes_when_nothing_of_it_is_left() {
    let mut world = World::new();
    let (authority, payer, sponsor) =
        (world.authority.insecure_clone(), world.payer.pubkey(), world.funded("sponsor"));
    let create = market::CreateMarket { payer: sponsor.pubkey(), ..creation(&world, COMMUNITY, TERMS) };
    let address = address::market(&authority.pubkey(), 9).0;
    let add = shard::create_shard(authority.pubkey(), payer, address, 0);
    world.ok(&[market::create_market(create), add], &[&authority, &sponsor]);
    let reference = MarketRef { address, token: world.dollar, terms: 1 };
    let host = world.host("host", 0);
    world.enroll(&host, &reference, 0);

    let close = market::close_market(authority.pubkey(), address, sponsor.pubkey());
    let steps = [
        shard::close_shard(authority.pubkey(), address, 0, payer),
        member::close_member(host.owner.pubkey(), address, payer),
        market::close_terms(authority.pubkey(), address, 1, sponsor.pubkey()),
    ];
    for step in steps {
        world.refused(std::slice::from_ref(&close), &[&authority], rule(MarketError::MarketNotEmpty));
        let signer = if step.data[0] == 68 { &host.owner } else { &authority };
        world.ok(&[step], &[signer]);
    }
    let by_sponsor = with_account(close.clone(), 0, sponsor.pubkey());
    world.refused(&[by_sponsor], &[&sponsor], rule(MarketError::NotMarketAuthority));
    let to_authority = market::close_market(authority.pubkey(), address, authority.pubkey());
    world.refused(&[to_authority], &[&authority], rule(MarketError::WrongRentPayer));
    let executed = world.ok_closing(close, &[&authority], &[address], &sponsor.pubkey());
    assert_eq!(executed.events, [Event::MarketClosed(MarketClosed { market: address })]);
    assert_eq!(world.config_account().markets, 2);
}
