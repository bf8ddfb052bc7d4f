//! Attacks on rewards, locks, the split and incentives, each tried on the real program.

use {
    gpu_market::{
        constants::MAX_EMISSION,
        error::MarketError,
        state::{Member, Outcome, Stake},
    },
    gpu_market_sdk::{
        AccountMeta, Address, address,
        error::{Check, Refusal},
        instructions::{
            rewards::{self, Recipients},
            stake,
        },
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::{mem::offset_of, slice::from_ref},
};

fn vault(mint: &Address) -> Address {
    address::reward_vault(mint).0
}

#[test]
fn a_flash_stake_around_a_sweep_earns_nothing_of_it() {
    let mut income = Income::new();
    let token = income.market.token;
    let holder = income.world.staker("holder", 1_000, &[token]);
    let flash = income.world.staker("flash", 1, &[token]);
    income.earn_fee(0);
    let sweep = income.world.sweep(&income.client.client, token);
    let world = &mut income.world;
    let (enter, leave) =
        (world.stake_more_ix(&flash, 1 << 60, &[token]), world.unstake_ix(&flash, 1 << 60, &[token]));
    world.ok(&[enter, sweep, leave], &[&flash.owner]);
    let claim = world.claim_ix(&flash, token);
    world.refused(&[claim], &[&flash.owner], rule(MarketError::NothingToClaim));
    world.svm.advance(STREAM);
    let held = world.claim(&holder, token);
    assert!(held + 1 >= RUN_FEE / 2 * 1_000 / 1_001, "{held}");
}

#[test]
fn a_flash_stake_around_the_sync_of_a_slashed_position_earns_nothing_of_what_that_gives_up() {
    let Scene { mut world, client, host, market } = Scene::premium();
    let token = world.dollar;
    world.open_pool(token);
    world.open_position(&host, token);
    let flash = world.staker("flash", 1, &[token]);
    world.give_stakers(token, 0, 1_000_000);
    world.svm.advance(STREAM);
    let slash = Some(world.slash(&host, &client));
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.finish_with(&client, &host, &market, job, Outcome::HostFault, slash);
    let (enter, leave) =
        (world.stake_more_ix(&flash, 1 << 60, &[token]), world.unstake_ix(&flash, 1 << 60, &[token]));
    let sync = rewards::sync_weight(host.stake, token.mint);
    let own = rewards::sync_weight(flash.stake, token.mint);
    world.ok(&[enter, sync, own, leave], &[&flash.owner]);
    assert!(world.position(&flash, token).pending <= 1);
    assert!(world.pool(token).streaming > 5_000, "what the slashed stake gave up streams to those who stay");
}

#[test]
fn nobody_claims_twice() {
    let mut income = Income::new();
    let token = income.market.token;
    let staker = income.world.staker("staker", 1_000, &[token]);
    income.sweep_fee(0);
    let world = &mut income.world;
    world.svm.advance(STREAM);
    let claim = world.claim_ix(&staker, token);
    let nothing = rule(MarketError::NothingToClaim);
    world.refused(&[claim.clone(), claim.clone()], &[&staker.owner], nothing);
    world.ok(from_ref(&claim), &[&staker.owner]);
    world.refused(from_ref(&claim), &[&staker.owner], nothing);
    // Nor through a position that is closed and opened again.
    let close = rewards::close_position(staker.owner.pubkey(), token.mint, world.payer.pubkey());
    let open = world.open_position_ix(&staker, token);
    world.ok(&[close, open], &[&staker.owner]);
    world.refused(&[claim], &[&staker.owner], nothing);
}

#[test]
fn closing_and_opening_a_position_around_income_earns_no_more_than_holding_still() {
    let mut income = Income::new();
    let token = income.market.token;
    let mover = income.world.staker("mover", 1_000, &[token]);
    let still = income.world.staker("still", 1_000, &[token]);
    let mut moved = 0;
    for nonce in 0..3 {
        income.earn_fee(nonce);
        let sweep = income.world.sweep(&income.client.client, token);
        let world = &mut income.world;
        let claim = world.claim_ix(&mover, token);
        let close = rewards::close_position(mover.owner.pubkey(), token.mint, world.payer.pubkey());
        let open = world.open_position_ix(&mover, token);
        let wallet = world.token_account(token, &mover.owner.pubkey());
        let before = world.tokens(&wallet);
        if nonce == 0 {
            world.ok(&[close, sweep, open], &[&mover.owner]);
        } else {
            world.ok(&[claim, close, sweep, open], &[&mover.owner]);
        }
        moved += world.tokens(&wallet) - before;
        world.svm.advance(2 * DAY);
    }
    let world = &mut income.world;
    world.svm.advance(2 * STREAM);
    moved += world.claim(&mover, token);
    let held = world.claim(&still, token);
    assert!(moved <= held + 1, "moved {moved}, held {held}");
}

#[test]
fn topping_up_resets_no_timer() {
    let mut world = World::new();
    let token = world.dollar;
    world.open_pool(token);
    let host = world.staker("host", 1_000, &[token]);
    let lock = world.lock_ix(&host, 30, &[token]);
    let unstake = world.unstake_ix(&host, 400, &[token]);
    world.ok(&[lock, unstake], &[&host.owner]);
    let cooling = world.stake_account(&host).cooling;
    world.svm.advance(10 * DAY);
    let (more, longer) = (world.stake_more_ix(&host, 5_000, &[token]), world.lock_ix(&host, 365, &[token]));
    world.ok(&[more, longer], &[&host.owner]);
    assert_eq!(world.stake_account(&host).cooling, cooling, "what cools already is not delayed");
    // And nothing that is requested now comes out sooner for what was staked before.
    let now = world.now().unix;
    let rest = world.unstake_ix(&host, 5_600, &[token]);
    world.ok(&[rest], &[&host.owner]);
    assert_eq!(world.stake_account(&host).cooling.slots[1].unlock_at, now + 365 * i64::from(DAY));
    // A stream is not restarted by dust either: seven days after the income all of it is out.
    let late = world.staker("late", 1_000, &[token]);
    world.give_stakers(token, 0, 1_000_000);
    for id in 1..4 {
        world.give_stakers(token, id, 1);
    }
    world.svm.advance(4 * DAY);
    assert!(world.claim(&late, token) >= 999_990);
}

#[test]
fn unstaking_dodges_no_slash() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let token = world.dollar;
    world.open_pool(token);
    world.open_position(&host, token);
    let job = world.running(&client, &host, &market, 0, HOUR);
    // Everything that is free cools before the fault, half of it a day later.
    let (free, owner) = (world.stake_account(&host).free().unwrap(), host.owner.pubkey());
    let collateral = world.member_account(&host, &market).collateral;
    let spare = collateral - 20 * STAKE;
    world.ok(&[stake::deallocate(owner, market.address, spare)], &[&host.owner]);
    let first = world.unstake_ix(&host, free, &[token]);
    world.ok(&[first], &[&host.owner]);
    let second = world.unstake_ix(&host, spare, &[token]);
    world.ok(&[second], &[&host.owner]);
    let before = world.stake_account(&host);
    assert_eq!(before.free().unwrap(), 0);
    let slash = Some(world.slash(&host, &client));
    world.finish_with(&client, &host, &market, job, Outcome::HostFault, slash);
    let after = world.stake_account(&host);
    let taken = before.amount + before.cooling.total().unwrap() - after.amount - after.cooling.total().unwrap();
    assert_eq!(taken, 2 * STAKE, "a fifth of the bond, in full");
    // Its weight was gone with the request, so it earned nothing for what cooled.
    assert_eq!(world.pool(token).weight(), u128::from(before.amount) * 365);
}

/// No sequence of instructions leaves a member less collateral than its bonds, so the books are written as if one had.
#[test]
fn a_slash_that_finds_nothing_else_takes_what_cools_from_every_tranche_by_its_share() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let owner = host.owner.pubkey();
    let spare = world.member_account(&host, &market).collateral - 20 * STAKE;
    world.ok(&[stake::deallocate(owner, market.address, spare)], &[&host.owner]);
    let free = world.stake_account(&host).free().unwrap();
    for amount in [free / 4, free - free / 4] {
        let unstake = world.unstake_ix(&host, amount, &[]);
        world.ok(&[unstake], &[&host.owner]);
        world.svm.advance(60);
    }
    let slash = Some(world.slash(&host, &client));
    let left = STAKE / 2;
    world.write_field(&host.member(&market), offset_of!(Member, collateral), &left.to_le_bytes());
    world.write_field(&host.stake, offset_of!(Stake, allocated), &left.to_le_bytes());
    world.write_field(&host.stake, offset_of!(Stake, amount), &left.to_le_bytes());
    let before = world.stake_account(&host);
    world.finish_with(&client, &host, &market, job, Outcome::HostFault, slash);
    let after = world.stake_account(&host);
    assert_eq!((after.amount, after.owed - before.owed), (0, 2 * STAKE), "a fifth of the bond, in full");
    let taken: Vec<u64> =
        before.cooling.slots.iter().zip(&after.cooling.slots).map(|(old, new)| old.amount - new.amount).collect();
    let missing = 2 * STAKE - left;
    assert_eq!(taken[..2], [missing / 4, missing - missing / 4]);
    assert!(before.cooling.slots.iter().zip(&after.cooling.slots).all(|(old, new)| old.unlock_at == new.unlock_at));
}

#[test]
fn a_slash_takes_the_members_own_collateral_first_and_nothing_that_cools() {
    let Scene { mut world, market, client, host } = Scene::community();
    let token = world.dollar;
    world.open_pool(token);
    world.open_position(&host, token);
    let owner = host.owner.pubkey();
    // Collateral of just one bond, no free stake but half a STAKE, and two tranches of 30 and 59.5 that cool.
    world.ok(&[stake::deallocate(owner, market.address, 40 * STAKE)], &[&host.owner]);
    for amount in [30 * STAKE, 59 * STAKE + STAKE / 2] {
        let unstake = world.unstake_ix(&host, amount, &[token]);
        world.ok(&[unstake], &[&host.owner]);
        world.svm.advance(DAY);
    }
    let terms = gpu_market::state::TermsParams { missed_ack_bps: 5_000, ..TERMS };
    let market = world.new_terms(&market, &terms);
    let before = world.stake_account(&host);
    assert_eq!((before.amount, before.allocated), (10 * STAKE + STAKE / 2, 10 * STAKE));
    world.missed_ack(&client, &host, &market, 0);
    let after = world.stake_account(&host);
    assert_eq!(world.member_account(&host, &market).collateral, 5 * STAKE, "the bond is free for its own fault");
    assert_eq!(after.amount, 5 * STAKE + STAKE / 2);
    assert_eq!(after.cooling, before.cooling, "not touched while there is free collateral");
    let weight = rewards::sync_weight(host.stake, token.mint);
    world.ok(&[weight], &[]);
    assert_eq!(world.pool(token).weight(), u128::from(after.amount) * 365);
}

#[test]
fn slashing_oneself_skips_no_unbonding() {
    let Scene { mut world, market, host, .. } = Scene::community();
    // The host is its own client: nine tenths of what it loses are its credit.
    let accomplice = world.client("host owner", 100 * DOLLAR);
    world.missed_ack(&accomplice, &host, &market, 0);
    let token = world.stake_token;
    let claim = stake::claim_credit(stake::ClaimCredit {
        caller: accomplice.owner.pubkey(),
        beneficiary: accomplice.owner.pubkey(),
        stake: host.stake,
        token,
        destination: world.token_account(token, &accomplice.owner.pubkey()),
    });
    let early = rule(MarketError::CreditNotClaimable);
    world.refused(from_ref(&claim), &[&accomplice.owner], early);
    world.svm.advance(world.unbonding() - 1);
    world.refused(from_ref(&claim), &[&accomplice.owner], early);
    world.svm.advance(1);
    world.ok(&[claim], &[&accomplice.owner]);
}

#[test]
fn slashing_oneself_under_a_lock_waits_for_the_unbonding_period_and_costs_the_treasurys_tenth() {
    let Scene { mut world, market, host, .. } = Scene::community();
    let lock = world.lock_ix(&host, 365, &[]);
    world.ok(&[lock], &[&host.owner]);
    let accomplice = world.client("host owner", 100 * DOLLAR);
    world.missed_ack(&accomplice, &host, &market, 0);
    let token = world.stake_token;
    let claim = stake::claim_credit(stake::ClaimCredit {
        caller: accomplice.owner.pubkey(),
        beneficiary: accomplice.owner.pubkey(),
        stake: host.stake,
        token,
        destination: world.token_account(token, &accomplice.owner.pubkey()),
    });
    // Not for the lock, which docs/SECURITY.md says: a client does not wait for a year because its host chose to.
    world.svm.advance(world.unbonding() - 1);
    world.refused(from_ref(&claim), &[&accomplice.owner], rule(MarketError::CreditNotClaimable));
    world.svm.advance(1);
    world.ok(&[claim], &[&accomplice.owner]);
    let wallet = world.token_account(token, &accomplice.owner.pubkey());
    assert!(world.tokens(&wallet) <= STAKE * 9 / 10);
}

#[test]
fn a_donation_to_a_pool_changes_no_book_and_blocks_nothing() {
    let mut income = Income::new();
    let token = income.market.token;
    let staker = income.world.staker("staker", 1_000, &[token]);
    income.sweep_fee(0);
    let world = &mut income.world;
    let before = world.pool(token);
    world.svm.mint_to(token, &vault(&token.mint), u64::MAX / 2).expect("a gift");
    world.ok(&[rewards::check_pool(token.mint)], &[]);
    assert_eq!(world.pool(token), before);
    world.svm.advance(STREAM);
    about(world.claim(&staker, token), RUN_FEE / 2);
}

#[test]
fn a_pool_without_weight_keeps_the_fees_that_it_receives_for_whoever_stakes() {
    let mut income = Income::new();
    let token = income.market.token;
    income.sweep_fee(0);
    // A position of an empty stake has no weight either.
    let empty = income.world.staker("empty", 0, &[token]);
    income.world.svm.advance(30 * DAY);
    income.sweep_fee(1);
    let world = &mut income.world;
    assert_eq!((world.pool(token).weight(), world.pool(token).streaming), (0, RUN_FEE));
    let claim = world.claim_ix(&empty, token);
    world.refused(&[claim], &[&empty.owner], rule(MarketError::NothingToClaim));
    let more = world.stake_more_ix(&empty, 10, &[token]);
    world.ok(&[more], &[&empty.owner]);
    world.svm.advance(STREAM);
    about(world.claim(&empty, token), RUN_FEE);
}

#[test]
fn a_mint_with_transfer_fees_gets_no_pool() {
    let mut world = World::new();
    let taxed = world.mint_2022("taxed", &extension(1, 108));
    let open = rewards::open_pool(world.payer.pubkey(), taxed);
    world.refused(&[open], &[], rule(MarketError::MintExtensionNotAllowed));
}

#[test]
fn the_whole_range_of_a_mint_staked_for_ten_years_overflows_nothing() {
    let mut world = World::new();
    let token = world.svm.create_mint("vast", address::TOKEN_PROGRAM, 0, false).expect("a mint");
    world.open_pool(token);
    let whale = world.staker("whale", u64::MAX - 1_000_000, &[token]);
    let minnow = world.staker("minnow", 1, &[token]);
    let lock = world.lock_ix(&whale, 365, &[token]);
    world.ok(&[lock], &[&whale.owner]);
    let funder = world.funded("funder");
    // Emissions last four years at most: three of them, one after the other.
    let mut claimed = 0u64;
    for id in 0..3 {
        let years = u32::try_from(MAX_EMISSION).unwrap();
        let amount = u64::MAX / 3;
        let params = world.emission_of(&funder, token, Recipients::Stakers, amount, years);
        let emission = world.open_emission(&funder, rewards::OpenEmission { id, ..params });
        for _ in 0..9 {
            world.svm.advance(years / 8 - STREAM);
            world.ok(&[rewards::release_emission(emission, token)], &[]);
            world.svm.advance(STREAM);
            claimed += world.claim(&whale, token);
        }
    }
    let pool = world.pool(token);
    assert_eq!((pool.received, pool.streaming), (u64::MAX / 3 * 3, 0));
    // What the pool's weight, 2⁶⁴ × 4 × 365, cannot share without a rest, and a unit per claim.
    assert!(pool.received - claimed <= 4 * 365 + 27, "{} stay", pool.received - claimed);
    let minnow_claim = world.claim_ix(&minnow, token);
    world.refused(&[minnow_claim], &[&minnow.owner], rule(MarketError::NothingToClaim));
    let owner = whale.owner.pubkey();
    let unstake = world.unstake_ix(&whale, u64::MAX - 1_000_000, &[token]);
    world.ok(&[unstake], &[&whale.owner]);
    world.svm.advance(365 * DAY);
    world.ok(&[stake::withdraw_stake(owner, world.stake_token, whale.stake_wallet)], &[&whale.owner]);
}

#[test]
fn the_same_pool_twice_counts_no_stake_twice() {
    let mut world = World::new();
    let (dollar, stakes) = (world.dollar, world.stake_token);
    for token in [dollar, stakes] {
        world.open_pool(token);
    }
    let host = world.staker("host", 1_000, &[dollar, stakes]);
    let more = world.stake_more_ix(&host, 1_000, &[dollar, dollar]);
    world.refused(&[more], &[&host.owner], Refusal::Check(Check::DuplicateMutable));
}

#[test]
fn a_position_of_another_stake_or_another_mint_passes_for_none() {
    let mut world = World::new();
    let (dollar, stakes) = (world.dollar, world.stake_token);
    for token in [dollar, stakes] {
        world.open_pool(token);
    }
    let (host, rich) = (world.staker("host", 1, &[dollar]), world.staker("rich", 1 << 50, &[dollar, stakes]));
    let change = world.unstake_ix(&host, 1, &[dollar]);
    let place = change.accounts.len() - 2;
    let wrong = rule(MarketError::WrongPosition);
    let (theirs, pool) = (world.position_address(&rich, dollar), address::reward_pool(&stakes.mint).0);
    world.refused(&[with_account(change.clone(), place + 1, theirs)], &[&host.owner], wrong);
    world.refused(&[with_account(change.clone(), place, pool)], &[&host.owner], wrong);
    // One too many is refused like one too few.
    let mut extra = change;
    extra.accounts.extend([pool, world.position_address(&rich, stakes)].map(|key| AccountMeta::new(key, false)));
    world.refused(&[extra], &[&host.owner], wrong);
}

#[test]
fn ones_own_client_gains_nothing_by_an_incentive() {
    let mut scene = Incentive::new();
    let job = scene.work(0);
    let pay = scene.pay_ix(job);
    scene.world.ok(&[pay], &[]);
    // Host and client are one: what it paid in fees is the most that comes back.
    let account = scene.world.job(&job);
    let earned = scene.world.tokens(&scene.host.earnings(&scene.market));
    let client = scene.world.client_account(&scene.client);
    let spent = 1_000 * DOLLAR - client.available;
    assert_eq!((earned, spent), (account.paid + Incentive::FEE, account.paid + account.fee));
    assert!(earned <= spent);
}

#[test]
fn ones_own_referrer_gains_nothing_by_an_incentive_either() {
    let mut scene = Incentive::new();
    scene.world.set_split(HALVES);
    let token = scene.market.token;
    scene.world.open_treasury(token);
    scene.world.open_pool(token);
    scene.world.refer(&scene.client, Some(&scene.host));
    let job = scene.work(0);
    let sweep = scene.world.sweep(&scene.client.client, token);
    let pay = scene.pay_ix(job);
    scene.world.ok(&[sweep, pay], &[]);
    let earned = scene.world.tokens(&scene.host.earnings(&scene.market));
    let fee = scene.world.job(&job).fee;
    assert_eq!(earned - scene.world.job(&job).paid, fee / 5 + fee * 3 / 10);
}

#[test]
fn a_referrer_keeps_its_share_of_fees_that_were_owed_while_it_was_the_referrer() {
    let mut income = Income::new();
    let referrer = income.world.host("referrer", 0);
    income.world.refer(&income.client, Some(&referrer));
    income.earn_fee(0);
    let world = &mut income.world;
    let not_swept = rule(MarketError::FeesNotSwept);
    let nobody = world.refer_ix(&income.client, None);
    world.refused(from_ref(&nobody), &[&income.client.owner], not_swept);
    // Its vault was never opened, so its share is booked; that keeps its name too.
    let sweep = world.sweep(&income.client.client, income.market.token);
    world.ok(from_ref(&sweep), &[]);
    world.refused(from_ref(&nobody), &[&income.client.owner], not_swept);
    world.open_earnings(&referrer, income.market.token);
    world.ok(&[sweep, nobody], &[&income.client.owner]);
    assert_eq!(world.tokens(&referrer.earnings(&income.market)), RUN_FEE / 5);
}

#[test]
fn a_vault_at_the_referrers_address_is_only_its_own() {
    let mut income = Income::new();
    let (referrer, other) = (income.world.host("referrer", 0), income.world.host("other", 0));
    let token = income.market.token;
    for host in [&referrer, &other] {
        income.world.open_earnings(host, token);
    }
    income.world.refer(&income.client, Some(&referrer));
    income.earn_fee(0);
    let world = &mut income.world;
    let sweep = world.sweep(&income.client.client, token);
    for key in [other.earnings(&income.market), income.client.wallet] {
        let stolen = with_account(sweep.clone(), 7, key);
        world.refused(&[stolen], &[], rule(MarketError::WrongReferrer));
    }
}

#[test]
fn no_emission_to_stakers_is_closed_early_even_by_its_funder() {
    let mut world = World::new();
    let token = world.dollar;
    world.open_pool(token);
    let funder = world.funded("funder");
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, 10 * DAY);
    let emission = world.open_emission(&funder, params);
    let destination = world.token_account(token, &funder.pubkey());
    let payer = world.payer.pubkey();
    let close = |for_stakers| {
        rewards::close_emission(rewards::CloseEmission {
            caller: funder.pubkey(),
            emission,
            for_stakers,
            token,
            destination,
            rent_payer: payer,
        })
    };
    for seconds in [0, 5 * DAY, 30 * DAY] {
        world.svm.advance(seconds);
        for for_stakers in [true, false] {
            world.refused(&[close(for_stakers)], &[&funder], rule(MarketError::EmissionNotSpent));
        }
    }
}

#[test]
fn restaking_out_of_a_long_lock_comes_under_no_shorter_one() {
    let mut world = World::new();
    let host = world.host("host", 1_000);
    let lock = world.lock_ix(&host, 365, &[]);
    world.ok(&[lock], &[&host.owner]);
    world.start_unstaking(&host, 1_000);
    let shorter = world.lock_ix(&host, 14, &[]);
    let restake = stake::restake(host.owner.pubkey(), 1_000);
    let rise = rule(MarketError::LockMustRise);
    world.refused(&[shorter.clone(), restake.clone()], &[&host.owner], rise);
    world.refused(&[restake.clone(), shorter], &[&host.owner], rise);
    world.ok(&[restake], &[&host.owner]);
    let now = world.now().unix;
    world.start_unstaking(&host, 1_000);
    assert_eq!(world.stake_account(&host).cooling.slots[0].unlock_at, now + 365 * i64::from(DAY));
}

#[test]
fn a_pool_does_not_close_under_a_stream() {
    let mut income = Income::new();
    let token = income.market.token;
    income.sweep_fee(0);
    let world = &mut income.world;
    let close = rewards::close_pool(token, world.payer.pubkey());
    let not_empty = rule(MarketError::PoolNotEmpty);
    world.refused(from_ref(&close), &[], not_empty);
    // Time alone does not make it empty: without stakers the stream waits.
    world.svm.advance(10 * STREAM);
    world.refused(&[close], &[], not_empty);
}
