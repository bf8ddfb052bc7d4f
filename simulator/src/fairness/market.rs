use {
    super::{Load, Setup, Waits},
    crate::{
        dice::Dice,
        load::MEAN_JOB,
        shards::{Match, Shards},
    },
    gpu_market::constants::MAX_SHARD_NODES,
    gpu_market_sdk::placement::{Line, to_join, to_post, to_rebalance},
    std::collections::BTreeMap,
};

/// Jobs that are posted.
pub const JOBS: usize = 120_000;
/// Hosts of the market.
pub const HOSTS: usize = 200;
/// Work that comes, in percent of what the hosts can do, on average.
pub const MEAN_LOAD_PERCENT: u64 = 95;
/// How much more, or less, comes in one half of a day, in percent of that.
pub const SWING_PERCENT: u64 = 30;

/// Jobs of a burst.
const BURST: usize = 100;
/// Clients who do not choose, and hosts, in percent.
const CARELESS_PERCENT: u64 = 50;
/// Everybody sees the shards as they were at most this long ago.
const VIEW_MS: u64 = 1_000;
/// Until someone who moves seats has noticed and acted.
const CRANK_MS: u64 = 1_000;
const HALF_DAY_MS: u64 = 12 * 3_600 * 1_000;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// Jobs are posted, and the next ones planned.
    Arrival,
    /// A host is done with its job.
    Done { host: usize },
    /// Seats are moved.
    Crank,
}

struct Market {
    setup: Setup,
    shards: Shards,
    /// What everybody sees, and since when.
    view: (u64, Vec<Line>),
    /// Events by time, and in order among those of the same time.
    agenda: BTreeMap<(u64, u64), Event>,
    planned: u64,
    crank_planned: bool,
    /// When each job was posted.
    posted: Vec<u64>,
    waits: Vec<u64>,
    refused: usize,
    moved: u64,
    longest: u64,
    now: u64,
    /// Apart, so that all setups get the same jobs at the same times.
    arrivals: Dice,
    lengths: Dice,
    choices: Dice,
}

/// Runs a market until nothing happens any more: all jobs have been posted, and all that were matched are done.
pub fn run(setup: Setup) -> Waits {
    let mut market = Market::new(setup);
    while let Some(((time, _), event)) = market.agenda.pop_first() {
        market.now = time;
        market.happen(event);
    }
    let Market { mut waits, refused, moved, longest, .. } = market;
    waits.sort_unstable();
    Waits { stranded: JOBS - waits.len() - refused, sorted: waits, refused, moved, longest }
}

impl Market {
    fn new(setup: Setup) -> Self {
        let mut market = Self {
            setup,
            shards: Shards::new(setup.shards, MAX_SHARD_NODES),
            view: (0, Vec::new()),
            agenda: BTreeMap::new(),
            planned: 0,
            crank_planned: false,
            posted: Vec::new(),
            waits: Vec::new(),
            refused: 0,
            moved: 0,
            longest: 0,
            now: 0,
            arrivals: Dice::new(3),
            lengths: Dice::new(4),
            choices: Dice::new(5),
        };
        market.look();
        (0..HOSTS).for_each(|host| market.join(host));
        market.plan(0, Event::Arrival);
        market
    }

    fn plan(&mut self, after: u64, event: Event) {
        self.planned += 1;
        self.agenda.insert((self.now + after, self.planned), event);
    }

    fn happen(&mut self, event: Event) {
        if self.now >= self.view.0 + VIEW_MS {
            self.look();
        }
        match event {
            Event::Arrival => self.arrive(),
            Event::Done { host } => self.join(host),
            Event::Crank => self.crank(),
        }
        self.plan_crank();
    }

    fn seconds(&self) -> i64 {
        i64::try_from(self.now / 1_000).unwrap_or(i64::MAX)
    }

    fn look(&mut self) {
        let lines = self.shards.lines(self.seconds());
        self.longest = self.longest.max(lines.iter().map(|line| u64::from(line.jobs)).sum());
        self.view = (self.now, lines);
    }

    /// Posts one job or a burst, and plans the next unless these were the last.
    fn arrive(&mut self) {
        let burst = if self.setup.load == Load::SkewedBursts { BURST } else { 1 };
        (0..burst).for_each(|_| self.post());
        if self.posted.len() < JOBS {
            let mean = interval_ms(self.now) * burst as u64;
            let wait = self.arrivals.exponential(mean);
            self.plan(wait, Event::Arrival);
        }
    }

    fn is_careless(&mut self) -> bool {
        self.choices.percent(CARELESS_PERCENT) && self.setup.load != Load::Even
    }

    fn post(&mut self) {
        let job = self.posted.len();
        self.posted.push(self.now);
        let random = self.choices.any();
        let chosen = if self.is_careless() { Some(0) } else { to_post(&self.view.1, 0, random) };
        match self.shards.post(chosen.unwrap_or(0), job, self.seconds()) {
            Ok(matched) => self.matched(matched),
            Err(_) => self.refused += 1,
        }
    }

    fn join(&mut self, host: usize) {
        let random = self.choices.any();
        let last = u8::try_from(self.setup.shards - 1).unwrap_or(u8::MAX);
        let chosen = if self.is_careless() { Some(last) } else { to_join(&self.view.1, 0, random) };
        let matched = self.shards.join(chosen.unwrap_or(0), host, self.seconds());
        self.matched(matched);
    }

    /// A host starts at once; its seat comes back when the job is done.
    fn matched(&mut self, matched: Option<Match>) {
        if let Some(Match { job, host, shard, node }) = matched {
            self.shards.start(shard, node);
            self.waits.push(self.now - self.posted[job]);
            let length = self.lengths.exponential(MEAN_JOB * 1_000);
            self.plan(length, Event::Done { host });
        }
    }

    /// Plans a move if a seat and a job wait in different shards.
    fn plan_crank(&mut self) {
        let lines = || self.shards.lines(self.seconds());
        if self.setup.rebalance && !self.crank_planned && to_rebalance(&lines()).is_some() {
            self.crank_planned = true;
            self.plan(CRANK_MS, Event::Crank);
        }
    }

    fn crank(&mut self) {
        self.crank_planned = false;
        while let Some(step) = to_rebalance(&self.shards.lines(self.seconds())) {
            let matched = self.shards.rebalance(step, self.seconds());
            self.moved += 1;
            self.matched(matched);
        }
    }
}

/// Mean time between jobs at this time of the day.
fn interval_ms(now: u64) -> u64 {
    let swing = if (now / HALF_DAY_MS).is_multiple_of(2) { 100 + SWING_PERCENT } else { 100 - SWING_PERCENT };
    MEAN_JOB * 1_000 * 100 * 100 / (HOSTS as u64 * MEAN_LOAD_PERCENT * swing)
}
