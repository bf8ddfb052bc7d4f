//! What markets are doing, from their jobs and the shards of their queues.

use {
    super::wait::Load,
    crate::{commands::CommandError, context::Context},
    gpu_market_sdk::{
        Address,
        decode::ShardAccount,
        gpu_market::state::{Job, JobState, Market},
        rpc::Holds,
        view::ViewError,
    },
    std::{collections::BTreeMap, mem::offset_of},
};

/// Jobs of a market that are not over.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// Seconds that each open job takes at most.
    pub open: BTreeMap<Address, u64>,
    /// Seconds until each running job is over at the latest.
    pub running: Vec<u64>,
}

/// The jobs of all markets, or of one, by market: two scans.
pub async fn jobs(
    context: &Context,
    market: Option<&Address>,
    now: i64,
) -> Result<BTreeMap<Address, Jobs>, CommandError> {
    let holds = |state: JobState| {
        let state = Holds::at(offset_of!(Job, state), [state as u8]);
        let market = market.map(|market| Holds::at(offset_of!(Job, market), market));
        std::iter::once(state).chain(market).collect::<Vec<_>>()
    };
    let (open, running) = (holds(JobState::Open), holds(JobState::Running));
    let (open, running) =
        tokio::try_join!(context.connection.scan::<Job>(&open), context.connection.scan::<Job>(&running))?;
    let mut jobs: BTreeMap<Address, Jobs> = BTreeMap::new();
    for (address, job) in open {
        jobs.entry(job.market).or_default().open.insert(address, job.duration.into());
    }
    for (_, job) in running {
        let left = job.ends_at()?.saturating_sub(now);
        jobs.entry(job.market).or_default().running.push(u64::try_from(left).unwrap_or_default());
    }
    Ok(jobs)
}

/// A market's queue as a whole.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    pub shards: Vec<ShardAccount>,
    pub jobs: u32,
    pub seats: u32,
    pub assigned: u32,
    pub load: Load,
}

/// Reads the shards of a market, and lines its open jobs up as they wait there.
pub async fn queue(
    context: &Context,
    address: &Address,
    market: &Market,
    jobs: Jobs,
) -> Result<Queue, CommandError> {
    let shards = context.shards(address, market.shards).await?;
    let sum = |count: fn(&ShardAccount) -> u16| shards.iter().map(|shard| u32::from(count(shard))).sum();
    let seats = sum(|account| account.shard.seats);
    Ok(Queue {
        jobs: sum(|account| account.shard.jobs),
        assigned: sum(|account| account.shard.assigned),
        load: load(&shards, jobs, seats)?,
        seats,
        shards,
    })
}

fn load(shards: &[ShardAccount], mut jobs: Jobs, seats: u32) -> Result<Load, ViewError> {
    let mut line = Vec::new();
    for account in shards {
        let waiting = account.queue()?.jobs.into_iter();
        line.extend(waiting.filter_map(|slot| Some((slot.node.since, jobs.open.remove(&slot.node.job)?))));
    }
    // The shards are served side by side.
    line.sort_by_key(|(since, _)| *since);
    // An open job that is in no line has a seat, which is free when its time is over.
    let busy = jobs.running.into_iter().chain(jobs.open.into_values());
    Ok(Load { seats, busy: busy.collect(), line: line.into_iter().map(|(_, seconds)| seconds).collect() })
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        bytemuck::Zeroable,
        gpu_market_sdk::gpu_market::{
            queue::Queue as Line,
            state::{Node, Now, Shard},
        },
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn shard(index: u8, jobs: &[(u8, i64)]) -> ShardAccount {
        let (mut shard, mut nodes) = (Shard::zeroed(), vec![Node::zeroed(); 4]);
        shard.open(key(1), index, key(2));
        let mut line = Line { shard: &mut shard, nodes: &mut nodes };
        for (job, since) in jobs {
            line.post(&key(*job), 5, Now { unix: *since, slot: 1 }).unwrap();
        }
        ShardAccount { shard, nodes }
    }

    #[test]
    fn jobs_are_lined_up_as_they_wait_and_those_with_a_seat_are_busy() {
        let open = [(key(10), 100), (key(11), 200), (key(12), 300), (key(13), 400)].into();
        let jobs = Jobs { open, running: vec![50] };
        let shards = [shard(0, &[(10, 7), (12, 9)]), shard(1, &[(11, 8)])];
        let load = load(&shards, jobs, 0).unwrap();
        assert_eq!((load.line, load.busy), (vec![100, 200, 300], vec![50, 400]));
    }
}
