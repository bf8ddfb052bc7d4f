//! A client's escrow: opening, money in and out, nonces, closing.

use {
    gpu_market::{
        constants::{NONCE_WINDOW, pause},
        error::MarketError,
        events::{ClientClosed, ClientOpened, EscrowDeposited, EscrowWithdrawn, NonceFloorRaised},
    },
    gpu_market_sdk::{
        Address, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{client, job},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

fn deposit_of(party: &ClientParty, amount: u64) -> client::Deposit {
    client::Deposit {
        depositor: party.owner.pubkey(),
        source: party.wallet,
        client: party.client,
        token: party.token,
        amount,
    }
}

fn withdrawal(party: &ClientParty, amount: u64) -> client::Withdraw {
    client::Withdraw { owner: party.owner.pubkey(), token: party.token, destination: party.wallet, amount }
}

fn closing(party: &ClientParty, rent_payer: Address) -> client::CloseClient {
    client::CloseClient { owner: party.owner.pubkey(), token: party.token, destination: party.wallet, rent_payer }
}

#[test]
fn an_escrow_opens_empty_and_records_who_paid_its_rent() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let token = world.dollar;
    let address = address::client(&owner.pubkey(), &token.mint).0;
    let vault = address::client_vault(&address).0;
    let before = world.lamports(&sponsor.pubkey());
    let open = client::open_client(owner.pubkey(), sponsor.pubkey(), token);
    let event =
        ClientOpened { client: address, owner: owner.pubkey(), mint: token.mint, rent_payer: sponsor.pubkey() };
    world.ok_emitting(open.clone(), &[&owner, &sponsor], Event::ClientOpened(event));
    let account: gpu_market::state::Client = world.get(&address);
    assert_eq!((account.owner, account.mint, account.vault), (owner.pubkey(), token.mint, vault));
    assert_eq!((account.rent_payer, account.delegate), (sponsor.pubkey(), Address::default()));
    assert_eq!((account.booked(), account.nonce_floor, account.open_jobs), (Ok(0), 0, 0));
    assert_eq!(world.tokens(&vault), 0);
    let rent = world.lamports(&address) + world.lamports(&vault);
    assert_eq!(world.lamports(&sponsor.pubkey()), before - rent);
    world.refused(&[open], &[&owner, &sponsor], IN_USE);
}

#[test]
fn nobody_opens_an_escrow_in_the_name_or_at_the_cost_of_another() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let open = client::open_client(owner.pubkey(), sponsor.pubkey(), world.dollar);
    for (place, signer) in [(0, &sponsor), (1, &owner)] {
        let mut unsigned = open.clone();
        unsigned.accounts[place].is_signer = false;
        world.refused(&[unsigned], &[signer], Refusal::Check(Check::MissingSignature));
    }
}

#[test]
fn lamports_that_somebody_sent_ahead_do_not_block_opening() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let client = address::client(&owner.pubkey(), &world.dollar.mint).0;
    let vault = address::client_vault(&client).0;
    for ahead in [client, vault] {
        world.svm.airdrop(&ahead, 1_000_000_000);
    }
    let open = client::open_client(owner.pubkey(), sponsor.pubkey(), world.dollar);
    world.ok(&[open], &[&owner, &sponsor]);
    let destination = world.token_account(world.dollar, &owner.pubkey());
    let close = client::CloseClient {
        owner: owner.pubkey(),
        token: world.dollar,
        destination,
        rent_payer: sponsor.pubkey(),
    };
    world.ok_closing(client::close_client(close), &[&owner], &[client, vault], &sponsor.pubkey());
}

#[test]
fn anybody_deposits_for_a_client() {
    let mut world = World::new();
    let party = world.client("client", 100);
    let friend = world.funded("friend");
    let source = world.funded_wallet(world.dollar, &friend.pubkey(), 50);
    let deposit = client::Deposit { depositor: friend.pubkey(), source, ..deposit_of(&party, 30) };
    let event = EscrowDeposited { client: party.client, depositor: friend.pubkey(), amount: 30, available: 130 };
    world.ok_emitting(client::deposit(deposit), &[&friend], Event::EscrowDeposited(event));
    let account = world.client_account(&party);
    assert_eq!((account.available, account.reserved, account.owner), (130, 0, party.owner.pubkey()));
    assert_eq!((world.tokens(&party.vault), world.tokens(&source)), (130, 20));
    // It gives the depositor no power over it.
    let back = client::withdraw(client::Withdraw { destination: source, ..withdrawal(&party, 30) });
    let back = with_account(back, 0, friend.pubkey());
    world.refused(&[back], &[&friend], rule(MarketError::NotClientOwner));
}

#[test]
fn a_deposit_names_the_vault_the_mint_and_an_amount() {
    let mut world = World::new();
    let party = world.client("client", 100);
    let other = world.client("other", 0);
    world.svm.mint_to(party.token, &party.wallet, 50).expect("minted");
    let deposit = client::deposit(deposit_of(&party, 50));
    for (place, key, error) in [
        (3, other.vault, MarketError::WrongVault),
        (3, other.wallet, MarketError::WrongVault),
        (4, world.stake_token.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(deposit.clone(), place, key)], &[&party.owner], rule(error));
    }
    let nothing = client::deposit(deposit_of(&party, 0));
    world.refused(&[nothing], &[&party.owner], rule(MarketError::AmountZero));
    let too_much = client::deposit(deposit_of(&party, 51));
    world.refused(&[too_much], &[&party.owner], TOO_FEW_TOKENS);
    let of_other = client::Deposit { depositor: other.owner.pubkey(), ..deposit_of(&party, 50) };
    world.refused(&[client::deposit(of_other)], &[&other.owner], NOT_THE_SPENDER);
    let in_other_mint = world.funded_wallet(world.stake_token, &party.owner.pubkey(), 50);
    let mixed = client::Deposit { source: in_other_mint, ..deposit_of(&party, 50) };
    world.refused(&[client::deposit(mixed)], &[&party.owner], MINT_MISMATCH);
    world.ok(&[deposit], &[&party.owner]);
}

#[test]
fn the_owner_withdraws_what_is_not_reserved_to_anybody() {
    let mut world = World::new();
    let market = world.community;
    let party = world.client("client", 100_000);
    let friend = world.funded("friend");
    let job = world.post(&party, &market, 0, 600);
    let deposit = world.job(&job).deposit;
    assert_eq!(deposit, 60_000 + 1_200 + 1_000);
    let free = 100_000 - deposit;

    let destination = world.token_account(world.dollar, &friend.pubkey());
    let part = client::Withdraw { destination, ..withdrawal(&party, 300) };
    let event = EscrowWithdrawn { client: party.client, amount: 300, available: free - 300 };
    world.ok_emitting(client::withdraw(part), &[&party.owner], Event::EscrowWithdrawn(event));
    assert_eq!((world.tokens(&destination), world.tokens(&party.vault)), (300, 99_700));
    let too_much = client::withdraw(withdrawal(&party, free - 299));
    world.refused(&[too_much], &[&party.owner], rule(MarketError::InsufficientEscrow));
    let everything = client::withdraw(withdrawal(&party, u64::MAX));
    world.refused(&[everything], &[&party.owner], rule(MarketError::InsufficientEscrow));
    world.ok(&[client::withdraw(withdrawal(&party, free - 300))], &[&party.owner]);
    let account = world.client_account(&party);
    assert_eq!((account.available, account.reserved, world.tokens(&party.vault)), (0, deposit, deposit));
}

#[test]
fn a_withdrawal_names_the_vault_the_mint_and_an_amount() {
    let mut world = World::new();
    let party = world.client("client", 100);
    let rich = world.client("rich", 100);
    let withdraw = client::withdraw(withdrawal(&party, 50));
    for (place, key, error) in
        [(2, rich.vault, MarketError::WrongVault), (4, world.stake_token.mint, MarketError::WrongMint)]
    {
        world.refused(&[with_account(withdraw.clone(), place, key)], &[&party.owner], rule(error));
    }
    let of_rich = with_account(with_account(withdraw.clone(), 1, rich.client), 2, rich.vault);
    world.refused(&[of_rich], &[&party.owner], rule(MarketError::NotClientOwner));
    let nothing = client::withdraw(withdrawal(&party, 0));
    world.refused(&[nothing], &[&party.owner], rule(MarketError::AmountZero));
    let in_other_mint = world.token_account(world.stake_token, &party.owner.pubkey());
    let mixed = with_account(withdraw.clone(), 3, in_other_mint);
    world.refused(&[mixed], &[&party.owner], MINT_MISMATCH);
    let to_the_vault = with_account(withdraw, 3, party.vault);
    world.refused(&[to_the_vault], &[&party.owner], Refusal::Check(Check::DuplicateMutable));
}

#[test]
fn a_gift_to_the_vault_is_not_booked_and_goes_to_the_owner_in_the_end() {
    let mut world = World::new();
    let market = world.community;
    let party = world.client("client", 100_000);
    world.svm.mint_to(world.dollar, &party.vault, 777).expect("a gift");
    let too_much = client::withdraw(withdrawal(&party, 100_001));
    world.refused(&[too_much], &[&party.owner], rule(MarketError::InsufficientEscrow));
    let job = world.post(&party, &market, 0, 600);
    let cancel = world.cancel_ix(&party, &market, job);
    let close = world.close_job_ix(&party.owner, &party, job);
    world.ok(&[cancel, close], &[&party.owner]);
    assert_eq!(world.client_account(&party).available, 100_000);
    let close = client::close_client(closing(&party, world.payer.pubkey()));
    let executed = world.ok(&[close], &[&party.owner]);
    let event = ClientClosed { client: party.client, returned: 100_777 };
    assert_eq!(executed.events, [Event::ClientClosed(event)]);
    assert_eq!(world.tokens(&party.wallet), 100_777);
}

#[test]
fn an_escrow_whose_vault_is_short_of_its_books_moves_nothing() {
    let mut world = World::new();
    let party = world.client("client", 100);
    world.svm.mint_to(party.token, &party.wallet, 50).expect("minted");
    let mut raw = world.svm.raw(&party.vault).unwrap();
    raw.data[64..72].copy_from_slice(&60u64.to_le_bytes());
    world.svm.set_raw(party.vault, raw).unwrap();
    for instruction in [client::withdraw(withdrawal(&party, 10)), client::deposit(deposit_of(&party, 10))] {
        world.refused(&[instruction], &[&party.owner], rule(MarketError::InvariantBroken));
    }
}

#[test]
fn the_nonce_floor_only_rises_and_only_for_the_owner() {
    let mut world = World::new();
    let market = world.community;
    let (party, other) = (world.client("client", 1_000 * DOLLAR), world.client("other", 0));
    let mint = world.dollar.mint;
    let raise = |floor| client::raise_nonce_floor(party.owner.pubkey(), mint, floor);
    let event = NonceFloorRaised { client: party.client, floor: 7 };
    world.ok_emitting(raise(7), &[&party.owner], Event::NonceFloorRaised(event));
    assert_eq!(world.client_account(&party).nonce_floor, 7);
    for floor in [0, 6, 7] {
        world.refused(&[raise(floor)], &[&party.owner], rule(MarketError::NonceFloorMustRise));
    }
    let by_other = with_account(raise(8), 0, other.owner.pubkey());
    world.refused(&[by_other], &[&other.owner], rule(MarketError::NotClientOwner));
    let below = world.post_of(&party, &market, World::post_params(6, HOUR));
    world.refused(&[job::post(below)], &[&party.owner], rule(MarketError::NonceBelowFloor));
    world.post(&party, &market, 7, HOUR);
    world.ok(&[raise(u64::MAX)], &[&party.owner]);
    // No floor could rise above the last nonce, so it is never posted.
    let last = world.post_of(&party, &market, World::post_params(u64::MAX, HOUR));
    world.refused(&[job::post(last)], &[&party.owner], rule(MarketError::NonceTooFar));
}

#[test]
fn a_nonce_lies_within_a_window_above_the_floor() {
    let mut world = World::new();
    let market = world.community;
    let party = world.client("client", 1_000 * DOLLAR);
    let raise = client::raise_nonce_floor(party.owner.pubkey(), world.dollar.mint, 5);
    world.ok(&[raise], &[&party.owner]);
    for nonce in [5 + NONCE_WINDOW, u64::MAX] {
        let far = job::post(world.post_of(&party, &market, World::post_params(nonce, HOUR)));
        world.refused(&[far], &[&party.owner], rule(MarketError::NonceTooFar));
    }
    world.post(&party, &market, 4 + NONCE_WINDOW, HOUR);
}

#[test]
fn an_escrow_closes_and_its_rent_goes_to_who_paid_it() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let other = world.client("other", 10);
    let token = world.dollar;
    world.ok(&[client::open_client(owner.pubkey(), sponsor.pubkey(), token)], &[&owner, &sponsor]);
    let address = address::client(&owner.pubkey(), &token.mint).0;
    let wallet = world.funded_wallet(token, &owner.pubkey(), 90);
    let vault = address::client_vault(&address).0;
    let party = ClientParty { owner, client: address, vault, wallet, token };
    world.ok(&[client::deposit(deposit_of(&party, 90))], &[&party.owner]);

    let close = client::close_client(closing(&party, sponsor.pubkey()));
    for (place, key, error) in [
        (2, other.vault, MarketError::WrongVault),
        (4, party.owner.pubkey(), MarketError::WrongRentPayer),
        (5, world.stake_token.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(close.clone(), place, key)], &[&party.owner], rule(error));
    }
    let by_other = with_account(close.clone(), 0, other.owner.pubkey());
    world.refused(&[by_other], &[&other.owner], rule(MarketError::NotClientOwner));
    let executed = world.ok_closing(close, &[&party.owner], &[address, vault], &sponsor.pubkey());
    let event = ClientClosed { client: address, returned: 90 };
    assert_eq!((executed.events.as_slice(), world.tokens(&wallet)), ([Event::ClientClosed(event)].as_slice(), 90));
    // The address is free again.
    world.ok(&[client::open_client(party.owner.pubkey(), sponsor.pubkey(), token)], &[&party.owner, &sponsor]);
}

#[test]
fn an_escrow_stays_open_while_it_has_jobs_or_owes_fees() {
    let mut world = World::new();
    let market = world.community;
    let party = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let close = client::close_client(closing(&party, world.payer.pubkey()));
    let not_empty = rule(MarketError::ClientNotEmpty);

    let job = world.running(&party, &host, &market, 0, HOUR);
    world.refused(std::slice::from_ref(&close), &[&party.owner], not_empty);
    world.run_for(&host, &market, job, 60);
    world.finish(&party, &host, &market, job);
    world.refused(std::slice::from_ref(&close), &[&party.owner], not_empty);
    let close_job = world.close_job_ix(&party.owner, &party, job);
    world.ok(&[close_job], &[&party.owner]);
    assert_eq!(world.client_account(&party).fees_owed, 120);
    world.refused(std::slice::from_ref(&close), &[&party.owner], not_empty);
    world.open_treasury(world.dollar);
    let sweep = world.sweep(&party.client, world.dollar);
    world.ok(&[sweep], &[]);
    world.ok(&[close], &[&party.owner]);
    assert_eq!(world.tokens(&party.wallet), 1_000 * DOLLAR - 6_000 - 120);
}

#[test]
fn no_pause_stops_a_withdrawal_or_a_closing() {
    let mut world = World::new();
    let party = world.client("client", 100);
    world.set_pause_bits(pause::ALL);
    world.ok(&[client::withdraw(withdrawal(&party, 40))], &[&party.owner]);
    world.ok(&[client::close_client(closing(&party, world.payer.pubkey()))], &[&party.owner]);
    assert_eq!(world.tokens(&party.wallet), 100);
}
