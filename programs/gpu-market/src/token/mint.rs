//! Which mints are allowed.

use {
    super::{extensions::require_known_extensions, movement::bytes_at, TokenContext},
    crate::error::MarketError,
    anchor_lang::prelude::*,
};

const MINT_SIZE: usize = 82;
const DECIMALS_OFFSET: usize = 44;
const INITIALIZED_OFFSET: usize = 45;
const FREEZE_AUTHORITY_TAG_OFFSET: usize = 46;

/// Token-2022 accounts with extensions carry their type after the space of a token account.
const ACCOUNT_TYPE_OFFSET: usize = 165;
const ACCOUNT_TYPE_MINT: u8 = 1;
const TLV_OFFSET: usize = 166;

/// Decimals of a mint.
#[inline]
pub fn decimals(mint: &AccountView) -> Result<u8> {
    let [decimals] = bytes_at::<1>(mint, DECIMALS_OFFSET)?;
    Ok(decimals)
}

/// Refuses a mint that is not initialized, is of another program than the one passed, or has an extension that is not
/// allowed. Unknown extensions are not allowed.
pub fn require_supported_mint(tokens: TokenContext) -> Result<()> {
    let mint = tokens.mint;
    require!(mint.owned_by(tokens.program.address()), MarketError::MintNotSupported);
    let data = mint.try_borrow()?;
    require!(data.get(INITIALIZED_OFFSET) == Some(&1), MarketError::MintNotSupported);
    if data.len() == MINT_SIZE {
        return Ok(());
    }
    require!(data.get(ACCOUNT_TYPE_OFFSET) == Some(&ACCOUNT_TYPE_MINT), MarketError::MintNotSupported);
    let tlv = data.get(TLV_OFFSET..).ok_or(MarketError::MintNotSupported)?;
    Ok(require_known_extensions(tlv)?)
}

/// Refuses a mint that somebody could freeze stake with.
pub fn require_no_freeze_authority(mint: &AccountView) -> Result<()> {
    require!(bytes_at::<4>(mint, FREEZE_AUTHORITY_TAG_OFFSET)? == [0; 4], MarketError::StakeMintHasFreezeAuthority);
    Ok(())
}
