//! What the model keeps of each account. A book has the fields that the model predicts, and is read from an account to be
//! compared with it.

use {
    gpu_market::state::{
        AttestorSet, Challenge, Client, Config, Credit, Emission, Gpu, Host, Job, Market, Member, Record,
        RewardPool, RewardPosition, Stake, Standing, Terms, TermsParams, Treasury,
    },
    gpu_market_sdk::Address,
};

/// A book that is read from an account of type `Account`.
macro_rules! book {
    ($(#[$doc:meta])* $name:ident of $account:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(pub $field: $type,)*
        }

        impl $name {
            pub fn read(account: &$account) -> Self {
                Self { $($field: account.$field,)* }
            }
        }
    };
}

book!(ConfigBook of Config {
    admin: Address,
    pending_admin: Address,
    pauser: Address,
    stake_mint: Address,
    treasury: Address,
    rent_payer: Address,
    unbonding: i64,
    min_bond: u64,
    split_effective_at: i64,
    markets: u32,
    stakers_bps: u16,
    referral_bps: u16,
    next_stakers_bps: u16,
    next_referral_bps: u16,
    paused: u8,
});

book!(MarketBook of Market {
    authority: Address,
    pending_authority: Address,
    payment_mint: Address,
    feeder: Address,
    rent_payer: Address,
    access_mint: Address,
    announced_effective_at: i64,
    announced_rate: u64,
    seats_until: i64,
    genesis_end: i64,
    current_terms: u32,
    announced_terms: u32,
    open_terms: u32,
    members: u32,
    gpus_per_seat: u16,
    tier: u8,
    shards: u8,
    paused: u8,
    listed: u8,
    admission: u8,
    announced_admission: u8,
});

book!(ClientBook of Client {
    owner: Address,
    mint: Address,
    rent_payer: Address,
    delegate: Address,
    referrer: Address,
    available: u64,
    reserved: u64,
    fees_owed: u64,
    referral_owed: u64,
    due: u64,
    nonce_floor: u64,
    delegate_cap: u64,
    delegate_used: u64,
    delegate_expires_at: i64,
    open_jobs: u32,
    delegation: u16,
    halted: u8,
});

book!(JobBook of Job {
    client: Address,
    market: Address,
    member: Address,
    rent_payer: Address,
    spec_hash: [u8; 32],
    nonce: u64,
    rate: u64,
    deposit: u64,
    paid: u64,
    fee: u64,
    due: u64,
    tip: u64,
    tip_paid: u64,
    refunded: u64,
    queue_fee: u64,
    bond: u64,
    created_at: i64,
    started_at: i64,
    last_at: i64,
    ended_at: i64,
    last_slot: u64,
    rewarded: u64,
    terms: u32,
    duration: u32,
    max_duration: u32,
    evidenced: u32,
    heartbeat_interval: u32,
    queue_ttl: u32,
    ack_window: u32,
    node: u16,
    delegation: u16,
    fee_bps: u16,
    missed_ack_bps: u16,
    sla_bps: u16,
    state: u8,
    outcome: u8,
    flags: u8,
    shard: u8,
    attempts: u8,
    max_attempts: u8,
    spec_declines: u8,
});

book!(HostBook of Host {
    owner: Address,
    operator: Address,
    rent_payer: Address,
    members: u32,
    strikes: u32,
    last_strike_at: i64,
});

book!(MemberBook of Member {
    market: Address,
    host: Address,
    earnings: Address,
    rent_payer: Address,
    collateral: u64,
    bonds: u64,
    collateral_floor: u64,
    join_barred_until: i64,
    decline_window_start: i64,
    last_ended_at: i64,
    attested_until: i64,
    earned: u64,
    disputed_fees: u64,
    evidenced: u64,
    completed: u32,
    failed: u32,
    ended: u32,
    timed_out: u32,
    lost: u32,
    missed: u32,
    declined: u32,
    disputed: u32,
    seats: u16,
    running: u16,
    attested_gpus: u16,
    epoch: u16,
    state: u8,
    miss_streak: u8,
    declines: u8,
    standing: Standing,
    record: Record,
});

book!(TreasuryBook of Treasury { mint: Address, rent_payer: Address, received: u64, withdrawn: u64 });

book!(SetBook of AttestorSet {
    creator: Address,
    rent_payer: Address,
    rounds: u32,
    attestors: u8,
});

book!(RoundBook of Challenge {
    member: Address,
    host: Address,
    set: Address,
    payer: Address,
    rent_payer: Address,
    fee: u64,
    paid: u64,
    slot: u64,
    nonce: u32,
    state: u8,
});

book!(GpuBook of Gpu { set: Address, member: Address, host: Address, rent_payer: Address, expires_at: i64, round: u32 });

book!(EmissionBook of Emission {
    target: Address,
    funder: Address,
    mint: Address,
    rent_payer: Address,
    amount: u64,
    released: u64,
    start: i64,
    end: i64,
    rate: u64,
    window_cap: u64,
    window_paid: u64,
    window: u32,
    id: u16,
    kind: u8,
});

/// A number of 128 bits of an account: low half, high half.
fn wide([low, high]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// A reward pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolBook {
    pub mint: Address,
    pub rent_payer: Address,
    pub weight: u128,
    pub accumulated: u128,
    pub received: u64,
    pub claimed: u64,
    pub streaming: u64,
    pub carry: u64,
    pub stream_from: i64,
    pub stream_end: i64,
    pub positions: u32,
    pub emissions: u32,
    pub halted: u8,
}

impl PoolBook {
    pub fn read(pool: &RewardPool) -> Self {
        Self {
            mint: pool.mint,
            rent_payer: pool.rent_payer,
            weight: wide(pool.weight),
            accumulated: wide(pool.accumulated),
            received: pool.received,
            claimed: pool.claimed,
            streaming: pool.streaming,
            carry: pool.carry,
            stream_from: pool.stream_from,
            stream_end: pool.stream_end,
            positions: pool.positions,
            emissions: pool.emissions,
            halted: pool.halted,
        }
    }
}

/// What a stake earns from a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionBook {
    pub pool: Address,
    pub stake: Address,
    pub rent_payer: Address,
    pub weight: u128,
    pub accumulated: u128,
    pub pending: u64,
    pub claimed: u64,
}

impl PositionBook {
    pub fn read(position: &RewardPosition) -> Self {
        Self {
            pool: position.pool,
            stake: position.stake,
            rent_payer: position.rent_payer,
            weight: wide(position.weight),
            accumulated: wide(position.accumulated),
            pending: position.pending,
            claimed: position.claimed,
        }
    }
}

/// An amount and when it unlocks.
pub type Tranche = (u64, i64);

/// A stake.
#[derive(Clone, Debug, PartialEq)]
pub struct StakeBook {
    pub owner: Address,
    pub rent_payer: Address,
    pub amount: u64,
    pub allocated: u64,
    pub owed: u64,
    pub treasury_owed: u64,
    pub unbonding: i64,
    pub cooling: [Tranche; 4],
    pub credits: u32,
    pub ties: u32,
    pub positions: u8,
    pub lock_days: u16,
    pub halted: u8,
}

impl StakeBook {
    pub fn read(stake: &Stake) -> Self {
        Self {
            owner: stake.owner,
            rent_payer: stake.rent_payer,
            amount: stake.amount,
            allocated: stake.allocated,
            owed: stake.owed,
            treasury_owed: stake.treasury_owed,
            unbonding: stake.unbonding,
            cooling: stake.cooling.slots.map(|slot| (slot.amount, slot.unlock_at)),
            credits: stake.credits,
            ties: stake.ties,
            positions: stake.positions,
            lock_days: stake.lock_days,
            halted: stake.halted,
        }
    }
}

/// Slashed stake on its way to a client.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditBook {
    pub stake: Address,
    pub beneficiary: Address,
    pub rent_payer: Address,
    pub claims: [Tranche; 4],
}

impl CreditBook {
    pub fn read(credit: &Credit) -> Self {
        Self {
            stake: credit.stake,
            beneficiary: credit.beneficiary,
            rent_payer: credit.rent_payer,
            claims: credit.claims.slots.map(|slot| (slot.amount, slot.unlock_at)),
        }
    }
}

/// Immutable terms.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsBook {
    pub market: Address,
    pub rent_payer: Address,
    pub number: u32,
    pub effective_at: i64,
    pub params: TermsParams,
}

impl TermsBook {
    pub fn read(terms: &Terms) -> Self {
        Self {
            market: terms.market,
            rent_payer: terms.rent_payer,
            number: terms.number,
            effective_at: terms.effective_at,
            params: TermsParams {
                rate: terms.rate,
                bond: terms.bond,
                tip: terms.tip,
                queue_fee: terms.queue_fee,
                min_duration: terms.min_duration,
                max_duration: terms.max_duration,
                queue_ttl: terms.queue_ttl,
                ack_window: terms.ack_window,
                heartbeat_interval: terms.heartbeat_interval,
                seat_lifetime: terms.seat_lifetime,
                fee_bps: terms.fee_bps,
                missed_ack_bps: terms.missed_ack_bps,
                sla_bps: terms.sla_bps,
                attempts: terms.attempts,
                policy: terms.policy,
                attestor_set: terms.attestor_set,
            },
        }
    }
}

/// A token account.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenBook {
    pub mint: Address,
    pub owner: Address,
    pub amount: u64,
    pub frozen: bool,
}

impl TokenBook {
    /// Reads a token account of either program by the offsets of its format.
    pub fn read(data: &[u8]) -> Option<Self> {
        let key = |offset: usize| {
            let bytes: [u8; 32] = data.get(offset..offset + 32)?.try_into().ok()?;
            Some(Address::new_from_array(bytes))
        };
        let amount = u64::from_le_bytes(data.get(64..72)?.try_into().ok()?);
        let state = *data.get(108)?;
        Some(Self { mint: key(0)?, owner: key(32)?, amount, frozen: state == 2 })
    }
}
