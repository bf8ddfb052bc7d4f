//! Mints and token accounts, by instructions of the real token programs.

use gpu_market_sdk::{AccountMeta, Address, Instruction, address, instructions::Token};

/// Bytes of a mint.
pub const MINT_SIZE: u64 = 82;
const CREATE_ACCOUNT: u32 = 0;
const INITIALIZE_MINT_2: u8 = 20;
const MINT_TO: u8 = 7;
const CREATE_IDEMPOTENT: u8 = 1;

/// Creates a mint of SPL Token without freeze authority; `lamports` is its rent.
pub fn create_mint(
    payer: Address,
    mint: Address,
    authority: Address,
    decimals: u8,
    lamports: u64,
) -> [Instruction; 2] {
    let mut create = CREATE_ACCOUNT.to_le_bytes().to_vec();
    create.extend(lamports.to_le_bytes());
    create.extend(MINT_SIZE.to_le_bytes());
    create.extend(address::TOKEN_PROGRAM.as_ref());
    let mut initialize = vec![INITIALIZE_MINT_2, decimals];
    initialize.extend(authority.as_ref());
    // No freeze authority.
    initialize.push(0);
    [
        Instruction {
            program_id: address::SYSTEM_PROGRAM,
            accounts: vec![AccountMeta::new(payer, true), AccountMeta::new(mint, true)],
            data: create,
        },
        Instruction {
            program_id: address::TOKEN_PROGRAM,
            accounts: vec![AccountMeta::new(mint, false)],
            data: initialize,
        },
    ]
}

/// Creates the token account that the wallet of `owner` uses for a mint, unless it exists.
pub fn create_wallet(payer: Address, owner: Address, token: Token) -> Instruction {
    Instruction {
        program_id: address::ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            AccountMeta::new(payer, true),
            AccountMeta::new(wallet(owner, token), false),
            AccountMeta::new_readonly(owner, false),
            AccountMeta::new_readonly(token.mint, false),
            AccountMeta::new_readonly(address::SYSTEM_PROGRAM, false),
            AccountMeta::new_readonly(token.program, false),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}

/// Mints base units to a token account.
pub fn mint_to(token: Token, authority: Address, account: Address, amount: u64) -> Instruction {
    let mut data = vec![MINT_TO];
    data.extend(amount.to_le_bytes());
    Instruction {
        program_id: token.program,
        accounts: vec![
            AccountMeta::new(token.mint, false),
            AccountMeta::new(account, false),
            AccountMeta::new_readonly(authority, true),
        ],
        data,
    }
}

/// The token account that the wallet of `owner` uses for a mint.
pub fn wallet(owner: Address, token: Token) -> Address {
    address::associated_token(&owner, &token.mint, &token.program).0
}
