//! Locks: more weight in the reward pools for a longer cooling, and never a shorter one while anything is staked. And the
//! grace in which members top up to a higher bond.

use {
    gpu_market::{constants::BOND_GRACE, error::MarketError, events::LockExtended},
    gpu_market_sdk::{
        events::Event,
        instructions::{market, queue, rewards, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn a_lock_raises_the_weight_and_what_is_unstaked_cools_as_long() {
    let mut world = World::new();
    let token = world.dollar;
    world.open_pool(token);
    let host = world.staker("host", 1_000, &[token]);
    let lock = world.lock_ix(&host, 100, &[token]);
    let extended = LockExtended { stake: host.stake, old_days: 0, days: 100, at: world.now().unix };
    world.ok_emitting(lock, &[&host.owner], Event::LockExtended(extended));
    assert_eq!(world.pool(token).weight(), 1_000 * (365 + 300));
    assert_eq!(world.position(&host, token).weight(), 1_000 * (365 + 300));

    // The lock runs from the request, however long it was staked before.
    world.svm.advance(99 * DAY);
    let unstake = world.unstake_ix(&host, 400, &[token]);
    world.ok(&[unstake], &[&host.owner]);
    assert_eq!(world.pool(token).weight(), 600 * (365 + 300), "the weight drops at once");
    let withdraw = stake::withdraw_stake(host.owner.pubkey(), world.stake_token, host.stake_wallet);
    world.svm.advance(100 * DAY - 1);
    world.refused(from_ref(&withdraw), &[&host.owner], rule(MarketError::NothingUnbonded));
    world.svm.advance(1);
    world.ok(&[withdraw], &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), 400);
}

#[test]
fn a_lock_shorter_than_the_unbonding_period_does_not_shorten_it() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let unbonding = gpu_market_tests::settings().unbonding;
    // The config's ten days are raised, and the stake grows under them.
    let longer = gpu_market::state::ConfigSettings { unbonding: 20 * i64::from(DAY), ..settings() };
    let admin = world.admin.insecure_clone();
    let update = gpu_market_sdk::instructions::admin::update_config(admin.pubkey(), longer);
    world.ok(&[update], &[&admin]);
    let more = world.stake_more_ix(&host, 1, &[]);
    let lock = world.lock_ix(&host, 14, &[]);
    world.ok(&[more, lock], &[&host.owner]);
    world.start_unstaking(&host, 101);
    let unlock_at = world.stake_account(&host).cooling.slots[0].unlock_at;
    assert_eq!(unlock_at, world.now().unix + longer.unbonding);
    assert!(longer.unbonding > unbonding);
}

#[test]
fn a_lock_lasts_14_to_365_days_and_only_rises() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let other = world.host("other", 100);
    for days in [0, 13, 366, u16::MAX] {
        let lock = world.lock_ix(&host, days, &[]);
        world.refused(&[lock], &[&host.owner], rule(MarketError::LockOutOfRange));
    }
    let lock = world.lock_ix(&host, 30, &[]);
    let theirs = with_account(lock.clone(), 1, other.stake);
    world.refused(&[theirs], &[&host.owner], rule(MarketError::NotStakeOwner));
    world.ok(&[lock], &[&host.owner]);
    let rise = rule(MarketError::LockMustRise);
    for days in [14, 29, 30] {
        let lock = world.lock_ix(&host, days, &[]);
        world.refused(&[lock], &[&host.owner], rise);
    }
    let lock = world.lock_ix(&host, 365, &[]);
    world.ok(&[lock], &[&host.owner]);
    assert_eq!(world.stake_account(&host).lock_days, 365);
}

#[test]
fn an_empty_stake_is_locked_anew_for_any_time() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let lock = world.lock_ix(&host, 60, &[]);
    world.ok(&[lock], &[&host.owner]);
    world.start_unstaking(&host, 100);
    let shorter = world.lock_ix(&host, 14, &[]);
    world.refused(from_ref(&shorter), &[&host.owner], rule(MarketError::LockMustRise));
    world.svm.advance(60 * DAY);
    let withdraw = stake::withdraw_stake(host.owner.pubkey(), world.stake_token, host.stake_wallet);
    world.ok(&[withdraw, shorter], &[&host.owner]);
    assert_eq!(world.stake_account(&host).lock_days, 14);
}

#[test]
fn restaked_tokens_weigh_by_the_lock_again() {
    let mut world = World::new();
    let token = world.dollar;
    world.open_pool(token);
    let host = world.staker("host", 1_000, &[token]);
    let lock = world.lock_ix(&host, 365, &[token]);
    let unstake = world.unstake_ix(&host, 1_000, &[token]);
    world.ok(&[lock, unstake], &[&host.owner]);
    assert_eq!(world.pool(token).weight(), 0);
    let restake = world.naming(stake::restake(host.owner.pubkey(), 250), &host, &[token]);
    world.ok(&[restake], &[&host.owner]);
    assert_eq!(world.pool(token).weight(), 250 * 4 * 365);
}

#[test]
fn collateral_weighs_like_all_stake_and_moving_it_changes_no_weight() {
    let mut world = World::new();
    let (token, market) = (world.dollar, world.community);
    world.open_pool(token);
    let host = world.staker("host", 100 * STAKE, &[token]);
    world.enroll(&host, &market, 60 * STAKE);
    world.take_back(&host, &market, 10 * STAKE);
    let weight = u128::from(100 * STAKE) * 365;
    assert_eq!(world.pool(token).weight(), weight);
    world.ok(&[rewards::sync_weight(host.stake, token.mint)], &[]);
    assert_eq!(world.pool(token).weight(), weight);
}

#[test]
fn terms_with_a_higher_bond_take_effect_after_a_week_of_grace() {
    let Scene { mut world, market, .. } = Scene::premium();
    let authority = world.authority.insecure_clone();
    let now = world.now().unix;
    let early = world.announcement(&market, &bond_of(11), now + BOND_GRACE - 1);
    let announce = market::announce_terms(early);
    world.refused(&[announce], &[&authority], rule(MarketError::NoticeTooShort));
    world.announce(&market, &bond_of(11));
    assert_eq!(world.terms_change_at(&market), now + BOND_GRACE);
}

#[test]
fn a_lower_bond_needs_no_grace() {
    let Scene { mut world, market, .. } = Scene::community();
    let terms = gpu_market::state::TermsParams { bond: 9 * STAKE, ..TERMS };
    world.announce(&market, &terms);
    assert!(world.terms_change_at(&market) < world.now().unix + BOND_GRACE);
}

#[test]
fn members_top_up_within_the_grace_and_running_jobs_keep_their_bond() {
    let Scene { mut world, market, client, host } = Scene::community();
    let long = gpu_market::state::TermsParams { max_duration: 7 * DAY, heartbeat_interval: 6 * HOUR, ..TERMS };
    let market = world.new_terms(&market, &long);
    let higher = world.announce(&market, &gpu_market::state::TermsParams { bond: 55 * STAKE, ..long });
    let effective = world.terms_change_at(&market);
    world.wait_until(effective - i64::from(HOUR));
    let job = world.running(&client, &host, &market, 0, 4 * HOUR);
    assert_eq!(world.job(&job).bond, 10 * STAKE);
    world.wait_until(effective + 60);
    assert_eq!(world.member_account(&host, &market).bonds, 10 * STAKE, "the job keeps the bond it began with");
    world.finish(&client, &host, &market, job);

    // 50 STAKE of collateral is too little for a seat now, until the owner allocates more.
    let join = queue::join(world.seat_of(&host, &higher));
    world.refused(from_ref(&join), &[&host.operator], rule(MarketError::CollateralTooLow));
    world.allocate(&host, &higher, 5 * STAKE);
    world.ok(&[join], &[&host.operator]);
    assert_eq!(world.member_account(&host, &market).bonds, 55 * STAKE);
}
