//! The two instructions by which a transaction says what it needs at most.

use gpu_market_sdk::{Address, Instruction};

const COMPUTE_BUDGET: Address = Address::from_str_const("ComputeBudget111111111111111111111111111111");

/// Compute units of both.
pub const LIMITS_CU: u64 = 300;

/// Numbers of the program's instructions.
const SET_COMPUTE_UNIT_LIMIT: u8 = 2;
const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT: u8 = 4;

fn setting(number: u8, value: u32) -> Instruction {
    let data = std::iter::once(number).chain(value.to_le_bytes()).collect();
    Instruction { program_id: COMPUTE_BUDGET, accounts: Vec::new(), data }
}

/// Limits a transaction to this many compute units, and to this many bytes of accounts.
pub fn limits(compute_units: u32, loaded_bytes: u32) -> [Instruction; 2] {
    [setting(SET_COMPUTE_UNIT_LIMIT, compute_units), setting(SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT, loaded_bytes)]
}
