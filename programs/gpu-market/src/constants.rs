//! Seeds and the bounds that no market, admin or authority can exceed.
//!
//! Times are seconds, amounts are base units of the mint in question, shares are basis points (`bps`).

use crate::prelude::*;

/// Layout version written into every account.
pub const ACCOUNT_VERSION: u8 = 1;

pub const CONFIG_SEED: &[u8] = b"config";
pub const TREASURY_SEED: &[u8] = b"treasury";
pub const TREASURY_VAULT_SEED: &[u8] = b"treasury_vault";
pub const MARKET_SEED: &[u8] = b"market";
pub const TERMS_SEED: &[u8] = b"terms";
pub const SHARD_SEED: &[u8] = b"shard";
pub const CLIENT_SEED: &[u8] = b"client";
pub const CLIENT_VAULT_SEED: &[u8] = b"client_vault";
pub const JOB_SEED: &[u8] = b"job";
pub const STAKE_SEED: &[u8] = b"stake";
pub const STAKE_VAULT_SEED: &[u8] = b"stake_vault";
pub const CREDIT_SEED: &[u8] = b"credit";
pub const HOST_SEED: &[u8] = b"host";
pub const EARNINGS_SEED: &[u8] = b"earnings";
pub const MEMBER_SEED: &[u8] = b"member";

/// One whole in basis points.
pub const BPS: u64 = 10_000;
/// Rates are micro base units per second: 10⁻⁶ of a base unit.
pub const MICRO: u64 = 1_000_000;

/// After a deadline, this long only the host may act, so that neither crank nor client can race it.
pub const HOST_GRACE: i64 = 60;
/// A running job without evidence for this many heartbeat intervals is lost.
pub const LOST_INTERVALS: u32 = 3;
/// One heartbeat evidences at most this many intervals.
pub const EVIDENCE_INTERVALS: u32 = 2;

/// Highest protocol fee a market may charge: 10 %.
pub const MAX_FEE_BPS: u16 = 1_000;
/// Highest share of a bond that a missed acknowledgement may cost: 50 %.
pub const MAX_MISSED_ACK_BPS: u16 = 5_000;
/// Highest share of a bond that a lost or faulted job may cost: all of it.
pub const MAX_SLA_BPS: u16 = 10_000;
/// Share of a missed-acknowledgement penalty that tips whoever enforced it.
pub const PENALTY_TIP_BPS: u16 = 1_000;
/// Share of a missed-acknowledgement penalty that goes to the treasury.
pub const PENALTY_TREASURY_BPS: u16 = 1_000;

pub const MIN_JOB_DURATION: u32 = 60;
pub const MAX_JOB_DURATION: u32 = 7 * 86_400;
pub const MIN_QUEUE_TTL: u32 = 60;
pub const MAX_QUEUE_TTL: u32 = 86_400;
pub const MIN_ACK_WINDOW: u32 = 60;
pub const MAX_ACK_WINDOW: u32 = 3_600;
pub const MIN_HEARTBEAT: u32 = 60;
pub const MAX_HEARTBEAT: u32 = 6 * 3_600;
pub const MIN_SEAT_LIFETIME: u32 = 600;
pub const MAX_SEAT_LIFETIME: u32 = 6 * 3_600;
pub const MAX_ATTEMPTS: u8 = 10;

/// A client may dispute a finished job this long.
pub const DISPUTE_WINDOW: i64 = 86_400;
/// After this long anyone may close a terminal job.
pub const JOB_RETENTION: i64 = 7 * 86_400;

/// Never shorter than the longest job plus the time after which it is lost, so that no bond leaves before its job ends.
pub const MIN_UNBONDING: i64 = 8 * 86_400;
pub const MAX_UNBONDING: i64 = 60 * 86_400;

/// Declines by choice that cost nothing within one window.
pub const FREE_DECLINES: u8 = 3;
pub const DECLINE_WINDOW: i64 = 86_400;
/// Share of the bond that each further decline costs.
pub const DECLINE_BPS: u16 = 500;
/// First cooldown after a missed acknowledgement; each further one in a row doubles it.
pub const MISS_COOLDOWN: i64 = 600;
pub const MAX_MISS_COOLDOWN: i64 = 86_400;

/// How long a strike stays with a host at least.
pub const STRIKE_MEMORY: i64 = 30 * 86_400;

/// Longest genesis of a premium market, counted from its creation.
pub const MAX_GENESIS: i64 = 30 * 86_400;
/// How long the attestation of a host admitted at genesis counts after genesis.
pub const GENESIS_ATTESTATION: i64 = 30 * 86_400;
/// Seats of a member whose GPUs nobody attested.
pub const UNATTESTED_SEATS: u16 = 1;

/// Longest time between the announcement of terms and their effect.
pub const MAX_NOTICE: i64 = 30 * 86_400;
/// Nonces are posted less than this above the client's floor, so that no delegate can use up their range.
pub const NONCE_WINDOW: u64 = 1 << 32;

pub const MAX_SHARDS: u8 = 16;
/// Bytes by which one `grow_shard` enlarges a shard: what the runtime allows per instruction.
pub const SHARD_GROWTH: usize = 10_240;
/// A shard this large grows no further. Node indices are `u16`, and `u16::MAX` means none.
pub const MAX_SHARD_NODES: usize = 16_384;
/// Lapsed seats that one match unlinks at most, so that its cost is bounded.
pub const LAPSED_PER_MATCH: u8 = 4;

/// Entries that the pause bits of Config and Market can stop. There is no bit for an exit.
pub mod pause {
    pub const POSTING: u8 = 1;
    pub const JOINING: u8 = 2;
    pub const ENROLLING: u8 = 4;
    pub const STAKING: u8 = 8;
    pub const ALL: u8 = POSTING | JOINING | ENROLLING | STAKING;
}

/// The loader that owns upgradeable programs, and the layout of its program data account.
pub mod loader {
    use super::*;

    pub const UPGRADEABLE: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
    /// `UpgradeableLoaderState::ProgramData` in bincode: tag u32 = 3, slot u64, authority option u8 + 32 bytes.
    pub const PROGRAM_DATA_TAG: u32 = 3;
    pub const AUTHORITY_OPTION_OFFSET: usize = 12;
    pub const AUTHORITY_OFFSET: usize = 13;
}

const _: () =
    assert!(MIN_UNBONDING > MAX_JOB_DURATION as i64 + LOST_INTERVALS as i64 * MAX_HEARTBEAT as i64 + HOST_GRACE);

/// Seed of the address that signs events.
pub const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";
/// The address that signs events, as text.
pub const EVENT_AUTHORITY_TEXT: &str = "3xqTKu2J2tSQyGsRz6KRPXnXrFfr3FeUCdH7EzYEuYJh";
/// The address that signs events: derived from the program's id and the seed above.
pub const EVENT_AUTHORITY: solana_address::Address = solana_address::Address::from_str_const(EVENT_AUTHORITY_TEXT);
/// Its bump.
pub const EVENT_AUTHORITY_BUMP: u8 = 254;

// ---- proving grounds

pub const ATTESTOR_SET_SEED: &[u8] = b"attestors";
pub const CHALLENGE_SEED: &[u8] = b"challenge";
pub const GPU_SEED: &[u8] = b"gpu";

/// The sysvar that keeps the hashes of the last 512 slots.
pub const SLOT_HASHES: Address = Address::from_str_const("SysvarS1otHashes111111111111111111111111111");

/// A change that makes a rule easier to meet takes effect no sooner than this after its announcement: a policy, a set of
/// attestors.
pub const LOOSENING_DELAY: i64 = 14 * 86_400;

/// Length of the windows that a host's record is kept in. Window `n` begins at `n × RECORD_WINDOW` for everybody, so that
/// nobody can choose, move or reset one.
pub const RECORD_WINDOW: i64 = 7 * 86_400;
/// From a fall at the start of a window until the review of the first whole window after it, without the suspension
/// between: a cooldown that is shorter would never remove anybody.
pub const SECOND_FALL: i64 = 2 * RECORD_WINDOW + DISPUTE_WINDOW;
/// Bits of a window's sketch of clients.
pub const SKETCH_BITS: u32 = 128;
/// Most distinct clients that a policy may ask for: the sketch counts 41 of 50 clients on average, and 50 of 64.
pub const MAX_MIN_CLIENTS: u16 = 50;
/// Shortest and longest suspension, and cooldown, that a policy may set.
pub const MIN_SUSPENSION: u32 = 86_400;
pub const MAX_SUSPENSION: u32 = 30 * 86_400;
pub const MAX_POLICY_COOLDOWN: u32 = 180 * 86_400;

pub const MAX_ATTESTORS: usize = 16;
/// Attestors that judge one round at most: a whole set.
pub const MAX_PANEL: usize = MAX_ATTESTORS;
/// GPUs that one round can prove: one bit each in the round's account.
pub const MAX_ROUND_GPUS: u16 = 64;

/// The draw reads the hash of the slot that is this far ahead when the round opens.
pub const DRAW_DELAY_SLOTS: u64 = 8;
/// Slots after which the hash of a slot may be gone from the sysvar, and the draw is over.
pub const DRAW_WINDOW_SLOTS: u64 = 512;
/// Seconds from the opening of a round until the host has to commit to its answer. The draw takes at most
/// [`DRAW_WINDOW_SLOTS`] of them, and the host can compute before it.
pub const ANSWER_WINDOW: i64 = 1_800;
/// Seconds after that until the attestors have to commit to their readings.
pub const READING_WINDOW: i64 = 1_800;
/// Seconds after that until they have to reveal them.
pub const REVEAL_WINDOW: i64 = 1_800;
/// Seconds after that until the host has to open its answer.
pub const OPENING_WINDOW: i64 = 1_800;
/// Seconds after a round was decided within which GPUs are claimed.
pub const CLAIM_WINDOW: i64 = 86_400;
/// A host whose round failed, or was not drawn, opens no other for this long, so that nobody shops for a panel.
pub const ROUND_COOLDOWN: i64 = 86_400;
/// How long an attestation counts.
pub const ATTESTATION_LIFETIME: i64 = 30 * 86_400;
/// An attestor that leaves stays bound this long: longer than a round opened before can take to be drawn and judged.
pub const ATTESTOR_NOTICE: i64 = 86_400;

/// Share of the bond that an attestor loses for a reading that a quorum contradicts, or that it does not reveal. Both cost
/// the same, or an attestor about to be outvoted would hide its reading.
pub const ATTESTOR_SLASH_BPS: u16 = 5_000;
/// Share of the bond that an attestor loses for being drawn and not committing: it knew of no other reading yet.
pub const ATTESTOR_ABSENT_BPS: u16 = 500;
/// A new set's attestors are active at once this long; later ones are announced like any loosening.
pub const FOUNDING_WINDOW: i64 = 86_400;
/// Least bond of an attestor, in base units: of less, the share that an absence costs would round to nothing.
pub const MIN_ATTESTOR_BOND: u64 = 10_000;
/// A round costs at least one part in this many of the bond, so that nobody walks away from panels for nothing until one suits.
pub const MAX_BOND_PER_FEE: u64 = 1_000;

// ---- rewards

pub const REWARD_POOL_SEED: &[u8] = b"rewards";
pub const REWARD_VAULT_SEED: &[u8] = b"rewards_vault";
pub const POSITION_SEED: &[u8] = b"position";
pub const EMISSION_SEED: &[u8] = b"emission";
pub const EMISSION_VAULT_SEED: &[u8] = b"emission_vault";

/// Reward pools that one stake earns from at most: every change of the stake names them all.
pub const MAX_POSITIONS: u8 = 4;
/// Shortest and longest lock of a stake, in days; zero is no lock.
pub const MIN_LOCK_DAYS: u16 = 14;
pub const MAX_LOCK_DAYS: u16 = 365;
/// Weight of a base unit of unlocked stake. A lock adds [`WEIGHT_PER_LOCK_DAY`] a day, which makes 1 + days / 121.67 times
/// the weight, and four times at 365 days, without a fraction.
pub const WEIGHT_UNLOCKED: u64 = 365;
pub const WEIGHT_PER_LOCK_DAY: u64 = 3;
pub const DAY: i64 = 86_400;

/// What a reward pool receives reaches its stakers evenly over this time, so that nobody gains by staking around a sweep.
pub const REWARD_STREAM: i64 = 7 * DAY;

/// Highest share of the protocol's fees that goes to who referred the client: 20 %.
pub const MAX_REFERRAL_BPS: u16 = 2_000;
/// A new split of the fees takes effect this long after its announcement, as soon as there is a market.
pub const SPLIT_NOTICE: i64 = 14 * DAY;

/// Shortest and longest emission.
pub const MIN_EMISSION: i64 = DAY;
pub const MAX_EMISSION: i64 = 4 * 365 * DAY;
/// An emission starts no later than this after it is opened.
pub const MAX_EMISSION_DELAY: i64 = 365 * DAY;

/// Terms with a higher bond take effect no sooner than this, so that members can top up.
pub const BOND_GRACE: i64 = 7 * DAY;
