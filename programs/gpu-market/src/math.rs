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
