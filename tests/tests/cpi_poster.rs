//! A client that is an address of another program: `examples/cpi-poster` posts, extends, cancels, closes and withdraws by
//! calls of the market's program. Refusals come through with their code, and nobody else uses the client.

use {
    gpu_market::{
        error::MarketError,
        state::{Client, JobState, PostParams},
    },
    gpu_market_sdk::{
        AccountMeta, Address, Instruction, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{client, job},
        svm::Execution,
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

const CPI_POSTER: Address = Address::from_str_const("CpiPoster1111111111111111111111111111111111");
/// Deposit of a job of an hour: pay, fee and tip.
const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;
const FUNDS: u64 = 10 * DOLLAR;
/// The most compute units that the call may add to a post.
const MAX_OVERHEAD: u64 = 14_000;

/// Numbers of the instructions of `cpi-poster`.
#[derive(Clone, Copy)]
enum Call {
    Open = 0,
    Post = 1,
    Extend = 2,
    Cancel = 3,
    CloseJob = 4,
    Withdraw = 5,
}

fn program() -> Vec<u8> {
    match std::env::var_os("GPU_MARKET_CPI_POSTER") {
        Some(path) => std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}")),
        None => include_bytes!("../../examples/cpi-poster/artifacts/cpi_poster.so").to_vec(),
    }
}

fn desk_of(owner: &Address) -> Address {
    Address::find_program_address(&[b"desk", owner.as_ref()], &CPI_POSTER).0
}

/// The instruction of `cpi-poster` that makes a desk sign `inner`. Its accounts are those of the desk, then those of the
/// inner instruction that it does not have already; its arguments are the inner one's.
fn through_desk(call: Call, owner: &Address, desk: Address, inner: &Instruction) -> Instruction {
    let of_desk = [
        AccountMeta::new(*owner, true),
        AccountMeta::new_readonly(desk, false),
        AccountMeta::new_readonly(address::PROGRAM, false),
        AccountMeta::new_readonly(address::event_authority().0, false),
    ];
    let known = of_desk.clone().map(|meta| meta.pubkey);
    let others = inner.accounts.iter().filter(|meta| !known.contains(&meta.pubkey)).cloned();
    let data = [&[call as u8], &inner.data[1..]].concat();
    Instruction { program_id: CPI_POSTER, accounts: of_desk.into_iter().chain(others).collect(), data }
}

/// A world with a desk that has funds, and a host.
struct Scene {
    world: World,
    market: MarketRef,
    host: HostParty,
    owner: Keypair,
    desk: Address,
    client: Address,
    /// Token account of the desk's owner, empty.
    wallet: Address,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new();
        world.svm.add_program(CPI_POSTER, &program()).expect("the example loads");
        let market = world.community;
        let host = world.enrolled("host", &market);
        let owner = world.funded("desk owner");
        let wallet = world.token_account(market.token, &owner.pubkey());
        let desk = desk_of(&owner.pubkey());
        let client = address::client(&desk, &market.token.mint).0;
        let mut scene = Self { world, market, host, owner, desk, client, wallet };
        scene.open();
        scene.deposit(FUNDS);
        scene
    }

    fn open(&mut self) {
        let open = client::open_client(self.desk, self.owner.pubkey(), self.market.token);
        self.ok(Call::Open, &open);
    }

    /// Somebody deposits for the desk, directly.
    fn deposit(&mut self, amount: u64) {
        let token = self.market.token;
        self.world.svm.mint_to(token, &self.wallet, amount).expect("minted");
        let (depositor, source, client) = (self.owner.pubkey(), self.wallet, self.client);
        let deposit = client::deposit(client::Deposit { depositor, source, client, token, amount });
        self.world.ok(&[deposit], &[&self.owner]);
    }

    fn through(&self, call: Call, inner: &Instruction) -> Instruction {
        through_desk(call, &self.owner.pubkey(), self.desk, inner)
    }

    #[track_caller]
    fn ok(&mut self, call: Call, inner: &Instruction) -> Execution {
        let instruction = self.through(call, inner);
        self.world.ok(&[instruction], &[&self.owner])
    }

    #[track_caller]
    fn refused(&mut self, call: Call, inner: &Instruction, reason: impl Into<Refusal>) {
        let instruction = self.through(call, inner);
        self.world.refused(&[instruction], &[&self.owner], reason);
    }

    fn post_of(&self, params: PostParams) -> job::Post {
        job::Post {
            authority: self.desk,
            payer: self.owner.pubkey(),
            market: self.market.address,
            terms: self.market.terms,
            shard: 0,
            client: self.client,
            params,
        }
    }

    #[track_caller]
    fn post(&mut self, nonce: u64) -> Address {
        let post = self.post_of(World::post_params(nonce, HOUR));
        self.ok(Call::Post, &job::post(post));
        post.job()
    }

    fn cancel_of(&self, job: Address) -> Instruction {
        let (authority, client, market) = (self.desk, self.client, self.market.address);
        job::cancel(job::Cancel { authority, client, job, market, shard: 0 })
    }

    fn close_of(&self, job: Address) -> Instruction {
        let (caller, client, rent_payer) = (self.desk, self.client, self.owner.pubkey());
        job::close_job(job::CloseJob { caller, client, job, rent_payer, closed_member: None })
    }

    fn withdraw_of(&self, amount: u64) -> Instruction {
        let (owner, token, destination) = (self.desk, self.market.token, self.wallet);
        client::withdraw(client::Withdraw { owner, token, destination, amount })
    }

    fn account(&self) -> Client {
        self.world.get(&self.client)
    }

    /// The desk as a party of the market; its own key signs nothing.
    fn party(&self) -> ClientParty {
        let vault = address::client_vault(&self.client).0;
        let (client, wallet, token) = (self.client, self.wallet, self.market.token);
        ClientParty { owner: self.owner.insecure_clone(), client, vault, wallet, token }
    }
}

#[test]
fn a_desk_posts_and_its_escrow_pays() {
    let mut scene = Scene::new();
    let post = scene.post_of(World::post_params(7, HOUR));
    let executed = scene.ok(Call::Post, &job::post(post));
    let [Event::JobPosted(posted)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((posted.job, posted.client, posted.authority), (post.job(), scene.client, scene.desk));
    assert_eq!((posted.rent_payer, posted.deposit), (scene.owner.pubkey(), DEPOSIT));
    let account = scene.account();
    assert_eq!((account.owner, account.open_jobs), (scene.desk, 1));
    assert_eq!((account.available, account.reserved), (FUNDS - DEPOSIT, DEPOSIT));
    assert_eq!(scene.world.line(&scene.market), [post.job()]);
}

#[test]
fn a_job_of_a_desk_runs_to_its_end_and_the_rest_of_the_money_is_withdrawn() {
    let mut scene = Scene::new();
    let lamports = scene.world.svm.lamports(&scene.owner.pubkey());
    let job = scene.post(0);
    let (market, party) = (scene.market, scene.party());
    scene.world.join(&scene.host, &market);
    scene.world.start(&scene.host, &market, job);
    scene.world.run_for(&scene.host, &market, job, 600);
    scene.world.finish(&party, &scene.host, &market, job);
    assert_eq!(scene.world.job(&job).state(), Ok(JobState::Completed));

    let close = scene.close_of(job);
    scene.ok(Call::CloseJob, &close);
    assert!(!scene.world.exists(&job));
    assert_eq!(scene.world.svm.lamports(&scene.owner.pubkey()), lamports, "the rent is back");
    // 100 base units a second, and 2 % of it; nobody had to be tipped.
    let spent = 60_000 + 1_200;
    let left = scene.account().available;
    assert_eq!((left, scene.account().reserved), (FUNDS - spent, 0));
    let withdraw = scene.withdraw_of(left);
    scene.ok(Call::Withdraw, &withdraw);
    assert_eq!(scene.world.tokens(&scene.wallet), FUNDS - spent);
    assert_eq!(scene.world.tokens(&scene.host.earnings(&market)), 60_000);
}

#[test]
fn a_desk_extends_a_job_and_takes_it_back() {
    let mut scene = Scene::new();
    let job = scene.post(0);
    let extend = job::extend(scene.desk, scene.client, job, HOUR);
    scene.ok(Call::Extend, &extend);
    assert_eq!(scene.account().reserved, DEPOSIT + 367_200);
    let cancel = scene.cancel_of(job);
    scene.ok(Call::Cancel, &cancel);
    assert_eq!(scene.world.job(&job).state(), Ok(JobState::Cancelled));
    assert_eq!((scene.account().available, scene.account().reserved), (FUNDS, 0));
}

#[test]
fn refusals_come_through_with_their_code() {
    let mut scene = Scene::new();
    let good = World::post_params(0, HOUR);
    for (params, error) in [
        (PostParams { max_rate: TERMS.rate - 1, ..good }, MarketError::RateAboveMaximum),
        (PostParams { spec_hash: [0; 32], ..good }, MarketError::SpecMissing),
        (PostParams { duration: TERMS.min_duration - 1, ..good }, MarketError::JobDurationOutOfRange),
    ] {
        let post = job::post(scene.post_of(params));
        scene.refused(Call::Post, &post, error);
    }
    let job = scene.post(0);
    let close = scene.close_of(job);
    scene.refused(Call::CloseJob, &close, MarketError::JobNotTerminal);
    let withdraw = scene.withdraw_of(FUNDS - DEPOSIT + 1);
    scene.refused(Call::Withdraw, &withdraw, MarketError::InsufficientEscrow);
    let extend = job::extend(scene.desk, scene.client, job, 4 * HOUR);
    scene.refused(Call::Extend, &extend, MarketError::ExtensionTooLong);
    let cancel = scene.cancel_of(job);
    scene.ok(Call::Cancel, &cancel);
    scene.refused(Call::Cancel, &cancel, MarketError::JobNotOpen);
    let withdraw = scene.withdraw_of(FUNDS - 1);
    scene.ok(Call::Withdraw, &withdraw);
    let post = job::post(scene.post_of(World::post_params(1, HOUR)));
    scene.refused(Call::Post, &post, MarketError::InsufficientEscrow);
}

#[test]
fn nobody_but_its_owner_moves_a_desk() {
    let mut scene = Scene::new();
    let job = scene.post(0);
    let stranger = scene.world.funded("stranger");
    for (call, inner) in [
        (Call::Post, job::post(scene.post_of(World::post_params(1, HOUR)))),
        (Call::Extend, job::extend(scene.desk, scene.client, job, 60)),
        (Call::Cancel, scene.cancel_of(job)),
        (Call::CloseJob, scene.close_of(job)),
        (Call::Withdraw, scene.withdraw_of(1)),
    ] {
        // The stranger signs where the owner has to: the desk is not the stranger's.
        let by_stranger = with_account(scene.through(call, &inner), 0, stranger.pubkey());
        scene.world.refused(&[by_stranger], &[&stranger], Refusal::Check(Check::InvalidSeeds));
        // The owner is named and has not signed.
        let mut unsigned = scene.through(call, &inner);
        unsigned.accounts[0].is_signer = false;
        let refused = scene.world.fails(&[unsigned], &[]);
        assert_eq!(refused.refusal, Some(Refusal::Check(Check::MissingSignature)), "{refused}");
    }
}

#[test]
fn the_desk_of_a_stranger_has_no_say_over_the_client_of_another() {
    let mut scene = Scene::new();
    let job = scene.post(0);
    let stranger = scene.world.funded("stranger");
    let desk = desk_of(&stranger.pubkey());
    for (call, inner, error) in [
        (Call::Post, job::post(scene.post_of(World::post_params(1, HOUR))), MarketError::NotClientOrDelegate),
        (Call::Extend, job::extend(scene.desk, scene.client, job, 60), MarketError::NotClientOrDelegate),
        (Call::Cancel, scene.cancel_of(job), MarketError::NotClientOrDelegate),
        (Call::Withdraw, scene.withdraw_of(1), MarketError::NotClientOwner),
    ] {
        let mut instruction = scene.through(call, &inner);
        instruction.accounts[0].pubkey = stranger.pubkey();
        instruction.accounts[1].pubkey = desk;
        scene.world.refused(&[instruction], &[&stranger], error);
    }
}

#[test]
fn nobody_acts_for_a_desk_past_its_program() {
    let mut scene = Scene::new();
    let job = scene.post(0);
    let stranger = scene.world.funded("stranger");
    let mut cancel = scene.cancel_of(job);
    // A desk has no key, so the best that anybody can do is to leave its signature out.
    cancel.accounts[0].is_signer = false;
    let refused = scene.world.fails(&[cancel], &[]);
    assert_eq!(refused.refusal, Some(Refusal::Check(Check::MissingSignature)), "{refused}");
    let as_stranger = with_account(scene.cancel_of(job), 0, stranger.pubkey());
    scene.world.refused(&[as_stranger], &[&stranger], MarketError::NotClientOrDelegate);
}

#[test]
fn a_desk_signs_for_no_other_program() {
    let mut scene = Scene::new();
    let post = job::post(scene.post_of(World::post_params(0, HOUR)));
    let elsewhere = with_account(scene.through(Call::Post, &post), 2, address::TOKEN_PROGRAM);
    scene.world.refused(&[elsewhere], &[&scene.owner], Refusal::Check(Check::WrongProgram));
}

#[test]
fn a_call_adds_less_than_14_000_compute_units_to_a_post() {
    let mut scene = Scene::new();
    let direct = scene.world.client("direct", DOLLAR);
    let nonce = address::nonce_with_canonical_bump(&direct.client, 0);
    let post = scene.world.post_of(&direct, &scene.market, World::post_params(nonce, HOUR));
    let direct = scene.world.ok(&[job::post(post)], &[&direct.owner]);
    let nonce = address::nonce_with_canonical_bump(&scene.client, 0);
    let post = scene.post_of(World::post_params(nonce, HOUR));
    let called = scene.ok(Call::Post, &job::post(post));
    let overhead = called.compute_units.saturating_sub(direct.compute_units);
    println!("a post takes {} compute units, by a call {}", direct.compute_units, called.compute_units);
    assert!((1_000..=MAX_OVERHEAD).contains(&overhead), "{overhead}");
}
