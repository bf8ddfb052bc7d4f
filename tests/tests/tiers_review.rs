//! Reviews on the real program: thresholds, windows, falls and returns. Hosts are admitted at genesis, with the attestation
//! that the authority vouches for; where a longer one is needed, the name says that it is given.

use {
    gpu_market::{
        error::MarketError,
        events::MemberReviewed,
        state::{MemberState, Policy, Record, Review, TermsParams},
    },
    gpu_market_sdk::{
        events::Event,
        instructions::{member, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A host in the premium market, its client and the next nonce.
struct Bench {
    world: World,
    market: MarketRef,
    host: HostParty,
    client: ClientParty,
    nonce: u64,
}

impl Bench {
    fn new() -> Self {
        let mut world = World::new();
        let market = world.premium;
        let client = world.client("client", 10_000 * DOLLAR);
        let host = world.newcomer("host");
        world.admit(&host, &market, 4, 200 * STAKE);
        // Into the next window: the one of the admission is judged as a whole, but begins before it.
        world.wait_until(world.next_window());
        Self { world, market, host, client, nonce: 0 }
    }

    fn nonces(&mut self, count: u64) -> std::ops::Range<u64> {
        let first = self.nonce;
        self.nonce += count;
        first..self.nonce
    }

    #[track_caller]
    fn completes(&mut self, count: u64) {
        let nonces = self.nonces(count);
        self.world.earn(&self.host, &self.market, &[&self.client], nonces);
    }

    #[track_caller]
    fn fails(&mut self, count: u64) {
        for nonce in self.nonces(count) {
            self.world.fail(&self.host, &self.market, &self.client, nonce);
        }
    }

    #[track_caller]
    fn misses(&mut self, count: u64) {
        for nonce in self.nonces(count) {
            self.world.missed_ack(&self.client, &self.host, &self.market, nonce);
            let job = self.world.job_address(&self.client, nonce);
            self.world.cancel(&self.client, &self.market, job);
            self.world.svm.advance(DAY / 2);
        }
    }

    /// A bad window, reviewed.
    #[track_caller]
    fn falls(&mut self) -> MemberState {
        self.completes(3);
        self.fails(1);
        self.world.wait_for_review();
        self.world.review(&self.host, &self.market)
    }

    #[track_caller]
    fn is_refused(&mut self, error: MarketError) {
        let review = self.world.review_ix(&self.host, &self.market);
        self.world.refused(&[review], &[], rule(error));
    }

    fn attested_for_ever(&mut self) {
        self.world.attestation_given(&self.host, &self.market, 4, 1_000, i64::MAX);
    }
}

#[test]
fn a_success_rate_at_the_threshold_stays_and_one_below_it_falls() {
    let mut bench = Bench::new();
    // 4 of 5 are 80 %, 3 of 4 are 75 %.
    bench.completes(4);
    bench.fails(1);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    assert_eq!(bench.falls(), MemberState::Suspended);
}

#[test]
fn a_share_of_missed_assignments_at_the_threshold_stays_and_one_above_it_falls() {
    let mut bench = Bench::new();
    // A missed job of ten minutes weighs as much as five of two: one of twenty in five, or four.
    bench.completes(20);
    bench.misses(1);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    bench.completes(19);
    bench.misses(1);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Suspended);
}

#[test]
fn a_window_with_too_few_jobs_is_neutral_and_one_more_judges() {
    let mut bench = Bench::new();
    bench.fails(2);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    bench.fails(3);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Suspended);
}

#[test]
fn a_window_is_reviewed_once_and_when_its_jobs_can_no_longer_be_disputed() {
    let mut bench = Bench::new();
    bench.completes(3);
    bench.world.wait_until(bench.world.next_window() + i64::from(DAY));
    bench.is_refused(MarketError::ReviewTooEarly);
    bench.world.svm.advance(1);
    let review = bench.world.review_ix(&bench.host, &bench.market);
    let at = bench.world.now().unix;
    let event = MemberReviewed {
        member: bench.host.member(&bench.market),
        market: bench.market.address,
        host: bench.host.host,
        collateral_floor: PREMIUM_POLICY.collateral_floor,
        suspended_until: 0,
        probation_until: 0,
        barred_until: 0,
        at,
        reviewed: Record::window_at(at) - 1,
        fresh_from: 0,
        terms: 1,
        review: Review::Passed as u32,
    };
    bench.world.ok_emitting(review, &[], Event::MemberReviewed(event));
    bench.is_refused(MarketError::AlreadyReviewed);
    // Not a second time for the same window, however late.
    bench.world.wait_until(bench.world.next_window() - 1);
    bench.is_refused(MarketError::AlreadyReviewed);
}

#[test]
fn a_disputed_job_counts_as_failed_in_the_window_that_it_ended_in() {
    let mut bench = Bench::new();
    bench.completes(3);
    let nonces = bench.nonces(1);
    bench.world.earn(&bench.host, &bench.market, &[&bench.client], nonces);
    let job = bench.world.job_address(&bench.client, 3);
    let dispute = bench.world.dispute_ix(&bench.client, &bench.host, &bench.market, job);
    bench.world.ok(&[dispute], &[&bench.client.owner]);
    let window = bench.world.member_account(&bench.host, &bench.market).record.current;
    assert_eq!((window.completed, window.failed, window.disputed, window.success_bps()), (3, 1, 1, 7_500));
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Suspended);
}

#[test]
fn a_suspended_host_loses_its_seats_and_joins_and_starts_nothing() {
    let mut bench = Bench::new();
    bench.completes(3);
    bench.fails(1);
    bench.world.wait_for_review();
    let (host, market) = (&bench.host, bench.market);
    // One seat waits, one has a job.
    bench.world.join(host, &market);
    let job = bench.world.post(&bench.client, &market, 50, WORK);
    bench.world.join(host, &market);
    let node = bench.world.head_seat(&market);
    let stranger = bench.world.somebody("stranger");
    let evict = bench.world.leave_ix(&stranger, host, &market, node);
    bench.world.refused(from_ref(&evict), &[&stranger], rule(MarketError::NotYours));
    assert_eq!(bench.world.review(host, &market), MemberState::Suspended);
    bench.world.ok(&[evict], &[&stranger]);
    let start = bench.world.start_ix(host, &market, job);
    bench.world.refused(&[start], &[&host.operator], rule(MarketError::MemberUnfit));
    let join = queue::join(bench.world.seat_of(host, &market));
    bench.world.refused(&[join], &[&host.operator], rule(MarketError::MemberNotActive));
    // The job is taken at once, without penalty or strike.
    let payer = bench.world.payer.insecure_clone();
    let expire = bench.world.expire_assigned_of(&payer, &bench.client, host, &market, job);
    let strikes = bench.world.host_account(host).strikes;
    bench.world.ok(&[gpu_market_sdk::instructions::expire::expire_assigned(expire)], &[]);
    assert_eq!(bench.world.host_account(host).strikes, strikes);
    assert_eq!(bench.world.member_account(host, &market).seats, 0);
}

#[test]
fn a_suspension_ends_to_the_second_when_attestation_and_collateral_are_there() {
    let mut bench = Bench::new();
    assert_eq!(bench.falls(), MemberState::Suspended);
    let until = bench.world.member_account(&bench.host, &bench.market).standing.suspended_until;
    assert_eq!(until, bench.world.now().unix + i64::from(PREMIUM_POLICY.suspension));
    // Collateral is not bound while suspended, and asked for again at the return.
    let left = bench.world.member_account(&bench.host, &bench.market).collateral;
    bench.world.take_back(&bench.host, &bench.market, left);
    bench.world.wait_until(until - 1);
    bench.is_refused(MarketError::SuspensionNotOver);
    bench.world.svm.advance(1);
    // The word of the authority at genesis gives GPUs, but no score.
    bench.is_refused(MarketError::ScoreTooLow);
    bench.world.attestation_given(&bench.host, &bench.market, 0, 1_000, i64::MAX);
    bench.is_refused(MarketError::NotAttested);
    bench.attested_for_ever();
    bench.is_refused(MarketError::CollateralBelowFloor);
    bench.world.allocate(&bench.host, &bench.market, PREMIUM_POLICY.collateral_floor - 1);
    bench.is_refused(MarketError::CollateralBelowFloor);
    bench.world.allocate(&bench.host, &bench.market, 1);
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    bench.world.join(&bench.host, &bench.market);
    // What it did before its return is not judged again.
    bench.is_refused(MarketError::AlreadyReviewed);
    bench.world.wait_until(bench.world.next_window() + i64::from(DAY) + 1);
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
}

#[test]
fn the_second_fall_within_the_cooldown_removes_and_the_way_back_is_earned() {
    let mut bench = Bench::new();
    assert_eq!(bench.falls(), MemberState::Suspended);
    bench.attested_for_ever();
    let standing = bench.world.member_account(&bench.host, &bench.market).standing;
    bench.world.wait_until(standing.suspended_until);
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    bench.world.wait_until(bench.world.next_window());
    assert!(bench.world.now().unix < standing.probation_until - 14 * i64::from(DAY));
    assert_eq!(bench.falls(), MemberState::Removed);
    bench.is_refused(MarketError::NotUnderReview);
    let barred = bench.world.member_account(&bench.host, &bench.market).standing.barred_until;
    assert_eq!(barred, bench.world.now().unix + i64::from(PREMIUM_POLICY.cooldown));

    // No closing and applying anew: the member stays until the cooldown is over.
    let left = bench.world.member_account(&bench.host, &bench.market).collateral;
    bench.world.take_back(&bench.host, &bench.market, left);
    let close = member::close_member(bench.host.owner.pubkey(), bench.market.address, bench.world.payer.pubkey());
    bench.world.wait_until(barred - 4 * i64::from(HOUR));
    bench.world.refused(from_ref(&close), &[&bench.host.owner], rule(MarketError::MemberCoolingOff));

    // It works in the community market, and waits.
    let community = bench.world.community;
    let ann = bench.world.client("ann", 1_000 * DOLLAR);
    let nonces = bench.nonces(5);
    bench.world.wait_until(barred - 3 * i64::from(HOUR));
    bench.world.earn(&bench.host, &community, &[&bench.client, &ann], nonces);
    bench.world.allocate(&bench.host, &bench.market, PREMIUM_POLICY.collateral_floor);
    let promote = bench.world.promote_ix(&bench.host, &bench.market);
    bench.world.wait_until(barred - 1);
    bench.world.refused(from_ref(&promote), &[], rule(MarketError::PromotionCooldown));
    bench.world.svm.advance(1);
    bench.world.ok(&[promote], &[]);
    assert_eq!(bench.world.standing_of(&bench.host, &bench.market), MemberState::Active);
}

#[test]
fn a_rate_between_the_thresholds_keeps_a_place_and_earns_none() {
    let policy = PREMIUM_POLICY;
    let between = 8_500;
    assert!(policy.review_success_bps < between && between < policy.promote_success_bps);
    let mut bench = Bench::new();
    // 17 of 20 are 85 %.
    bench.completes(17);
    bench.fails(3);
    bench.world.wait_for_review();
    assert_eq!(bench.world.review(&bench.host, &bench.market), MemberState::Active);
    let (community, ann) = (bench.world.community, bench.world.client("ann", 1_000 * DOLLAR));
    let other = bench.world.newcomer("other");
    bench.world.earn(&other, &community, &[&bench.client, &ann], 100..117);
    for nonce in 117..120 {
        bench.world.fail(&other, &community, &ann, nonce);
    }
    bench.world.apply(&other, &bench.market);
    bench.world.allocate(&other, &bench.market, policy.collateral_floor);
    bench.world.attestation_given(&other, &bench.market, 1, 1_000, i64::MAX);
    let promote = bench.world.promote_ix(&other, &bench.market);
    bench.world.refused(&[promote], &[], rule(MarketError::SuccessTooLow));
}

#[test]
fn a_review_names_no_account_that_a_host_could_close_or_somebody_fill() {
    let mut bench = Bench::new();
    bench.completes(3);
    bench.fails(1);
    bench.world.wait_for_review();
    let (host, market, community) = (&bench.host, bench.market, bench.world.community);
    // The host drops everything that it can, and somebody donates to everything.
    bench.world.take_back(host, &community, 50 * STAKE);
    let close = member::close_member(host.owner.pubkey(), community.address, bench.world.payer.pubkey());
    bench.world.ok(&[close], &[&host.owner]);
    for account in [host.member(&market), market.address, host.host] {
        bench.world.svm.airdrop(&account, 1_000);
    }
    bench.world.pause_everything(&market);
    assert_eq!(bench.world.review(host, &market), MemberState::Suspended);
}

#[test]
fn a_review_is_of_a_premium_member_under_the_terms_in_force() {
    let mut bench = Bench::new();
    let (market, community) = (bench.market, bench.world.community);
    bench.world.wait_for_review();
    let of_community = bench.world.review_ix(&bench.host, &community);
    bench.world.refused(&[of_community], &[], rule(MarketError::NotUnderReview));
    let review = bench.world.review_ix(&bench.host, &market);
    let elsewhere = with_account(review.clone(), 2, bench.host.member(&community));
    bench.world.refused(&[elsewhere], &[], rule(MarketError::WrongMarket));
    let other_terms = with_account(review, 1, gpu_market_sdk::address::terms(&community.address, 1).0);
    bench.world.refused(&[other_terms], &[], rule(MarketError::WrongMarket));
    // A tighter policy is in force when no window from before can be reviewed any more, and judges from then on.
    let policy = Policy { collateral_floor: 300 * STAKE, ..PREMIUM_POLICY };
    let tighter = bench.world.new_terms(&market, &TermsParams { policy, ..PREMIUM_TERMS });
    bench.attested_for_ever();
    bench.world.svm.advance(1);
    let old = bench.world.review_ix(&bench.host, &market);
    bench.world.refused(&[old], &[], rule(MarketError::WrongTerms));
    bench.world.join(&bench.host, &tighter);
    assert_eq!(bench.world.review(&bench.host, &tighter), MemberState::Active);
    // Held to the new floor from its next review on: unfit until the collateral reaches it.
    let join = queue::join(bench.world.seat_of(&bench.host, &tighter));
    bench.world.refused(from_ref(&join), &[&bench.host.operator], rule(MarketError::CollateralBelowFloor));
    bench.world.allocate(&bench.host, &tighter, 100 * STAKE);
    bench.world.ok(&[join], &[&bench.host.operator]);
}

#[test]
fn a_member_below_its_floor_or_with_a_stale_attestation_is_unfit_to_the_unit_and_the_second() {
    let mut bench = Bench::new();
    let (host, market) = (&bench.host, bench.market);
    let member = host.member(&market);
    let write = |world: &mut World, floor: u64| {
        let place = std::mem::offset_of!(gpu_market::state::Member, collateral_floor);
        world.write_field(&member, place, &floor.to_le_bytes());
    };
    // As if a slash had taken one unit below the floor.
    write(&mut bench.world, 200 * STAKE + 1);
    let join = queue::join(bench.world.seat_of(host, &market));
    bench.world.refused(from_ref(&join), &[&host.operator], rule(MarketError::CollateralBelowFloor));
    write(&mut bench.world, 200 * STAKE);
    let job = bench.world.post(&bench.client, &market, 0, WORK);
    bench.world.ok(from_ref(&join), &[&host.operator]);
    // What it was given it may start, or its first slash would spare it all others.
    let start = bench.world.start_ix(host, &market, job);
    write(&mut bench.world, 200 * STAKE + 1);
    let now = bench.world.now().unix;
    bench.world.attest(host, &market, 4, now);
    bench.world.refused(from_ref(&start), &[&host.operator], rule(MarketError::MemberUnfit));
    write(&mut bench.world, 200 * STAKE);
    bench.world.refused(&[join], &[&host.operator], rule(MarketError::NoSeatLeft));
    write(&mut bench.world, 200 * STAKE + 1);
    bench.world.attest(host, &market, 4, now + 1);
    bench.world.ok(&[start], &[&host.operator]);
}
