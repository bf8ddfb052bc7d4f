//! Who holds a token of an access mint.

use {
    anchor_lang::{prelude::*, Ids},
    anchor_spl::token_interface::TokenInterface,
};

/// Size of a token account without extensions.
const PLAIN_SIZE: usize = 165;
/// Size of a multisig of the token programs, which no token account has.
const MULTISIG_SIZE: usize = 355;
/// Token-2022 accounts with extensions carry their type after the space of a plain one.
const TYPE_OFFSET: usize = 165;
const TYPE_ACCOUNT: u8 = 2;
const MINT: core::ops::Range<usize> = 0..32;
const OWNER: core::ops::Range<usize> = 32..64;
const AMOUNT: core::ops::Range<usize> = 64..72;
const STATE_OFFSET: usize = 108;
const STATE_INITIALIZED: u8 = 1;

/// Whether `account` is a token account of `mint` with at least one base unit in it, that belongs to one of `holders` and
/// is not frozen: freezing is how the issuer of an access mint takes access back.
#[inline(never)]
pub fn holds(account: &AccountView, mint: &Address, holders: &[&Address]) -> bool {
    let Ok(data) = account.try_borrow() else {
        return false;
    };
    let size = data.len();
    let owner = data.get(OWNER);
    // A size that passes here is at least that of a token account, so an amount that is not there is no amount.
    TokenInterface::ids().iter().any(|program| account.owned_by(program))
        && (size == PLAIN_SIZE || (size != MULTISIG_SIZE && data.get(TYPE_OFFSET) == Some(&TYPE_ACCOUNT)))
        && data.get(MINT) == Some(mint.as_ref())
        && holders.iter().any(|holder| owner == Some(holder.as_ref()))
        && data.get(AMOUNT) != Some(&[0; 8])
        && data.get(STATE_OFFSET) == Some(&STATE_INITIALIZED)
}
