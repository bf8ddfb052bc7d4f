//! What stakers are owed, against what came in and what the vaults hold.

use {
    super::{Audit, sum},
    crate::{Address, decode::Account},
    gpu_market::state::{Emission, EmissionKind, RewardPool, RewardPosition, Stake},
};

/// How these findings name their invariant.
const REWARDS: &str = "Rewards";

impl<'a> Audit<'a> {
    fn positions(&self) -> impl Iterator<Item = &'a RewardPosition> {
        self.accounts.values().filter_map(|account| match account {
            Account::RewardPosition(position) => Some(position),
            _ => None,
        })
    }

    /// The vault covers the book, the book covers what is spoken for, and the counts and weights are those of the positions
    /// and emissions that exist.
    pub(super) fn pool(&mut self, address: &Address, pool: &RewardPool, vault: Option<u64>) {
        let booked = pool.booked().unwrap_or(u64::MAX);
        self.require(vault.is_some_and(|vault| vault >= booked), REWARDS, address, || {
            format!("the vault holds {vault:?}, booked are {booked}")
        });
        let positions: Vec<&RewardPosition> =
            self.positions().filter(|position| position.pool == *address).collect();
        let pending = sum(positions.iter().map(|position| position.pending));
        let spoken_for = pending.saturating_add(sum([pool.streaming, pool.carry, pool.claimed].into_iter()));
        self.require(spoken_for <= u128::from(pool.received), REWARDS, address, || {
            format!("{spoken_for} pending, streaming, carried or claimed of {} received", pool.received)
        });
        let weight = positions.iter().fold(0u128, |sum, position| sum.saturating_add(position.weight()));
        self.require(weight == pool.weight(), REWARDS, address, || {
            format!("a weight of {} against {weight} of its positions", pool.weight())
        });
        let emissions = self.emissions_into(address);
        self.require(
            usize::try_from(pool.positions) == Ok(positions.len())
                && usize::try_from(pool.emissions) == Ok(emissions),
            REWARDS,
            address,
            || {
                let (counted, into) = (pool.positions, pool.emissions);
                format!("{counted} positions against {}, {into} emissions against {emissions}", positions.len())
            },
        );
    }

    fn emissions_into(&self, pool: &Address) -> usize {
        let is_of = |account: &&Account| match account {
            Account::Emission(emission) => emission.is(EmissionKind::Stakers) && emission.target == *pool,
            _ => false,
        };
        self.accounts.values().filter(is_of).count()
    }

    /// A position is of a stake and a pool that exist, and is settled no further than the pool is.
    pub(super) fn position(&mut self, address: &Address, position: &RewardPosition) {
        let pool = match self.accounts.get(&position.pool) {
            Some(Account::RewardPool(pool)) => Some(pool),
            _ => None,
        };
        let has_stake = matches!(self.accounts.get(&position.stake), Some(Account::Stake(_)));
        let settled = gpu_market::math::wide(position.accumulated);
        self.require(has_stake && pool.is_some_and(|pool| settled <= pool.accumulated()), REWARDS, address, || {
            "its stake or its pool is gone, or it is settled further than the pool".into()
        });
    }

    /// A stake counts the positions that it has.
    pub(super) fn positions_of(&mut self, address: &Address, stake: &Stake) {
        let positions = self.positions().filter(|position| position.stake == *address).count();
        self.require(usize::from(stake.positions) == positions, REWARDS, address, || {
            format!("{} positions against {positions}", stake.positions)
        });
    }

    /// The vault holds what was given and not released.
    pub(super) fn emission(&mut self, address: &Address, emission: &Emission, vault: Option<u64>) {
        let left = emission.left().unwrap_or(u64::MAX);
        self.require(vault.is_some_and(|vault| vault >= left), REWARDS, address, || {
            format!("the vault holds {vault:?}, not released are {left}")
        });
    }
}
