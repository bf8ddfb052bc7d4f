//! Every instruction of the SDK once, built from keys that say which account is which, and the IDL to hold them against.

// Each test file uses a part of these.
#![allow(dead_code)]

mod attest;
pub mod borsh_idl;
mod jobs;
mod places;
mod rewards;

use {
    anchor_lang_idl_spec::{Idl, IdlInstruction, IdlInstructionAccount, IdlInstructionAccountItem},
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{Parties, Slash, Token},
    },
};

/// The committed IDL.
pub fn idl() -> Idl {
    serde_json::from_str(include_str!("../../../idl/gpu_market.json")).expect("an IDL")
}

/// The accounts of an instruction in order.
pub fn accounts_of(instruction: &IdlInstruction) -> Vec<&IdlInstructionAccount> {
    instruction
        .accounts
        .iter()
        .map(|item| match item {
            IdlInstructionAccountItem::Single(account) => account,
            IdlInstructionAccountItem::Composite(_) => panic!("{} has accounts in groups", instruction.name),
        })
        .collect()
}

/// A key that is not derived, named after its number.
const fn key(number: u8) -> Address {
    Address::new_from_array([number; 32])
}

pub const OWNER: Address = key(1);
pub const AUTHORITY: Address = key(2);
pub const PAYER: Address = key(3);
pub const OPERATOR: Address = key(4);
pub const CALLER: Address = key(5);
pub const ADMIN: Address = key(6);
pub const SUCCESSOR: Address = key(7);
pub const DEPOSITOR: Address = key(8);
pub const BENEFICIARY: Address = key(9);
pub const RENT_PAYER: Address = key(10);
pub const DESTINATION: Address = key(11);
pub const SOURCE: Address = key(12);
pub const CALLER_TOKENS: Address = key(13);
pub const FEEDER: Address = key(14);
pub const FIRST_MEMBER: Address = key(15);
pub const FIRST_EARNINGS: Address = key(16);
pub const UPGRADE_AUTHORITY: Address = key(17);
pub const ACCESS: Address = key(20);
pub const TOKEN: Token = Token { mint: key(18), program: address::TOKEN_PROGRAM };
pub const STAKE_TOKEN: Token = Token { mint: key(19), program: address::TOKEN_2022_PROGRAM };

/// Mints of the pools that the stake earns from.
pub const POOL_MINTS: [Address; 4] = [key(40), key(41), key(42), key(43)];

pub const CREATOR: Address = key(30);
pub const ATTESTOR: Address = key(31);
pub const ATTESTOR_OWNER: Address = key(32);

pub const NONCE: u64 = 0x0102_0304_0506_0708;
pub const MARKET_ID: u16 = 3;
pub const SHARD: u8 = 1;
/// Number of the terms in force.
pub const TERMS: u32 = 1;

pub fn market() -> Address {
    address::market(&AUTHORITY, MARKET_ID).0
}

pub fn client() -> Address {
    address::client(&OWNER, &TOKEN.mint).0
}

pub fn job() -> Address {
    address::job(&client(), NONCE).0
}

pub fn host() -> Address {
    address::host(&OWNER).0
}

pub fn stake() -> Address {
    address::stake(&OWNER).0
}

fn position(mint: &Address) -> Address {
    address::position(&address::reward_pool(mint).0, &stake()).0
}

pub fn member() -> Address {
    address::member(&market(), &host()).0
}

pub fn parties() -> Parties {
    Parties { job: job(), client: client(), market: market(), host: host() }
}

pub fn slash() -> Option<Slash> {
    Some(Slash { stake: stake(), client_owner: BENEFICIARY })
}

/// Instructions about stake use the stake mint, all others the payment mint.
const OF_STAKE: [&str; 10] = [
    "open_stake",
    "stake",
    "withdraw_stake",
    "close_stake",
    "claim_credit",
    "sweep_slashes",
    "expire_assigned",
    "create_config",
    "settle_attestor",
    "check_stake",
];

/// Instructions about an attestor's stake.
const OF_ATTESTOR: [&str; 6] =
    ["add_attestor", "raise_bond", "leave_set", "remove_attestor", "vacate_attestor", "settle_attestor"];
/// Instructions about a round, which the stake of a payer pays for.
const OF_ROUND: [&str; 3] = ["open_challenge", "settle_attestor", "close_challenge"];

/// The account that a name of the IDL stands for in an instruction built here.
pub fn named(instruction: &str, account: &str) -> Address {
    let token = if OF_STAKE.contains(&instruction) { STAKE_TOKEN } else { TOKEN };
    match account {
        "access" => ACCESS,
        "admin" => ADMIN,
        "attestor" => ATTESTOR,
        "authority" if instruction == "raise_bond" => ATTESTOR_OWNER,
        "authority" => AUTHORITY,
        "beneficiary" => BENEFICIARY,
        "challenge" => attest::challenge(),
        "creator" => CREATOR,
        "gpu" => attest::gpu(),
        "host_stake" => stake(),
        "owner" if instruction == "add_attestor" => ATTESTOR_OWNER,
        "payer" if OF_ROUND.contains(&instruction) => attest::payer_stake(),
        "payer_owner" => BENEFICIARY,
        "payer_vault" => address::stake_vault(&attest::payer_stake()).0,
        "set" => attest::set(),
        "slot_hashes" => gpu_market::constants::SLOT_HASHES,
        "stake" if OF_ATTESTOR.contains(&instruction) => attest::attestor_stake(),
        "stake_vault" if OF_ATTESTOR.contains(&instruction) => address::stake_vault(&attest::attestor_stake()).0,
        "caller" => CALLER,
        "caller_tokens" => CALLER_TOKENS,
        "client" => client(),
        "client_vault" => address::client_vault(&client()).0,
        "config" => address::config().0,
        "credit" => address::credit(&stake(), &BENEFICIARY).0,
        "depositor" => DEPOSITOR,
        "destination" => DESTINATION,
        "earnings" => address::earnings(&host(), &token.mint).0,
        "emission" => rewards::emission(),
        "funder" => CREATOR,
        "event_authority" => address::event_authority().0,
        "feeder" if instruction == "promote" => address::member(&FEEDER, &host()).0,
        "feeder" => FEEDER,
        "first_earnings" => FIRST_EARNINGS,
        "first_member" => FIRST_MEMBER,
        "from" => address::shard(&market(), SHARD).0,
        "host" => host(),
        "in_force" => address::terms(&market(), TERMS).0,
        "job" => job(),
        "market" => market(),
        "member" => member(),
        "mint" | "payment_mint" | "stake_mint" => token.mint,
        "operator" => OPERATOR,
        "owner" => OWNER,
        "payer" => PAYER,
        // An emission is for stakers or for hosts; it is built for hosts.
        "pool" if instruction == "open_emission" => address::PROGRAM,
        "pool" => address::reward_pool(&TOKEN.mint).0,
        "pool_1" => address::reward_pool(&POOL_MINTS[0]).0,
        "pool_2" => address::reward_pool(&POOL_MINTS[1]).0,
        "pool_3" => address::reward_pool(&POOL_MINTS[2]).0,
        "pool_4" => address::reward_pool(&POOL_MINTS[3]).0,
        "pool_vault" => address::reward_vault(&token.mint).0,
        "position" => position(&TOKEN.mint),
        "position_1" => position(&POOL_MINTS[0]),
        "position_2" => position(&POOL_MINTS[1]),
        "position_3" => position(&POOL_MINTS[2]),
        "position_4" => position(&POOL_MINTS[3]),
        "program" => address::PROGRAM,
        "program_data" => address::program_data().0,
        "rent_payer" => RENT_PAYER,
        "shard" => address::shard(&market(), SHARD).0,
        "source" => SOURCE,
        "stake" => stake(),
        "stake_vault" => address::stake_vault(&stake()).0,
        "successor" => SUCCESSOR,
        "system_program" => address::SYSTEM_PROGRAM,
        "terms" if instruction == "announce_terms" => address::terms(&market(), TERMS + 1).0,
        "terms" => address::terms(&market(), TERMS).0,
        "to" => address::shard(&market(), SHARD + 1).0,
        "token_program" => token.program,
        "treasury" => address::treasury(&token.mint).0,
        "treasury_vault" => address::treasury_vault(&token.mint).0,
        "upgrade_authority" => UPGRADE_AUTHORITY,
        "vault" => vault(instruction, &token.mint),
        other => panic!("{instruction}: what is {other}?"),
    }
}

/// The vault that an instruction is about.
fn vault(instruction: &str, mint: &Address) -> Address {
    match instruction {
        "open_pool" | "close_pool" | "claim_rewards" | "check_pool" => address::reward_vault(mint).0,
        "open_emission" | "release_emission" | "pay_incentive" | "close_emission" => {
            address::emission_vault(&rewards::emission()).0
        }
        "open_stake" | "stake" | "withdraw_stake" | "close_stake" | "claim_credit" | "check_stake" => {
            address::stake_vault(&stake()).0
        }
        "open_treasury" | "withdraw_treasury" | "close_treasury" => address::treasury_vault(mint).0,
        "open_earnings" | "withdraw_earnings" | "close_earnings" => address::earnings(&host(), mint).0,
        _ => address::client_vault(&client()).0,
    }
}

/// Every instruction with its name.
pub fn all() -> Vec<(&'static str, Instruction)> {
    [jobs::all(), places::all(), attest::all(), rewards::all()].concat()
}
