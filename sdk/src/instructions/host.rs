//! Hosts and the vaults that jobs pay them into.

use {
    super::{Token, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
    gpu_market::state::HostParams,
};

/// Owner: registers its host.
pub fn register_host(owner: Address, payer: Address, params: HostParams) -> Instruction {
    instruction(
        60,
        &params,
        [signer(owner), paying_signer(payer), writable(address::host(&owner).0), system_program()],
    )
}

/// Owner: changes operator, sealing key and metadata.
pub fn update_host(owner: Address, params: HostParams) -> Instruction {
    instruction(61, &params, [signer(owner), writable(address::host(&owner).0)])
}

/// Owner: closes a host without members.
pub fn close_host(owner: Address, rent_payer: Address) -> Instruction {
    instruction(62, &(), [signer(owner), writable(address::host(&owner).0), writable(rent_payer)])
}

/// Owner: opens the vault that jobs in one mint pay into, and pays its rent.
pub fn open_earnings(owner: Address, token: Token) -> Instruction {
    let host = address::host(&owner).0;
    instruction(
        63,
        &(),
        [
            paying_signer(owner),
            readonly(host),
            writable(address::earnings(&host, &token.mint).0),
            readonly(token.mint),
            readonly(token.program),
            system_program(),
        ],
    )
}

/// See [`withdraw_earnings`].
#[derive(Clone, Copy, Debug)]
pub struct WithdrawEarnings {
    /// Owner or operator of the host; signs.
    pub authority: Address,
    /// Host account.
    pub host: Address,
    /// Mint of the earnings.
    pub token: Token,
    /// Token account of the host's owner.
    pub destination: Address,
    /// Base units; [`u64::MAX`] withdraws everything.
    pub amount: u64,
}

/// Owner or operator: withdraws earnings to an account of the owner.
pub fn withdraw_earnings(params: WithdrawEarnings) -> Instruction {
    instruction(
        64,
        &params.amount,
        [
            signer(params.authority),
            readonly(params.host),
            writable(address::earnings(&params.host, &params.token.mint).0),
            writable(params.destination),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// Owner: closes an earnings vault once the host has no members; what is left goes to `destination`, a token account of
/// the owner.
pub fn close_earnings(owner: Address, token: Token, destination: Address) -> Instruction {
    let host = address::host(&owner).0;
    instruction(
        65,
        &(),
        [
            paying_signer(owner),
            readonly(host),
            writable(address::earnings(&host, &token.mint).0),
            writable(destination),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}
