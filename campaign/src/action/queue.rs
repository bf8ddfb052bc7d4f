//! Seats and matching.

use {
    crate::{
        cast::Cast,
        ids::{Key, MarketId, Party, Wallet},
    },
    gpu_market_sdk::{Instruction, instructions::queue},
    serde::{Deserialize, Serialize},
};

/// A seat to take or to renew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    pub by: Key,
    pub host: Party,
    pub market: MarketId,
    pub terms: u32,
    pub shard: u8,
    pub min_rate: u64,
    pub access: Option<Wallet>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum QueueAction {
    Join(Seat),
    Renew { seat: Seat, node: u16 },
    Leave { by: Key, host: Party, market: MarketId, shard: u8, node: u16 },
    Match { market: MarketId, shard: u8 },
    Rebalance { market: MarketId, from: u8, to: u8 },
}

fn seat(cast: &Cast, seat: &Seat) -> queue::Seat {
    queue::Seat {
        operator: cast.key(seat.by),
        host: cast.host(seat.host),
        market: cast.market(seat.market),
        terms: seat.terms,
        shard: seat.shard,
        min_rate: seat.min_rate,
        access: seat.access.map(|wallet| cast.wallet(wallet)),
    }
}

impl QueueAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        match *self {
            Self::Join(of) => queue::join(seat(cast, &of)),
            Self::Renew { seat: of, node } => queue::renew(seat(cast, &of), node),
            Self::Leave { by, host, market, shard, node } => queue::leave(queue::Leave {
                caller: cast.key(by),
                host: cast.host(host),
                market: cast.market(market),
                shard,
                node,
            }),
            Self::Match { market, shard } => queue::match_heads(cast.market(market), shard),
            Self::Rebalance { market, from, to } => queue::rebalance(cast.market(market), from, to),
        }
    }
}
