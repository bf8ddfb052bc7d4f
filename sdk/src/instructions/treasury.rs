//! The protocol's income.

use {
    super::{Token, config, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
};

/// Anyone: opens the treasury of a mint.
pub fn open_treasury(payer: Address, token: Token) -> Instruction {
    instruction(
        106,
        &(),
        [
            paying_signer(payer),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            readonly(token.mint),
            readonly(token.program),
            system_program(),
        ],
    )
}

/// Anyone: moves a client's owed fees to the treasury of its mint.
pub fn sweep_fees(client: Address, token: Token) -> Instruction {
    instruction(
        107,
        &(),
        [
            writable(client),
            writable(address::client_vault(&client).0),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// Anyone: moves the treasury's share of slashed stake to the treasury of the stake mint.
pub fn sweep_slashes(stake: Address, token: Token) -> Instruction {
    instruction(
        108,
        &(),
        [
            writable(stake),
            writable(address::stake_vault(&stake).0),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// See [`withdraw_treasury`].
#[derive(Clone, Copy, Debug)]
pub struct WithdrawTreasury {
    /// Admin; signs.
    pub admin: Address,
    /// Mint of the treasury.
    pub token: Token,
    /// Token account of the config's treasury owner.
    pub destination: Address,
    /// Base units.
    pub amount: u64,
}

/// Admin: withdraws from a treasury to an account of the config's treasury owner.
pub fn withdraw_treasury(params: WithdrawTreasury) -> Instruction {
    let token = params.token;
    instruction(
        109,
        &params.amount,
        [
            signer(params.admin),
            config(),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            writable(params.destination),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// Admin: closes an empty treasury.
pub fn close_treasury(admin: Address, token: Token, rent_payer: Address) -> Instruction {
    instruction(
        110,
        &(),
        [
            signer(admin),
            config(),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            writable(rent_payer),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}
