//! Seats that are over, and jobs and seats that could be brought together.

use {
    super::{Outlook, View},
    crate::{Kind, agenda::Times},
    gpu_market_sdk::{
        Address,
        decode::ShardAccount,
        gpu_market::{
            constants::LAPSED_PER_MATCH,
            state::{Node, NodeKind},
        },
        instructions::queue,
        placement::{self, Line},
    },
};

/// The first nodes of a list, as many as one match looks at.
fn first_of(shard: &ShardAccount, head: u16, kind: NodeKind) -> impl Iterator<Item = &Node> {
    let node = move |index: u16| shard.nodes.get(usize::from(index)).filter(|node| node.is(kind));
    std::iter::successors(node(head), move |node_before| node(node_before.next)).take(LAPSED_PER_MATCH.into())
}

impl View<'_> {
    pub(super) fn seat(&self, address: &Address, index: u16) -> Option<Outlook> {
        let account = self.index.shard(address)?;
        let node = account.nodes.get(usize::from(index))?;
        let is_lapsed = node.is(NodeKind::Lapsed);
        if !is_lapsed && !node.is(NodeKind::Waiting) {
            return None;
        }
        let member = self.member(&node.member)?;
        let is_over = is_lapsed || self.now.unix >= node.valid_until;
        if !is_over && node.epoch == member.epoch {
            return Some(Outlook::at(node.valid_until));
        }
        let reason = if is_over { "is over" } else { "is evicted, its host having missed a job or fallen" };
        let why = format!("the seat of member {} in node {index} {reason}", node.member);
        let step = self.step(Kind::Leave, why, || {
            vec![queue::leave(queue::Leave {
                caller: self.caller.key,
                host: member.host,
                market: account.shard.market,
                shard: account.shard.index,
                node: index,
            })]
        });
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    pub(super) fn shard(&self, address: &Address) -> Option<Outlook> {
        let account = self.index.shard(address)?;
        let job = first_of(account, account.shard.job_head, NodeKind::Queued).next()?;
        // Lapsed seats before it are unlinked on the way. More of them than one match looks at are left to `leave`.
        let mut seats = first_of(account, account.shard.seat_head, NodeKind::Waiting);
        let seat = seats.find(|seat| self.now.unix < seat.valid_until)?;
        if seat.min_rate > job.rate {
            return Some(Outlook::at(seat.valid_until));
        }
        let (market, number) = (account.shard.market, account.shard.index);
        let why = format!("a job and a seat wait in shard {number} of market {market}");
        let step = self.step(Kind::MatchHeads, why, || vec![queue::match_heads(market, number)]);
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    /// One move at a time: it changes what the next one is.
    pub(super) fn market_of_shards(&self, market: &Address) -> Option<Outlook> {
        let lines: Vec<Line> = self.index.shards_of(market).map(|shard| Line::of(shard, self.now.unix)).collect();
        let choice = placement::to_rebalance(&lines)?;
        let why =
            format!("a job waits in shard {} of market {market} and a seat in shard {}", choice.to, choice.from);
        let step = self.step(Kind::Rebalance, why, || vec![queue::rebalance(*market, choice.from, choice.to)]);
        // Seats that lapse change nothing in the shard before somebody meets them.
        let times = Times { unix: self.next_lapse(market), slot: None };
        Some(Outlook { steps: vec![step], times })
    }

    /// When the first of the seats that a move could take lapses.
    fn next_lapse(&self, market: &Address) -> Option<i64> {
        let shards = self.index.shards_of(market);
        let seats = shards.flat_map(|shard| first_of(shard, shard.shard.seat_head, NodeKind::Waiting));
        seats.map(|seat| seat.valid_until).filter(|until| *until > self.now.unix).min()
    }
}
