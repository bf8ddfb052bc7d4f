//! Books of vaults and shards: what they say adds up, or the instruction is refused.

use {
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        state::{Shard, Stake, Treasury},
    },
};

#[test]
fn no_more_of_a_stake_is_allocated_than_there_is() {
    let books = |amount, allocated| {
        let mut stake = Stake::zeroed();
        (stake.amount, stake.allocated) = (amount, allocated);
        (stake.books(), stake.invariant(u64::MAX))
    };
    for (amount, allocated) in [(0, 0), (5, 0), (5, 5), (u64::MAX, u64::MAX)] {
        assert_eq!(books(amount, allocated), (Ok(()), Ok(())), "{allocated} of {amount}");
    }
    let broken = Err(MarketError::InvariantBroken);
    for (amount, allocated) in [(0, 1), (5, 6), (0, u64::MAX)] {
        assert_eq!(books(amount, allocated), (broken, broken), "{allocated} of {amount}");
    }
}

#[test]
fn the_vault_of_a_stake_holds_all_that_is_booked() {
    let mut stake = Stake::zeroed();
    (stake.amount, stake.owed, stake.treasury_owed) = (10, 20, 3);
    stake.cooling.add(100, 50).unwrap();
    assert_eq!(stake.booked(), Ok(133));
    assert_eq!(stake.invariant(133), Ok(()));
    assert_eq!(stake.invariant(132), Err(MarketError::InvariantBroken));
    stake.owed = u64::MAX;
    assert_eq!(stake.invariant(u64::MAX), Err(MarketError::MathOverflow));
}

#[test]
fn the_treasury_takes_its_share_of_slashes_once() {
    let mut stake = Stake::zeroed();
    assert_eq!(stake.take_treasury_share(), Err(MarketError::NothingToSweep));
    stake.treasury_owed = 7;
    assert_eq!((stake.take_treasury_share(), stake.treasury_owed), (Ok(7), 0));
    assert_eq!(stake.take_treasury_share(), Err(MarketError::NothingToSweep));
}

#[test]
fn a_treasury_counts_what_came_in_and_went_out_as_far_as_it_can() {
    let mut treasury = Treasury::zeroed();
    for _ in 0..2 {
        assert_eq!((treasury.receive(5), treasury.pay_out(3)), (Ok(()), Ok(())));
    }
    assert_eq!((treasury.received, treasury.withdrawn), (10, 6));
    assert_eq!((treasury.receive(u64::MAX), treasury.pay_out(u64::MAX)), (Ok(()), Ok(())));
    assert_eq!((treasury.received, treasury.withdrawn), (u64::MAX, u64::MAX));
}

#[test]
fn every_node_that_holds_something_is_used() {
    let mut shard = Shard::zeroed();
    assert_eq!(shard.used(), 0);
    (shard.jobs, shard.seats, shard.assigned, shard.lapsed) = (1, 20, 300, 4_000);
    assert_eq!(shard.used(), 4_321);
    (shard.jobs, shard.seats, shard.assigned, shard.lapsed) = (u16::MAX, u16::MAX, u16::MAX, u16::MAX);
    assert_eq!(shard.used(), 4 * u32::from(u16::MAX));
}
