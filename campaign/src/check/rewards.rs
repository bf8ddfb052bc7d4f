//! What stakers earn: pools, positions and emissions, in themselves and as an instruction changes them.

use {
    super::{Findings, ledger::Ledger},
    gpu_market::state::{Emission, RewardPool, RewardPosition},
    gpu_market_sdk::{Address, decode::Account},
};

/// Instructions that write a reward pool. No slash is among them: it must not depend on a pool.
const POOL_WRITERS: &[&str] = &[
    "open_pool",
    "close_pool",
    "check_pool",
    "open_position",
    "close_position",
    "claim_rewards",
    "sync_weight",
    "stake",
    "request_unstake",
    "restake",
    "extend_lock",
    "sweep_fees",
    "open_emission",
    "release_emission",
    "close_emission",
];

/// What a weight earns while each unit of it gains so much × 2⁶⁴; more than anything if that does not fit.
fn earned(weight: u128, gained: u128) -> u128 {
    let low = weight.checked_mul(gained & u128::from(u64::MAX)).map(|product| product >> 64);
    let high = weight.checked_mul(gained >> 64);
    low.zip(high).and_then(|(low, high)| low.checked_add(high)).unwrap_or(u128::MAX)
}

impl Ledger {
    /// A pool counts what there is, holds what it has received, and owes no more than that.
    pub(super) fn pool(&self, at: &Address, pool: &RewardPool, findings: &mut Findings) {
        let sums = self.pools.get(at).cloned().unwrap_or_default();
        let counted = u128::try_from(sums.weight) == Ok(pool.weight())
            && sums.positions.len() == pool.positions as usize
            && sums.emissions == i64::from(pool.emissions);
        findings.require(counted, "rewards", at, || {
            let (positions, emissions) = (pool.positions, pool.emissions);
            format!("weight {}, {positions} positions, {emissions} emissions, against {sums:?}", pool.weight())
        });
        let left = pool.received.checked_sub(pool.claimed);
        let vault = self.tokens.get(&pool.vault).map(|token| token.amount);
        let holds = left.is_some_and(|left| vault.is_some_and(|vault| vault >= left));
        findings.require(holds, "rewards", at, || {
            format!("the vault holds {vault:?}, received are {}, claimed {}", pool.received, pool.claimed)
        });
        let mut owed = u128::from(pool.streaming) + u128::from(pool.carry);
        for key in &sums.positions {
            let Some(Account::RewardPosition(position)) = self.accounts.get(key) else { continue };
            let gained = pool.accumulated().saturating_sub(position_accumulated(position));
            let open = earned(position.weight(), gained).saturating_add(position.pending.into());
            owed = owed.saturating_add(open);
        }
        findings.require(left.is_some_and(|left| u128::from(left) >= owed), "rewards", at, || {
            format!("{owed} are owed or to come, of {left:?} that were received and not claimed")
        });
    }

    /// A position is of a stake and a pool that exist, and settled up to no more than the pool has earned.
    pub(super) fn position(&self, at: &Address, position: &RewardPosition, findings: &mut Findings) {
        let staked = matches!(self.accounts.get(&position.stake), Some(Account::Stake(_)));
        findings.require(staked, "rewards", at, || "its stake is gone".into());
        let within = match self.accounts.get(&position.pool) {
            Some(Account::RewardPool(pool)) => position_accumulated(position) <= pool.accumulated(),
            _ => false,
        };
        findings.require(within, "rewards", at, || "its pool is gone, or was never so far".into());
    }

    /// An emission holds what it has not released, and an incentive keeps to its week's cap.
    pub(super) fn emission(&self, at: &Address, emission: &Emission, findings: &mut Findings) {
        let left = emission.amount.checked_sub(emission.released);
        let vault = self.tokens.get(&emission.vault).map(|token| token.amount);
        let holds = left.is_some_and(|left| vault.is_some_and(|vault| vault >= left));
        findings.require(holds, "emissions", at, || {
            format!("the vault holds {vault:?}, given are {}, released {}", emission.amount, emission.released)
        });
        let capped = emission.kind == 2 && emission.window_paid <= emission.window_cap.min(emission.released);
        findings.require(capped || emission.window_paid == 0, "emissions", at, || {
            format!("{} paid in a week whose cap is {}", emission.window_paid, emission.window_cap)
        });
        let target = self.accounts.get(&emission.target);
        let fits = emission.kind == 2 || matches!(target, Some(Account::RewardPool(_)));
        findings.require(fits, "emissions", at, || "the pool that it is for is gone".into());
    }
}

fn position_accumulated(position: &RewardPosition) -> u128 {
    let [low, high] = position.accumulated;
    u128::from(high) << 64 | u128::from(low)
}

/// Checks what the instruction `name` made of a pool, a position or an emission.
pub fn check_change(
    name: &str,
    at: &Address,
    before: Option<&Account>,
    after: Option<&Account>,
    findings: &mut Findings,
) {
    match (before, after) {
        (Some(Account::RewardPool(before)), Some(Account::RewardPool(after))) if before != after => {
            pool_change(name, at, before, after, findings);
        }
        (Some(Account::RewardPool(before)), None) => {
            let held = before.streaming | u64::from(before.positions | before.emissions);
            findings.require(held == 0, "rewards", at, || "a pool was closed with something in it".into());
        }
        (Some(Account::RewardPosition(before)), Some(Account::RewardPosition(after))) if before != after => {
            position_change(name, at, before, after, findings);
        }
        (Some(Account::RewardPosition(before)), None) => {
            findings.require(before.pending == 0, "rewards", at, || "a position was closed with rewards".into());
        }
        (Some(Account::Emission(before)), Some(Account::Emission(after))) if before != after => {
            emission_change(name, at, before, after, findings);
        }
        (Some(Account::Emission(before)), None) => {
            let given = before.kind == 2 || before.released == before.amount;
            findings.require(given, "emissions", at, || "an emission to stakers was closed before its end".into());
        }
        _ => {}
    }
}

fn pool_change(name: &str, at: &Address, before: &RewardPool, after: &RewardPool, findings: &mut Findings) {
    findings.require(POOL_WRITERS.contains(&name), "rewards", at, || format!("{name} wrote a pool"));
    let rises = before.accumulated() <= after.accumulated()
        && before.stream_from <= after.stream_from
        && before.received <= after.received
        && before.claimed <= after.claimed;
    findings.require(rises, "rewards", at, || format!("{name} took back what was earned"));
    let receives = ["sweep_fees", "release_emission"].contains(&name);
    findings.require(receives || before.received == after.received, "rewards", at, || {
        format!("{name} booked an income")
    });
    findings.require(name == "claim_rewards" || before.claimed == after.claimed, "rewards", at, || {
        format!("{name} booked a claim")
    });
}

fn position_change(
    name: &str,
    at: &Address,
    before: &RewardPosition,
    after: &RewardPosition,
    findings: &mut Findings,
) {
    let same = (before.pool, before.stake, before.rent_payer) == (after.pool, after.stake, after.rent_payer);
    findings.require(same, "rewards", at, || format!("{name} made it another position"));
    let claims = name == "claim_rewards";
    let kept = before.pending <= after.pending && before.claimed == after.claimed;
    findings.require(claims || kept, "rewards", at, || format!("{name} took rewards out of a position"));
    let rises = before.claimed <= after.claimed && position_accumulated(before) <= position_accumulated(after);
    findings.require(rises, "rewards", at, || format!("{name} took a position back"));
}

fn emission_change(name: &str, at: &Address, before: &Emission, after: &Emission, findings: &mut Findings) {
    let mut same = *before;
    (same.released, same.window, same.window_paid) = (after.released, after.window, after.window_paid);
    findings.require(same == *after, "emissions", at, || format!("{name} changed what an emission is"));
    let by = if before.kind == 1 { "release_emission" } else { "pay_incentive" };
    findings.require(name == by && before.released < after.released, "emissions", at, || {
        format!("{name} took the released from {} to {}", before.released, after.released)
    });
}
