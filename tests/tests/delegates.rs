//! Delegates of a client: what a session key may do, up to which sum, and until when.

use {
    gpu_market::{error::MarketError, events::DelegateSet, state::JobState},
    gpu_market_sdk::{
        Address,
        events::Event,
        instructions::{client, job},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Deposit of a job of 600 seconds: pay, fee and tip.
const DEPOSIT: u64 = 60_000 + 1_200 + 1_000;

struct Scene {
    world: World,
    client: ClientParty,
    delegate: Keypair,
}

impl Scene {
    /// A client with a delegate that may use `cap` for an hour.
    fn new(cap: u64) -> Self {
        let mut world = World::new();
        let client = world.client("client", 1_000 * DOLLAR);
        let delegate = world.funded("delegate");
        let mut scene = Self { world, client, delegate };
        scene.set(scene.delegate.pubkey(), cap);
        scene
    }

    fn set_of(&self, delegate: Address, cap: u64) -> client::SetDelegate {
        client::SetDelegate {
            owner: self.client.owner.pubkey(),
            mint: self.client.token.mint,
            delegate,
            cap,
            expires_at: self.world.now().unix + i64::from(HOUR),
        }
    }

    fn set(&mut self, delegate: Address, cap: u64) {
        let set = client::set_delegate(self.set_of(delegate, cap));
        self.world.ok(&[set], &[&self.client.owner]);
    }

    fn post_of(&self, nonce: u64) -> job::Post {
        let market = self.world.community;
        let post = self.world.post_of(&self.client, &market, World::post_params(nonce, 600));
        job::Post { authority: self.delegate.pubkey(), ..post }
    }

    /// The delegate posts.
    #[track_caller]
    fn post(&mut self, nonce: u64) -> Address {
        let post = self.post_of(nonce);
        self.world.ok(&[job::post(post)], &[&self.delegate]);
        post.job()
    }

    #[track_caller]
    fn post_refused(&mut self, nonce: u64, error: MarketError) {
        let post = self.post_of(nonce);
        self.world.refused(&[job::post(post)], &[&self.delegate], rule(error));
    }

    #[track_caller]
    fn cancel(&mut self, job: Address) {
        let market = self.world.community;
        let cancel = self.world.cancel_ix(&self.client, &market, job);
        self.world.ok(&[cancel], &[&self.client.owner]);
    }

    fn used(&self) -> u64 {
        self.world.client_account(&self.client).delegate_used
    }
}

#[test]
fn the_owner_sets_and_revokes_a_delegate() {
    let mut scene = Scene::new(0);
    let key = keypair("session").pubkey();
    let set = scene.set_of(key, 5_000);
    let event = |delegate, cap| {
        Event::DelegateSet(DelegateSet { client: scene.client.client, delegate, cap, expires_at: set.expires_at })
    };
    scene.world.ok_emitting(client::set_delegate(set), &[&scene.client.owner], event(key, 5_000));
    let account = scene.world.client_account(&scene.client);
    assert_eq!((account.delegate, account.delegate_cap), (key, 5_000));
    assert_eq!((account.delegate_expires_at, account.delegate_used), (set.expires_at, 0));
    assert_eq!(account.delegation, 2, "delegations are counted");

    let revoke = client::SetDelegate { delegate: Address::default(), cap: 0, ..set };
    scene.world.ok_emitting(client::set_delegate(revoke), &[&scene.client.owner], event(Address::default(), 0));
    assert_eq!(scene.world.client_account(&scene.client).delegate, Address::default());
}

#[test]
fn a_delegate_posts_extends_cancels_and_ends() {
    let mut scene = Scene::new(10 * DEPOSIT);
    let market = scene.world.community;
    let host = scene.world.host("host", 100 * STAKE);
    scene.world.enroll(&host, &market, 50 * STAKE);
    let delegate = scene.delegate.pubkey();

    let job = scene.post(0);
    assert_eq!((scene.used(), scene.world.job(&job).delegation), (DEPOSIT, 1));
    let extend = job::extend(delegate, scene.client.client, job, 600);
    scene.world.ok(&[extend], &[&scene.delegate]);
    assert_eq!(scene.used(), DEPOSIT + 61_200);
    let cancel = with_account(scene.world.cancel_ix(&scene.client, &market, job), 0, delegate);
    scene.world.ok(&[cancel], &[&scene.delegate]);
    assert_eq!((scene.used(), scene.world.job(&job).state()), (0, Ok(JobState::Cancelled)));

    let job = scene.post(1);
    scene.world.join(&host, &market);
    scene.world.start(&host, &market, job);
    scene.world.run_for(&host, &market, job, 60);
    let end = job::end(delegate, scene.world.parties(job, &scene.client, &host, &market), market.token);
    scene.world.ok(&[end], &[&scene.delegate]);
    assert_eq!(scene.world.job(&job).state(), Ok(JobState::Ended));
    assert_eq!(scene.used(), 6_000 + 120, "what is spent stays used");
}

#[test]
fn a_delegate_does_nothing_that_needs_no_job() {
    let mut scene = Scene::new(u64::MAX);
    let (delegate, client) = (scene.delegate.pubkey(), &scene.client);
    let (mint, token) = (client.token.mint, client.token);
    let destination = scene.world.token_account(token, &delegate);
    let owner = client.owner.pubkey();
    let set = client::SetDelegate { cap: u64::MAX, ..scene.set_of(delegate, 0) };
    let rent_payer = scene.world.payer.pubkey();
    for instruction in [
        client::withdraw(client::Withdraw { owner, token, destination, amount: 1 }),
        client::set_delegate(set),
        client::raise_nonce_floor(owner, mint, 9),
        client::close_client(client::CloseClient { owner, token, destination, rent_payer }),
    ] {
        let by_delegate = with_account(instruction, 0, delegate);
        scene.world.refused(&[by_delegate], &[&scene.delegate], rule(MarketError::NotClientOwner));
    }
    let job = scene.post(0);
    let market = scene.world.community;
    let reprice = job::reprice(job::Reprice {
        owner: delegate,
        client: scene.client.client,
        job,
        market: market.address,
        terms: 1,
        shard: 0,
        max_rate: u64::MAX,
    });
    scene.world.refused(&[reprice], &[&scene.delegate], rule(MarketError::NotClientOwner));
}

#[test]
fn nobody_acts_for_a_client_without_being_its_delegate() {
    let mut scene = Scene::new(u64::MAX);
    let market = scene.world.community;
    let stranger = scene.world.funded("stranger");
    let job = scene.post(0);
    let post = job::Post { authority: stranger.pubkey(), ..scene.post_of(1) };
    let cancel = with_account(scene.world.cancel_ix(&scene.client, &market, job), 0, stranger.pubkey());
    let extend = job::extend(stranger.pubkey(), scene.client.client, job, 60);
    for instruction in [job::post(post), cancel, extend] {
        scene.world.refused(&[instruction], &[&stranger], rule(MarketError::NotClientOrDelegate));
    }
    // A key of all zeros is nobody's, not the key of a client without delegate.
    scene.set(Address::default(), u64::MAX);
    scene.post_refused(1, MarketError::NotClientOrDelegate);
}

#[test]
fn a_delegate_reserves_and_spends_no_more_than_its_cap() {
    let mut scene = Scene::new(2 * DEPOSIT);
    let first = scene.post(0);
    scene.post(1);
    scene.post_refused(2, MarketError::DelegateCapExceeded);
    scene.cancel(first);
    assert_eq!(scene.used(), DEPOSIT, "a refund makes room");
    scene.post(2);
    assert_eq!(scene.used(), 2 * DEPOSIT);
    let extend =
        job::extend(scene.delegate.pubkey(), scene.client.client, scene.world.job_address(&scene.client, 2), 1);
    scene.world.refused(&[extend], &[&scene.delegate], rule(MarketError::DelegateCapExceeded));
    // The owner's own jobs do not count.
    let market = scene.world.community;
    scene.world.post(&scene.client, &market, 3, 600);
    assert_eq!(scene.used(), 2 * DEPOSIT);
}

#[test]
fn a_cap_does_not_make_a_poor_client_rich() {
    let mut world = World::new();
    let client = world.client("client", DEPOSIT - 1);
    let delegate = world.funded("delegate");
    let mut scene = Scene { world, client, delegate };
    scene.set(scene.delegate.pubkey(), u64::MAX);
    scene.post_refused(0, MarketError::InsufficientEscrow);
}

#[test]
fn a_delegation_expires_to_the_second() {
    let mut scene = Scene::new(u64::MAX);
    scene.world.svm.advance(HOUR - 1);
    let job = scene.post(0);
    scene.world.svm.advance(1);
    scene.post_refused(1, MarketError::DelegateExpired);
    let market = scene.world.community;
    let cancel = with_account(scene.world.cancel_ix(&scene.client, &market, job), 0, scene.delegate.pubkey());
    scene.world.refused(&[cancel], &[&scene.delegate], rule(MarketError::DelegateExpired));
    scene.set(scene.delegate.pubkey(), u64::MAX);
    scene.post(1);
}

#[test]
fn a_revoked_delegate_is_out_at_once_and_its_jobs_live_on() {
    let mut scene = Scene::new(u64::MAX);
    let market = scene.world.community;
    let job = scene.post(0);
    scene.set(Address::default(), 0);
    scene.post_refused(1, MarketError::NotClientOrDelegate);
    let host = scene.world.host("host", 100 * STAKE);
    scene.world.enroll(&host, &market, 50 * STAKE);
    scene.world.join(&host, &market);
    scene.world.start(&host, &market, job);
    scene.world.run_for(&host, &market, job, 60);
    scene.world.finish(&scene.client, &host, &market, job);
    assert_eq!(scene.world.job(&job).state(), Ok(JobState::Completed));
}

#[test]
fn refunds_of_an_earlier_delegation_do_not_lower_the_use_of_a_later_one() {
    let mut scene = Scene::new(2 * DEPOSIT);
    let early = scene.post(0);
    // Setting the same key again starts from nothing, too.
    scene.set(scene.delegate.pubkey(), DEPOSIT);
    assert_eq!(scene.used(), 0);
    let late = scene.post(1);
    assert_eq!((scene.world.job(&early).delegation, scene.world.job(&late).delegation), (1, 2));
    scene.cancel(early);
    assert_eq!(scene.used(), DEPOSIT);
    scene.post_refused(2, MarketError::DelegateCapExceeded);
    scene.cancel(late);
    assert_eq!(scene.used(), 0);
    scene.post(2);
}

#[test]
fn a_delegate_extends_no_job_of_the_owner_or_of_an_earlier_delegation() {
    let mut scene = Scene::new(2 * DEPOSIT);
    let market = scene.world.community;
    let of_owner = scene.world.post(&scene.client, &market, 0, 600);
    let earlier = scene.post(1);
    scene.set(scene.delegate.pubkey(), u64::MAX);
    for job in [of_owner, earlier] {
        let extend = job::extend(scene.delegate.pubkey(), scene.client.client, job, 60);
        scene.world.refused(&[extend], &[&scene.delegate], rule(MarketError::DelegateCapExceeded));
    }
    assert_eq!(scene.used(), 0);
}

#[test]
fn the_owner_extends_its_delegates_job_whatever_the_cap() {
    let mut scene = Scene::new(DEPOSIT);
    let job = scene.post(0);
    let extend = job::extend(scene.client.owner.pubkey(), scene.client.client, job, 600);
    scene.world.ok(&[extend], &[&scene.client.owner]);
    assert_eq!(scene.used(), DEPOSIT + 61_200, "it counts all the same");
    scene.post_refused(1, MarketError::DelegateCapExceeded);
    scene.cancel(job);
    assert_eq!(scene.used(), 0);
}
