//! Seats and matching.

use {
    super::{config, instruction, optional_readonly, readonly, signer, writable},
    crate::{AccountMeta, Address, Instruction, address},
};

/// A seat to take or to renew; see [`join`] and [`renew`].
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Operator of the host; signs.
    pub operator: Address,
    /// Host account.
    pub host: Address,
    /// The market.
    pub market: Address,
    /// Number of the terms in force.
    pub terms: u32,
    /// Index of the shard.
    pub shard: u8,
    /// Worst rate that the host accepts, micro base units per second.
    pub min_rate: u64,
    /// Token account of the host's owner or operator with a token of the market's access mint, if it has one.
    pub access: Option<Address>,
}

impl Seat {
    fn metas(&self) -> [AccountMeta; 8] {
        [
            signer(self.operator),
            config(),
            readonly(self.host),
            readonly(self.market),
            readonly(address::terms(&self.market, self.terms).0),
            writable(address::member(&self.market, &self.host).0),
            writable(address::shard(&self.market, self.shard).0),
            optional_readonly(self.access),
        ]
    }
}

/// Operator: takes the head job, or waits for one.
pub fn join(seat: Seat) -> Instruction {
    instruction(2, &seat.min_rate, seat.metas())
}

/// Operator: extends the waiting seat in `node` by one lifetime, under the terms in force. It keeps its place.
pub fn renew(seat: Seat, node: u16) -> Instruction {
    instruction(20, &(node, seat.min_rate), seat.metas())
}

/// See [`leave`].
#[derive(Clone, Copy, Debug)]
pub struct Leave {
    /// Operator or owner of the host, and anyone once the seat is lapsed or evictable; signs.
    pub caller: Address,
    /// Host account.
    pub host: Address,
    /// The market.
    pub market: Address,
    /// Index of the shard.
    pub shard: u8,
    /// Node of the seat.
    pub node: u16,
}

/// Removes a waiting or lapsed seat and frees its bond.
pub fn leave(params: Leave) -> Instruction {
    instruction(
        21,
        &params.node,
        [
            signer(params.caller),
            readonly(params.host),
            writable(address::member(&params.market, &params.host).0),
            writable(address::shard(&params.market, params.shard).0),
        ],
    )
}

/// Anyone, without a signature: brings head job and head seat of a shard together.
pub fn match_heads(market: Address, shard: u8) -> Instruction {
    instruction(22, &(), [writable(address::shard(&market, shard).0)])
}

/// Anyone, without a signature: moves the head seat of shard `from`, which has no job in line, to the head job of `to`.
pub fn rebalance(market: Address, from: u8, to: u8) -> Instruction {
    instruction(23, &(), [writable(address::shard(&market, from).0), writable(address::shard(&market, to).0)])
}
