//! Attacks that succeeded against other programs and other job markets, by name. Those that stand here are the ones for which no
//! other file has a test; docs/PROOF.md has the whole list.

use {
    gpu_market::{
        error::MarketError,
        state::{JobState, Outcome},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        error::{Check, Refusal},
        instructions::{client, expire, job, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn withdraw(party: &ClientParty, amount: u64) -> Instruction {
    client::withdraw(client::Withdraw {
        owner: party.owner.pubkey(),
        token: party.token,
        destination: party.wallet,
        amount,
    })
}

/// Everything that a host or a client could try on a job that is over, with who signs it.
fn steps<'a>(
    world: &mut World,
    parties: (&'a ClientParty, &'a HostParty),
    market: &MarketRef,
    job: Address,
) -> Vec<(Instruction, &'a solana_keypair::Keypair)> {
    let (client, host) = parties;
    let crank = &client.owner;
    let finish = world.finish_of(client, host, market, job, Outcome::Success, None);
    vec![
        (world.start_ix(host, market, job), &host.operator),
        (world.heartbeat_ix(host, market, job), &host.operator),
        (job::finish(finish), &host.operator),
        (world.rejoin_ix(finish, market, 0), &host.operator),
        (world.decline_ix(client, host, market, job, None), &host.operator),
        (world.unavailable_ix(client, host, market, job, None), &host.operator),
        (world.end_ix(client, host, market, job), &client.owner),
        (world.cancel_ix(client, market, job), &client.owner),
        (world.extend_ix(client, job, 60), &client.owner),
        (job::reprice(world.reprice_of(client, market, job)), &client.owner),
        (world.expire_queued_ix(crank, client, market, job), crank),
        (world.expire_running_ix(crank, client, host, market, job, None), crank),
        (expire::expire_assigned(world.expire_assigned_of(crank, client, host, market, job)), crank),
        (world.collect_ix(client, host, market, job), crank),
    ]
}

/// A job that is over in this way.
fn over(state: JobState) -> (Scene, Address) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let market = *market;
    let job = match state {
        JobState::Cancelled => {
            let job = world.post(client, &market, 0, HOUR);
            world.cancel(client, &market, job);
            return (scene, job);
        }
        JobState::Expired => {
            let job = world.post(client, &market, 0, HOUR);
            world.svm.advance(TERMS.queue_ttl + 61);
            let crank = world.funded("crank");
            let expire = world.expire_queued_ix(&crank, client, &market, job);
            world.ok(&[expire], &[&crank]);
            return (scene, job);
        }
        _ => world.running(client, host, &market, 0, HOUR),
    };
    world.run_for(host, &market, job, 60);
    let crank = world.funded("crank");
    match state {
        JobState::Completed => drop(world.finish(client, host, &market, job)),
        JobState::Failed => drop(world.finish_with(client, host, &market, job, Outcome::ClientFault, None)),
        JobState::Ended => {
            let end = world.end_ix(client, host, &market, job);
            world.ok(&[end], &[&client.owner]);
        }
        JobState::HostLost => {
            world.svm.advance(3 * TERMS.heartbeat_interval + 61);
            let expire = world.expire_running_ix(&crank, client, host, &market, job, None);
            world.ok(&[expire], &[&crank]);
        }
        JobState::TimedOut => {
            world.run_for(host, &market, job, HOUR - 60);
            world.svm.advance(61);
            let expire = world.expire_running_ix(&crank, client, host, &market, job, None);
            world.ok(&[expire], &[&crank]);
        }
        other => panic!("{other:?} is not over"),
    }
    (scene, job)
}

#[test]
fn a_job_that_is_over_in_whatever_way_moves_nowhere_and_pays_nobody_again() {
    use JobState::*;
    for state in [Completed, Failed, Ended, TimedOut, HostLost, Cancelled, Expired] {
        let (mut scene, job) = over(state);
        let Scene { world, market, client, host } = &mut scene;
        assert_eq!(world.job(&job).state(), Ok(state));
        let market = *market;
        let before = (world.client_account(client), world.tokens(&host.earnings(&market)));
        for (step, signer) in steps(world, (client, host), &market, job) {
            let number = step.data[0];
            let signs = step.accounts.iter().any(|meta| meta.is_signer);
            let signers: &[&solana_keypair::Keypair] = if signs { &[signer] } else { &[] };
            let refused = world.fails(&[step], signers);
            let name = refused.refusal.map(|refusal| refusal.name());
            let expected = ["JobNotOpen", "JobNotRunning", "NothingDue", "WrongMember"];
            assert!(name.is_some_and(|name| expected.contains(&name)), "{number} after {state:?}: {name:?}");
        }
        assert_eq!(before, (world.client_account(client), world.tokens(&host.earnings(&market))));
    }
}

#[test]
fn the_deposit_of_a_live_run_is_not_recovered_by_any_way() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(30);
    let available = world.client_account(&client).available;
    world.refused(&[withdraw(&client, available + 1)], &[&client.owner], MarketError::InsufficientEscrow);
    let close = client::close_client(client::CloseClient {
        owner: client.owner.pubkey(),
        token: client.token,
        destination: client.wallet,
        rent_payer: world.payer.pubkey(),
    });
    world.refused(&[close], &[&client.owner], MarketError::ClientNotEmpty);
    let close = world.close_job_ix(&client.owner, &client, job);
    world.refused(&[close], &[&client.owner], MarketError::JobNotTerminal);
    let expire = world.expire_running_ix(&client.owner, &client, &host, &market, job, None);
    world.refused(&[expire], &[&client.owner], MarketError::DeadlineNotReached);
    let cancel = world.cancel_ix(&client, &market, job);
    world.refused(&[cancel], &[&client.owner], MarketError::JobNotOpen);
}

#[test]
fn a_sweep_takes_owed_fees_and_nothing_that_a_live_job_reserves() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.open_treasury(market.token);
    let done = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, done, 60);
    world.finish(&client, &host, &market, done);
    world.running(&client, &host, &market, 1, HOUR);
    let before = world.client_account(&client);
    let sweep = world.sweep(&client.client, market.token);
    world.ok(from_ref(&sweep), &[]);
    let after = world.client_account(&client);
    assert_eq!((after.available, after.reserved, after.fees_owed), (before.available, before.reserved, 0));
    assert_eq!(world.tokens(&address::treasury_vault(&market.token.mint).0), before.fees_owed);
    world.refused(&[sweep], &[], MarketError::NothingToSweep);
}

#[test]
fn stake_behind_a_running_job_does_not_leave() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 100 * DOLLAR);
    let host = world.host("host", TERMS.bond);
    world.enroll(&host, &market, TERMS.bond);
    world.running(&client, &host, &market, 0, HOUR);
    let owner = host.owner.pubkey();
    let take = stake::deallocate(owner, market.address, 1);
    world.refused(&[take], &[&host.owner], MarketError::CollateralLocked);
    world.refused(&[stake::request_unstake(owner, 1)], &[&host.owner], MarketError::InsufficientStake);
}

#[test]
fn a_host_that_moves_all_stake_it_can_ahead_of_a_slash_pays_it_all_the_same() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    // All but the recorded bond.
    let free = world.member_account(&host, &market).free_collateral().expect("free collateral");
    world.take_back(&host, &market, free);
    let unallocated = world.stake_account(&host).free().expect("free stake");
    world.start_unstaking(&host, unallocated);
    world.miss(&client, &host, &market, job);
    let penalty = TERMS.bond * u64::from(TERMS.missed_ack_bps) / 10_000;
    let stake = world.stake_account(&host);
    assert_eq!(stake.amount, TERMS.bond - penalty);
    assert_eq!(stake.owed + stake.treasury_owed, penalty);
}

#[test]
fn a_tip_comes_out_of_the_deposit_and_never_out_of_anybodys_rent() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.funded("crank");
    let queued = world.post(&client, &market, 0, HOUR);
    world.svm.advance(TERMS.queue_ttl + 61);
    let expire = world.expire_queued_ix(&crank, &client, &market, queued);
    let before: Vec<u64> = expire.accounts.iter().map(|meta| world.lamports(&meta.pubkey)).collect();
    world.ok(from_ref(&expire), &[&crank]);
    let after: Vec<u64> = expire.accounts.iter().map(|meta| world.lamports(&meta.pubkey)).collect();
    assert_eq!(before, after, "of the accounts that it names none lost a lamport");
    let running = world.running(&client, &host, &market, 1, HOUR);
    world.svm.advance(3 * TERMS.heartbeat_interval + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, running, None);
    let before: Vec<u64> = expire.accounts.iter().map(|meta| world.lamports(&meta.pubkey)).collect();
    world.ok(from_ref(&expire), &[&crank]);
    let after: Vec<u64> = expire.accounts.iter().map(|meta| world.lamports(&meta.pubkey)).collect();
    assert_eq!(before, after, "nor here");
    assert_eq!(world.job(&running).tip_paid, TERMS.tip);
}

#[test]
fn no_exit_names_a_token_account_that_its_owner_could_close_freeze_or_make_ask_for_memos() {
    let idl: serde_json::Value = serde_json::from_str(include_str!("../../idl/gpu_market.json")).expect("an IDL");
    // Vaults of the program; a caller's own account for its tip can only keep the caller from its tip.
    let allowed = ["vault", "earnings", "caller_tokens", "first_earnings", "stake_vault", "payer_vault"];
    let exits = [
        "cancel",
        "end",
        "finish",
        "finish_and_rejoin",
        "collect",
        "decline",
        "decline_unavailable",
        "expire_queued",
        "expire_assigned",
        "expire_running",
        "leave",
        "close_job",
        "settle_attestor",
        "close_challenge",
    ];
    let instructions = idl["instructions"].as_array().expect("instructions");
    for exit in exits {
        let described =
            instructions.iter().find(|instruction| instruction["name"] == exit).expect("an instruction");
        let names =
            described["accounts"].as_array().expect("accounts").iter().map(|account| account["name"].as_str());
        for name in names.flatten() {
            let of_tokens = ["vault", "tokens", "earnings", "destination", "source", "wallet"];
            let holds_tokens = of_tokens.iter().any(|part| name.contains(part));
            assert!(!holds_tokens || allowed.contains(&name), "{exit} names {name}");
        }
    }
}

#[test]
fn an_account_at_another_bump_of_its_seeds_is_not_opened() {
    let mut world = World::new();
    let (owner, token) = (world.funded("owner"), world.dollar);
    let key = owner.pubkey();
    let (canonical, bump) = address::client(&owner.pubkey(), &token.mint);
    let other = (0..bump).rev().find_map(|bump| {
        let seeds: [&[u8]; 4] = [gpu_market::constants::CLIENT_SEED, key.as_ref(), token.mint.as_ref(), &[bump]];
        Address::create_program_address(&seeds, &address::PROGRAM).ok()
    });
    let open = client::open_client(owner.pubkey(), world.payer.pubkey(), token);
    let elsewhere = replaced(open, &canonical, other.expect("another bump"));
    world.refused(&[elsewhere], &[&owner], Refusal::Check(Check::InvalidSeeds));
}

#[test]
fn a_program_that_poses_as_the_token_program_is_not_called() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let finish = job::finish(world.finish_of(&client, &host, &market, job, Outcome::Success, None));
    // Programs that are there and would accept anything, or nothing.
    for impostor in [address::SYSTEM_PROGRAM, address::PROGRAM, address::TOKEN_2022_PROGRAM] {
        let posed = replaced(finish.clone(), &market.token.program, impostor);
        let refused = world.fails(&[posed], &[&host.operator]);
        assert!(refused.refusal.is_some(), "{impostor}: {refused}");
    }
    let posed = replaced(withdraw(&client, 1), &market.token.program, address::SYSTEM_PROGRAM);
    world.fails(&[posed], &[&client.owner]);
}
