//! A market on a chain: jobs and hosts that send transactions, blocks that take them, and shards in which the program's
//! own queue brings them together.
//!
//! Whoever acts sees the shards as they were after the last block, and acts for the next.

use {
    super::{Units, nodes_of},
    crate::{
        chain::{Chain, Limits, Sent, Usage},
        costs::Costs,
        dice::Dice,
        shards::{self, Shards},
    },
    gpu_market_sdk::placement::{Line, Move, to_join, to_post, to_rebalance},
    std::collections::BTreeMap,
};

/// Kinds of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Post,
    Join,
    Start,
    Heartbeat,
    Finish,
    /// Finish and take the next job, or wait for it, in one.
    Rejoin,
    Rebalance,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Post, Self::Join, Self::Start, Self::Heartbeat, Self::Finish, Self::Rejoin, Self::Rebalance];

    pub fn writes_shard(self) -> bool {
        !matches!(self, Self::Heartbeat | Self::Finish)
    }

    pub fn writes_client(self) -> bool {
        matches!(self, Self::Post | Self::Finish | Self::Rejoin)
    }
}

/// What a transaction does, and to whom, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Post { job: usize, shard: u8 },
    Join { host: usize, shard: u8 },
    Start { job: usize },
    Heartbeat { job: usize },
    Finish { job: usize },
    Rejoin { job: usize, shard: u8 },
    Rebalance(Move),
}

impl Act {
    pub fn kind(self) -> Kind {
        match self {
            Self::Post { .. } => Kind::Post,
            Self::Join { .. } => Kind::Join,
            Self::Start { .. } => Kind::Start,
            Self::Heartbeat { .. } => Kind::Heartbeat,
            Self::Finish { .. } => Kind::Finish,
            Self::Rejoin { .. } => Kind::Rejoin,
            Self::Rebalance(_) => Kind::Rebalance,
        }
    }
}

/// Something that is going to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A client posts.
    Post { job: usize },
    /// A host joins.
    Join { host: usize },
    /// A host starts its job.
    Start { job: usize },
    /// A host goes on working: a heartbeat, or the finish.
    Work { job: usize },
    /// A host finishes and stays away.
    Finish { job: usize },
}

/// A job on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Job {
    /// Blocks that it still has to run; none of a job that runs until it is told to finish.
    pub left: Option<u64>,
    shard: u8,
    node: u16,
    host: usize,
}

/// Blocks from sending to inclusion, both counted, and how often, by kind.
pub type Delays = BTreeMap<Kind, BTreeMap<u64, u64>>;

/// The market, its crowd and the chain.
pub struct Engine {
    units: Units,
    /// Blocks between heartbeats.
    heartbeat: u64,
    pub chain: Chain<Act>,
    pub shards: Shards,
    lines: Vec<Line>,
    pub jobs: Vec<Job>,
    agenda: BTreeMap<u64, Vec<Intent>>,
    pub block: u64,
    dice: Dice,
    pub delays: Delays,
    rebalancing: usize,
}

impl Engine {
    /// An empty market of `shards` shards, where others leave `share` percent of the blocks.
    pub fn new(costs: &Costs, shards: usize, share: u64, heartbeat: u64, seed: u64) -> Self {
        let nodes = nodes_of(shards);
        let shards = Shards::new(shards, nodes);
        Self {
            units: Units::new(costs, nodes),
            heartbeat,
            chain: Chain::new(Limits::share(share), shards.count()),
            lines: shards.lines(0),
            shards,
            jobs: Vec::new(),
            agenda: BTreeMap::new(),
            block: 0,
            dice: Dice::new(seed),
            delays: Delays::new(),
            rebalancing: 0,
        }
    }

    /// Has something sent for a block that is still to come.
    pub fn plan(&mut self, block: u64, intent: Intent) {
        self.agenda.entry(block.max(self.block)).or_default().push(intent);
    }

    /// A new job that runs this many blocks, or until it is told to finish.
    pub fn new_job(&mut self, left: Option<u64>) -> usize {
        self.jobs.push(Job { left, ..Job::default() });
        self.jobs.len() - 1
    }

    /// A job that a host has been running since before.
    pub fn running_job(&mut self, host: usize, left: u64) -> usize {
        self.jobs.push(Job { left: Some(left), host, ..Job::default() });
        self.jobs.len() - 1
    }

    /// A seat that has been waiting since before, where a host would have joined.
    pub fn seat(&mut self, host: usize) {
        let lines = self.shards.lines(0);
        let shard = to_join(&lines, 0, self.dice.any()).unwrap_or(0);
        self.shards.join(shard, host, 0);
        self.lines = self.shards.lines(0);
    }

    /// Makes one block.
    pub fn step(&mut self) {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| *entry.key() <= self.block) {
            entry.remove().into_iter().for_each(|intent| self.send(intent));
        }
        self.crank();
        for sent in self.chain.make_block() {
            let delay = self.block + 1 - sent.for_block;
            *self.delays.entry(sent.what.kind()).or_default().entry(delay).or_default() += 1;
            self.apply(sent.what);
        }
        self.block += 1;
        self.lines = self.shards.lines(shards::seconds(self.block));
    }

    /// Makes blocks until nothing is pending or planned.
    pub fn settle(&mut self) {
        self.step();
        while self.chain.pending() > 0 || !self.agenda.is_empty() || to_rebalance(&self.lines).is_some() {
            self.step();
        }
    }

    pub fn usage(&self) -> Usage {
        self.chain.usage()
    }

    fn send(&mut self, intent: Intent) {
        let random = self.dice.any();
        let act = match intent {
            Intent::Post { job } => Act::Post { job, shard: to_post(&self.lines, 0, random).unwrap_or(0) },
            Intent::Join { host } => Act::Join { host, shard: to_join(&self.lines, 0, random).unwrap_or(0) },
            Intent::Start { job } => Act::Start { job },
            Intent::Finish { job } => Act::Finish { job },
            Intent::Work { job } if self.jobs[job].left == Some(0) => {
                Act::Rejoin { job, shard: to_join(&self.lines, 0, random).unwrap_or(0) }
            }
            Intent::Work { job } => Act::Heartbeat { job },
        };
        self.submit(act);
    }

    fn submit(&mut self, act: Act) {
        let shard = |index: u8| Some(usize::from(index));
        let hot = match act {
            Act::Post { shard: index, .. } | Act::Join { shard: index, .. } | Act::Rejoin { shard: index, .. } => {
                [shard(index), None]
            }
            Act::Start { job } => [shard(self.jobs[job].shard), None],
            Act::Rebalance(Move { from, to }) => [shard(from), shard(to)],
            Act::Heartbeat { .. } | Act::Finish { .. } => [None, None],
        };
        let units = self.units.of(act.kind());
        self.chain.send(Sent { what: act, units, hot, for_block: self.block });
    }

    /// Sends a move for every seat that it sees apart from a job, unless its last ones are still pending.
    fn crank(&mut self) {
        if self.rebalancing > 0 {
            return;
        }
        let mut lines = self.lines.clone();
        while let Some(step) = to_rebalance(&lines) {
            shards::take(&mut lines, step);
            self.rebalancing += 1;
            self.submit(Act::Rebalance(step));
        }
    }

    fn apply(&mut self, act: Act) {
        let now = shards::seconds(self.block);
        match act {
            Act::Post { job, shard } => {
                // The crowds here are smaller than a market's nodes.
                let matched = self.shards.post(shard, job, now).expect("there is room for a job");
                self.matched(matched);
            }
            Act::Join { host, shard } => {
                let matched = self.shards.join(shard, host, now);
                self.matched(matched);
            }
            Act::Rebalance(step) => {
                self.rebalancing -= 1;
                let matched = self.shards.rebalance(step, now);
                self.matched(matched);
            }
            Act::Start { job } => {
                let Job { shard, node, .. } = self.jobs[job];
                self.shards.start(shard, node);
                self.work(job);
            }
            Act::Heartbeat { job } => self.work(job),
            Act::Finish { .. } => {}
            Act::Rejoin { job, shard } => {
                let matched = self.shards.join(shard, self.jobs[job].host, now);
                self.matched(matched);
            }
        }
    }

    /// A host that was given a job starts it with the next block.
    fn matched(&mut self, matched: Option<shards::Match>) {
        if let Some(shards::Match { job, host, shard, node }) = matched {
            self.jobs[job] = Job { left: self.jobs[job].left, shard, node, host };
            self.plan(self.block + 1, Intent::Start { job });
        }
    }

    /// Lets a job run until its next heartbeat, or its end.
    pub fn work(&mut self, job: usize) {
        let Some(left) = self.jobs[job].left else { return };
        let until = left.min(self.heartbeat);
        self.jobs[job].left = Some(left - until);
        self.plan(self.block + until.max(1), Intent::Work { job });
    }
}
