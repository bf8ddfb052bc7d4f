//! What the chain allows, and what it counts a transaction as.
//!
//! A block takes transactions until their units add up to its limit, and those that write one account until theirs add
//! up to 40 % of it. A transaction's units are known before it runs: its limits count, not what it uses.

use gpu_market_sdk::svm::SLOTS_PER_SECOND;

/// Milliseconds of a slot, which is one block.
pub const SLOT_MS: u64 = 1_000 / SLOTS_PER_SECOND;
/// Units of a block per second of its slot: 100 million per 400 ms.
pub const UNITS_PER_SECOND: u64 = 250_000_000;
/// Units of a block.
pub const BLOCK_UNITS: u64 = UNITS_PER_SECOND / SLOTS_PER_SECOND;
/// Share of a block's units that transactions writing one account may have, in percent.
pub const ACCOUNT_PERCENT: u64 = 40;
/// Units of one account in a block.
pub const ACCOUNT_UNITS: u64 = BLOCK_UNITS * ACCOUNT_PERCENT / 100;

/// Units of a signature.
pub const SIGNATURE_UNITS: u64 = 720;
/// Units of an account that is locked for writing.
pub const WRITE_LOCK_UNITS: u64 = 300;
/// Bytes of instruction data that count as one unit.
pub const DATA_BYTES_PER_UNIT: u64 = 4;
/// Bytes of a page of loaded data.
pub const PAGE_BYTES: u64 = 32 * 1_024;
/// Units of a page of loaded data.
pub const PAGE_UNITS: u64 = 8;
/// Bytes that every loaded account counts beside its data.
pub const ACCOUNT_BASE_BYTES: u64 = 64;

/// What a client adds to the compute units that it measured, in percent.
pub const MARGIN_PERCENT: u64 = 10;

/// Pages that hold this many bytes.
pub fn pages(bytes: u64) -> u64 {
    bytes.div_ceil(PAGE_BYTES)
}
