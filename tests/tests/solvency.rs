//! The check of a vault against its book stops entries while the vault is short, and nothing else; and accounts of a layout
//! that the program does not know are left alone.

use {
    gpu_market::{
        error::MarketError,
        events::SolvencyChecked,
        state::{
            AttestorSet, Challenge, Client, Config, Credit, Emission, Gpu, Host, Job, Market, Member, RewardPool,
            RewardPosition, Shard, Stake, Terms, Treasury,
        },
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::{Account, DISCRIMINATOR_SIZE},
        events::Event,
        instructions::{client as escrow, job, rewards, shard, stake, treasury},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{mem::offset_of, slice::from_ref},
};

fn checked(account: Address, vault: Address, held: u64, booked: u64) -> Event {
    let halted = u64::from(held < booked);
    Event::SolvencyChecked(SolvencyChecked { account, vault, held, booked, halted })
}

/// Sends what has to succeed where the audit would find the vault short.
#[track_caller]
fn sent(world: &mut World, instruction: Instruction, signers: &[&Keypair]) -> Vec<Event> {
    let payer = world.payer.insecure_clone();
    let all: Vec<&Keypair> = [&payer].into_iter().chain(signers.iter().copied()).collect();
    world.svm.send(&[instruction], &all).unwrap_or_else(|refused| panic!("{refused}")).events
}

#[test]
fn nothing_enters_a_short_escrow_until_it_is_whole_again() {
    let Scene { mut world, market, client, host } = Scene::community();
    let check = escrow::check_client(client.client);
    let booked = 1_000 * DOLLAR;
    world.ok_emitting(check.clone(), &[], checked(client.client, client.vault, booked, booked));
    let running = world.running(&client, &host, &market, 0, HOUR);
    world.take_tokens(&client.vault, 1);
    let events = sent(&mut world, check.clone(), &[]);
    assert_eq!(events, [checked(client.client, client.vault, booked - 1, booked)]);
    let short = rule(MarketError::VaultShort);
    let token = client.token;
    world.svm.mint_to(token, &client.wallet, 5).expect("minted");
    let deposit = escrow::deposit(escrow::Deposit {
        depositor: client.owner.pubkey(),
        source: client.wallet,
        client: client.client,
        token,
        amount: 5,
    });
    world.refused(from_ref(&deposit), &[&client.owner], short);
    let post = world.post_of(&client, &market, World::post_params(1, HOUR));
    world.refused(&[job::post(post)], &[&client.owner], short);
    let extend = job::extend(client.owner.pubkey(), client.client, running, 60);
    world.refused(&[extend], &[&client.owner], short);
    // A running job goes on.
    world.svm.advance(60);
    let heartbeat = world.heartbeat_ix(&host, &market, running);
    sent(&mut world, heartbeat, &[&host.operator]);

    world.svm.mint_to(token, &client.vault, 1).expect("made whole");
    world.refused(from_ref(&deposit), &[&client.owner], short);
    world.ok(&[check, deposit], &[&client.owner]);
    world.post(&client, &market, 1, HOUR);
}

#[test]
fn nothing_enters_a_short_stake_until_it_is_whole_again() {
    let Scene { mut world, market, host, .. } = Scene::community();
    let token = world.dollar;
    world.open_pool(token);
    let vault = address::stake_vault(&host.stake).0;
    let check = stake::check_stake(host.stake);
    let booked = 100 * STAKE;
    world.ok_emitting(check.clone(), &[], checked(host.stake, vault, booked, booked));
    world.take_tokens(&vault, 7);
    let events = sent(&mut world, check.clone(), &[]);
    assert_eq!(events, [checked(host.stake, vault, booked - 7, booked)]);
    let short = rule(MarketError::VaultShort);
    let more = world.stake_more_ix(&host, 3, &[]);
    let allocate = stake::allocate(host.owner.pubkey(), market.address, 1);
    let position = world.open_position_ix(&host, token);
    for entry in [&more, &allocate, &position] {
        world.refused(from_ref(entry), &[&host.owner], short);
    }
    // Exits of the books stay open: unstaking, restaking, taking collateral back.
    let owner = host.owner.pubkey();
    for exit in [
        stake::deallocate(owner, market.address, STAKE),
        stake::request_unstake(owner, STAKE),
        stake::restake(owner, STAKE),
    ] {
        sent(&mut world, exit, &[&host.owner]);
    }
    let stakes = world.stake_token;
    world.svm.mint_to(stakes, &vault, 7).expect("made whole");
    world.ok(&[check, more, allocate, position], &[&host.owner]);
}

#[test]
fn nobody_enters_a_short_pool_until_it_is_whole_again() {
    let mut world = World::new();
    let token = world.dollar;
    let pool = world.open_pool(token);
    let (staker, late) = (world.staker("staker", 100, &[token]), world.host("late", 100));
    world.give_stakers(token, 0, 1_000);
    let vault = address::reward_vault(&token.mint).0;
    let check = rewards::check_pool(token.mint);
    world.ok_emitting(check.clone(), &[], checked(pool, vault, 1_000, 1_000));
    world.take_tokens(&vault, 1);
    assert_eq!(sent(&mut world, check.clone(), &[]), [checked(pool, vault, 999, 1_000)]);
    let short = rule(MarketError::VaultShort);
    let position = world.open_position_ix(&late, token);
    world.refused(from_ref(&position), &[&late.owner], short);
    let funder = world.funded("funder");
    let params = world.emission_of(&funder, token, rewards::Recipients::Stakers, 10, DAY);
    let emission = rewards::open_emission(params);
    world.refused(from_ref(&emission), &[&funder], short);
    // A stake with a position in it changes as before.
    let unstake = world.unstake_ix(&staker, 100, &[token]);
    sent(&mut world, unstake, &[&staker.owner]);
    world.svm.mint_to(token, &vault, 1).expect("made whole");
    world.ok(&[check, position], &[&late.owner]);
    world.ok(&[emission], &[&funder]);
}

#[test]
fn a_check_compares_an_account_with_its_own_vault() {
    let Scene { mut world, client, host, .. } = Scene::community();
    let token = world.dollar;
    world.open_pool(token);
    let other = world.client("other", 0);
    for check in
        [escrow::check_client(client.client), stake::check_stake(host.stake), rewards::check_pool(token.mint)]
    {
        let wrong = with_account(check, 1, other.vault);
        world.refused(&[wrong], &[], rule(MarketError::WrongVault));
    }
}

/// Where the layout version of an account stands behind its discriminator.
fn version_at(account: &Account) -> usize {
    match account {
        Account::Config(_) => offset_of!(Config, version),
        Account::Treasury(_) => offset_of!(Treasury, version),
        Account::Market(_) => offset_of!(Market, version),
        Account::Terms(_) => offset_of!(Terms, version),
        Account::Client(_) => offset_of!(Client, version),
        Account::Job(_) => offset_of!(Job, version),
        Account::Stake(_) => offset_of!(Stake, version),
        Account::Credit(_) => offset_of!(Credit, version),
        Account::Host(_) => offset_of!(Host, version),
        Account::Member(_) => offset_of!(Member, version),
        Account::AttestorSet(_) => offset_of!(AttestorSet, version),
        Account::Challenge(_) => offset_of!(Challenge, version),
        Account::Gpu(_) => offset_of!(Gpu, version),
        Account::RewardPool(_) => offset_of!(RewardPool, version),
        Account::RewardPosition(_) => offset_of!(RewardPosition, version),
        Account::Emission(_) => offset_of!(Emission, version),
        Account::Shard(_) => offset_of!(Shard, version),
    }
}

/// Refuses the instruction while the account at `key` has another layout version, and accepts it before and after.
#[track_caller]
fn knows_its_version(world: &mut World, key: Address, instruction: &Instruction, signers: &[&Keypair]) {
    let raw = world.svm.raw(&key).unwrap_or_else(|| panic!("there is nothing at {key}"));
    let account = Account::decode(&raw.data).expect("an account");
    let mut later = raw.clone();
    for version in [0, 2, 255] {
        later.data[DISCRIMINATOR_SIZE + version_at(&account)] = version;
        world.svm.set_raw(key, later.clone()).expect("written");
        world.refused(from_ref(instruction), signers, rule(MarketError::UnknownVersion));
    }
    world.svm.set_raw(key, raw).expect("written back");
}

#[test]
fn an_account_of_another_layout_version_is_refused_whatever_its_type() {
    let mut scene = Incentive::new();
    let job = scene.work(0);
    let pay = scene.pay_ix(job);
    let (market, emission) = (scene.market, scene.emission);
    let Incentive { world, client, host, .. } = &mut scene;
    let token = market.token;
    let pool = world.open_pool(token);
    let position = world.open_position(host, token);
    world.open_treasury(token);
    let credit = world.slash(host, client);
    let credit = address::credit(&credit.stake, &credit.client_owner).0;
    for key in [address::config().0, emission, market.address, job, host.member(&market)] {
        knows_its_version(world, key, &pay, &[]);
    }
    world.ok(&[pay], &[]);
    let sync = rewards::sync_weight(host.stake, token.mint);
    for key in [host.stake, pool, position] {
        knows_its_version(world, key, &sync, &[]);
    }
    let sweep = world.sweep(&client.client, token);
    for key in [client.client, address::treasury(&token.mint).0] {
        knows_its_version(world, key, &sweep, &[]);
    }
    let post = job::post(world.post_of(client, &market, World::post_params(1, HOUR)));
    for key in [address::shard(&market.address, 0).0, address::terms(&market.address, 1).0] {
        knows_its_version(world, key, &post, &[&client.owner]);
    }
    let deallocate = stake::deallocate(host.owner.pubkey(), market.address, 1);
    knows_its_version(world, host.host, &deallocate, &[&host.owner]);
    let payer = world.payer.pubkey();
    let grow = shard::grow_shard(payer, market.address, 0);
    knows_its_version(world, address::shard(&market.address, 0).0, &grow, &[]);
    let close = stake::close_credit(host.stake, client.owner.pubkey(), payer);
    knows_its_version(world, credit, &close, &[]);
    world.ok(&[close, treasury::open_treasury(payer, world.stake_token)], &[]);
}

#[test]
fn accounts_of_attestation_of_another_layout_version_are_refused() {
    let mut proving = Proving::new();
    let round = proving.passed(1);
    proving.settle_all(round);
    let claim = proving.claim_ix(round, 0);
    let renter = proving.renter.insecure_clone();
    knows_its_version(&mut proving.world, round, &claim, &[&renter]);
    proving.claim_all(round);
    let (hash, set) = (proving.gpus[0], proving.set);
    let (gpu, owner) = (address::gpu(&set, &hash).0, proving.host.owner.insecure_clone());
    let release = gpu_market_sdk::instructions::attest::release_gpu(owner.pubkey(), gpu, &proving.gpu(&hash));
    knows_its_version(&mut proving.world, gpu, &release, &[&owner]);
    let open = proving.open_ix(&proving.host, 2);
    let operator = proving.host.operator.insecure_clone();
    knows_its_version(&mut proving.world, set, &open, &[&operator, &owner, &renter]);
}
