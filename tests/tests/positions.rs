//! Reward positions: whoever changes a stake names them all, a slash names none, and they stop where they began.

use {
    gpu_market::{
        error::MarketError,
        events::{PositionClosed, PositionOpened, PositionSynced},
        state::Outcome,
    },
    gpu_market_sdk::{
        AccountMeta, Address, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{
            Token,
            rewards::{self, with_positions},
            stake,
        },
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// Pools in so many mints, the dollar's and the stake's first.
fn pools(world: &mut World, number: usize) -> Vec<Token> {
    let others = (2..number).map(|index| {
        world.svm.create_mint(&format!("other {index}"), address::TOKEN_PROGRAM, 6, false).expect("a mint")
    });
    let others: Vec<Token> = others.collect();
    let tokens: Vec<Token> = [world.dollar, world.stake_token].into_iter().chain(others).collect();
    for token in &tokens {
        world.open_pool(*token);
    }
    tokens
}

#[test]
fn a_position_begins_at_what_the_pool_has_accumulated() {
    let mut income = Income::new();
    let token = income.market.token;
    income.world.staker("first", 2_000, &[token]);
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(STREAM);
    let host = world.host("second", 1_000);
    let open = world.open_position_ix(&host, token);
    let executed = world.ok(from_ref(&open), &[&host.owner]);
    let pool = world.pool(token);
    let opened = PositionOpened {
        position: world.position_address(&host, token),
        pool: address::reward_pool(&token.mint).0,
        stake: host.stake,
        rent_payer: world.payer.pubkey(),
        position_weight: [1_000 * 365, 0],
        weight: [3_000 * 365, 0],
        accumulated: pool.accumulated,
        positions: 1,
        at: world.now().unix,
    };
    assert_eq!(executed.events, [Event::PositionOpened(opened)]);
    assert!(pool.accumulated() > 0);
    assert_eq!(world.stake_account(&host).positions, 1);
    let claim = world.claim_ix(&host, token);
    world.refused(&[claim], &[&host.owner], rule(MarketError::NothingToClaim));
    world.refused(&[open], &[&host.owner], IN_USE);
}

#[test]
fn only_the_stakes_owner_opens_and_closes_its_positions() {
    let mut world = World::new();
    let tokens = pools(&mut world, 2);
    let (host, other) = (world.host("host", 100), world.staker("other", 100, &tokens));
    let open = world.open_position_ix(&host, tokens[0]);
    let by_other = with_account(open.clone(), 0, other.owner.pubkey());
    world.refused(&[by_other], &[&other.owner], rule(MarketError::NotStakeOwner));
    let elsewhere = with_account(open.clone(), 4, world.position_address(&host, tokens[1]));
    world.refused(&[elsewhere], &[&host.owner], Refusal::Check(Check::InvalidSeeds));
    world.ok(&[open], &[&host.owner]);
    let payer = world.payer.pubkey();
    let close = rewards::close_position(host.owner.pubkey(), tokens[0].mint, payer);
    let (pool, theirs) = (address::reward_pool(&tokens[1].mint).0, world.position_address(&other, tokens[0]));
    for (place, key, error) in [
        (1, other.stake, MarketError::NotStakeOwner),
        (2, pool, MarketError::WrongPosition),
        (3, theirs, MarketError::WrongPosition),
        (4, host.owner.pubkey(), MarketError::WrongRentPayer),
    ] {
        world.refused(&[with_account(close.clone(), place, key)], &[&host.owner], rule(error));
    }
}

#[test]
fn a_stake_earns_from_at_most_four_pools() {
    let mut world = World::new();
    let tokens = pools(&mut world, 5);
    let host = world.staker("host", 100, &tokens[..4]);
    assert_eq!(world.stake_account(&host).positions, 4);
    let fifth = world.open_position_ix(&host, tokens[4]);
    world.refused(from_ref(&fifth), &[&host.owner], rule(MarketError::TooManyPositions));
    // All four follow the stake, in any order.
    let order = [tokens[2], tokens[0], tokens[3], tokens[1]];
    let more = world.stake_more_ix(&host, 900, &order);
    world.ok(&[more], &[&host.owner]);
    for token in &tokens[..4] {
        assert_eq!(world.pool(*token).weight(), 1_000 * 365);
    }
    let close = rewards::close_position(host.owner.pubkey(), tokens[0].mint, world.payer.pubkey());
    world.ok(&[close, fifth], &[&host.owner]);
    assert_eq!(world.stake_account(&host).positions, 4);
}

#[test]
fn whoever_changes_a_stake_names_every_position_of_it() {
    let mut world = World::new();
    let tokens = pools(&mut world, 2);
    let (host, other) = (world.staker("host", 1_000, &tokens), world.staker("other", 1_000, &tokens));
    let owner = host.owner.pubkey();
    let cool = world.unstake_ix(&host, 100, &tokens);
    world.ok(&[cool], &[&host.owner]);
    let bare = [
        world.stake_more_ix(&host, 10, &[]),
        stake::request_unstake(owner, 10),
        stake::restake(owner, 10),
        stake::extend_lock(owner, 30),
    ];
    for change in bare {
        let missing = rule(MarketError::PositionsMissing);
        world.refused(from_ref(&change), &[&host.owner], missing);
        let one = world.naming(change.clone(), &host, &tokens[..1]);
        world.refused(from_ref(&one), &[&host.owner], missing);
        // A pool without its position counts as left out.
        let both = world.naming(change.clone(), &host, &tokens);
        let place = both.accounts.len() - 4;
        let halved = with_account(both.clone(), place + 3, address::PROGRAM);
        world.refused(&[halved], &[&host.owner], missing);
        for (offset, key) in
            [(1, world.position_address(&other, tokens[0])), (0, address::reward_pool(&tokens[1].mint).0)]
        {
            let wrong = with_account(both.clone(), place + offset, key);
            let error = if offset == 0 {
                Refusal::Check(Check::DuplicateMutable)
            } else {
                rule(MarketError::WrongPosition)
            };
            world.refused(&[wrong], &[&host.owner], error);
        }
        world.ok(&[both], &[&host.owner]);
    }
    let stake = world.stake_account(&host);
    assert_eq!((stake.amount, stake.lock_days), (910, 30));
    assert_eq!(world.pool(tokens[1]).weight(), 910 * (365 + 90) + 1_000 * 365);
}

#[test]
fn a_position_closes_when_all_is_claimed_and_its_rent_comes_back() {
    let mut income = Income::new();
    let token = income.market.token;
    let world = &mut income.world;
    let (host, sponsor) = (world.host("staker", 1_000), world.funded("sponsor"));
    let open = rewards::open_position(host.owner.pubkey(), sponsor.pubkey(), token.mint);
    world.ok(&[open], &[&host.owner, &sponsor]);
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(STREAM);
    let close = rewards::close_position(host.owner.pubkey(), token.mint, sponsor.pubkey());
    world.refused(from_ref(&close), &[&host.owner], rule(MarketError::PositionNotEmpty));
    let claimed = world.claim(&host, token);
    let position = world.position_address(&host, token);
    let executed = world.ok_closing(close, &[&host.owner], &[position], &sponsor.pubkey());
    let closed = PositionClosed {
        position,
        pool: address::reward_pool(&token.mint).0,
        stake: host.stake,
        weight: [0, 0],
        accumulated: world.pool(token).accumulated,
        claimed,
        at: world.now().unix,
    };
    assert_eq!(executed.events, [Event::PositionClosed(closed)]);
    assert_eq!((world.stake_account(&host).positions, world.pool(token).positions), (0, 0));
}

#[test]
fn a_stake_closes_after_its_positions() {
    let mut world = World::new();
    let tokens = pools(&mut world, 1);
    let host = world.staker("host", 100, &tokens[..1]);
    let owner = host.owner.pubkey();
    let unstake = world.unstake_ix(&host, 100, &tokens[..1]);
    world.ok(&[unstake], &[&host.owner]);
    world.svm.advance(world.unbonding());
    let token = world.stake_token;
    world.ok(&[stake::withdraw_stake(owner, token, host.stake_wallet)], &[&host.owner]);
    let close = stake::close_stake(stake::CloseStake {
        owner,
        token,
        destination: host.stake_wallet,
        rent_payer: world.payer.pubkey(),
    });
    world.refused(from_ref(&close), &[&host.owner], rule(MarketError::StakeNotEmpty));
    let leave = rewards::close_position(owner, tokens[0].mint, world.payer.pubkey());
    world.ok(&[leave, close], &[&host.owner]);
}

/// A premium host whose stake earns, slashed for one faulty job: a fifth of the bond of 10 STAKE.
fn slashed(world: &mut World, client: &ClientParty, host: &HostParty, nonce: u64) {
    let market = world.premium;
    let slash = Some(world.slash(host, client));
    let job = world.running(client, host, &market, nonce, HOUR);
    world.finish_with(client, host, &market, job, Outcome::HostFault, slash);
}

#[test]
fn a_slash_names_no_pool_and_anybody_syncs_the_weight_after_it() {
    let Scene { mut world, client, host, .. } = Scene::premium();
    let token = world.dollar;
    world.open_pool(token);
    world.open_position(&host, token);
    let staked = world.stake_account(&host).amount;
    slashed(&mut world, &client, &host, 0);
    let left = world.stake_account(&host).amount;
    assert_eq!(staked - left, 2 * STAKE);
    assert_eq!(world.pool(token).weight(), u128::from(staked) * 365, "nobody has synced it");
    let sync = rewards::sync_weight(host.stake, token.mint);
    let weight = left * 365;
    let synced = PositionSynced {
        position: world.position_address(&host, token),
        pool: address::reward_pool(&token.mint).0,
        stake: host.stake,
        position_weight: [weight, 0],
        weight: [weight, 0],
        accumulated: [0, 0],
        pending: 0,
        at: world.now().unix,
    };
    world.ok_emitting(sync.clone(), &[], Event::PositionSynced(synced));
    let other = world.staker("other", 5, &[token]);
    for (place, key) in [(0, other.stake), (2, world.position_address(&other, token))] {
        world.refused(&[with_account(sync.clone(), place, key)], &[], rule(MarketError::WrongPosition));
    }
}

#[test]
fn a_slashed_stake_earns_by_its_lower_weight_before_anybody_syncs() {
    let Scene { mut world, client, host, .. } = Scene::premium();
    let token = world.dollar;
    world.open_pool(token);
    world.open_position(&host, token);
    let staked = world.stake_account(&host).amount;
    let twin = world.staker("twin", staked, &[token]);
    world.give_stakers(token, 0, 1_000_000);
    slashed(&mut world, &client, &host, 0);
    world.svm.advance(STREAM);
    let kept = world.stake_account(&host).amount;
    assert!(kept < staked);
    let claimed = world.claim(&host, token);
    let expected = u64::try_from(500_000 * u128::from(kept) / u128::from(staked)).unwrap();
    assert!(claimed.abs_diff(expected) <= 1, "{claimed}, not {expected}");
    let others = world.claim(&twin, token);
    assert!(others.abs_diff(500_000) <= 1, "{others}");
    // What the slashed stake gave up is streamed again.
    assert!(world.pool(token).streaming.abs_diff(500_000 - expected) <= 2);
}

#[test]
fn a_slash_bricks_neither_stake_nor_member_with_four_positions() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let tokens = pools(&mut world, 4);
    for token in &tokens {
        world.open_position(&host, *token);
    }
    slashed(&mut world, &client, &host, 0);
    slashed(&mut world, &client, &host, 1);
    let left = world.stake_account(&host).amount;
    // Everything of the stake still goes: more, less, claims, and the member's collateral.
    world.take_back(&host, &market, STAKE);
    let more = world.stake_more_ix(&host, STAKE, &tokens);
    let less = world.unstake_ix(&host, STAKE, &tokens);
    world.ok(&[more, less], &[&host.owner]);
    for token in &tokens {
        assert_eq!(world.pool(*token).weight(), u128::from(left) * 365);
        let close = rewards::close_position(host.owner.pubkey(), token.mint, world.payer.pubkey());
        world.ok(&[close], &[&host.owner]);
    }
    assert_eq!(world.stake_account(&host).positions, 0);
}

#[test]
fn positions_are_named_only_where_a_stake_changes_weight() {
    let (owner, mints) = (Address::new_unique(), [Address::new_unique()]);
    let withdraw = stake::withdraw_stake(owner, Token::spl(mints[0]), owner);
    assert_eq!(with_positions(withdraw.clone(), &owner, &mints), withdraw);
}

#[test]
fn positions_that_a_stake_does_not_have_are_left_away_or_filled_with_the_program() {
    let mut world = World::new();
    let tokens = pools(&mut world, 2);
    let host = world.staker("host", 100, &tokens);
    let named = world.stake_more_ix(&host, 10, &tokens);
    world.svm.mint_to(world.stake_token, &host.stake_wallet, 90).expect("minted");
    let fixed = named.accounts.len() - 4;
    let mut filled = named.clone();
    filled.accounts.resize(fixed + 8, AccountMeta::new_readonly(address::PROGRAM, false));
    world.ok(std::slice::from_ref(&named), &[&host.owner]);
    world.ok(&[filled], &[&host.owner]);
    assert_eq!(world.stake_account(&host).amount, 120);
    // Behind a gap nothing is read, and half a pair is none.
    let mut gap = named.clone();
    gap.accounts.insert(fixed, AccountMeta::new_readonly(address::PROGRAM, false));
    let mut half = named.clone();
    half.accounts.pop();
    let mut too_few = named.clone();
    too_few.accounts.truncate(fixed - 1);
    for missing in [gap, half] {
        world.refused(&[missing], &[&host.owner], rule(MarketError::PositionsMissing));
    }
    world.refused(&[too_few], &[&host.owner], Refusal::Check(Check::TooFewAccounts));
    // One that is named twice counts once, if at all.
    let mut twice = named.clone();
    twice.accounts.truncate(fixed + 2);
    twice.accounts.extend_from_within(fixed..);
    world.refused(&[twice], &[&host.owner], Refusal::Check(Check::DuplicateMutable));
    assert_eq!(world.stake_account(&host).amount, 120);
}
