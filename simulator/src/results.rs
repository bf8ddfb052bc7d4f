//! Everything that is simulated, in the order of the document.

use crate::{
    costs::Costs,
    fairness::{self, Load as Placing, Setup, Waits},
    load::{
        Kind,
        arrivals::{self, Outcome, Pattern},
        saturated::{self, Load, Throughput, life},
        stampede::{self, Stampede},
    },
};

/// Seconds between heartbeats, and how many a job of mean length sends; the finish counts as one.
pub const HEARTBEATS: [(&str, usize); 4] = [("hour", 0), ("15 minutes", 3), ("5 minutes", 11), ("minute", 57)];
/// Numbers of shards that capacity is given for.
pub const SHARDS: [usize; 3] = [1, 3, 16];
/// More of them, for a plot.
pub const MORE_SHARDS: [usize; 6] = [1, 2, 3, 4, 8, 16];
/// Shares of the blocks that others leave, in percent.
pub const SHARES: [u64; 3] = [100, 25, 10];
/// Numbers of markets of one shard each.
pub const MARKETS: [usize; 4] = [1, 2, 3, 16];

/// Jobs per second of one sequence of transactions, by number of shards.
pub struct Capacity {
    pub name: String,
    pub by_shards: Vec<(usize, Throughput)>,
}

impl Capacity {
    fn new(costs: &Costs, name: String, life: Vec<Kind>, shards: &[usize]) -> Self {
        let measure = |shards: &usize| (*shards, saturated::measure(costs, &Load::of(life.clone(), *shards)));
        Self { name, by_shards: shards.iter().map(measure).collect() }
    }

    /// That of one number of shards.
    pub fn of(&self, shards: usize) -> Option<&Throughput> {
        self.by_shards.iter().find(|(number, _)| *number == shards).map(|(_, throughput)| throughput)
    }
}

/// Posts, and whole lives without heartbeats, of one market of three shards.
pub struct Shared {
    pub share: u64,
    pub posts: Throughput,
    pub one_client: Throughput,
    pub lives: Throughput,
}

/// A market of ten thousand hosts.
pub struct Arrivals {
    pub pattern: Pattern,
    pub shards: usize,
    pub share: u64,
    pub outcome: Outcome,
}

/// All results.
pub struct Results {
    pub costs: Costs,
    pub capacity: Vec<Capacity>,
    pub markets: Vec<(usize, Throughput)>,
    pub shared: Vec<Shared>,
    pub stampedes: Vec<(usize, u64, Stampede)>,
    pub arrivals: Vec<Arrivals>,
    pub waits: Vec<(Setup, Waits)>,
}

impl Results {
    /// Simulates everything. The queue's part needs none of the rest, and runs beside it.
    pub fn simulate() -> Self {
        std::thread::scope(|scope| {
            let waits = scope.spawn(waits);
            let costs = Costs::measure();
            Self {
                capacity: capacity(&costs),
                markets: markets(&costs),
                shared: shared(&costs),
                stampedes: stampedes(&costs),
                arrivals: arrivals(&costs),
                costs,
                waits: waits.join().expect("the simulation of the queue ends"),
            }
        })
    }
}

fn capacity(costs: &Costs) -> Vec<Capacity> {
    let mut rows = vec![
        Capacity::new(costs, "post".into(), vec![Kind::Post], &MORE_SHARDS),
        Capacity::new(costs, "post and match".into(), vec![Kind::Post, Kind::Join], &MORE_SHARDS),
    ];
    for (interval, heartbeats) in HEARTBEATS {
        let name = format!("whole life, a heartbeat each {interval}");
        let shards: &[usize] = if matches!(heartbeats, 0 | 11) { &MORE_SHARDS } else { &SHARDS };
        rows.push(Capacity::new(costs, name, life(heartbeats), shards));
    }
    rows
}

fn markets(costs: &Costs) -> Vec<(usize, Throughput)> {
    let load = |markets| Load { markets, ..Load::of(life(0), 1) };
    MARKETS.map(|markets| (markets, saturated::measure(costs, &load(markets)))).into()
}

fn shared(costs: &Costs) -> Vec<Shared> {
    let posts = |share| Load { share, ..Load::of(vec![Kind::Post], 3) };
    let measure = |share| Shared {
        share,
        posts: saturated::measure(costs, &posts(share)),
        one_client: saturated::measure(costs, &Load { one_client: true, ..posts(share) }),
        lives: saturated::measure(costs, &Load { share, ..Load::of(life(0), 3) }),
    };
    SHARES.map(measure).into()
}

fn stampedes(costs: &Costs) -> Vec<(usize, u64, Stampede)> {
    let all = SHARDS.iter().flat_map(|shards| SHARES.map(|share| (*shards, share)));
    all.map(|(shards, share)| (shards, share, stampede::run(costs, shards, share))).collect()
}

fn arrivals(costs: &Costs) -> Vec<Arrivals> {
    let all = [
        (Pattern::Steady, 1, 100),
        (Pattern::Bursts(500), 1, 100),
        (Pattern::Bursts(2_000), 1, 100),
        (Pattern::Steady, 1, 10),
        (Pattern::Bursts(500), 1, 10),
        (Pattern::Bursts(2_000), 1, 10),
        (Pattern::Bursts(2_000), 16, 10),
    ];
    let run = |(pattern, shards, share)| Arrivals {
        pattern,
        shards,
        share,
        outcome: arrivals::run(costs, pattern, shards, share),
    };
    all.map(run).into()
}

fn waits() -> Vec<(Setup, Waits)> {
    let markets = [(1, false), (4, false), (4, true), (16, false), (16, true)];
    let loads = [Placing::Even, Placing::Skewed, Placing::SkewedBursts];
    let setups =
        loads.into_iter().flat_map(|load| markets.map(|(shards, rebalance)| Setup { load, shards, rebalance }));
    setups.map(|setup| (setup, fairness::run(setup))).collect()
}
