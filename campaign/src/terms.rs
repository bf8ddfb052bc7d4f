//! The terms that markets here are created with and change to.

use {
    gpu_market::state::{Policy, TermsParams},
    gpu_market_sdk::Address,
    serde::{Deserialize, Serialize},
};

/// One whole token of the stake mint.
pub const STAKE: u64 = 1_000_000_000;

/// What of some terms is not as in the first ones of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChoice {
    pub rate: u64,
    pub bond: u64,
    pub tip: u64,
    pub fee_bps: u16,
    pub missed_ack_bps: u16,
    pub sla_bps: u16,
    pub attempts: u8,
    /// Asks for an attestation, and names the set of attestors.
    pub attested: bool,
    pub collateral_floor: u64,
}

/// Base units of the payment mint per second, in micro base units: an odd number, so that every second is rounded.
pub const RATE: u64 = 100_333_333;

impl TermsChoice {
    /// The first terms of a market of this tier.
    pub const fn first(premium: bool) -> Self {
        Self {
            rate: RATE,
            bond: 10 * STAKE + 7,
            tip: 1_001,
            fee_bps: 203,
            missed_ack_bps: 1_003,
            sla_bps: if premium { 2_007 } else { 0 },
            attempts: 3,
            attested: premium,
            collateral_floor: if premium { 20 * STAKE + 14 } else { 0 },
        }
    }

    pub fn params(&self, premium: bool, set: Address) -> TermsParams {
        let admission = u8::from(self.attested);
        let policy = if premium { policy(self.collateral_floor, admission) } else { community_policy(admission) };
        TermsParams {
            rate: self.rate,
            bond: self.bond,
            tip: self.tip,
            queue_fee: 50_021,
            min_duration: 60,
            max_duration: 4 * 3_600,
            queue_ttl: 600,
            ack_window: 120,
            heartbeat_interval: 60,
            seat_lifetime: 1_800,
            fee_bps: self.fee_bps,
            missed_ack_bps: self.missed_ack_bps,
            sla_bps: self.sla_bps,
            attempts: self.attempts,
            policy,
            attestor_set: if self.attested { set } else { Address::default() },
        }
    }
}

fn community_policy(admission: u8) -> Policy {
    Policy { admission, ..Policy::default() }
}

fn policy(collateral_floor: u64, admission: u8) -> Policy {
    Policy {
        min_volume: 50,
        collateral_floor,
        min_ended_fees: 100_000,
        min_completed: 1,
        min_evidenced: 60,
        min_score: 1_000,
        strike_cooldown: 3 * 86_400,
        min_ended: 2,
        suspension: 2 * 86_400,
        cooldown: 30 * 86_400,
        promote_success_bps: 5_000,
        review_success_bps: 4_000,
        review_missed_bps: 5_000,
        min_clients: 1,
        admission,
        reserved: [0; 3],
    }
}
