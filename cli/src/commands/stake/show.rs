//! One stake in full.

use {
    super::find,
    crate::{
        commands::CommandError,
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{Address, gpu_market::state::Tranches},
};

pub async fn show(context: &Context, owner: Option<Address>) -> Result<(), CommandError> {
    let owner = owner.map_or_else(|| context.me(), Ok)?;
    let (now, config) = (context.now().await?, context.config().await?);
    let (key, stake) = find(context, owner).await?;
    let amount = |units| Value::amount(units, config.stake_decimals);
    let record = Record::new("Stake")
        .with("stake", key)
        .with("owner", owner)
        .with("mint", stake.mint)
        .with("decimals", config.stake_decimals)
        .with("staked", amount(stake.amount))
        .with("allocated", amount(stake.allocated))
        .with("free", amount(stake.free()?))
        .with("owed_to_harmed", amount(stake.owed))
        .with("owed_to_treasury", amount(stake.treasury_owed))
        .with("unbonding", Value::Span(u64::try_from(stake.unbonding).unwrap_or_default()))
        .with("lock_days", stake.lock_days)
        .with("weight", stake.weight()?.to_string())
        .with("reward_positions", stake.positions)
        .with("halted", stake.halted != 0)
        .with("cooling", tranches(&stake.cooling, now, config.stake_decimals));
    context.print(&record)
}

/// Amounts and when they unlock, the first to unlock first.
pub fn tranches(tranches: &Tranches, now: i64, decimals: u8) -> Vec<Record> {
    let mut used: Vec<_> = tranches.slots.iter().filter(|tranche| tranche.amount > 0).collect();
    used.sort_by_key(|tranche| tranche.unlock_at);
    let row = |amount, at| {
        Record::row().with("amount", Value::amount(amount, decimals)).with("unlocks_at", Value::Time(at, now))
    };
    used.into_iter().map(|tranche| row(tranche.amount, tranche.unlock_at)).collect()
}
