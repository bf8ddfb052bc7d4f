//! How many jobs per second go through when there are always more than fit.
//!
//! A crowd of jobs, each of which sends its next transaction as soon as its last is in a block: as if the hours between
//! were nothing. A running market has the same mix, from far more jobs at a time.

use {
    super::{Kind, Units, nodes_of},
    crate::{
        chain::{Chain, Limits, Saturated, Sent, Usage},
        costs::Costs,
        dice::Dice,
        rules::SLOT_MS,
    },
    gpu_market_sdk::placement::{Line, to_post},
};

/// Jobs that are under way at a time: more than fit into a block.
const CROWD: usize = 20_000;
/// Blocks until the crowd is spread over the lives of its jobs.
const WARM_UP: u64 = 100;
/// Blocks that are counted.
pub const MEASURED: u64 = 300;

/// What is under load.
#[derive(Clone, Debug)]
pub struct Load {
    pub markets: usize,
    /// Shards of each market.
    pub shards: usize,
    /// Share of the blocks that others leave, in percent.
    pub share: u64,
    /// Whether one client posts everything, so that its own account is written by all posts.
    pub one_client: bool,
    /// Transactions of a job, in order; the first is its post.
    pub life: Vec<Kind>,
}

impl Load {
    /// One market that has the blocks to itself.
    pub fn of(life: Vec<Kind>, shards: usize) -> Self {
        Self { markets: 1, shards, share: 100, one_client: false, life }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Throughput {
    pub jobs_per_second: u64,
    pub usage: Usage,
}

impl Throughput {
    pub fn saturated(&self) -> Saturated {
        self.usage.saturated()
    }
}

/// A job's whole life, with this many heartbeats.
pub fn life(heartbeats: usize) -> Vec<Kind> {
    let before = [Kind::Post, Kind::Join, Kind::Start];
    before.into_iter().chain(std::iter::repeat_n(Kind::Heartbeat, heartbeats)).chain([Kind::Finish]).collect()
}

/// One of the crowd.
#[derive(Clone, Copy, Debug)]
struct Job {
    market: usize,
    shard: usize,
    /// Its next transaction.
    step: usize,
}

struct Crowd<'a> {
    load: &'a Load,
    units: Units,
    jobs: Vec<Job>,
    /// The lines of each market, as everybody sees them: after the last block.
    lines: Vec<Vec<Line>>,
    chain: Chain<usize>,
    /// Transactions that went into blocks.
    taken: u64,
    dice: Dice,
}

/// Measures how many jobs go through.
pub fn measure(costs: &Costs, load: &Load) -> Throughput {
    let mut crowd = Crowd::new(costs, load);
    (0..WARM_UP).for_each(|_| crowd.block());
    crowd.chain.reset_usage();
    crowd.taken = 0;
    (0..MEASURED).for_each(|_| crowd.block());
    // Jobs go through in waves; all their steps together show the mean better than their last alone.
    let jobs = crowd.taken / load.life.len() as u64;
    Throughput { jobs_per_second: jobs * 1_000 / (MEASURED * SLOT_MS), usage: crowd.chain.usage() }
}

impl<'a> Crowd<'a> {
    fn new(costs: &Costs, load: &'a Load) -> Self {
        let accounts = load.markets * load.shards + 1;
        let nodes = nodes_of(load.shards);
        let line = |index: usize| Line {
            index: u8::try_from(index).unwrap_or(u8::MAX),
            jobs: 0,
            seats: 0,
            room: u32::MAX,
            head_job: None,
            head_seat: None,
        };
        let mut crowd = Self {
            load,
            units: Units::new(costs, nodes),
            jobs: Vec::new(),
            lines: vec![(0..load.shards).map(line).collect(); load.markets],
            chain: Chain::new(Limits::share(load.share), accounts),
            taken: 0,
            dice: Dice::new(1),
        };
        for number in 0..CROWD {
            let (market, shard) = (number % load.markets, number / load.markets % load.shards);
            let step = usize::try_from(crowd.dice.below(load.life.len() as u64)).unwrap_or(0);
            crowd.jobs.push(Job { market, shard, step });
            crowd.send(number);
        }
        crowd
    }

    /// Makes a block and lets every job in it go on.
    fn block(&mut self) {
        let taken = self.chain.make_block();
        self.taken += taken.len() as u64;
        taken.iter().for_each(|sent| self.advance(sent.what));
        taken.iter().for_each(|sent| self.send(sent.what));
    }

    /// A transaction of this job is in a block.
    fn advance(&mut self, number: usize) {
        let job = &mut self.jobs[number];
        let line = &mut self.lines[job.market][job.shard];
        match self.load.life[job.step] {
            Kind::Post => line.jobs = line.jobs.saturating_add(1),
            Kind::Join => line.jobs = line.jobs.saturating_sub(1),
            _ => {}
        }
        job.step = (job.step + 1) % self.load.life.len();
    }

    /// Sends a job's next transaction.
    fn send(&mut self, number: usize) {
        let mut job = self.jobs[number];
        let kind = self.load.life[job.step];
        if kind == Kind::Post {
            let chosen = to_post(&self.lines[job.market], 0, self.dice.any());
            job.shard = chosen.map_or(0, usize::from);
            self.jobs[number] = job;
        }
        let shard = job.market * self.load.shards + job.shard;
        let client = self.load.markets * self.load.shards;
        let hot = [
            kind.writes_shard().then_some(shard),
            (kind.writes_client() && self.load.one_client).then_some(client),
        ];
        self.chain.send(Sent { what: number, units: self.units.of(kind), hot, for_block: 0 });
    }
}
