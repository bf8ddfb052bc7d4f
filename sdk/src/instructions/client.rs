//! A client's escrow.

use {
    super::{Token, instruction, optional_readonly, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
};

/// Owner: opens the escrow in one payment mint.
pub fn open_client(owner: Address, payer: Address, token: Token) -> Instruction {
    let client = address::client(&owner, &token.mint).0;
    instruction(
        30,
        &(),
        [
            signer(owner),
            paying_signer(payer),
            writable(client),
            writable(address::client_vault(&client).0),
            readonly(token.mint),
            readonly(token.program),
            system_program(),
        ],
    )
}

/// See [`deposit`].
#[derive(Clone, Copy, Debug)]
pub struct Deposit {
    /// May spend from the source; signs.
    pub depositor: Address,
    /// Token account that the tokens come from.
    pub source: Address,
    /// Client account that they are for.
    pub client: Address,
    /// Payment mint of the client.
    pub token: Token,
    /// Base units.
    pub amount: u64,
}

/// Anyone: deposits for a client.
pub fn deposit(params: Deposit) -> Instruction {
    instruction(
        31,
        &params.amount,
        [
            signer(params.depositor),
            writable(params.source),
            writable(params.client),
            writable(address::client_vault(&params.client).0),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// See [`withdraw`].
#[derive(Clone, Copy, Debug)]
pub struct Withdraw {
    /// Owner of the client; signs.
    pub owner: Address,
    /// Payment mint of the client.
    pub token: Token,
    /// Token account that the tokens go to; anybody's.
    pub destination: Address,
    /// Base units.
    pub amount: u64,
}

/// Owner: withdraws what is not reserved.
pub fn withdraw(params: Withdraw) -> Instruction {
    let client = address::client(&params.owner, &params.token.mint).0;
    instruction(
        32,
        &params.amount,
        [
            signer(params.owner),
            writable(client),
            writable(address::client_vault(&client).0),
            writable(params.destination),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// See [`set_delegate`].
#[derive(Clone, Copy, Debug)]
pub struct SetDelegate {
    /// Owner of the client; signs.
    pub owner: Address,
    /// Payment mint of the client.
    pub mint: Address,
    /// Session key that may post, extend, cancel and end; all zeros revokes the current one.
    pub delegate: Address,
    /// The most that it may have reserved or spent, base units.
    pub cap: u64,
    /// It may act before this time, unix seconds.
    pub expires_at: i64,
}

/// Owner: sets or revokes the delegate.
pub fn set_delegate(params: SetDelegate) -> Instruction {
    instruction(
        33,
        &(params.delegate, params.cap, params.expires_at),
        [signer(params.owner), writable(address::client(&params.owner, &params.mint).0)],
    )
}

/// Owner: gives up nonces below a floor.
pub fn raise_nonce_floor(owner: Address, mint: Address, floor: u64) -> Instruction {
    instruction(34, &floor, [signer(owner), writable(address::client(&owner, &mint).0)])
}

/// See [`close_client`].
#[derive(Clone, Copy, Debug)]
pub struct CloseClient {
    /// Owner of the client; signs.
    pub owner: Address,
    /// Payment mint of the client.
    pub token: Token,
    /// Token account that what is left goes to.
    pub destination: Address,
    /// Rent payer that the client records.
    pub rent_payer: Address,
}

/// Owner: closes the escrow and takes what is available.
pub fn close_client(params: CloseClient) -> Instruction {
    let client = address::client(&params.owner, &params.token.mint).0;
    instruction(
        35,
        &(),
        [
            signer(params.owner),
            writable(client),
            writable(address::client_vault(&client).0),
            writable(params.destination),
            writable(params.rent_payer),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// Owner: names the owner of the host that referred the client, or nobody; only while the client owes no fees. Anybody can
/// register as a host; the share is paid into the host's earnings vault of this mint as soon as that is open.
pub fn set_referrer(owner: Address, mint: Address, referrer: Option<Address>) -> Instruction {
    let host = referrer.map(|owner| address::host(&owner).0);
    instruction(
        36,
        &(),
        [
            signer(owner),
            writable(address::client(&owner, &mint).0),
            optional_readonly(host),
            optional_readonly(host.map(|host| address::earnings(&host, &mint).0)),
        ],
    )
}

/// Anyone: compares a client with its vault; while that is short, nothing enters.
pub fn check_client(client: Address) -> Instruction {
    instruction(37, &(), [writable(client), readonly(address::client_vault(&client).0)])
}
