//! Rewards: what stakers are handed is never more than what came in, and nobody earns more by moving than by holding still.

mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{REWARD_STREAM, WEIGHT_PER_LOCK_DAY, WEIGHT_UNLOCKED},
        error::MarketError,
        state::{RewardPool, RewardPosition, Stake},
    },
    proptest::prelude::*,
    rand_chacha::{
        ChaCha8Rng,
        rand_core::{RngCore, SeedableRng},
    },
    rules::*,
};

const DAY: i64 = 86_400;

/// A staker: its stake, and its position in the one pool.
#[derive(Clone)]
struct Staker {
    stake: Stake,
    position: RewardPosition,
}

/// A pool with its stakers, moved as the instructions move them.
struct Scene {
    pool: RewardPool,
    stakers: Vec<Staker>,
    now: i64,
}

impl Scene {
    fn new() -> Self {
        let mut pool = RewardPool::zeroed();
        pool.open(0);
        Self { pool, stakers: Vec::new(), now: 0 }
    }

    fn enter(&mut self, amount: u64, lock_days: u16) -> usize {
        let mut stake = Stake::zeroed();
        stake.amount = amount;
        stake.lock_days = lock_days;
        let mut position = RewardPosition::zeroed();
        self.pool.advance(self.now).unwrap();
        stake.position_opened().unwrap();
        position.open(&mut self.pool, stake.weight().unwrap()).unwrap();
        self.stakers.push(Staker { stake, position });
        self.stakers.len() - 1
    }

    /// What every instruction that changes a stake does.
    fn change(&mut self, index: usize, change: impl FnOnce(&mut Stake)) {
        let staker = &mut self.stakers[index];
        self.pool.advance(self.now).unwrap();
        staker.position.settle(&mut self.pool, staker.stake.weight().unwrap()).unwrap();
        change(&mut staker.stake);
        staker.position.reweigh(&mut self.pool, staker.stake.weight().unwrap()).unwrap();
    }

    /// What everything does that needs no change: claims begin with it.
    fn sync(&mut self, index: usize) {
        self.change(index, |_| {});
    }

    fn claim(&mut self, index: usize) -> u64 {
        self.sync(index);
        self.stakers[index].position.claim(&mut self.pool).unwrap_or(0)
    }

    /// A slash, which touches no pool.
    fn slash(&mut self, index: usize, amount: u64) {
        let stake = &mut self.stakers[index].stake;
        stake.amount = stake.amount.saturating_sub(amount);
    }

    fn receive(&mut self, amount: u64) {
        self.pool.receive(amount, self.now).unwrap();
    }

    /// Nothing is handed out that did not come in, and the weights add up.
    fn check(&self) {
        let pending: u128 = self.stakers.iter().map(|staker| u128::from(staker.position.pending)).sum();
        let pool = &self.pool;
        let spoken_for = pending + u128::from(pool.claimed) + u128::from(pool.streaming) + u128::from(pool.carry);
        assert!(spoken_for <= u128::from(pool.received), "{spoken_for} of {}", pool.received);
        assert!(pool.invariant(pool.booked().unwrap()).is_ok());
        let weights: u128 = self.stakers.iter().map(|staker| staker.position.weight()).sum();
        assert_eq!(weights, pool.weight());
    }
}

/// Whether a claim is what it should be, but for the base unit that rounding down may leave in the pool.
#[track_caller]
fn about(claimed: u64, expected: u64) {
    assert!(claimed == expected || claimed + 1 == expected, "{claimed}, not {expected}");
}

fn number(dice: &mut ChaCha8Rng, below: u64) -> u64 {
    dice.next_u64() % below.max(1)
}

/// One random move of one staker, or of the world.
fn step(scene: &mut Scene, dice: &mut ChaCha8Rng) {
    let index = number(dice, scene.stakers.len() as u64) as usize;
    match number(dice, 12) {
        0 => scene.receive(number(dice, 1 << 40)),
        1 => scene.now += number(dice, 30 * DAY as u64) as i64,
        2 => scene.now += number(dice, 120) as i64,
        3 => {
            scene.enter(number(dice, 1 << 45), [0, 14, 90, 365][number(dice, 4) as usize]);
        }
        4 => {
            let more = number(dice, 1 << 44);
            scene.change(index, |stake| stake.amount += more);
        }
        5 => scene.change(index, |stake| stake.amount /= 2),
        6 => {
            let days = 14 + number(dice, 352) as u16;
            scene.change(index, |stake| stake.lock_days = stake.lock_days.max(days));
        }
        7 => {
            let some = number(dice, 1 << 44);
            scene.slash(index, some);
        }
        8 | 9 => {
            scene.claim(index);
        }
        _ => scene.sync(index),
    }
}

#[test]
fn thousands_of_stakers_over_simulated_years_are_never_handed_more_than_came_in() {
    for seed in 0..4 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut scene = Scene::new();
        for _ in 0..2_000 {
            scene.enter(number(&mut dice, 1 << 45), [0, 14, 90, 365][number(&mut dice, 4) as usize]);
        }
        for round in 0..20_000 {
            step(&mut scene, &mut dice);
            if round % 500 == 0 {
                scene.check();
            }
        }
        assert!(scene.now > 3 * 365 * DAY, "simulated {} days", scene.now / DAY);
        // Everybody claims; then what the slashed ones have given up by that. Nothing is left that still streams.
        for _ in 0..2 {
            scene.now += 30 * DAY;
            for index in 0..scene.stakers.len() {
                scene.claim(index);
            }
            scene.check();
        }
        assert_eq!(scene.pool.streaming, 0, "seed {seed}");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// Whatever a staker does between two moments — claims, syncs, restakes what it took out — it does not earn more
    /// than its twin that has the same stake and holds still.
    #[test]
    fn no_order_of_actions_earns_more_than_holding_still(
        amount in 1..1u64 << 50,
        lock in prop::sample::select(vec![0u16, 14, 200, 365]),
        others in 0..1u64 << 52,
        incomes in prop::collection::vec((1..1u64 << 40, 0..5 * DAY), 1..6),
        moves in prop::collection::vec((0..6u8, 0..4 * DAY, 1..100u64), 1..20),
    ) {
        let mut scene = Scene::new();
        let (mover, still) = (scene.enter(amount, lock), scene.enter(amount, lock));
        scene.enter(others, 0);
        let mut incomes = incomes.into_iter();
        let mut taken = 0u64;
        for (kind, wait, share) in moves {
            if let Some((income, _)) = incomes.next() {
                scene.receive(income);
            }
            match kind {
                0 => { taken += scene.claim(mover); }
                1 => scene.sync(mover),
                2 => {
                    let out = amount / 100 * share;
                    scene.change(mover, |stake| stake.amount = stake.amount.saturating_sub(out));
                }
                3 => scene.change(mover, |stake| stake.amount = amount),
                4 => { let out = amount / 100 * share; scene.slash(mover, out); }
                _ => {
                    // Out and in again at once.
                    scene.change(mover, |stake| stake.amount = 0);
                    scene.change(mover, |stake| stake.amount = amount);
                }
            }
            scene.now += wait;
        }
        scene.now += 2 * REWARD_STREAM;
        taken += scene.claim(mover);
        let held = scene.claim(still);
        scene.check();
        // Each settlement rounds down once, so the one that settles seldom can be ahead, never the other by more than the
        // unit that one rounding may hide.
        prop_assert!(taken <= held + 1, "moved {taken}, held {held}");
    }

    #[test]
    fn staking_around_a_sweep_earns_nothing_of_it(
        holder in 1..1u64 << 50, flash in 1..1u64 << 63, income in 1..1u64 << 50,
    ) {
        let mut scene = Scene::new();
        let holder = scene.enter(holder, 0);
        let flash = scene.enter(flash, 0);
        scene.receive(income);
        prop_assert_eq!(scene.claim(flash), 0);
        scene.change(flash, |stake| stake.amount = 0);
        scene.now += REWARD_STREAM;
        prop_assert_eq!(scene.claim(flash), 0);
        prop_assert!(scene.claim(holder) + 1 >= income);
    }

    #[test]
    fn dust_that_is_swept_again_and_again_delays_no_stream(income in 1_000_000..1u64 << 50, times in 1..200u32) {
        let mut scene = Scene::new();
        let staker = scene.enter(1, 0);
        scene.receive(income);
        let mut dust = 0u64;
        for _ in 0..times {
            scene.now += 60;
            scene.receive(1);
            dust += 1;
        }
        // Seven days after the income itself all of it is released, but for about what the dust itself weighs.
        scene.now = REWARD_STREAM;
        prop_assert!(scene.claim(staker) + 2 * dust + 2 >= income);
    }
}

#[test]
fn rewards_follow_the_published_curve() {
    let weight = |days: u16| {
        let mut stake = Stake::zeroed();
        stake.amount = 1_000_000;
        stake.lock_days = days;
        stake.weight().unwrap()
    };
    let base = weight(0);
    assert_eq!(weight(365), 4 * base);
    // 1 + days / 121.67: 1.115 at 14 days.
    assert_eq!(weight(14) * 1_000 / base, 1_115);
    for days in 14..=365 {
        let curve = 1.0 + f64::from(days) / 121.67;
        let ours = weight(days) as f64 / base as f64;
        assert!((ours - curve).abs() < 1e-3, "{days}: {ours} against {curve}");
    }
    assert_eq!((WEIGHT_UNLOCKED, WEIGHT_PER_LOCK_DAY), (365, 3));
}

#[test]
fn two_stakers_share_in_proportion_to_their_weights() {
    let mut scene = Scene::new();
    let (plain, locked) = (scene.enter(1_000, 0), scene.enter(1_000, 365));
    scene.receive(1_000_000);
    scene.now += REWARD_STREAM / 2;
    about(scene.claim(plain), 100_000);
    about(scene.claim(locked), 400_000);
    scene.now += REWARD_STREAM / 2;
    about(scene.claim(plain), 100_000);
    about(scene.claim(locked), 400_000);
    assert_eq!(scene.claim(plain), 0);
}

#[test]
fn a_stream_waits_while_nobody_earns() {
    let mut scene = Scene::new();
    scene.receive(700);
    scene.now += 100 * DAY;
    let late = scene.enter(5, 0);
    assert_eq!(scene.claim(late), 0, "nothing of the time before is the first staker's");
    scene.now += DAY;
    about(scene.claim(late), 100);
    scene.now += 6 * DAY;
    about(scene.claim(late), 600);
}

#[test]
fn a_slash_lowers_what_is_earned_at_once_and_the_others_get_the_rest() {
    let mut scene = Scene::new();
    let (slashed, other) = (scene.enter(1_000, 0), scene.enter(1_000, 0));
    scene.receive(700_000);
    scene.now += REWARD_STREAM;
    scene.slash(slashed, 500);
    // Nobody has synced: the claim counts the lower weight.
    about(scene.claim(slashed), 175_000);
    about(scene.claim(other), 350_000);
    // What the slashed one gave up streams to the weights that there are then, and nobody has it at once.
    let late = scene.enter(3_000, 0);
    assert_eq!(scene.claim(late), 0);
    scene.now += REWARD_STREAM;
    about(scene.claim(other), 175_000 * 10 / 45);
    about(scene.claim(slashed), 175_000 * 5 / 45);
    about(scene.claim(late), 175_000 * 30 / 45);
    scene.check();
}

#[test]
fn the_whole_supply_staked_for_ten_years_overflows_nothing() {
    let mut scene = Scene::new();
    let all = scene.enter(u64::MAX, 365);
    let mut claimed = 0u64;
    for _ in 0..10 * 365 {
        scene.receive(u64::MAX / 4_000);
        scene.now += DAY;
        claimed += scene.claim(all);
    }
    scene.now += 30 * DAY;
    claimed += scene.claim(all);
    scene.check();
    let received = scene.pool.received;
    assert!(received - claimed <= 2 * 10 * 365, "{} base units of {received} stay", received - claimed);
}

#[test]
fn a_pool_that_received_more_than_a_u64_in_all_refuses_the_income_and_still_pays() {
    let mut scene = Scene::new();
    let staker = scene.enter(1, 0);
    scene.receive(u64::MAX - 5);
    assert_eq!(scene.pool.receive(10, scene.now), Err(MarketError::MathOverflow));
    scene.now += REWARD_STREAM;
    assert!(scene.claim(staker) > 0);
}

#[test]
fn a_lock_is_extended_and_never_shortened_while_anything_is_staked_or_cools() {
    let mut stake = Stake::zeroed();
    stake.amount = 10;
    assert_eq!(stake.extend_lock(13), Err(MarketError::LockOutOfRange));
    assert_eq!(stake.extend_lock(366), Err(MarketError::LockOutOfRange));
    assert_eq!(stake.extend_lock(365), Ok(()));
    assert_eq!(stake.extend_lock(365), Err(MarketError::LockMustRise));
    stake.unbonding = 10 * DAY;
    let unlock_at = stake.request_unstake(10, 0).unwrap();
    assert_eq!(unlock_at, 365 * DAY);
    // Restaking under a shorter lock would free what cools for a year within days.
    assert_eq!(stake.extend_lock(14), Err(MarketError::LockMustRise));
    assert_eq!(stake.withdraw(365 * DAY), Ok(10));
    assert_eq!(stake.extend_lock(14), Ok(()));
    assert_eq!(stake.cooling_time(), Ok(14 * DAY));
}
