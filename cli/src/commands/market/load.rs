//! What markets are doing, from their shards and jobs.

use {
    super::wait::Load,
    crate::{commands::CommandError, context::Context},
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Job, JobState, Market},
        rpc::Holds,
    },
    std::{collections::BTreeMap, mem::offset_of},
};

/// The load of all markets, or of one, by market: two scans of jobs, one of them for those that run.
pub async fn loads(
    context: &Context,
    market: Option<&Address>,
    now: i64,
) -> Result<BTreeMap<Address, Load>, CommandError> {
    let mut loads: BTreeMap<Address, Load> = BTreeMap::new();
    let holds = |state: JobState| {
        let state = Holds::at(offset_of!(Job, state), [state as u8]);
        let market = market.map(|market| Holds::at(offset_of!(Job, market), market));
        std::iter::once(state).chain(market).collect::<Vec<_>>()
    };
    let (open, running) = (holds(JobState::Open), holds(JobState::Running));
    let (open, running) =
        tokio::try_join!(context.connection.scan::<Job>(&open), context.connection.scan::<Job>(&running))?;
    for (_, job) in running {
        let left = job.ends_at()?.saturating_sub(now);
        loads.entry(job.market).or_default().busy.push(u64::try_from(left).unwrap_or_default());
    }
    for (_, job) in open {
        loads.entry(job.market).or_default().line.push(job.duration.into());
    }
    Ok(loads)
}

/// Counts the seats of a market's shards, and takes the jobs that have a seat already out of its line.
pub async fn complete(
    context: &Context,
    address: &Address,
    market: &Market,
    mut load: Load,
) -> Result<(Load, Queue), CommandError> {
    let mut queue = Queue::default();
    for account in context.shards(address, market.shards).await? {
        let shard = &account.shard;
        queue.jobs += u32::from(shard.jobs);
        queue.seats += u32::from(shard.seats);
        queue.assigned += u32::from(shard.assigned);
        queue.capacity += account.capacity();
        queue.used += shard.used();
    }
    // An open job that is in no line is assigned: its seat is free when its time is over.
    let in_line = usize::try_from(queue.jobs).unwrap_or(usize::MAX).min(load.line.len());
    let assigned = load.line.split_off(in_line);
    load.busy.extend(assigned);
    load.seats = queue.seats;
    Ok((load, queue))
}

/// What the shards of a market hold together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Queue {
    pub jobs: u32,
    pub seats: u32,
    pub assigned: u32,
    pub used: u32,
    pub capacity: u32,
}
