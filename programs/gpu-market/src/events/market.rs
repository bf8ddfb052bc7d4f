use crate::{
    prelude::*,
    state::{Policy, Terms},
};

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketCreated {
    pub market: Address,
    pub authority: Address,
    pub payment_mint: Address,
    /// All zeros in a community market.
    pub feeder: Address,
    pub gpu_class: [u8; 32],
    pub rent_payer: Address,
    /// All zeros if a host needs no token to enroll, apply and join.
    pub access_mint: Address,
    pub genesis_end: i64,
    pub id: u16,
    pub gpus_per_seat: u16,
    pub tier: u32,
}

/// Terms were announced, or came with a new market.
#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct TermsAnnounced {
    pub terms: Address,
    pub market: Address,
    pub rent_payer: Address,
    pub attestor_set: Address,
    pub effective_at: i64,
    pub rate: u64,
    pub bond: u64,
    pub tip: u64,
    pub queue_fee: u64,
    pub policy: Policy,
    pub number: u32,
    pub min_duration: u32,
    pub max_duration: u32,
    pub queue_ttl: u32,
    pub ack_window: u32,
    pub heartbeat_interval: u32,
    pub seat_lifetime: u32,
    pub fee_bps: u16,
    pub missed_ack_bps: u16,
    pub sla_bps: u16,
    pub attempts: u16,
    pub reserved: u32,
}

impl TermsAnnounced {
    pub fn of(address: Address, terms: &Terms) -> Self {
        Self {
            terms: address,
            market: terms.market,
            rent_payer: terms.rent_payer,
            attestor_set: terms.attestor_set,
            effective_at: terms.effective_at,
            rate: terms.rate,
            bond: terms.bond,
            tip: terms.tip,
            queue_fee: terms.queue_fee,
            policy: terms.policy,
            number: terms.number,
            min_duration: terms.min_duration,
            max_duration: terms.max_duration,
            queue_ttl: terms.queue_ttl,
            ack_window: terms.ack_window,
            heartbeat_interval: terms.heartbeat_interval,
            seat_lifetime: terms.seat_lifetime,
            fee_bps: terms.fee_bps,
            missed_ack_bps: terms.missed_ack_bps,
            sla_bps: terms.sla_bps,
            attempts: terms.attempts.into(),
            reserved: 0,
        }
    }
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct TermsClosed {
    pub terms: Address,
    pub market: Address,
    pub number: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketPauseSet {
    pub market: Address,
    pub old_bits: u8,
    pub bits: u8,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketListed {
    pub market: Address,
    /// False if the market was taken off the list.
    pub listed: u8,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketAuthorityProposed {
    pub market: Address,
    pub authority: Address,
    /// All zeros if a proposal was taken back.
    pub successor: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketAuthorityAccepted {
    pub market: Address,
    pub old_authority: Address,
    pub authority: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct MarketClosed {
    pub market: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ShardCreated {
    pub shard: Address,
    pub market: Address,
    pub rent_payer: Address,
    /// Nodes that it has room for.
    pub capacity: u32,
    pub index: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ShardGrown {
    pub shard: Address,
    pub market: Address,
    /// Who paid for it; the rent goes to the shard's rent payer when it closes.
    pub payer: Address,
    pub old_capacity: u32,
    pub capacity: u32,
    pub index: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ShardClosed {
    pub shard: Address,
    pub market: Address,
    pub index: u8,
}
