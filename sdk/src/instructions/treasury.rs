//! The protocol's income.

use {
    super::{
        Token, config, instruction, optional_writable, paying_signer, readonly, signer, system_program, writable,
    },
    crate::{Address, Instruction, address},
    gpu_market::state::{Client, Split},
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

/// See [`sweep_fees`].
#[derive(Clone, Copy, Debug)]
pub struct SweepFees {
    /// The client account.
    pub client: Address,
    /// Its payment mint.
    pub token: Token,
    /// Whether the stakers have a share; the reward pool of the mint has to be open then.
    pub stakers: bool,
    /// Referrer that the client records: an earnings vault.
    pub referrer: Option<Address>,
}

impl SweepFees {
    /// Of the client account at `key`, with the split in force.
    pub fn of(key: Address, client: &Client, split: &Split, token_program: Address) -> Self {
        Self {
            client: key,
            token: Token { mint: client.mint, program: token_program },
            stakers: split.stakers_bps > 0,
            referrer: client.has_referrer().then_some(client.referrer),
        }
    }
}

/// Anyone: splits a client's owed fees among the stakers, the treasury and the referrer of its mint.
pub fn sweep_fees(params: SweepFees) -> Instruction {
    let mint = params.token.mint;
    let for_stakers = |key: Address| optional_writable(params.stakers.then_some(key));
    instruction(
        107,
        &(),
        [
            config(),
            writable(params.client),
            writable(address::client_vault(&params.client).0),
            writable(address::treasury(&mint).0),
            writable(address::treasury_vault(&mint).0),
            for_stakers(address::reward_pool(&mint).0),
            for_stakers(address::reward_vault(&mint).0),
            optional_writable(params.referrer),
            readonly(mint),
            readonly(params.token.program),
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
