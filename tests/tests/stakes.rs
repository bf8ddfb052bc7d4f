//! Stake: opening, staking, collateral, unbonding, closing.

use {
    gpu_market::{
        constants::{MAX_UNBONDING, pause},
        error::MarketError,
        events::{
            CollateralAllocated, CollateralDeallocated, Restaked, StakeClosed, StakeOpened, StakeWithdrawn, Staked,
            UnstakeRequested,
        },
        state::{ConfigSettings, Member, MemberState, Stake},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        events::Event,
        instructions::{admin, queue, stake},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

fn vault(host: &HostParty) -> Address {
    address::stake_vault(&host.stake).0
}

fn staking(world: &World, host: &HostParty, amount: u64) -> stake::StakeTokens {
    let token = world.stake_token;
    stake::StakeTokens { owner: host.owner.pubkey(), source: host.stake_wallet, token, amount }
}

fn withdraw(world: &World, host: &HostParty) -> Instruction {
    stake::withdraw_stake(host.owner.pubkey(), world.stake_token, host.stake_wallet)
}

fn closing(world: &World, host: &HostParty, rent_payer: Address) -> stake::CloseStake {
    let token = world.stake_token;
    stake::CloseStake { owner: host.owner.pubkey(), token, destination: host.stake_wallet, rent_payer }
}

/// Cooling amounts, those that unlock first first.
fn cooling(world: &World, host: &HostParty) -> Vec<(i64, u64)> {
    let slots = world.stake_account(host).cooling.slots;
    let mut used: Vec<_> =
        slots.iter().filter(|slot| slot.amount > 0).map(|slot| (slot.unlock_at, slot.amount)).collect();
    used.sort_unstable();
    used
}

#[test]
fn a_stake_opens_empty_under_the_unbonding_period_of_the_config() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let address = address::stake(&owner.pubkey()).0;
    let vault = address::stake_vault(&address).0;
    let open = stake::open_stake(owner.pubkey(), sponsor.pubkey(), world.stake_token);
    let wrong = stake::open_stake(owner.pubkey(), sponsor.pubkey(), world.dollar);
    world.refused(&[wrong], &[&owner, &sponsor], rule(MarketError::WrongMint));
    for ahead in [address, vault] {
        world.svm.airdrop(&ahead, 1);
    }
    let event = StakeOpened {
        stake: address,
        owner: owner.pubkey(),
        mint: world.stake_token.mint,
        vault,
        rent_payer: sponsor.pubkey(),
        unbonding: settings().unbonding,
    };
    world.ok_emitting(open.clone(), &[&owner, &sponsor], Event::StakeOpened(event));
    let account: Stake = world.get(&address);
    assert_eq!((account.owner, account.vault, account.rent_payer), (owner.pubkey(), vault, sponsor.pubkey()));
    assert_eq!((account.booked(), account.allocated, account.credits), (Ok(0), 0, 0));
    assert_eq!(world.tokens(&vault), 0);
    world.refused(&[open], &[&owner, &sponsor], IN_USE);
}

#[test]
fn staking_moves_tokens_into_the_vault() {
    let mut world = World::new();
    let host = world.host("host", 100);
    world.svm.mint_to(world.stake_token, &host.stake_wallet, 50).expect("minted");
    let event = Staked {
        stake: host.stake,
        amount: 30,
        staked: 130,
        unbonding: settings().unbonding,
        at: world.now().unix,
    };
    let stake = stake::stake(staking(&world, &host, 30));
    world.ok_emitting(stake, &[&host.owner], Event::Staked(event));
    assert_eq!((world.tokens(&vault(&host)), world.tokens(&host.stake_wallet)), (130, 20));
    assert_eq!(world.stake_account(&host).amount, 130);
}

#[test]
fn staking_is_for_the_owner_into_its_vault_and_of_an_amount() {
    let mut world = World::new();
    let (host, other) = (world.host("host", 100), world.host("other", 100));
    world.svm.mint_to(world.stake_token, &host.stake_wallet, 50).expect("minted");
    let stake = stake::stake(staking(&world, &host, 50));
    for (place, key, error) in [
        (3, other.stake, MarketError::NotStakeOwner),
        (4, vault(&other), MarketError::WrongVault),
        (5, world.dollar.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(stake.clone(), place, key)], &[&host.owner], rule(error));
    }
    let nothing = stake::stake(staking(&world, &host, 0));
    world.refused(&[nothing], &[&host.owner], rule(MarketError::AmountZero));
    let too_much = stake::stake(staking(&world, &host, 51));
    world.refused(&[too_much], &[&host.owner], TOO_FEW_TOKENS);
    world.svm.mint_to(world.stake_token, &other.stake_wallet, 50).expect("minted");
    let of_other = with_account(stake.clone(), 1, other.stake_wallet);
    world.refused(&[of_other], &[&host.owner], NOT_THE_SPENDER);
    world.set_pause_bits(pause::STAKING);
    world.refused(std::slice::from_ref(&stake), &[&host.owner], rule(MarketError::StakingPaused));
    world.set_pause_bits(0);
    world.ok(&[stake], &[&host.owner]);
}

#[test]
fn a_stake_grows_only_in_the_stake_mint_of_the_config() {
    let mut world = World::bare();
    world.create_config();
    let host = world.host("host", 100);
    world.svm.mint_to(world.stake_token, &host.stake_wallet, 50).expect("minted");
    let stake = stake::stake(staking(&world, &host, 50));
    let admin = world.admin.insecure_clone();
    world.ok(&[admin::close_config(admin.pubkey(), world.payer.pubkey())], &[&admin]);
    let old = world.stake_token;
    world.stake_token = world.svm.create_mint("new stake", address::TOKEN_PROGRAM, 9, false).expect("a mint");
    world.create_config();
    world.refused(&[stake], &[&host.owner], rule(MarketError::WrongMint));
    // What is in it comes out all the same.
    world.stake_token = old;
    world.start_unstaking(&host, 100);
    world.svm.advance(world.unbonding());
    let (withdraw, close) = (withdraw(&world, &host), closing(&world, &host, world.payer.pubkey()));
    world.ok(&[withdraw, stake::close_stake(close)], &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), 150);
}

#[test]
fn free_stake_becomes_collateral_and_free_stake_again() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", 100);
    let member = world.enroll(&host, &market, 0);
    let owner = host.owner.pubkey();
    let before = world.tokens(&vault(&host));
    let allocated = |amount, total| {
        Event::CollateralAllocated(CollateralAllocated {
            stake: host.stake,
            member,
            amount,
            collateral: total,
            allocated: total,
        })
    };
    world.ok_emitting(stake::allocate(owner, market.address, 60), &[&host.owner], allocated(60, 60));
    world.ok_emitting(stake::allocate(owner, market.address, 40), &[&host.owner], allocated(40, 100));
    assert_eq!(world.member_account(&host, &market).collateral, 100);
    assert_eq!((world.stake_account(&host).amount, world.stake_account(&host).allocated), (100, 100));
    let one = stake::allocate(owner, market.address, 1);
    world.refused(&[one], &[&host.owner], rule(MarketError::InsufficientStake));
    let unstake = stake::request_unstake(owner, 1);
    world.refused(&[unstake], &[&host.owner], rule(MarketError::InsufficientStake));

    let event = CollateralDeallocated { stake: host.stake, member, amount: 70, collateral: 30, allocated: 30 };
    let deallocate = stake::deallocate(owner, market.address, 70);
    world.ok_emitting(deallocate, &[&host.owner], Event::CollateralDeallocated(event));
    assert_eq!(world.member_account(&host, &market).collateral, 30);
    assert_eq!(world.tokens(&vault(&host)), before, "no tokens move");
    for instruction in [stake::allocate(owner, market.address, 0), stake::deallocate(owner, market.address, 0)] {
        world.refused(&[instruction], &[&host.owner], rule(MarketError::AmountZero));
    }
    let too_much = stake::deallocate(owner, market.address, 31);
    world.refused(&[too_much], &[&host.owner], rule(MarketError::CollateralLocked));
}

#[test]
fn collateral_below_the_recorded_bonds_stays() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 30 * STAKE);
    world.join(&host, &market);
    let owner = host.owner.pubkey();
    let take = |amount| stake::deallocate(owner, market.address, amount);
    world.refused(&[take(20 * STAKE + 1)], &[&host.owner], rule(MarketError::CollateralLocked));
    world.ok(&[take(20 * STAKE)], &[&host.owner]);
    world.refused(&[take(1)], &[&host.owner], rule(MarketError::CollateralLocked));
    let leave = queue::Leave { caller: owner, host: host.host, market: market.address, shard: 0, node: 0 };
    world.ok(&[queue::leave(leave), take(10 * STAKE)], &[&host.owner]);
    assert_eq!(world.stake_account(&host).allocated, 0);
}

#[test]
fn collateral_below_the_floor_stays_while_the_member_is_active() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", 100);
    let member = world.enroll(&host, &market, 50);
    let take = |amount| stake::deallocate(host.owner.pubkey(), market.address, amount);
    let mut raw = world.svm.raw(&member).unwrap();
    let floor = 8 + std::mem::offset_of!(Member, collateral_floor);
    raw.data[floor..floor + 8].copy_from_slice(&40u64.to_le_bytes());
    world.svm.set_raw(member, raw.clone()).unwrap();
    world.refused(&[take(11)], &[&host.owner], rule(MarketError::CollateralLocked));
    raw.data[8 + std::mem::offset_of!(Member, state)] = MemberState::Suspended as u8;
    world.svm.set_raw(member, raw).unwrap();
    world.ok(&[take(50)], &[&host.owner]);
}

#[test]
fn nobody_moves_the_collateral_or_the_stake_of_another() {
    let mut world = World::new();
    let market = world.community;
    let (host, other) = (world.host("host", 100), world.host("other", 100));
    let (member, of_other) = (world.enroll(&host, &market, 50), world.enroll(&other, &market, 50));
    let signer = [&host.owner];
    for change in [stake::allocate, stake::deallocate] {
        let right = change(host.owner.pubkey(), market.address, 10);
        for (accounts, error) in [
            (vec![(1, other.stake)], MarketError::NotStakeOwner),
            (vec![(3, of_other)], MarketError::WrongHost),
            (vec![(2, other.host)], MarketError::WrongHost),
            (vec![(2, other.host), (3, of_other)], MarketError::NotHostOwner),
            (vec![(1, other.stake), (2, other.host), (3, of_other)], MarketError::NotStakeOwner),
        ] {
            let changed = accounts.iter().fold(right.clone(), |all, (place, key)| with_account(all, *place, *key));
            world.refused(&[changed], &signer, rule(error));
        }
    }
    for change in [stake::request_unstake, stake::restake] {
        let of_other = with_account(change(host.owner.pubkey(), 1), 1, other.stake);
        world.refused(&[of_other], &signer, rule(MarketError::NotStakeOwner));
    }
    assert_eq!(world.get::<Member>(&member).collateral, 50);
}

#[test]
fn unstaked_tokens_cool_and_then_are_withdrawn_to_anybody() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let friend = world.funded("friend");
    let destination = world.token_account(world.stake_token, &friend.pubkey());
    let owner = host.owner.pubkey();
    let unlock_at = world.now().unix + settings().unbonding;
    let request = stake::request_unstake(owner, 60);
    let requested = UnstakeRequested {
        stake: host.stake,
        amount: 60,
        unlock_at,
        staked: 40,
        cooling: 60,
        at: world.now().unix,
    };
    world.ok_emitting(request, &[&host.owner], Event::UnstakeRequested(requested));
    assert_eq!((world.stake_account(&host).amount, cooling(&world, &host)), (40, vec![(unlock_at, 60)]));
    for (amount, error) in [(0, MarketError::AmountZero), (41, MarketError::InsufficientStake)] {
        world.refused(&[stake::request_unstake(owner, amount)], &[&host.owner], rule(error));
    }

    let withdraw = stake::withdraw_stake(owner, world.stake_token, destination);
    let early = rule(MarketError::NothingUnbonded);
    world.refused(std::slice::from_ref(&withdraw), &[&host.owner], early);
    world.svm.advance(world.unbonding() - 1);
    world.refused(std::slice::from_ref(&withdraw), &[&host.owner], early);
    world.svm.advance(1);
    let withdrawn = StakeWithdrawn { stake: host.stake, destination, amount: 60, cooling: 0 };
    world.ok_emitting(withdraw.clone(), &[&host.owner], Event::StakeWithdrawn(withdrawn));
    assert_eq!((world.tokens(&destination), world.tokens(&vault(&host))), (60, 40));
    world.refused(&[withdraw], &[&host.owner], early);
}

#[test]
fn a_withdrawal_of_stake_names_its_vault_and_its_mint() {
    let mut world = World::new();
    let (host, other) = (world.host("host", 100), world.host("other", 100));
    world.start_unstaking(&host, 100);
    world.svm.advance(world.unbonding());
    let withdraw = withdraw(&world, &host);
    for (place, key, error) in [
        (1, other.stake, MarketError::NotStakeOwner),
        (2, vault(&other), MarketError::WrongVault),
        (4, world.dollar.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(withdraw.clone(), place, key)], &[&host.owner], rule(error));
    }
    let dollars = world.token_account(world.dollar, &host.owner.pubkey());
    world.refused(&[with_account(withdraw.clone(), 3, dollars)], &[&host.owner], MINT_MISMATCH);
    world.set_pause_bits(pause::ALL);
    world.ok(&[withdraw], &[&host.owner]);
}

#[test]
fn a_fifth_request_joins_the_tranche_that_unlocks_last() {
    let mut world = World::new();
    let host = world.host("host", 1_000);
    let start = world.now().unix + settings().unbonding;
    let day = i64::from(DAY);
    for amount in 1..=5 {
        world.start_unstaking(&host, amount);
        world.svm.advance(DAY);
    }
    let expected = vec![(start, 1), (start + day, 2), (start + 2 * day, 3), (start + 4 * day, 4 + 5)];
    assert_eq!(cooling(&world, &host), expected);
    // The first three are not delayed.
    world.svm.advance(world.unbonding() - 5 * DAY + 2 * DAY);
    let withdraw = withdraw(&world, &host);
    world.ok(std::slice::from_ref(&withdraw), &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), 1 + 2 + 3);
    world.svm.advance(DAY);
    world.refused(std::slice::from_ref(&withdraw), &[&host.owner], rule(MarketError::NothingUnbonded));
    world.svm.advance(DAY);
    world.ok(&[withdraw], &[&host.owner]);
    assert_eq!((world.tokens(&host.stake_wallet), cooling(&world, &host)), (15, vec![]));
}

#[test]
fn restaking_takes_what_unlocks_last_first() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let first = world.now().unix + settings().unbonding;
    world.start_unstaking(&host, 30);
    world.svm.advance(DAY);
    world.start_unstaking(&host, 20);
    let owner = host.owner.pubkey();
    for (amount, error) in [(0, MarketError::AmountZero), (51, MarketError::InsufficientStake)] {
        world.refused(&[stake::restake(owner, amount)], &[&host.owner], rule(error));
    }
    let event = Restaked { stake: host.stake, amount: 25, staked: 75, cooling: 25, at: world.now().unix };
    world.ok_emitting(stake::restake(owner, 25), &[&host.owner], Event::Restaked(event));
    assert_eq!((world.stake_account(&host).amount, cooling(&world, &host)), (75, vec![(first, 25)]));
    world.ok(&[stake::restake(owner, 25)], &[&host.owner]);
    assert_eq!((world.stake_account(&host).amount, cooling(&world, &host)), (100, vec![]));
}

#[test]
fn a_longer_unbonding_period_binds_no_stake_until_it_grows() {
    let mut world = World::new();
    let host = world.host("host", 100);
    let admin = world.admin.insecure_clone();
    let longer = ConfigSettings { unbonding: MAX_UNBONDING, ..settings() };
    world.ok(&[admin::update_config(admin.pubkey(), longer)], &[&admin]);
    let now = world.now().unix;
    world.start_unstaking(&host, 10);
    assert_eq!(cooling(&world, &host), [(now + settings().unbonding, 10)]);
    world.ok(&[stake::restake(host.owner.pubkey(), 10)], &[&host.owner]);
    world.start_unstaking(&host, 20);
    assert_eq!(cooling(&world, &host), [(now + settings().unbonding, 20)], "restaking is no growth");

    world.svm.mint_to(world.stake_token, &host.stake_wallet, 1).expect("minted");
    let stake = stake::stake(staking(&world, &host, 1));
    world.ok(&[stake], &[&host.owner]);
    world.start_unstaking(&host, 30);
    let expected = [(now + settings().unbonding, 20), (now + MAX_UNBONDING, 30)];
    assert_eq!(cooling(&world, &host), expected, "what cools already is not delayed");
}

#[test]
fn an_empty_stake_closes_and_gifts_to_its_vault_go_to_the_owner() {
    let mut world = World::new();
    let (owner, sponsor, other) = (world.funded("owner"), world.funded("sponsor"), world.host("other", 10));
    let token = world.stake_token;
    world.ok(&[stake::open_stake(owner.pubkey(), sponsor.pubkey(), token)], &[&owner, &sponsor]);
    let address = address::stake(&owner.pubkey()).0;
    let vault_address = address::stake_vault(&address).0;
    let wallet = world.funded_wallet(token, &owner.pubkey(), 100);
    world.svm.mint_to(token, &vault_address, 7).expect("a gift");
    let staking = stake::StakeTokens { owner: owner.pubkey(), source: wallet, token, amount: 100 };
    world.ok(&[stake::stake(staking)], &[&owner]);
    let closing =
        stake::CloseStake { owner: owner.pubkey(), token, destination: wallet, rent_payer: sponsor.pubkey() };
    let close = stake::close_stake(closing);
    let not_empty = rule(MarketError::StakeNotEmpty);
    world.refused(std::slice::from_ref(&close), &[&owner], not_empty);
    world.ok(&[stake::request_unstake(owner.pubkey(), 100)], &[&owner]);
    world.refused(std::slice::from_ref(&close), &[&owner], not_empty);
    world.svm.advance(world.unbonding());
    world.ok(&[stake::withdraw_stake(owner.pubkey(), token, wallet)], &[&owner]);
    for (place, key, error) in [
        (1, other.stake, MarketError::NotStakeOwner),
        (2, vault(&other), MarketError::WrongVault),
        (4, owner.pubkey(), MarketError::WrongRentPayer),
        (5, world.dollar.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(close.clone(), place, key)], &[&owner], rule(error));
    }
    let executed = world.ok_closing(close, &[&owner], &[address, vault_address], &sponsor.pubkey());
    let event = StakeClosed { stake: address, returned: 7 };
    assert_eq!(executed.events, [Event::StakeClosed(event)]);
    assert_eq!(world.tokens(&wallet), 107);
}
