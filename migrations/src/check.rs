//! Checks of single values, each naming its field.

use {
    crate::{Decimal, DecimalError, FileError},
    std::{fmt::Display, ops::RangeInclusive},
};

/// One table of a file, for example `markets[3]`.
pub(crate) struct Table<'a> {
    pub file: &'a str,
    pub path: String,
}

impl Table<'_> {
    fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    pub(crate) fn refuse(&self, name: &str, problem: impl Into<String>, allowed: impl Into<String>) -> FileError {
        FileError::value(self.file, self.field(name), problem, allowed)
    }

    /// A number within bounds.
    pub(crate) fn within<T: PartialOrd + Display + Copy>(
        &self,
        name: &str,
        value: T,
        bounds: RangeInclusive<T>,
    ) -> Result<T, FileError> {
        if bounds.contains(&value) {
            return Ok(value);
        }
        let allowed = format!("{} to {}", bounds.start(), bounds.end());
        Err(self.refuse(name, format!("{value} is out of range"), allowed))
    }

    /// An exact amount of a token.
    pub(crate) fn amount(&self, name: &str, value: Decimal, decimals: u8) -> Result<u64, FileError> {
        value.base_units(decimals).map_err(|error| self.number(name, value, error, decimals))
    }

    /// An exact amount of a token above zero.
    pub(crate) fn positive(&self, name: &str, value: Decimal, decimals: u8) -> Result<u64, FileError> {
        match self.amount(name, value, decimals)? {
            0 => Err(self.refuse(name, "it is zero", "an amount above zero")),
            amount => Ok(amount),
        }
    }

    /// A rate per hour above zero.
    pub(crate) fn rate(&self, name: &str, value: Decimal, decimals: u8) -> Result<u64, FileError> {
        match value.rate_per_second(decimals) {
            Ok(0) => Err(self.refuse(
                name,
                format!("{value} per hour is less than 10⁻⁶ base units a second"),
                "a rate above zero",
            )),
            Ok(rate) => Ok(rate),
            Err(error) => Err(self.number(name, value, error, decimals)),
        }
    }

    fn number(&self, name: &str, value: Decimal, error: DecimalError, decimals: u8) -> FileError {
        let allowed = format!("whole tokens with at most {decimals} digits after the point, below 2⁶⁴ base units");
        self.refuse(name, format!("{value} is {error}"), allowed)
    }

    /// One of the names that the file defines.
    pub(crate) fn known<'n>(
        &self,
        name: &str,
        value: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Result<(), FileError> {
        if known.clone().any(|known| known == value) {
            return Ok(());
        }
        let allowed = format!("one of {}", known.collect::<Vec<_>>().join(", "));
        Err(self.refuse(name, format!("\"{value}\" is not defined"), allowed))
    }

    /// A short name without blanks.
    pub(crate) fn name(&self, name: &str, value: &str, longest: usize) -> Result<(), FileError> {
        let fits = (1..=longest).contains(&value.len());
        if fits && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Ok(());
        }
        let allowed = format!("1 to {longest} letters, digits, '-', '_' and '.'");
        Err(self.refuse(name, format!("\"{value}\" is no name"), allowed))
    }
}

/// The first value that stands twice, with its later position.
pub(crate) fn repeated<T: PartialEq>(values: impl Iterator<Item = T>) -> Option<usize> {
    let mut seen = Vec::new();
    for (index, value) in values.enumerate() {
        if seen.contains(&value) {
            return Some(index);
        }
        seen.push(value);
    }
    None
}
