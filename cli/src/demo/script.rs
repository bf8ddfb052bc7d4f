//! What will happen on a day, as far as it is decided before: who posts what when, and which hosts stand where.

use {
    super::{
        cast::{CLIENTS, Story, Vice},
        dice::Dice,
    },
    crate::spec::JobSpec,
    gpu_market::state::Tier,
    gpu_market_migrations::Deployment,
};

/// Hosts arrive from then on, seconds after the day begins; until then posts stand in line.
const HOSTS_ARRIVE: u32 = 600;
/// The first posts of each market, which take the head seats in order.
const FIRST_POSTS: u32 = 900;
/// The other posts, and how long they keep coming.
const OTHER_POSTS: u32 = 1_500;
const POSTING_SECONDS: u32 = 4_500;

/// A job that somebody will post.
#[derive(Clone, Debug)]
pub struct Posting {
    pub spec: usize,
    pub client: usize,
    pub story: Story,
    /// Seconds after the day begins; not used by a job of the night.
    pub at: u32,
    /// Seconds of the first purchase, and of the extension.
    pub duration: u32,
    pub extension: u32,
}

/// A host that will arrive.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub market: u16,
    pub vice: Option<Vice>,
    pub at: u32,
}

#[derive(Clone, Debug)]
pub struct Script {
    pub postings: Vec<Posting>,
    pub arrivals: Vec<Arrival>,
}

impl Script {
    pub fn write(deployment: &Deployment, specs: &[JobSpec], dice: &mut Dice) -> Self {
        let mut writer = Writer { deployment, specs, dice, postings: Vec::new(), arrivals: Vec::new() };
        writer.vices();
        writer.early_bird();
        writer.every_spec();
        writer.stories();
        writer.more_of_the_same();
        writer.honest_hosts();
        Self { postings: writer.postings, arrivals: writer.arrivals }
    }
}

struct Writer<'a> {
    deployment: &'a Deployment,
    specs: &'a [JobSpec],
    dice: &'a mut Dice,
    postings: Vec<Posting>,
    arrivals: Vec<Arrival>,
}

impl Writer<'_> {
    /// Specs that satisfy a condition, by index.
    fn specs_where(&self, holds: impl Fn(&JobSpec) -> bool) -> Vec<usize> {
        let specs = self.specs.iter().enumerate();
        specs.filter(|(_, spec)| holds(spec)).map(|(index, _)| index).collect()
    }

    fn is_premium(&self, spec: &JobSpec) -> bool {
        self.deployment.market(spec.market).is_some_and(|market| market.tier == Tier::Premium)
    }

    fn post(&mut self, spec: usize, story: Story, at: u32) {
        let Some(seconds) = self.specs.get(spec).map(|spec| spec.max_duration) else {
            return;
        };
        let shortest = self
            .specs
            .get(spec)
            .and_then(|spec| self.deployment.market(spec.market))
            .map_or(seconds, |market| market.terms.min_duration);
        // Who extends buys half first.
        let duration = if story == Story::Extends { (seconds / 2).max(shortest).min(seconds) } else { seconds };
        let client = usize::try_from(self.dice.below(CLIENTS.len() as u64)).unwrap_or(0);
        self.postings.push(Posting { spec, client, story, at, duration, extension: seconds - duration });
    }

    /// One host for every vice, at the head of its market's line, and one early post for each.
    fn vices(&mut self) {
        for (place, vice) in (0..).zip(Vice::ALL) {
            let mut choice = self.specs_where(|spec| spec.command().is_some());
            let premium = self.specs_where(|spec| spec.command().is_some() && self.is_premium(spec));
            if vice.prefers_premium() && !premium.is_empty() {
                choice = premium;
            }
            let Some(spec) = self.dice.pick(&choice).copied() else {
                continue;
            };
            let Some(market) = self.specs.get(spec).map(|spec| spec.market) else {
                continue;
            };
            self.arrivals.push(Arrival { market, vice: Some(vice), at: HOSTS_ARRIVE + place });
            let at = FIRST_POSTS + self.dice.between(0, 300);
            self.post(spec, Story::Plain, at);
        }
    }

    /// A job that stands in line before any host is there, where the first to come is honest.
    fn early_bird(&mut self) {
        let choice = self.specs_where(|spec| self.arrivals.iter().all(|arrival| arrival.market != spec.market));
        if let Some(spec) = self.dice.pick(&choice).copied() {
            let at = self.dice.between(10, 120);
            self.post(spec, Story::Plain, at);
        }
    }

    fn every_spec(&mut self) {
        for spec in 0..self.specs.len() {
            let at = self.some_time();
            self.post(spec, Story::Plain, at);
        }
    }

    fn some_time(&mut self) -> u32 {
        OTHER_POSTS + self.dice.between(0, POSTING_SECONDS)
    }

    fn stories(&mut self) {
        for story in Story::SPECIAL {
            let choice = self.specs_where(|spec| !story.needs_run() || spec.command().is_some());
            let Some(spec) = self.dice.pick(&choice).copied() else {
                continue;
            };
            let at = match story {
                Story::CancelsQueued => self.dice.between(10, 120),
                _ => self.some_time(),
            };
            self.post(spec, story, at);
        }
    }

    fn more_of_the_same(&mut self) {
        let all: Vec<usize> = (0..self.specs.len()).collect();
        for _ in 0..self.dice.between(2, 6) {
            let at = self.some_time();
            if let Some(spec) = self.dice.pick(&all).copied() {
                self.post(spec, Story::Plain, at);
            }
        }
    }

    /// Two for every market that somebody posts in: a job whose spec one cannot get is tried by another.
    fn honest_hosts(&mut self) {
        let mut markets: Vec<u16> = self.specs.iter().map(|spec| spec.market).collect();
        markets.sort_unstable();
        markets.dedup();
        for market in markets {
            for _ in 0..2 {
                let at = HOSTS_ARRIVE + 60 + self.dice.between(0, 120);
                self.arrivals.push(Arrival { market, vice: None, at });
            }
        }
    }
}
