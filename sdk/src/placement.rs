//! Which shard of a market to post into, which to join, and between which two to move a seat.
//!
//! The program takes any choice; these are the ones that keep lines short and waiting fair. Everybody sees the shards a
//! little late and many choose at once, so posts and joins draw two shards at random and take the better one: nearly as
//! even as looking at all of them, and no crowd runs to the same one. Where seats wait for a post, or jobs for a seat, the
//! draw is among these, so that a long line is found more often. `simulator` measures how long jobs wait by these rules.

use {
    crate::decode::ShardAccount,
    gpu_market::{
        constants::LAPSED_PER_MATCH,
        state::{Node, NodeKind, Shard},
    },
};

/// What placement looks at in a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Index of the shard.
    pub index: u8,
    /// Jobs in line.
    pub jobs: u16,
    /// Seats waiting, lapsed ones that nobody has met yet among them.
    pub seats: u16,
    /// Nodes that hold nothing: without one, only a match succeeds.
    pub room: u32,
    /// The first job in line.
    pub head_job: Option<Head>,
    /// The seat that the next match would take. None if more lapsed seats stand before it than one match clears away.
    pub head_seat: Option<Head>,
}

/// The first of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Of a job its rate, of a seat the worst that it accepts; micro base units per second.
    pub rate: u64,
    /// Since when it waits, unix seconds.
    pub since: i64,
}

/// Shards to move a seat between, see [`crate::instructions::queue::rebalance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Index of the shard whose head seat is given away.
    pub from: u8,
    /// Index of the shard whose head job it gets.
    pub to: u8,
}

impl Line {
    /// Looks at a decoded shard at `now`, unix seconds.
    pub fn of(account: &ShardAccount, now: i64) -> Self {
        Self::new(&account.shard, &account.nodes, now)
    }

    /// Looks at a header and its nodes at `now`, unix seconds.
    pub fn new(shard: &Shard, nodes: &[Node], now: i64) -> Self {
        let capacity = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        Self {
            index: shard.index,
            jobs: shard.jobs,
            seats: shard.seats,
            room: capacity.saturating_sub(shard.used()),
            head_job: node_of(nodes, shard.job_head, NodeKind::Queued)
                .map(|node| Head { rate: node.rate, since: node.since }),
            head_seat: next_seat(nodes, shard.seat_head, now)
                .map(|node| Head { rate: node.min_rate, since: node.since }),
        }
    }

    /// When its head seat began to wait, if a job at `rate` would get that seat at once.
    fn seat_for(&self, rate: u64) -> Option<i64> {
        self.head_seat.filter(|seat| self.jobs == 0 && seat.rate <= rate).map(|seat| seat.since)
    }

    /// When its head job began to wait, if a seat that accepts `min_rate` would get that job at once.
    fn job_for(&self, min_rate: u64) -> Option<i64> {
        self.head_job.filter(|job| job.rate >= min_rate).map(|job| job.since)
    }
}

fn node_of(nodes: &[Node], index: u16, kind: NodeKind) -> Option<&Node> {
    nodes.get(usize::from(index)).filter(|node| node.is(kind))
}

/// The first seat that is still valid, as far as one match looks.
fn next_seat(nodes: &[Node], head: u16, now: i64) -> Option<&Node> {
    let follow = |node: &&Node| node_of(nodes, node.next, NodeKind::Waiting);
    core::iter::successors(node_of(nodes, head, NodeKind::Waiting), follow)
        .take(LAPSED_PER_MATCH.into())
        .find(|node| now < node.valid_until)
}

/// The shard to post a job at `rate` into, micro base units per second: of the shards of two waiting seats, where the job
/// would be taken at once, the one whose head seat has waited longer; where none waits, the shorter of two lines. `random`
/// is any number, a new one for each choice. None if every shard is full.
pub fn to_post(lines: &[Line], rate: u64, random: u64) -> Option<u8> {
    let waiting = |line: &Line| Some((line.seat_for(rate)?, line.seats));
    let shorter = |line: &Line| (line.room > 0).then_some(line.jobs);
    older_of_two(lines, waiting, random).or_else(|| lesser_of_two(lines, shorter, random))
}

/// The shard to join with a seat that accepts `min_rate`, micro base units per second: of the lines of two waiting jobs,
/// the one whose head has waited longer; where no job waits, the one of two shards where fewer seats do. A shard whose
/// head job pays less would refuse the seat. `random` is any number, a new one for each choice. None if no shard would
/// take it.
pub fn to_join(lines: &[Line], min_rate: u64, random: u64) -> Option<u8> {
    let waiting = |line: &Line| Some((line.job_for(min_rate)?, line.jobs));
    let fewer = |line: &Line| (line.room > 0 && line.head_job.is_none()).then_some(line.seats);
    older_of_two(lines, waiting, random).or_else(|| lesser_of_two(lines, fewer, random))
}

/// The move that helps whoever waits longest: the oldest head job that another shard has a seat for, and the oldest such
/// seat. None if there is nothing to move.
pub fn to_rebalance(lines: &[Line]) -> Option<Move> {
    let moves = lines.iter().filter_map(|to| {
        let job = to.head_job?;
        let seats = lines.iter().filter_map(|from| Some((from.seat_for(job.rate)?, from.index)));
        let (seat_since, from) = seats.min()?;
        Some(((job.since, seat_since), Move { from, to: to.index }))
    });
    moves.min_by_key(|(waiting, _)| *waiting).map(|(_, choice)| choice)
}

/// Of the shards that hold two random ones of all that wait, the one that has waited since earlier. `waiting` says since
/// when the first of a shard waits, and how many do.
fn older_of_two(lines: &[Line], waiting: impl Fn(&Line) -> Option<(i64, u16)>, random: u64) -> Option<u8> {
    let candidates =
        || lines.iter().filter_map(|line| waiting(line).map(|(since, count)| (since, count, line.index)));
    let total = candidates().map(|(_, count, _)| usize::from(count)).fold(0, usize::saturating_add);
    let holding = |place: usize| {
        let mut before = 0usize;
        candidates().find(|(_, count, _)| {
            before = before.saturating_add((*count).into());
            place < before
        })
    };
    let chosen = halves(random).into_iter().filter_map(|bits| holding(scaled(bits, total)));
    chosen.min_by_key(|(since, ..)| *since).map(|(_, _, index)| index)
}

/// Of two different random shards that have a key, the one with the lesser; the first of two equals. The only one, if it
/// is.
fn lesser_of_two(lines: &[Line], key: impl Fn(&Line) -> Option<u16>, random: u64) -> Option<u8> {
    let candidates = || lines.iter().filter_map(|line| Some((key(line)?, line.index)));
    let count = candidates().count();
    let [first, second] = halves(random);
    let first = scaled(first, count);
    // The second is another one: those from the first on move up by one.
    let second = scaled(second, count.saturating_sub(1));
    let second = if second >= first { second.saturating_add(1) } else { second };
    let chosen = [first, second].into_iter().filter_map(|place| candidates().nth(place));
    chosen.min_by_key(|(key, _)| *key).map(|(_, index)| index)
}

/// Two random numbers of 32 bits.
fn halves(random: u64) -> [u64; 2] {
    [random >> 32, random & u64::from(u32::MAX)]
}

/// 32 random bits as a number below `bound`; zero if that is zero.
fn scaled(bits: u64, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX);
    usize::try_from(bits.saturating_mul(bound) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests;
