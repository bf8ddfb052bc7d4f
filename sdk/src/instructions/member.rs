//! A host's way into a market and out of it.

use {
    super::{Token, config, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{AccountMeta, Address, Instruction, address},
};

/// See [`enroll`].
#[derive(Clone, Copy, Debug)]
pub struct Enroll {
    /// Owner of the host; signs.
    pub owner: Address,
    /// Pays the rent.
    pub payer: Address,
    /// A community market.
    pub market: Address,
    /// Payment mint of the market; the host's earnings vault of it has to be open.
    pub token: Token,
}

/// Host owner: enrolls into a community market.
pub fn enroll(params: Enroll) -> Instruction {
    let host = address::host(&params.owner).0;
    instruction(66, &(), entry(params.owner, params.payer, params.market, host, params.token))
}

/// See [`admit`].
#[derive(Clone, Copy, Debug)]
pub struct Admit {
    /// Authority of the market; signs.
    pub authority: Address,
    /// Pays the rent.
    pub payer: Address,
    /// A premium market before the end of its genesis.
    pub market: Address,
    /// Host account.
    pub host: Address,
    /// Payment mint of the market; the host's earnings vault of it has to be open.
    pub token: Token,
    /// GPUs attested; at least those of one seat.
    pub gpus: u16,
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
}

/// Market authority, until genesis ends: admits a proven host into a premium market.
pub fn admit(params: Admit) -> Instruction {
    instruction(
        67,
        &(params.gpus, params.evidence_hash),
        entry(params.authority, params.payer, params.market, params.host, params.token),
    )
}

fn entry(authority: Address, payer: Address, market: Address, host: Address, token: Token) -> [AccountMeta; 10] {
    [
        signer(authority),
        paying_signer(payer),
        config(),
        writable(market),
        writable(host),
        readonly(address::earnings(&host, &token.mint).0),
        readonly(token.mint),
        writable(address::member(&market, &host).0),
        readonly(token.program),
        system_program(),
    ]
}

/// Host owner: leaves a market.
pub fn close_member(owner: Address, market: Address, rent_payer: Address) -> Instruction {
    let host = address::host(&owner).0;
    instruction(
        68,
        &(),
        [
            signer(owner),
            writable(host),
            writable(market),
            writable(address::member(&market, &host).0),
            writable(rent_payer),
        ],
    )
}
