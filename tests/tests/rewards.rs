//! Reward pools: opening, what comes in and how it reaches the stakers, claiming, closing.

use {
    gpu_market::{
        error::MarketError,
        events::{PoolClosed, PoolOpened, RewardsClaimed},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{
            Token,
            rewards::{self, Recipients},
        },
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

fn vault(token: Token) -> Address {
    address::reward_vault(&token.mint).0
}

#[test]
fn anybody_opens_the_pool_of_a_mint_once() {
    let mut world = World::new();
    let (sponsor, token) = (world.funded("sponsor"), world.dollar);
    let pool = address::reward_pool(&token.mint).0;
    let open = rewards::open_pool(sponsor.pubkey(), token);
    let opened = PoolOpened {
        pool,
        mint: token.mint,
        vault: vault(token),
        rent_payer: sponsor.pubkey(),
        at: world.now().unix,
    };
    world.ok_emitting(open.clone(), &[&sponsor], Event::PoolOpened(opened));
    let account = world.pool(token);
    assert_eq!((account.weight(), account.accumulated(), account.received, account.claimed), (0, 0, 0, 0));
    assert_eq!((account.stream_from, account.stream_end), (world.now().unix, world.now().unix));
    world.refused(&[open], &[&sponsor], IN_USE);
}

#[test]
fn a_pool_is_opened_only_for_an_allowed_mint_and_at_its_addresses() {
    let mut world = World::new();
    let payer = world.payer.pubkey();
    // A transfer fee, a permanent delegate and an unknown extension.
    for (kind, length) in [(1, 108), (12, 32), (999, 4)] {
        let token = world.mint_2022(&format!("forbidden {kind}"), &extension(kind, length));
        let refusal = rule(MarketError::MintExtensionNotAllowed);
        world.refused(&[rewards::open_pool(payer, token)], &[], refusal);
    }
    let not_a_mint = Token::spl(address::config().0);
    world.refused(&[rewards::open_pool(payer, not_a_mint)], &[], rule(MarketError::MintNotSupported));
    let dollars = rewards::open_pool(payer, world.dollar);
    let other = address::reward_vault(&world.stake_token.mint).0;
    world.fails(&[with_account(dollars, 2, other)], &[]);
}

#[test]
fn what_comes_in_reaches_the_stakers_by_their_weights_over_seven_days() {
    let mut income = Income::new();
    let token = income.market.token;
    let plain = income.world.staker("plain", 1_000, &[token]);
    let locked = income.world.staker("locked", 1_000, &[token]);
    let lock = income.world.lock_ix(&locked, 365, &[token]);
    income.world.ok(&[lock], &[&locked.owner]);
    income.sweep_fee(0);
    let world = &mut income.world;
    let half = RUN_FEE / 2;
    assert_eq!((world.pool(token).received, world.pool(token).streaming), (half, half));
    for party in [&plain, &locked] {
        let claim = world.claim_ix(party, token);
        world.refused(&[claim], &[&party.owner], rule(MarketError::NothingToClaim));
    }
    world.svm.advance(STREAM / 2);
    let claim = world.claim_ix(&locked, token);
    let executed = world.ok(&[claim], &[&locked.owner]);
    let (pool, position) = (world.pool(token), world.position(&locked, token));
    let claimed = RewardsClaimed {
        position: world.position_address(&locked, token),
        pool: address::reward_pool(&token.mint).0,
        stake: locked.stake,
        destination: world.token_account(token, &locked.owner.pubkey()),
        position_weight: position.weight,
        weight: pool.weight,
        accumulated: pool.accumulated,
        amount: half / 2 * 4 / 5 - 1,
        claimed: half / 2 * 4 / 5 - 1,
        at: world.now().unix,
    };
    assert_eq!(executed.events, [Event::RewardsClaimed(claimed)]);
    assert_eq!((position.weight(), pool.weight()), (1_000 * 4 * 365, 1_000 * 5 * 365));
    world.svm.advance(STREAM);
    let (to_plain, to_locked) = (world.claim(&plain, token), world.claim(&locked, token));
    assert!(to_plain.abs_diff(half / 5) <= 1, "{to_plain}");
    assert!((to_locked + claimed.amount).abs_diff(half * 4 / 5) <= 2, "{to_locked}");
    assert_eq!(world.position(&locked, token).claimed, to_locked + claimed.amount);
    assert_eq!(world.pool(token).streaming, 0);
    assert!(world.tokens(&vault(token)) <= 3, "dust stays");
}

#[test]
fn a_claim_goes_to_whoever_the_owner_names_and_to_nobody_elses_profit() {
    let mut income = Income::new();
    let token = income.market.token;
    let (staker, other) = (income.world.staker("a", 1_000, &[token]), income.world.staker("b", 1_000, &[token]));
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(STREAM);
    let claim = world.claim_ix(&staker, token);
    let (dollars, stakes) = (world.dollar, world.stake_token);
    let others = world.position_address(&other, token);
    for (place, key, error) in [
        (0, other.owner.pubkey(), MarketError::NotStakeOwner),
        (1, other.stake, MarketError::NotStakeOwner),
        (2, address::reward_pool(&stakes.mint).0, MarketError::WrongPosition),
        (3, others, MarketError::WrongPosition),
        (4, vault(stakes), MarketError::WrongVault),
        (4, address::treasury_vault(&dollars.mint).0, MarketError::WrongVault),
        (6, stakes.mint, MarketError::WrongMint),
    ] {
        let signers = if place == 0 { [&other.owner] } else { [&staker.owner] };
        world.refused(&[with_account(claim.clone(), place, key)], &signers, rule(error));
    }
    let wrong_mint = world.token_account(stakes, &staker.owner.pubkey());
    world.refused(&[with_account(claim.clone(), 5, wrong_mint)], &[&staker.owner], MINT_MISMATCH);

    let friend = world.funded("friend");
    let destination = world.token_account(token, &friend.pubkey());
    world.ok(&[with_account(claim, 5, destination)], &[&staker.owner]);
    about(world.tokens(&destination), RUN_FEE / 4);
}

#[test]
fn each_mint_has_a_pool_of_its_own() {
    let mut income = Income::new();
    let (dollar, stakes) = (income.world.dollar, income.world.stake_token);
    let staker = income.world.staker("staker", 1_000, &[dollar, stakes]);
    income.sweep_fee(0);
    let world = &mut income.world;
    world.give_stakers(stakes, 0, 5_000);
    assert_eq!((world.pool(dollar).received, world.pool(stakes).received), (RUN_FEE / 2, 5_000));
    world.svm.advance(STREAM);
    let (dollars, tokens) = (world.claim(&staker, dollar), world.claim(&staker, stakes));
    about(dollars, RUN_FEE / 2);
    about(tokens, 5_000);
    assert_eq!(world.stake_account(&staker).amount, 1_000);
}

#[test]
fn a_pool_of_a_token_2022_mint_works_from_income_to_close() {
    let mut world = World::new();
    let token = world.mint_2022("scaled", &extension(25, 56));
    world.open_treasury(token);
    let pool = world.open_pool(token);
    let staker = world.staker("staker", 1_000, &[token]);
    world.give_stakers(token, 3, 700);
    world.svm.advance(STREAM);
    about(world.claim(&staker, token), 700);
    let close = rewards::close_position(staker.owner.pubkey(), token.mint, world.payer.pubkey());
    let giver = gpu_market_sdk::svm::keypair("giver").pubkey();
    let emission = rewards::close_emission(rewards::CloseEmission {
        caller: staker.owner.pubkey(),
        emission: address::emission(&giver, 3).0,
        for_stakers: true,
        token,
        destination: world.token_account(token, &giver),
        rent_payer: world.payer.pubkey(),
    });
    world.ok(&[close, emission], &[&staker.owner]);
    let (payer, close) = (world.payer.pubkey(), rewards::close_pool(token, world.payer.pubkey()));
    world.ok(&[close], &[]);
    assert!(!world.exists(&pool) && !world.exists(&vault(token)), "{payer}");
}

#[test]
fn frozen_vaults_delay_a_claim_and_lose_nothing() {
    let mut income = Income::new();
    let token = income.market.token;
    let staker = income.world.staker("staker", 1_000, &[token]);
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(STREAM);
    let claim = world.claim_ix(&staker, token);
    world.svm.freeze(token, &vault(token)).unwrap();
    world.refused(from_ref(&claim), &[&staker.owner], FROZEN);
    // The stake is as free as before: no token of the pool moves for it.
    let more = world.stake_more_ix(&staker, 500, &[token]);
    let less = world.unstake_ix(&staker, 1_500, &[token]);
    world.ok(&[more, less], &[&staker.owner]);
    world.svm.thaw(token, &vault(token)).unwrap();
    let wallet = world.token_account(token, &staker.owner.pubkey());
    world.svm.freeze(token, &wallet).unwrap();
    world.refused(from_ref(&claim), &[&staker.owner], FROZEN);
    let other = world.token_account(token, &world.payer.pubkey());
    world.ok(&[with_account(claim, 5, other)], &[&staker.owner]);
    about(world.tokens(&other), RUN_FEE / 2);
}

#[test]
fn a_stream_waits_while_nobody_earns() {
    let mut income = Income::new();
    let token = income.market.token;
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(100 * DAY);
    let late = world.staker("late", 1, &[token]);
    let claim = world.claim_ix(&late, token);
    world.refused(&[claim], &[&late.owner], rule(MarketError::NothingToClaim));
    world.svm.advance(STREAM);
    about(world.claim(&late, token), RUN_FEE / 2);
}

#[test]
fn a_pool_closes_without_positions_emissions_and_rewards_and_its_dust_is_the_treasurys() {
    let mut income = Income::new();
    let token = income.market.token;
    let staker = income.world.staker("staker", 1_000, &[token]);
    income.sweep_fee(0);
    let world = &mut income.world;
    let payer = world.payer.pubkey();
    let pool = address::reward_pool(&token.mint).0;
    let close = rewards::close_pool(token, payer);
    let not_empty = rule(MarketError::PoolNotEmpty);
    world.refused(from_ref(&close), &[], not_empty);
    world.svm.advance(STREAM);
    world.claim(&staker, token);
    world.refused(from_ref(&close), &[], not_empty);
    let leave = rewards::close_position(staker.owner.pubkey(), token.mint, payer);
    world.ok(&[leave], &[&staker.owner]);
    let funder = world.funded("funder");
    let emission = world.emission_of(&funder, token, Recipients::Stakers, 50, DAY);
    let emission = world.open_emission(&funder, emission);
    world.refused(from_ref(&close), &[], not_empty);
    world.svm.advance(DAY);
    world.ok(&[rewards::release_emission(emission, token)], &[]);
    let destination = world.token_account(token, &funder.pubkey());
    let spent = rewards::CloseEmission {
        caller: funder.pubkey(),
        emission,
        for_stakers: true,
        token,
        destination,
        rent_payer: payer,
    };
    world.ok(&[rewards::close_emission(spent)], &[&funder]);
    world.refused(from_ref(&close), &[], not_empty);
    world.open_position(&staker, token);
    world.svm.advance(STREAM);
    world.claim(&staker, token);
    let leave = rewards::close_position(staker.owner.pubkey(), token.mint, payer);
    world.ok(&[leave], &[&staker.owner]);
    world.svm.mint_to(token, &vault(token), 7).expect("a gift");

    let (stakes, other) = (world.stake_token, world.funded("other").pubkey());
    for (place, key, error) in [
        (1, vault(stakes), MarketError::WrongVault),
        (2, address::treasury(&stakes.mint).0, MarketError::WrongTreasury),
        (3, address::treasury_vault(&stakes.mint).0, MarketError::WrongVault),
        (4, other, MarketError::WrongRentPayer),
        (5, stakes.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(close.clone(), place, key)], &[], rule(error));
    }
    let before = world.treasury_account(token).received;
    let left = world.tokens(&vault(token));
    let rent = world.lamports(&pool) + world.lamports(&vault(token));
    let held = world.lamports(&payer);
    let crank = world.funded("crank");
    // Sent by somebody else, so that the fee is not in the rent payer's account.
    let executed = world.svm.send(&[close], &[&crank]).expect("closed");
    assert_eq!(world.lamports(&payer), held + rent);
    assert_eq!(executed.events, [Event::PoolClosed(PoolClosed { pool, mint: token.mint, left })]);
    assert!(!world.exists(&pool) && !world.exists(&vault(token)));
    assert_eq!(world.treasury_account(token).received, before + left);
    assert!(left >= 7);
    // It can be opened again.
    world.open_pool(token);
}
