//! What each key of the protocol would try on other people's money, and what anybody would try with raw bytes: written
//! from the IDL and the documents, without the source.

use {
    gpu_market::{constants::pause, error::MarketError, state::ConfigSettings},
    gpu_market_sdk::{
        AccountMeta, Address, Instruction, address,
        error::{Check, Refusal},
        instructions::{NAMES, admin, client, host, market, shard, stake, treasury},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// The instruction with another key as its first signer.
fn signed_by(mut instruction: Instruction, key: &Keypair) -> Instruction {
    instruction.accounts[0].pubkey = key.pubkey();
    instruction
}

#[test]
fn no_key_of_the_protocol_withdraws_what_is_not_its_own() {
    let Scene { mut world, market, client, host } = Scene::community();
    let running = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, running, 60);
    world.finish(&client, &host, &market, running);
    world.missed_ack(&client, &host, &market, 1);
    let pauser = gpu_market_sdk::svm::keypair("pauser");
    world.svm.airdrop(&pauser.pubkey(), 1_000_000_000);
    for key in [world.admin.insecure_clone(), world.authority.insecure_clone(), pauser] {
        let (dollars, stakes) = (
            world.token_account(market.token, &key.pubkey()),
            world.token_account(world.stake_token, &key.pubkey()),
        );
        let escrow = client::withdraw(client::Withdraw {
            owner: client.owner.pubkey(),
            token: client.token,
            destination: dollars,
            amount: DOLLAR,
        });
        world.refused(&[signed_by(escrow, &key)], &[&key], MarketError::NotClientOwner);
        let earnings = host::withdraw_earnings(host::WithdrawEarnings {
            authority: key.pubkey(),
            host: host.host,
            token: market.token,
            destination: dollars,
            amount: 1,
        });
        world.refused(&[earnings], &[&key], MarketError::NotHostOwner);
        let owner = host.owner.pubkey();
        for (instruction, refusal) in [
            (stake::request_unstake(owner, 1), MarketError::NotStakeOwner),
            (stake::withdraw_stake(owner, world.stake_token, stakes), MarketError::NotStakeOwner),
            (stake::deallocate(owner, market.address, 1), MarketError::NotStakeOwner),
        ] {
            world.refused(&[signed_by(instruction, &key)], &[&key], refusal);
        }
        let credit = stake::claim_credit(stake::ClaimCredit {
            caller: key.pubkey(),
            beneficiary: client.owner.pubkey(),
            stake: host.stake,
            token: world.stake_token,
            destination: stakes,
        });
        world.refused(&[credit], &[&key], MarketError::NotCreditOwner);
    }
}

#[test]
fn a_pauser_stops_entries_and_becomes_nothing_else() {
    let mut world = World::new();
    let pauser = gpu_market_sdk::svm::keypair("pauser");
    world.svm.airdrop(&pauser.pubkey(), 1_000_000_000);
    world.ok(&[admin::set_pause(pauser.pubkey(), pause::ALL)], &[&pauser]);
    let taken = ConfigSettings { treasury: pauser.pubkey(), ..settings() };
    let destination = world.token_account(world.dollar, &pauser.pubkey());
    world.open_treasury(world.dollar);
    let withdraw =
        treasury::WithdrawTreasury { admin: pauser.pubkey(), token: world.dollar, destination, amount: 1 };
    for instruction in [
        admin::update_config(pauser.pubkey(), taken),
        admin::propose_admin(pauser.pubkey(), pauser.pubkey()),
        market::list_market(pauser.pubkey(), world.community.address, true),
        treasury::withdraw_treasury(withdraw),
        admin::close_config(pauser.pubkey(), world.payer.pubkey()),
    ] {
        world.refused(&[instruction], &[&pauser], MarketError::NotAdmin);
    }
    let in_market = market::set_market_pause(pauser.pubkey(), world.community.address, pause::ALL);
    world.refused(&[in_market], &[&pauser], MarketError::NotMarketAuthority);
}

#[test]
fn an_office_is_taken_over_once_and_only_by_who_was_proposed_last() {
    let mut world = World::new();
    let (first, second) = (world.funded("first"), world.funded("second"));
    let (admin_key, config) = (world.admin.insecure_clone(), address::config().0);
    for successor in [&first, &second] {
        world.ok(&[admin::propose_admin(admin_key.pubkey(), successor.pubkey())], &[&admin_key]);
    }
    world.refused(&[admin::accept_admin(first.pubkey())], &[&first], MarketError::NotPendingAuthority);
    world.ok(&[admin::accept_admin(second.pubkey())], &[&second]);
    world.refused(&[admin::accept_admin(second.pubkey())], &[&second], MarketError::NotPendingAuthority);
    let back = admin::propose_admin(admin_key.pubkey(), admin_key.pubkey());
    world.refused(&[back], &[&admin_key], MarketError::NotAdmin);
    assert_eq!(world.config_account().admin, second.pubkey());
    assert!(world.exists(&config));
}

#[test]
fn nobody_founds_the_protocol_a_second_time() {
    let mut world = World::new();
    let upgrade_authority = world.svm.upgrade_authority().insecure_clone();
    let again = admin::create_config(admin::CreateConfig {
        payer: world.payer.pubkey(),
        upgrade_authority: upgrade_authority.pubkey(),
        stake: world.dollar,
        admin: upgrade_authority.pubkey(),
        settings: settings(),
    });
    let before = world.config_account();
    world.fails(&[again], &[&upgrade_authority]);
    assert_eq!(world.config_account().admin, before.admin);
}

#[test]
fn an_authority_closes_nothing_that_somebody_waits_in_or_works_for() {
    let Scene { mut world, market, client, host } = Scene::community();
    let authority = world.authority.insecure_clone();
    let payer = world.payer.pubkey();
    let job = world.post(&client, &market, 0, HOUR);
    let close_shard = shard::close_shard(authority.pubkey(), market.address, 0, payer);
    let close_market = market::close_market(authority.pubkey(), market.address, payer);
    let close_terms = market::close_terms(authority.pubkey(), market.address, market.terms, payer);
    let refused = |world: &mut World| {
        world.refused(from_ref(&close_market), &[&authority], MarketError::MarketNotEmpty);
        world.refused(from_ref(&close_terms), &[&authority], MarketError::TermsInUse);
    };
    world.refused(from_ref(&close_shard), &[&authority], MarketError::ShardNotEmpty);
    refused(&mut world);
    world.join(&host, &market);
    world.refused(from_ref(&close_shard), &[&authority], MarketError::ShardNotEmpty);
    world.start(&host, &market, job);
    // No node holds a running job, so the shard may go; the run is paid all the same.
    world.ok(&[close_shard], &[&authority]);
    refused(&mut world);
    world.svm.advance(60);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.tokens(&host.earnings(&market)), 6_000);
}

#[test]
fn new_settings_change_nothing_that_a_running_job_owes_or_costs() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let admin_key = world.admin.insecure_clone();
    let harsh =
        ConfigSettings { min_bond: u64::MAX, unbonding: 60 * 86_400, treasury: admin_key.pubkey(), ..settings() };
    world.ok(&[admin::update_config(admin_key.pubkey(), harsh)], &[&admin_key]);
    world.set_pause_bits(pause::ALL);
    world.svm.advance(60);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.tokens(&host.earnings(&market)), 6_000);
    assert_eq!(world.client_account(&client).fees_owed, 120);
    let owner = host.owner.pubkey();
    let collateral = world.member_account(&host, &market).collateral;
    world.take_back(&host, &market, collateral);
    world.start_unstaking(&host, collateral);
    world.svm.advance(world.unbonding());
    let withdraw = stake::withdraw_stake(owner, world.stake_token, host.stake_wallet);
    world.ok(&[withdraw], &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), collateral, "after the period that the stake was opened under");
}

/// Tag of an event's inner instruction, as Anchor fixes it: the first eight bytes of SHA-256 of `anchor:event`, reversed.
const EVENT_TAG: [u8; 8] = [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d];

#[test]
fn nobody_emits_an_event_but_the_program() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    let executed = world.ok(&[gpu_market_sdk::instructions::job::post(post)], &[&client.owner]);
    assert_eq!(executed.events.len(), 1, "so there is an event to forge");
    let authority = address::event_authority().0;
    let forger = world.funded("forger");
    let forged = |accounts: Vec<AccountMeta>| {
        let mut data = EVENT_TAG.to_vec();
        data.extend([1; 64]);
        Instruction { program_id: address::PROGRAM, accounts, data }
    };
    let unsigned = forged(vec![AccountMeta::new_readonly(authority, false)]);
    let by_forger = forged(vec![AccountMeta::new_readonly(forger.pubkey(), true)]);
    let attempts: [(Instruction, &[&Keypair]); 3] =
        [(unsigned, &[]), (by_forger, &[&forger]), (forged(vec![]), &[])];
    for (instruction, signers) in attempts {
        let refused = world.fails(&[instruction], signers);
        assert!(!refused.logs.iter().any(|log| log.ends_with("success")), "{refused}");
    }
}

#[test]
fn numbers_that_are_no_instruction_do_nothing() {
    let mut world = World::new();
    let known: Vec<u8> = NAMES.iter().map(|(number, _)| *number).collect();
    let accounts = [address::config().0, world.community.address, address::event_authority().0];
    for number in (0..=u8::MAX).filter(|number| !known.contains(number)) {
        let metas = accounts.iter().map(|key: &Address| AccountMeta::new(*key, false)).collect();
        let unknown = Instruction { program_id: address::PROGRAM, accounts: metas, data: vec![number; 40] };
        world.refused(&[unknown], &[], Refusal::Check(Check::InvalidData));
    }
    let empty = Instruction { program_id: address::PROGRAM, accounts: vec![], data: vec![] };
    world.refused(&[empty], &[], Refusal::Check(Check::InvalidData));
}
