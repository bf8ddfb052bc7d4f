//! A host's way into a market and out of it.

pub mod admit;
pub mod close_member;
pub mod enroll;
pub mod promote;
pub mod resign;
pub mod review;
pub mod seating;

pub use {admit::*, close_member::*, enroll::*, promote::*, resign::*, review::*, seating::*};

use {
    crate::{
        error::{MarketError, Rule},
        math::is_zero,
        state::Market,
        token,
    },
    anchor_lang::prelude::*,
};

/// Refuses a host that holds no token of the market's access mint, if the market has one. `access` is a token account of
/// one of `holders`.
#[inline(always)]
pub(crate) fn require_access(market: &Market, holders: &[&Address], access: &Option<UncheckedAccount>) -> Rule<()> {
    if is_zero(market.access_mint.as_array()) {
        return Ok(());
    }
    require_token(market, holders, access)
}

#[cold]
#[inline(never)]
fn require_token(market: &Market, holders: &[&Address], access: &Option<UncheckedAccount>) -> Rule<()> {
    match access {
        Some(access) if token::holds(access.account(), &market.access_mint, holders) => Ok(()),
        _ => Err(MarketError::AccessTokenMissing),
    }
}
