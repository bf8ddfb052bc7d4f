//! Promotion on the real program: every rule at its edge, and what somebody might try. Attestations are written into the
//! accounts here, as the names say; rounds of attestors have tests of their own.

use {
    gpu_market::{
        constants::{DISPUTE_WINDOW, RECORD_WINDOW},
        error::MarketError,
        events::{MemberApplied, MemberEnrolled, MemberPromoted, MemberResigned},
        state::{MemberState, Policy, Record},
    },
    gpu_market_sdk::{
        events::Event,
        instructions::{market, member, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A host with a record in the community market, and its clients.
struct Proven {
    world: World,
    host: HostParty,
    clients: [ClientParty; 2],
}

impl Proven {
    fn new() -> Self {
        let mut world = World::new();
        let community = world.community;
        let host = world.newcomer("host");
        let clients = ["ann", "ben"].map(|name| world.client(name, 1_000 * DOLLAR));
        world.earn(&host, &community, &[&clients[0], &clients[1]], 0..5);
        Self { world, host, clients }
    }

    /// A premium market with this policy, in which the host is a candidate with everything that [`RECORD`] asks.
    fn candidate(&mut self, id: u16, policy: Policy) -> MarketRef {
        let market = self.world.premium_with(id, policy);
        self.world.apply(&self.host, &market);
        self.world.allocate(&self.host, &market, RECORD.collateral_floor);
        let until = self.world.now().unix + i64::from(DAY);
        self.world.attestation_given(&self.host, &market, 1, RECORD.min_score, until);
        market
    }

    #[track_caller]
    fn is_promoted(&mut self, market: &MarketRef) {
        let promote = self.world.promote_ix(&self.host, market);
        self.world.ok(&[promote], &[]);
        assert_eq!(self.world.standing_of(&self.host, market), MemberState::Active);
    }

    #[track_caller]
    fn is_refused(&mut self, market: &MarketRef, error: MarketError) {
        let promote = self.world.promote_ix(&self.host, market);
        self.world.refused(&[promote], &[], rule(error));
    }
}

#[test]
fn with_a_given_attestation_a_host_is_promoted_exactly_at_every_threshold() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    assert_eq!(proven.world.missing(&proven.host, &market), Vec::<String>::new());
    let promote = proven.world.promote_ix(&proven.host, &market);
    let event = MemberPromoted {
        member: proven.host.member(&market),
        market: market.address,
        host: proven.host.host,
        collateral_floor: RECORD.collateral_floor,
        at: proven.world.now().unix,
        terms: 1,
    };
    proven.world.ok_emitting(promote, &[], Event::MemberPromoted(event));
    let member = proven.world.member_account(&proven.host, &market);
    assert_eq!((member.state(), member.collateral_floor), (Ok(MemberState::Active), RECORD.collateral_floor));
    assert_eq!(member.standing.reviewed, Record::window_at(proven.world.now().unix) - 1);
    proven.world.join(&proven.host, &market);
    proven.is_refused(&market, MarketError::NotCandidate);
}

#[test]
fn with_a_given_attestation_one_below_any_threshold_is_refused_by_name() {
    let mut proven = Proven::new();
    let edges = [
        (Policy { min_completed: 6, ..RECORD }, MarketError::TooFewCompleted),
        (Policy { min_evidenced: 5 * WORK + 1, ..RECORD }, MarketError::TooFewEvidenced),
        (Policy { min_volume: 5 * WORK_FEE + 1, ..RECORD }, MarketError::VolumeTooLow),
        (Policy { min_clients: 3, ..RECORD }, MarketError::TooFewClients),
        (Policy { min_score: 1_001, ..RECORD }, MarketError::ScoreTooLow),
        (Policy { collateral_floor: 30 * STAKE + 1, ..RECORD }, MarketError::CollateralBelowFloor),
    ];
    for (id, (policy, error)) in (10..).zip(edges) {
        let market = proven.candidate(id, policy);
        assert_eq!(proven.world.missing(&proven.host, &market).len(), 1, "{error:?}");
        proven.is_refused(&market, error);
    }
}

#[test]
fn with_a_given_attestation_the_success_rate_counts_to_the_basis_point() {
    let mut proven = Proven::new();
    let (community, ann) = (proven.world.community, &proven.clients[0]);
    // Weights are fees and one: five of six.
    proven.world.fail(&proven.host, &community, ann, 5);
    let success = u16::try_from(5 * 10_000 / 6).expect("a share");
    let exact = proven.candidate(10, Policy { promote_success_bps: success, ..RECORD });
    let above = proven.candidate(11, Policy { promote_success_bps: success + 1, ..RECORD });
    proven.is_refused(&above, MarketError::SuccessTooLow);
    proven.is_promoted(&exact);
}

#[test]
fn an_attestation_counts_to_the_second_and_for_a_whole_seat() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    let until = proven.world.now().unix + 100;
    proven.world.attestation_given(&proven.host, &market, 0, 1_000, until);
    proven.is_refused(&market, MarketError::NotAttested);
    proven.world.attestation_given(&proven.host, &market, 1, 1_000, until);
    proven.world.wait_until(until);
    proven.is_refused(&market, MarketError::NotAttested);
    proven.world.attestation_given(&proven.host, &market, 1, 1_000, until + 1);
    proven.is_promoted(&market);
}

#[test]
fn with_a_given_attestation_a_strike_delays_promotion_by_the_cooldown() {
    let mut proven = Proven::new();
    let (community, ann) = (proven.world.community, &proven.clients[0]);
    proven.world.missed_ack(ann, &proven.host, &community, 5);
    let struck = proven.world.now().unix;
    let cooldown = 3 * DAY;
    let market = proven.candidate(10, Policy { strike_cooldown: cooldown, ..RECORD });
    let until = struck + i64::from(cooldown) + 100;
    proven.world.attestation_given(&proven.host, &market, 1, 1_000, until);
    proven.world.wait_until(struck + i64::from(cooldown) - 1);
    proven.is_refused(&market, MarketError::StruckTooRecently);
    proven.world.svm.advance(1);
    proven.is_promoted(&market);
}

#[test]
fn a_record_older_than_the_last_full_window_earns_nothing() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    let two_on = proven.world.next_window() + 7 * i64::from(DAY);
    proven.world.attestation_given(&proven.host, &market, 1, 1_000, two_on + 1);
    proven.world.wait_until(two_on - 1);
    let last_moment = proven.candidate(11, RECORD);
    proven.is_promoted(&last_moment);
    proven.world.svm.advance(1);
    proven.is_refused(&market, MarketError::TooFewCompleted);
}

#[test]
fn an_application_is_the_owners_and_gives_no_rights() {
    let mut world = World::new();
    let market = world.premium;
    let host = world.newcomer("host");
    let application = member::Enroll {
        owner: host.owner.pubkey(),
        payer: world.payer.pubkey(),
        market: market.address,
        token: market.token,
        access: None,
    };
    let apply = member::apply(application);
    let by_operator = with_account(apply.clone(), 0, host.operator.pubkey());
    world.refused(&[by_operator], &[&host.operator], rule(MarketError::NotHostOwner));
    let community = member::apply(member::Enroll { market: world.community.address, ..application });
    let other = world.host("other", 0);
    world.open_earnings(&other, market.token);
    let of_other = member::apply(member::Enroll {
        owner: other.owner.pubkey(),
        market: world.community.address,
        ..application
    });
    world.fails(&[community], &[&host.owner]);
    world.refused(&[of_other], &[&other.owner], rule(MarketError::NotPremium));
    let enrolled = MemberEnrolled {
        member: host.member(&market),
        market: market.address,
        host: host.host,
        earnings: host.earnings(&market),
        rent_payer: world.payer.pubkey(),
    };
    world.ok_emitting(apply, &[&host.owner], Event::MemberApplied(MemberApplied { application: enrolled }));
    world.allocate(&host, &market, 100 * STAKE);
    let until = world.now().unix + 1_000;
    world.attestation_given(&host, &market, 8, 1_000, until);
    let join = gpu_market_sdk::instructions::queue::join(world.seat_of(&host, &market));
    world.refused(&[join], &[&host.operator], rule(MarketError::MemberNotActive));
    // Its collateral is free to leave.
    world.take_back(&host, &market, 100 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn a_promotion_reads_the_hosts_own_member_of_the_feeder_and_the_terms_in_force() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    let other = proven.world.newcomer("other");
    let (premium, community) = (proven.world.premium, proven.world.community);
    proven.world.apply(&other, &market);
    let promote = proven.world.promote_ix(&proven.host, &market);
    let own = proven.host.member(&market);
    // Market, terms, member, host, feeder.
    for (place, key, error) in [
        (0, premium.address, MarketError::WrongMarket),
        (1, gpu_market_sdk::address::terms(&premium.address, 1).0, MarketError::WrongMarket),
        (2, other.member(&market), MarketError::WrongHost),
        (2, other.member(&community), MarketError::WrongMarket),
        (3, other.host, MarketError::WrongHost),
        (4, other.member(&community), MarketError::WrongHost),
    ] {
        proven.world.refused(&[with_account(promote.clone(), place, key)], &[], rule(error));
    }
    // A record in the premium market itself is none in the feeder.
    let premium_record = with_account(promote, 4, own);
    proven.world.fails(&[premium_record], &[]);
}

#[test]
fn collateral_lent_for_a_promotion_with_a_given_attestation_stays_under_the_floor() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    proven.is_promoted(&market);
    let owner = proven.host.owner.pubkey();
    let all = stake::deallocate(owner, market.address, RECORD.collateral_floor);
    let one = stake::deallocate(owner, market.address, 1);
    for back in [&all, &one] {
        proven.world.refused(from_ref(back), &[&proven.host.owner], rule(MarketError::CollateralLocked));
    }
    // The way out is to give up the place.
    let resign = proven.world.resign_ix(&proven.host, &market);
    let at = proven.world.now().unix;
    let event = MemberResigned {
        member: proven.host.member(&market),
        market: market.address,
        host: proven.host.host,
        at,
        barred_until: at + RECORD_WINDOW + DISPUTE_WINDOW,
        probation_until: 0,
        fresh_from: u64::from(Record::window_at(at)) + 1,
    };
    proven.world.ok_emitting(resign.clone(), &[&proven.host.owner], Event::MemberResigned(event));
    proven.world.ok(&[all], &[&proven.host.owner]);
    proven.world.refused(&[resign], &[&proven.host.owner], rule(MarketError::MemberNotActive));
    // With the collateral back, what was done before earns no second place.
    proven.world.allocate(&proven.host, &market, RECORD.collateral_floor);
    proven.is_refused(&market, MarketError::PromotionCooldown);
    proven.world.wait_until(event.barred_until);
    proven.is_refused(&market, MarketError::TooFewCompleted);
}

#[test]
fn nobody_resigns_with_a_seat_or_for_somebody_else_or_from_a_community_market() {
    let mut proven = Proven::new();
    let market = proven.candidate(10, RECORD);
    proven.is_promoted(&market);
    proven.world.join(&proven.host, &market);
    let (host, world) = (&proven.host, &mut proven.world);
    let resign = world.resign_ix(host, &market);
    world.refused(from_ref(&resign), &[&host.owner], rule(MarketError::MemberNotEmpty));
    let by_operator = with_account(resign, 0, host.operator.pubkey());
    world.refused(&[by_operator], &[&host.operator], rule(MarketError::NotHostOwner));
    let community = world.community;
    let resign = world.resign_ix(host, &community);
    world.refused(&[resign], &[&host.owner], rule(MarketError::NotPremium));
}

#[test]
fn a_record_bought_from_oneself_costs_its_fees_and_counts_one_client_a_key() {
    let mut world = World::new();
    let community = world.community;
    let host = world.newcomer("host");
    // The host is its own client, under one key.
    let washer = world.client("washer", 1_000 * DOLLAR);
    world.earn(&host, &community, &[&washer], 0..5);
    let record = world.member_account(&host, &community).record.current;
    assert_eq!((record.completed, record.clients(), record.volume), (5, 1, 5 * WORK_FEE));
    // What it paid itself came back but for the fees, which are the protocol's.
    assert_eq!(world.client_account(&washer).fees_owed, 5 * WORK_FEE);
    assert_eq!(world.tokens(&host.earnings(&community)), 5 * 12_000);
    let market = world.premium_with(10, RECORD);
    world.apply(&host, &market);
    world.allocate(&host, &market, RECORD.collateral_floor);
    let until = world.now().unix + 100;
    world.attestation_given(&host, &market, 1, 1_000, until);
    let promote = world.promote_ix(&host, &market);
    world.refused(&[promote], &[], rule(MarketError::TooFewClients));
}

#[test]
fn leaving_the_feeder_and_coming_back_loses_the_record() {
    let mut proven = Proven::new();
    let (market, community) = (proven.candidate(10, RECORD), proven.world.community);
    let host = &proven.host;
    proven.world.take_back(host, &community, 50 * STAKE);
    proven.world.svm.advance(DAY + 1);
    let close = member::close_member(host.owner.pubkey(), community.address, proven.world.payer.pubkey());
    proven.world.ok(&[close], &[&host.owner]);
    let promote = proven.world.promote_ix(host, &market);
    proven.world.fails(&[promote], &[]);
    proven.world.enroll(host, &community, 0);
    let until = proven.world.now().unix + 1;
    proven.world.attestation_given(host, &market, 1, 1_000, until);
    proven.is_refused(&market, MarketError::TooFewCompleted);
}

#[test]
fn only_an_active_member_of_the_feeder_is_promoted() {
    let mut proven = Proven::new();
    let (market, community) = (proven.candidate(10, RECORD), proven.world.community);
    proven.world.set_member_state(&proven.host, &community, MemberState::Suspended);
    proven.is_refused(&market, MarketError::NotActiveInFeeder);
    proven.world.set_member_state(&proven.host, &community, MemberState::Active);
    proven.is_promoted(&market);
}

#[test]
fn an_authority_cannot_loosen_its_policy_for_a_friend_within_fourteen_days() {
    let mut proven = Proven::new();
    let harder = Policy { min_completed: 6, ..RECORD };
    let market = proven.candidate(10, harder);
    let authority = proven.world.authority.insecure_clone();
    let terms = gpu_market::state::TermsParams { policy: RECORD, ..PREMIUM_TERMS };
    let announce = |world: &World, effective_at| {
        market::announce_terms(market::AnnounceTerms {
            authority: world.authority.pubkey(),
            payer: world.payer.pubkey(),
            market: market.address,
            in_force: 1,
            number: 2,
            terms,
            effective_at,
        })
    };
    let now = proven.world.now().unix;
    let in_time = now + 14 * i64::from(DAY);
    let early = announce(&proven.world, in_time - 1);
    proven.world.refused(&[early], &[&authority], rule(MarketError::NoticeTooShort));
    let exact = announce(&proven.world, in_time);
    proven.world.ok(&[exact], &[&authority]);
    // Until then the announced terms promote nobody, and no others can be announced over them.
    let loose = MarketRef { terms: 2, ..market };
    proven.is_refused(&loose, MarketError::WrongTerms);
    proven.is_refused(&market, MarketError::TooFewCompleted);
    proven.world.wait_until(in_time - 1);
    proven.is_refused(&loose, MarketError::WrongTerms);
    proven.world.svm.advance(1);
    proven.is_refused(&market, MarketError::WrongTerms);
    // The friend's record is two windows old by then.
    proven.is_refused(&loose, MarketError::TooFewCompleted);
}
