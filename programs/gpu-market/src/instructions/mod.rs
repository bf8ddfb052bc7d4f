//! One file per instruction, grouped by what it is about: arguments, accounts with their identity checks, preconditions
//! (`validate`), handler. Handlers call the pure rules of [`crate::state`] and [`crate::queue`], move tokens with
//! [`crate::token`], check the books last, and emit an event.

pub mod admin;
pub mod attest;
pub mod client;
pub mod host;
pub mod job;
pub mod market;
pub mod member;
pub mod queue;
pub mod rewards;
pub mod stake;

pub use {admin::*, attest::*, client::*, host::*, job::*, market::*, member::*, queue::*, rewards::*, stake::*};

use {
    crate::{error::MarketError, state::Now},
    anchor_lang::prelude::*,
};

/// The clock's moment.
#[inline(never)]
pub(crate) fn now() -> Result<Now> {
    let clock = Clock::get()?;
    Ok(Now { unix: clock.unix_timestamp, slot: clock.slot })
}

/// Address of a member's, market's or other account as it stands in events and seeds.
#[inline(always)]
pub(crate) fn key(account: &impl AnchorAccount) -> Address {
    *account.account().address()
}

/// The account behind an optional slot that this branch of an instruction needs.
pub(crate) fn required<T>(slot: &mut Option<T>) -> core::result::Result<&mut T, MarketError> {
    slot.as_mut().ok_or(MarketError::PayeeMissing)
}

/// The canonical bump of this program's address of `seeds`, which `address` must be.
#[inline(never)]
pub(crate) fn bump_of(address: &Address, seeds: &[&[u8]]) -> Result<u8> {
    anchor_lang::find_and_verify_program_address(seeds, &crate::ID, address)
}

/// Whether two keys are the same. One function for all constraints: inlined, the comparisons would be a sixth of the
/// program's size.
#[inline(never)]
pub(crate) fn same(left: &Address, right: &Address) -> bool {
    anchor_lang::address_eq(left, right)
}
