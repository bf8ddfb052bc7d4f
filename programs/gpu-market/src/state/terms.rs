use {
    super::{ensure, Policy, Tier},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::Checked,
        settlement::{pay, share},
    },
};

/// What terms say; see [`Terms`] for the meaning of each field.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsParams {
    pub rate: u64,
    pub bond: u64,
    pub tip: u64,
    pub queue_fee: u64,
    pub min_duration: u32,
    pub max_duration: u32,
    pub queue_ttl: u32,
    pub ack_window: u32,
    pub heartbeat_interval: u32,
    pub seat_lifetime: u32,
    pub fee_bps: u16,
    pub missed_ack_bps: u16,
    pub sla_bps: u16,
    pub attempts: u8,
    pub policy: Policy,
    pub attestor_set: Address,
}

impl TermsParams {
    /// Checks every parameter against the bounds of the program and the minimum bond of the config.
    pub fn check(&self, tier: Tier, min_bond: u64) -> Rule<()> {
        ensure(self.rate > 0, MarketError::RateZero)?;
        ensure(self.bond >= min_bond, MarketError::BondBelowMinimum)?;
        ensure(self.fee_bps <= MAX_FEE_BPS, MarketError::FeeTooHigh)?;
        ensure(self.missed_ack_bps <= MAX_MISSED_ACK_BPS, MarketError::MissedAckTooHigh)?;
        ensure(self.sla_bps <= MAX_SLA_BPS, MarketError::SlaTooHigh)?;
        ensure(tier == Tier::Premium || self.sla_bps == 0, MarketError::SlaInCommunity)?;
        ensure(
            self.min_duration >= MIN_JOB_DURATION
                && self.min_duration <= self.max_duration
                && self.max_duration <= MAX_JOB_DURATION,
            MarketError::DurationOutOfRange,
        )?;
        ensure((MIN_QUEUE_TTL..=MAX_QUEUE_TTL).contains(&self.queue_ttl), MarketError::QueueTtlOutOfRange)?;
        ensure((MIN_ACK_WINDOW..=MAX_ACK_WINDOW).contains(&self.ack_window), MarketError::AckWindowOutOfRange)?;
        ensure(
            (MIN_HEARTBEAT..=MAX_HEARTBEAT).contains(&self.heartbeat_interval),
            MarketError::HeartbeatOutOfRange,
        )?;
        ensure(
            (MIN_SEAT_LIFETIME..=MAX_SEAT_LIFETIME).contains(&self.seat_lifetime),
            MarketError::SeatLifetimeOutOfRange,
        )?;
        ensure((1..=MAX_ATTEMPTS).contains(&self.attempts), MarketError::AttemptsOutOfRange)?;
        self.policy.check(tier, self.bond)?;
        // In Premium a record is weighed by fees, so there are fees, and a window is not judged on less than its shortest jobs.
        let shortest = share(pay(self.rate, self.min_duration)?, self.fee_bps)?;
        let judged = shortest.times(u64::from(self.policy.min_ended))?;
        ensure(
            tier == Tier::Community || (self.fee_bps > 0 && self.policy.min_ended_fees >= judged),
            MarketError::PolicyOutOfRange,
        )
    }
}

/// Immutable, numbered terms of a market. A job copies what it is settled by when it is posted, so later terms, and
/// even the closing of this account, never touch it.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Terms {
    pub market: Address,
    pub rent_payer: Address,
    /// Attestors whose rounds count here; all zeros for none.
    pub attestor_set: Address,
    /// When they take or took effect, unix seconds.
    pub effective_at: i64,
    /// Micro base units of the payment mint per second.
    pub rate: u64,
    /// Base units of the stake mint recorded against the member's collateral for each seat.
    pub bond: u64,
    /// Base units of the payment mint reserved for whoever enforces a deadline.
    pub tip: u64,
    /// Base units of the payment mint that the last free node of a shard costs; see `settlement::queue_fee`.
    pub queue_fee: u64,
    /// What the market asks of its members.
    pub policy: Policy,
    pub number: u32,
    /// Seconds.
    pub min_duration: u32,
    /// Seconds, extensions included.
    pub max_duration: u32,
    /// Seconds that a job waits in line at most.
    pub queue_ttl: u32,
    /// Seconds within which an assigned host starts or declines.
    pub ack_window: u32,
    /// Seconds between heartbeats.
    pub heartbeat_interval: u32,
    /// Seconds that a waiting seat is valid without renewal; also the notice for new terms.
    pub seat_lifetime: u32,
    /// Protocol fee on what the host earns.
    pub fee_bps: u16,
    /// Share of the bond that a missed acknowledgement costs.
    pub missed_ack_bps: u16,
    /// Share of the bond that a lost or faulted job costs.
    pub sla_bps: u16,
    /// Hosts that a job is assigned to before it is refunded.
    pub attempts: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 59],
}

impl Terms {
    pub fn set(&mut self, params: &TermsParams) {
        self.rate = params.rate;
        self.bond = params.bond;
        self.tip = params.tip;
        self.queue_fee = params.queue_fee;
        self.min_duration = params.min_duration;
        self.max_duration = params.max_duration;
        self.queue_ttl = params.queue_ttl;
        self.ack_window = params.ack_window;
        self.heartbeat_interval = params.heartbeat_interval;
        self.seat_lifetime = params.seat_lifetime;
        self.fee_bps = params.fee_bps;
        self.missed_ack_bps = params.missed_ack_bps;
        self.sla_bps = params.sla_bps;
        self.attempts = params.attempts;
        self.policy = params.policy;
        self.attestor_set = params.attestor_set;
    }

    /// Refuses a duration outside of these terms.
    #[inline]
    pub fn require_duration(&self, seconds: u32) -> Rule<()> {
        ensure(seconds >= self.min_duration && seconds <= self.max_duration, MarketError::JobDurationOutOfRange)
    }
}
