//! Checked integer arithmetic. Nothing in this program adds, subtracts or multiplies in another way.

use {
    crate::error::MarketError,
    solana_address::{address_eq, Address},
};

/// Whether a key or hash is all zeros, which stands for none.
#[inline(always)]
pub fn is_zero(bytes: &[u8; 32]) -> bool {
    address_eq(&Address::new_from_array(*bytes), &Address::new_from_array([0; 32]))
}

/// A number of 128 bits from an account, whose data are aligned to eight bytes: low half, high half.
#[inline(always)]
pub fn wide([low, high]: [u64; 2]) -> u128 {
    u128::from(high).wrapping_shl(u64::BITS) | u128::from(low)
}

/// Low half and high half, as they stand in an account.
#[inline(always)]
pub fn halves(wide: u128) -> [u64; 2] {
    let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(u64::MAX);
    [half(wide), half(wide.wrapping_shr(u64::BITS))]
}

/// Arithmetic that refuses to wrap.
pub trait Checked: Sized {
    /// `self + other`, or [`MarketError::MathOverflow`].
    fn plus(self, other: Self) -> Result<Self, MarketError>;
    /// `self - other`, or [`MarketError::MathOverflow`].
    fn minus(self, other: Self) -> Result<Self, MarketError>;
    /// `self × other`, or [`MarketError::MathOverflow`].
    fn times(self, other: Self) -> Result<Self, MarketError>;
}

macro_rules! checked {
    ($($int:ty),*) => {$(
        impl Checked for $int {
            #[inline(always)]
            fn plus(self, other: Self) -> Result<Self, MarketError> {
                self.checked_add(other).ok_or(MarketError::MathOverflow)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Result<Self, MarketError> {
                self.checked_sub(other).ok_or(MarketError::MathOverflow)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Result<Self, MarketError> {
                self.checked_mul(other).ok_or(MarketError::MathOverflow)
            }
        }
    )*};
}
checked!(u8, u16, u32, u64, u128, i64);
