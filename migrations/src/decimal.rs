//! Decimal numbers as people write them, converted to integers without floating point.

use {
    serde::{Deserialize, Deserializer, de},
    std::{fmt, str::FromStr},
};

/// Digits after the point that are read at most.
const MAX_SCALE: usize = 18;
/// Digits before the point that are read at most.
const MAX_WHOLE: usize = 12;
/// Micro base units in a base unit, as rates count them.
const MICRO: u128 = 1_000_000;
const SECONDS_PER_HOUR: u128 = 3_600;

/// A decimal number of at most 12 digits before and 18 after the point.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    /// The number without its point.
    digits: u128,
    /// Digits after the point.
    scale: u32,
}

/// Why a number cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// It is not written as digits with at most one point.
    #[error("not a decimal number of at most 12 digits before and 18 after the point")]
    Malformed,
    /// It has a smaller fraction than the token.
    #[error("finer than the token, which has {decimals} decimals")]
    TooFine {
        /// Decimals of the token.
        decimals: u8,
    },
    /// It does not fit the program's integers.
    #[error("too large for 64 bits of base units")]
    TooLarge,
}

impl Decimal {
    /// Base units of a token: exact, so a finer fraction is refused.
    pub fn base_units(self, decimals: u8) -> Result<u64, DecimalError> {
        let (scaled, divisor) = self.scaled(decimals, 1, 1)?;
        if scaled.checked_rem(divisor) != Some(0) {
            return Err(DecimalError::TooFine { decimals });
        }
        quotient(scaled, divisor)
    }

    /// Tokens per hour as micro base units per second, rounded down: nobody is ever charged more than what is written,
    /// and the difference is below 0.0036 base units an hour.
    pub fn rate_per_second(self, decimals: u8) -> Result<u64, DecimalError> {
        let (scaled, divisor) = self.scaled(decimals, MICRO, SECONDS_PER_HOUR)?;
        quotient(scaled, divisor)
    }

    /// `self × 10^decimals × factor / divisor` as a fraction.
    fn scaled(self, decimals: u8, factor: u128, divisor: u128) -> Result<(u128, u128), DecimalError> {
        let power = |exponent| 10u128.checked_pow(exponent).ok_or(DecimalError::TooLarge);
        let numerator = self.digits.checked_mul(power(u32::from(decimals))?);
        let numerator = numerator.and_then(|value| value.checked_mul(factor)).ok_or(DecimalError::TooLarge)?;
        let denominator = power(self.scale)?.checked_mul(divisor).ok_or(DecimalError::TooLarge)?;
        Ok((numerator, denominator))
    }
}

fn quotient(numerator: u128, divisor: u128) -> Result<u64, DecimalError> {
    let quotient = numerator.checked_div(divisor).ok_or(DecimalError::TooLarge)?;
    u64::try_from(quotient).map_err(|_| DecimalError::TooLarge)
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=MAX_WHOLE).contains(&whole.len()) && fraction.len() <= MAX_SCALE;
        let ends_in_point = text.ends_with('.');
        if !fits || ends_in_point || !is_number(whole) || !is_number(fraction) {
            return Err(DecimalError::Malformed);
        }
        let digits = format!("{whole}{fraction}").parse().map_err(|_| DecimalError::Malformed)?;
        let scale = u32::try_from(fraction.len()).map_err(|_| DecimalError::Malformed)?;
        Ok(Self { digits, scale })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::try_from(self.scale).unwrap_or(MAX_SCALE);
        let digits = format!("{:0>width$}", self.digits, width = scale.saturating_add(1));
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
        if fraction.is_empty() { write!(formatter, "{whole}") } else { write!(formatter, "{whole}.{fraction}") }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(DecimalVisitor)
    }
}

struct DecimalVisitor;

impl de::Visitor<'_> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a decimal number in quotes, for example \"0.2182\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_per_hour_becomes_micro_base_units_per_second_rounded_down() {
        // 0.2182 × 10⁶ base units × 10⁶ / 3600 = 60,611,111.1
        assert_eq!(decimal("0.2182").rate_per_second(6), Ok(60_611_111));
        assert_eq!(decimal("0.36").rate_per_second(6), Ok(100_000_000));
        assert_eq!(decimal("18.20").rate_per_second(6), Ok(5_055_555_555));
        assert_eq!(decimal("0.0654").rate_per_second(9), Ok(18_166_666_666));
        assert_eq!(decimal("0.000000003599").rate_per_second(6), Ok(0));
    }

    #[test]
    fn an_amount_is_exact_or_refused() {
        assert_eq!(decimal("1.5").base_units(6), Ok(1_500_000));
        assert_eq!(decimal("0.000001").base_units(6), Ok(1));
        assert_eq!(decimal("1.0000000").base_units(6), Ok(1_000_000));
        assert_eq!(decimal("0.0000001").base_units(6), Err(DecimalError::TooFine { decimals: 6 }));
        assert_eq!(decimal("999999999999").base_units(9), Err(DecimalError::TooLarge));
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "1234567890123", "0x10"] {
            assert_eq!(text.parse::<Decimal>().unwrap_err(), DecimalError::Malformed, "{text:?}");
        }
    }

    #[test]
    fn a_number_is_shown_as_it_was_written() {
        for text in ["0.2182", "18.20", "0", "7", "0.001"] {
            assert_eq!(decimal(text).to_string(), text);
        }
    }
}
