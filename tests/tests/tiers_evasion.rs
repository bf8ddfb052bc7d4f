//! Ways around a review that a host would try: resigning, closing, thinning out, blaming its client, being unfit at will.

use {
    gpu_market::{
        constants::{DISPUTE_WINDOW, RECORD_WINDOW},
        error::MarketError,
        state::{MemberState, Outcome, Record},
    },
    gpu_market_sdk::instructions::member,
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A host that was promoted, at the start of a window.
struct Promoted {
    world: World,
    market: MarketRef,
    host: HostParty,
    clients: [ClientParty; 2],
    nonce: u64,
}

impl Promoted {
    fn new() -> Self {
        let mut world = World::new();
        let market = world.premium_with(10, RECORD);
        let host = world.newcomer("host");
        let clients = ["ann", "ben"].map(|name| world.client(name, 10_000 * DOLLAR));
        world.wait_until(world.next_window());
        let mut this = Self { world, market, host, clients, nonce: 0 };
        this.earns(5);
        this.world.apply(&this.host, &this.market);
        this.brings_collateral_and_gpus();
        this.is_promoted();
        this.world.wait_until(this.world.next_window());
        this
    }

    fn brings_collateral_and_gpus(&mut self) {
        let collateral = self.world.member_account(&self.host, &self.market).collateral;
        self.world.allocate(&self.host, &self.market, 200 * STAKE - collateral);
        self.world.attestation_given(&self.host, &self.market, 1, 1_000, i64::MAX);
    }

    #[track_caller]
    fn is_promoted(&mut self) {
        let promote = self.world.promote_ix(&self.host, &self.market);
        self.world.ok(&[promote], &[]);
    }

    #[track_caller]
    fn is_not_promoted(&mut self, error: MarketError) {
        let promote = self.world.promote_ix(&self.host, &self.market);
        self.world.refused(&[promote], &[], rule(error));
    }

    /// Completes jobs in the feeder.
    #[track_caller]
    fn earns(&mut self, count: u64) {
        let community = self.world.community;
        let nonces = self.nonce..self.nonce + count;
        self.nonce += count;
        self.world.earn(&self.host, &community, &[&self.clients[0], &self.clients[1]], nonces);
    }

    /// Fails jobs in the premium market.
    #[track_caller]
    fn fails(&mut self, count: u64) {
        for _ in 0..count {
            self.world.fail(&self.host, &self.market, &self.clients[0], self.nonce);
            self.nonce += 1;
        }
    }

    /// Fails a window, is suspended for it, and reinstated when the suspension is over.
    #[track_caller]
    fn falls_and_returns(&mut self) {
        self.fails(4);
        self.world.wait_for_review();
        assert_eq!(self.world.review(&self.host, &self.market), MemberState::Suspended);
        let until = self.world.member_account(&self.host, &self.market).standing.suspended_until;
        self.world.wait_until(until);
        assert_eq!(self.world.review(&self.host, &self.market), MemberState::Active);
    }

    #[track_caller]
    fn resigns(&mut self) {
        let resign = self.world.resign_ix(&self.host, &self.market);
        self.world.ok(&[resign], &[&self.host.owner]);
    }

    fn close_ix(&self) -> gpu_market_sdk::Instruction {
        member::close_member(self.host.owner.pubkey(), self.market.address, self.world.payer.pubkey())
    }

    #[track_caller]
    fn takes_collateral_back(&mut self) {
        let left = self.world.member_account(&self.host, &self.market).collateral;
        self.world.take_back(&self.host, &self.market, left);
    }
}

#[test]
fn resigning_a_minute_before_a_bad_window_ends_is_a_fall_all_the_same() {
    let mut host = Promoted::new();
    host.fails(4);
    host.world.wait_until(host.world.next_window() - 60);
    host.resigns();
    let at = host.world.now().unix;
    let standing = host.world.member_account(&host.host, &host.market).standing;
    assert_eq!(standing.probation_until, at + i64::from(RECORD.cooldown));
    assert_eq!(standing.barred_until, at + RECORD_WINDOW + DISPUTE_WINDOW);
    host.world.wait_until(host.world.next_window());
    host.earns(5);
    host.is_not_promoted(MarketError::PromotionCooldown);
    host.world.wait_until(standing.barred_until - WORK as i64 * 5);
    host.earns(5);
    host.brings_collateral_and_gpus();
    host.is_promoted();
}

#[test]
fn resigning_on_probation_waits_as_long_as_the_removal_that_was_due() {
    let mut host = Promoted::new();
    host.falls_and_returns();
    host.world.wait_until(host.world.next_window());
    host.fails(4);
    host.resigns();
    let at = host.world.now().unix;
    let standing = host.world.member_account(&host.host, &host.market).standing;
    assert_eq!(standing.barred_until, at + i64::from(RECORD.cooldown));
    assert_eq!(standing.probation_until, standing.barred_until);
}

#[test]
fn closing_and_applying_anew_brings_no_old_record_back() {
    let mut host = Promoted::new();
    host.resigns();
    host.takes_collateral_back();
    let close = host.close_ix();
    let closable =
        Record::window_start(host.world.member_account(&host.host, &host.market).standing.fresh_from + 1);
    host.world.wait_until(closable - 1);
    host.world.refused(from_ref(&close), &[&host.host.owner], rule(MarketError::MemberCoolingOff));
    host.world.svm.advance(1);
    host.world.ok(&[close], &[&host.host.owner]);
    host.world.apply(&host.host, &host.market);
    host.brings_collateral_and_gpus();
    host.is_not_promoted(MarketError::TooFewCompleted);
}

#[test]
fn closing_the_feeders_member_forgets_no_failure_within_its_windows() {
    let mut world = World::new();
    let community = world.community;
    let host = world.newcomer("host");
    let client = world.client("client", 1_000 * DOLLAR);
    world.wait_until(world.next_window());
    world.fail(&host, &community, &client, 0);
    let left = world.member_account(&host, &community).collateral;
    world.take_back(&host, &community, left);
    let close = member::close_member(host.owner.pubkey(), community.address, world.payer.pubkey());
    let forgotten = world.next_window() + RECORD_WINDOW;
    world.wait_until(forgotten - 1);
    world.refused(from_ref(&close), &[&host.owner], rule(MarketError::MemberCoolingOff));
    world.svm.advance(1);
    world.ok(&[close], &[&host.owner]);
}

#[test]
fn missed_assignments_are_not_thinned_out_by_jobs_that_cost_nothing() {
    let mut world = World::new();
    let market = world.premium;
    let [client, own] = ["client", "own"].map(|name| world.client(name, 10_000 * DOLLAR));
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 200 * STAKE);
    world.wait_until(world.next_window());
    for nonce in 0..5 {
        world.missed_ack(&client, &host, &market, nonce);
        let job = world.job_address(&client, nonce);
        world.cancel(&client, &market, job);
        world.svm.advance(DAY / 2);
    }
    for nonce in 0..20 {
        let job = world.running(&own, &host, &market, nonce, 60);
        world.finish(&own, &host, &market, job);
    }
    let member = world.member_account(&host, &market);
    assert_eq!((member.completed, member.miss_streak), (20, 5), "a free job makes up for nothing");
    world.wait_for_review();
    assert_eq!(world.review(&host, &market), MemberState::Suspended);
}

#[test]
fn a_host_that_blames_its_clients_for_every_job_falls_when_they_dispute() {
    let mut world = World::new();
    let market = world.premium;
    let [client, own] = ["client", "own"].map(|name| world.client(name, 10_000 * DOLLAR));
    let host = world.newcomer("host");
    world.admit(&host, &market, 4, 200 * STAKE);
    world.wait_until(world.next_window());
    world.earn(&host, &market, &[&own], 0..1);
    for nonce in 0..40 {
        let job = world.running(&client, &host, &market, nonce, 4 * HOUR);
        world.finish_with(&client, &host, &market, job, Outcome::ClientFault, None);
        let dispute = world.dispute_ix(&client, &host, &market, job);
        world.ok(&[dispute], &[&client.owner]);
    }
    world.wait_for_review();
    assert_eq!(world.review(&host, &market), MemberState::Suspended);
}

#[test]
fn a_job_that_its_client_ended_in_disgust_can_be_disputed() {
    let mut scene = Scene::premium();
    let Scene { world, market, client, host } = &mut scene;
    let job = world.running(client, host, market, 0, HOUR);
    world.svm.advance(30);
    world.ok(&[world.end_ix(client, host, market, job)], &[&client.owner]);
    let dispute = world.dispute_ix(client, host, market, job);
    world.ok(&[dispute], &[&client.owner]);
    let window = world.member_account(host, market).record.current;
    // 2 % of 30 seconds at 150.
    assert_eq!((window.failed, window.disputed, window.ended_weight), (1, 1, 90 + 1));
}

#[test]
fn what_is_failed_after_the_return_from_a_suspension_is_judged() {
    let mut host = Promoted::new();
    host.falls_and_returns();
    host.fails(4);
    host.world.wait_for_review();
    assert_eq!(host.world.review(&host.host, &host.market), MemberState::Removed);
}
