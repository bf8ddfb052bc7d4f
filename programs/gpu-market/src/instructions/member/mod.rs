//! A host's way into a market and out of it.

pub mod admit;
pub mod close_member;
pub mod enroll;

pub use {admit::*, close_member::*, enroll::*};

use {
    crate::{
        account_types::Account,
        constants::{pause, ACCOUNT_VERSION, EARNINGS_SEED},
        error::{MarketError, Rule},
        instructions::bump_of,
        state::{Config, Host, Market, Member, MemberState},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// What every way in asks for: nothing is paused, and the host's vault that jobs will pay into is open.
pub(crate) fn require_entry(
    config: &Config,
    market: &Market,
    host: &Account<Host>,
    tokens: TokenContext,
    earnings: &AccountView,
) -> Result<()> {
    require!(
        !config.is_paused(pause::ENROLLING) && !market.is_paused(pause::ENROLLING),
        MarketError::EnrollingPaused
    );
    let seeds = [EARNINGS_SEED, host.address().as_ref(), tokens.mint.address().as_ref()];
    bump_of(earnings.address(), &seeds)?;
    token::require_owned_by(earnings, tokens, earnings.address())
}

/// Keys and bump that a new member records.
pub(crate) struct Entry {
    pub market: Address,
    pub host: Address,
    pub earnings: Address,
    pub rent_payer: Address,
    pub bump: u8,
}

/// Writes a new, active member and counts it in its market and host.
pub(crate) fn open_member(member: &mut Member, market: &mut Market, host: &mut Host, entry: &Entry) -> Rule<()> {
    member.market = entry.market;
    member.host = entry.host;
    member.earnings = entry.earnings;
    member.rent_payer = entry.rent_payer;
    member.state = MemberState::Active as u8;
    member.version = ACCOUNT_VERSION;
    member.bump = entry.bump;
    market.member_opened()?;
    host.member_opened()
}
