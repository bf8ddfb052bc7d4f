//! One builder per instruction of the program, grouped by what it is about. A builder takes the keys and numbers that
//! cannot be derived, derives all other accounts, and returns the instruction; who has to sign is in its account metas.
//!
//! Where an argument is called `payer`, that key pays rent and gets it back when the account closes; it may be the same
//! as any other signer. Where one is called `rent_payer`, it is the key that the account records for that.

pub mod admin;
pub mod attest;
pub mod client;
pub mod expire;
pub mod host;
pub mod job;
pub mod market;
pub mod member;
mod names;
pub mod queue;
pub mod rewards;
pub mod shard;
pub mod stake;
pub mod treasury;

pub use names::{NAMES, name};

use {
    crate::{AccountMeta, Address, Instruction, address},
    borsh::BorshSerialize,
    gpu_market::state::{Job, Member},
};

/// A mint and the token program that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The mint.
    pub mint: Address,
    /// SPL Token or Token-2022, whichever owns the mint.
    pub program: Address,
}

impl Token {
    /// A mint of SPL Token.
    pub fn spl(mint: Address) -> Self {
        Self { mint, program: address::TOKEN_PROGRAM }
    }

    /// A mint of Token-2022.
    pub fn spl_2022(mint: Address) -> Self {
        Self { mint, program: address::TOKEN_2022_PROGRAM }
    }

    fn metas(&self) -> [AccountMeta; 2] {
        [readonly(self.mint), readonly(self.program)]
    }
}

/// A job with its client and the host that it is assigned to, runs on or ran on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The job.
    pub job: Address,
    /// Client account that posted it.
    pub client: Address,
    /// Market that it was posted in.
    pub market: Address,
    /// Host account, not its owner and not its member.
    pub host: Address,
}

impl Parties {
    /// The parties of the job at `address`, of which `member` is the member that the job or its queue node names.
    pub fn of(address: Address, job: &Job, member: &Member) -> Self {
        Self { job: address, client: job.client, market: job.market, host: member.host }
    }

    /// The host's member in the job's market.
    pub fn member(&self) -> Address {
        address::member(&self.market, &self.host).0
    }

    fn vault(&self) -> Address {
        address::client_vault(&self.client).0
    }

    fn earnings(&self, token: &Token) -> Address {
        address::earnings(&self.host, &token.mint).0
    }
}

/// The accounts that a penalty moves stake between. They are needed as soon as there is a penalty, and harmless where
/// there is none; the credit has to be open, see [`stake::open_credit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slash {
    /// Stake of the host's owner.
    pub stake: Address,
    /// Owner of the client account, who is credited.
    pub client_owner: Address,
}

impl Slash {
    /// Stake of `host_owner`, credited to `client_owner`.
    pub fn of(host_owner: &Address, client_owner: Address) -> Self {
        Self { stake: address::stake(host_owner).0, client_owner }
    }

    /// Stake and credit, or placeholders.
    fn metas(slash: Option<Self>) -> [AccountMeta; 2] {
        let credit = slash.map(|slash| address::credit(&slash.stake, &slash.client_owner).0);
        [optional_writable(slash.map(|slash| slash.stake)), optional_writable(credit)]
    }
}

fn signer(key: Address) -> AccountMeta {
    AccountMeta::new_readonly(key, true)
}

/// A signer that pays or gets lamports.
fn paying_signer(key: Address) -> AccountMeta {
    AccountMeta::new(key, true)
}

fn writable(key: Address) -> AccountMeta {
    AccountMeta::new(key, false)
}

fn readonly(key: Address) -> AccountMeta {
    AccountMeta::new_readonly(key, false)
}

/// The program's own address stands for an account that is left out.
fn absent() -> AccountMeta {
    readonly(address::PROGRAM)
}

fn optional_writable(key: Option<Address>) -> AccountMeta {
    key.map_or_else(absent, writable)
}

fn optional_readonly(key: Option<Address>) -> AccountMeta {
    key.map_or_else(absent, readonly)
}

fn config() -> AccountMeta {
    readonly(address::config().0)
}

fn system_program() -> AccountMeta {
    readonly(address::SYSTEM_PROGRAM)
}

/// An instruction: its number, its arguments, its accounts, and the two that every one ends with for its events.
fn instruction(
    number: u8,
    arguments: &impl BorshSerialize,
    accounts: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    let mut data = vec![number];
    // Only a writer can fail here, and a vector does not.
    let _ = arguments.serialize(&mut data);
    let events = [readonly(address::event_authority().0), readonly(address::PROGRAM)];
    Instruction { program_id: address::PROGRAM, accounts: accounts.into_iter().chain(events).collect(), data }
}

#[cfg(test)]
mod tests;
