//! Attacks on escrow and stake that somebody would try who has the IDL and the documents, and no source.

use {
    gpu_market::{
        error::MarketError,
        state::{Client, TermsParams},
    },
    gpu_market_sdk::{
        Address, Instruction,
        error::{Check, Refusal},
        instructions::{Token, client, job, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn deposit_from(source: Address, depositor: &ClientParty, into: &ClientParty, amount: u64) -> Instruction {
    client::deposit(client::Deposit {
        depositor: depositor.owner.pubkey(),
        source,
        client: into.client,
        token: into.token,
        amount,
    })
}

fn withdraw_to(destination: Address, party: &ClientParty, amount: u64) -> Instruction {
    client::withdraw(client::Withdraw { owner: party.owner.pubkey(), token: party.token, destination, amount })
}

fn close_escrow(world: &World, party: &ClientParty) -> Instruction {
    client::close_client(client::CloseClient {
        owner: party.owner.pubkey(),
        token: party.token,
        destination: party.wallet,
        rent_payer: world.payer.pubkey(),
    })
}

#[test]
fn a_deposit_out_of_the_vault_that_it_goes_to_books_nothing() {
    let mut world = World::new();
    let thief = world.client("thief", DOLLAR);
    let circle = deposit_from(thief.vault, &thief, &thief, DOLLAR);
    world.refused(&[circle], &[&thief.owner], Refusal::Check(Check::DuplicateMutable));
    assert_eq!(world.client_account(&thief).available, DOLLAR);
}

#[test]
fn a_deposit_out_of_another_clients_vault_needs_a_signature_that_nobody_has() {
    let mut world = World::new();
    let (victim, thief) = (world.client("victim", DOLLAR), world.client("thief", DOLLAR));
    let theft = deposit_from(victim.vault, &thief, &thief, DOLLAR);
    world.refused(&[theft], &[&thief.owner], NOT_THE_SPENDER);
}

#[test]
fn stake_out_of_another_owners_vault_needs_a_signature_that_nobody_has() {
    let mut world = World::new();
    let (victim, thief) = (world.host("victim", 20 * STAKE), world.host("thief", STAKE));
    let token = world.stake_token;
    let staked_from = |source: Address| {
        stake::stake(stake::StakeTokens { owner: thief.owner.pubkey(), source, token, amount: STAKE })
    };
    let vault = |party: &HostParty| gpu_market_sdk::address::stake_vault(&party.stake).0;
    world.refused(&[staked_from(vault(&victim))], &[&thief.owner], NOT_THE_SPENDER);
    world.refused(&[staked_from(vault(&thief))], &[&thief.owner], Refusal::Check(Check::DuplicateMutable));
}

#[test]
fn a_withdrawal_into_its_own_vault_does_not_part_books_and_tokens() {
    let mut world = World::new();
    let client = world.client("client", DOLLAR);
    world.refused(
        &[withdraw_to(client.vault, &client, DOLLAR)],
        &[&client.owner],
        Refusal::Check(Check::DuplicateMutable),
    );
}

#[test]
fn what_a_post_reserves_is_not_withdrawn_in_the_same_transaction() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let available = world.client_account(&client).available;
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let withdraw = withdraw_to(client.wallet, &client, available);
    let signers = [&client.owner];
    world.refused(&[post.clone(), withdraw.clone()], &signers, MarketError::InsufficientEscrow);
    world.refused(&[withdraw, post], &signers, MarketError::InsufficientEscrow);
}

#[test]
fn amounts_at_the_end_of_their_range_are_refused_by_name() {
    let Scene { mut world, market, client, host } = Scene::community();
    let (owner, token) = (host.owner.pubkey(), world.stake_token);
    let most = u64::MAX;
    world.refused(&[deposit_from(client.wallet, &client, &client, most)], &[&client.owner], TOO_FEW_TOKENS);
    world.refused(&[withdraw_to(client.wallet, &client, most)], &[&client.owner], MarketError::InsufficientEscrow);
    let staked = stake::stake(stake::StakeTokens { owner, source: host.stake_wallet, token, amount: most });
    world.refused(&[staked], &[&host.owner], TOO_FEW_TOKENS);
    let allocated = stake::allocate(owner, market.address, most);
    world.refused(&[allocated], &[&host.owner], MarketError::InsufficientStake);
    let taken = stake::deallocate(owner, market.address, most);
    world.refused(&[taken], &[&host.owner], MarketError::CollateralLocked);
    world.refused(&[stake::request_unstake(owner, most)], &[&host.owner], MarketError::InsufficientStake);
    world.refused(&[stake::restake(owner, most)], &[&host.owner], MarketError::InsufficientStake);
}

#[test]
fn a_rate_at_the_end_of_its_range_reserves_nothing() {
    let mut world = World::new();
    let client = world.client("client", DOLLAR);
    let market = world.create_market(0, 9, &TermsParams { rate: u64::MAX, ..TERMS }, None);
    for duration in [TERMS.min_duration, TERMS.max_duration] {
        let post = job::post(world.post_of(&client, &market, World::post_params(0, duration)));
        world.refused(&[post], &[&client.owner], MarketError::InsufficientEscrow);
    }
}

#[test]
fn a_delegate_with_a_dear_market_of_its_own_takes_no_more_than_its_cap() {
    let mut world = World::new();
    let client = world.client("client", 1_000 * DOLLAR);
    let delegate = world.funded("delegate");
    world.set_delegate(&client, &delegate, 10 * DOLLAR, i64::MAX);
    // A minute costs 6 dollars and the fee; the delegate's friend is the only host.
    let dear = world.create_market(0, 9, &TermsParams { rate: 100_000 * 1_000_000, ..TERMS }, None);
    let friend = world.host("friend", 100 * STAKE);
    world.enroll(&friend, &dear, 50 * STAKE);
    let posted = |world: &World, nonce| {
        let post = world.post_of(&client, &dear, World::post_params(nonce, 60));
        job::Post { authority: delegate.pubkey(), ..post }
    };
    let first = posted(&world, 0);
    world.ok(&[job::post(first)], &[&delegate]);
    world.join(&friend, &dear);
    world.start(&friend, &dear, first.job());
    world.svm.advance(60);
    world.finish(&client, &friend, &dear, first.job());
    let second = job::post(posted(&world, 1));
    world.refused(&[second], &[&delegate], MarketError::DelegateCapExceeded);
    let taken = world.tokens(&friend.earnings(&dear));
    assert_eq!(taken, 6 * DOLLAR);
}

#[test]
fn a_delegation_does_not_outlive_its_escrow() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let delegate = world.funded("delegate");
    world.set_delegate(&client, &delegate, u64::MAX, i64::MAX);
    let close = close_escrow(&world, &client);
    world.ok(&[close], &[&client.owner]);
    let open = client::open_client(client.owner.pubkey(), world.payer.pubkey(), client.token);
    let deposit = deposit_from(client.wallet, &client, &client, DOLLAR);
    world.ok(&[open, deposit], &[&client.owner]);
    let post = world.post_of(&client, &market, World::post_params(0, 60));
    let by_delegate = job::post(job::Post { authority: delegate.pubkey(), ..post });
    world.refused(&[by_delegate], &[&delegate], MarketError::NotClientOrDelegate);
}

#[test]
fn a_refund_is_taken_once() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let before = world.client_account(&client).available;
    let crank = world.funded("crank");
    let job = world.post(&client, &market, 0, HOUR);
    world.svm.advance(TERMS.queue_ttl + 61);
    let cancel = world.cancel_ix(&client, &market, job);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    let both = [&client.owner, &crank];
    world.refused(&[cancel.clone(), expire.clone()], &both, MarketError::JobNotOpen);
    world.refused(&[expire.clone(), cancel.clone()], &both, MarketError::JobNotOpen);
    world.refused(&[expire.clone(), expire.clone()], &[&crank], MarketError::JobNotOpen);
    world.refused(&[cancel.clone(), cancel.clone()], &[&client.owner], MarketError::JobNotOpen);
    world.ok(&[cancel], &[&client.owner]);
    assert_eq!(world.client_account(&client).available, before);
}

#[test]
fn a_closed_job_that_is_given_lamports_in_the_same_transaction_stays_closed() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let cancel = world.cancel_ix(&client, &market, job);
    let close = world.close_job_ix(&client.owner, &client, job);
    let revive = transfer(&client.owner.pubkey(), &job, 10_000_000);
    world.refused(&[cancel.clone(), close, revive, cancel], &[&client.owner], Refusal::Check(Check::WrongOwner));
    assert_eq!(world.line(&market), [job]);
}

#[test]
fn an_escrow_in_a_worthless_mint_pays_for_nothing_in_another() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let worthless = world.svm.create_mint("worthless", gpu_market_sdk::address::TOKEN_PROGRAM, 6, false);
    let worthless = worthless.expect("a mint");
    let escrow = escrow_in(&mut world, &client, worthless);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    let other = job::post(job::Post { client: escrow, ..post });
    world.refused(&[other], &[&client.owner], MarketError::WrongMint);
    // Nor does it end what the other escrow pays for.
    let queued = world.post(&client, &market, 0, HOUR);
    let cancel = job::Cancel {
        authority: client.owner.pubkey(),
        client: escrow,
        job: queued,
        market: market.address,
        shard: 0,
    };
    world.refused(&[job::cancel(cancel)], &[&client.owner], MarketError::WrongClient);
}

#[test]
fn a_fee_cut_into_small_jobs_saves_less_than_a_base_unit_each() {
    let Scene { mut world, client, .. } = Scene::community();
    // 0.8 base units a second: a minute pays 48, and 2 % of that is less than one.
    let cheap = world.create_market(0, 9, &TermsParams { rate: 800_000, ..TERMS }, None);
    let host = world.enrolled("cheap host", &cheap);
    for nonce in 0..5 {
        let job = world.running(&client, &host, &cheap, nonce, 60);
        world.svm.advance(60);
        world.finish(&client, &host, &cheap, job);
    }
    let account: Client = world.client_account(&client);
    let whole = 5 * 48 * u64::from(TERMS.fee_bps) / 10_000;
    assert_eq!((account.fees_owed, world.tokens(&host.earnings(&cheap))), (0, 5 * 48));
    assert!(whole - account.fees_owed < 5, "a unit for each of five jobs, which cost more in network fees");
}

/// Opens another escrow of a client's owner, with a token in it.
fn escrow_in(world: &mut World, party: &ClientParty, token: Token) -> Address {
    let owner = party.owner.pubkey();
    let wallet = world.funded_wallet(token, &owner, 1_000 * DOLLAR);
    let client = gpu_market_sdk::address::client(&owner, &token.mint).0;
    let open = client::open_client(owner, world.payer.pubkey(), token);
    let amount = 1_000 * DOLLAR;
    let deposit = client::deposit(client::Deposit { depositor: owner, source: wallet, client, token, amount });
    world.ok(&[open, deposit], &[&party.owner]);
    client
}

/// A transfer of lamports by the system program.
fn transfer(from: &Address, to: &Address, lamports: u64) -> Instruction {
    use gpu_market_sdk::AccountMeta;
    let mut data = 2u32.to_le_bytes().to_vec();
    data.extend(lamports.to_le_bytes());
    let accounts = vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)];
    Instruction { program_id: gpu_market_sdk::address::SYSTEM_PROGRAM, accounts, data }
}

#[test]
fn a_nonce_that_was_used_is_not_used_again_in_the_life_of_an_escrow() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let kept = job::post(world.post_of(&client, &market, World::post_params(3, HOUR)));
    world.ok(from_ref(&kept), &[&client.owner]);
    let posted = world.job_address(&client, 3);
    world.cancel(&client, &market, posted);
    let close = world.close_job_ix(&client.owner, &client, posted);
    world.ok(&[close], &[&client.owner]);
    world.refused(&[kept], &[&client.owner], MarketError::NonceBelowFloor);
    let below = job::post(world.post_of(&client, &market, World::post_params(2, HOUR)));
    world.refused(&[below], &[&client.owner], MarketError::NonceBelowFloor);
}

#[test]
fn an_escrow_that_is_opened_again_takes_an_old_post_unless_it_raises_its_nonce_floor() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let kept = job::post(world.post_of(&client, &market, World::post_params(3, HOUR)));
    world.ok(from_ref(&kept), &[&client.owner]);
    let posted = world.job_address(&client, 3);
    world.cancel(&client, &market, posted);
    let close_job = world.close_job_ix(&client.owner, &client, posted);
    let close = close_escrow(&world, &client);
    world.ok(&[close_job, close], &[&client.owner]);
    let open = client::open_client(client.owner.pubkey(), world.payer.pubkey(), client.token);
    let deposit = deposit_from(client.wallet, &client, &client, 100 * DOLLAR);
    world.ok(&[open, deposit], &[&client.owner]);
    // Closing forgot the nonces: docs/SECURITY.md names this limit, and what to do about it.
    assert_eq!(world.client_account(&client).nonce_floor, 0);
    let raise = client::raise_nonce_floor(client.owner.pubkey(), client.token.mint, 4);
    world.ok(&[raise], &[&client.owner]);
    world.refused(&[kept], &[&client.owner], MarketError::NonceBelowFloor);
}
