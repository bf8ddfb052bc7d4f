//! Numbers as people type and read them: whole tokens with decimals, rates per hour, durations. Never floating point.

use gpu_market_migrations::{Decimal, DecimalError};

const HOUR: u128 = 3_600;
/// Micro base units in a base unit.
const MICRO: u128 = 1_000_000;

/// Base units of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub units: u64,
    /// Digits of a whole token after the point.
    pub decimals: u8,
}

impl std::fmt::Display for Amount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", pointed(u128::from(self.units), self.decimals.into()))
    }
}

/// Micro base units per second of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub micro: u64,
    pub decimals: u8,
}

impl std::fmt::Display for Rate {
    /// Tokens per hour, rounded up to whole base units: whoever types what is shown accepts the rate.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let per_hour = u128::from(self.micro).saturating_mul(HOUR).div_ceil(MICRO);
        write!(formatter, "{}", pointed(per_hour, self.decimals.into()))
    }
}

/// A number with its point `scale` digits from the right and without zeros at the end.
fn pointed(number: u128, scale: usize) -> String {
    let digits = format!("{number:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// What was typed is no amount of the token.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {typed} is {problem}; allowed: whole tokens with at most {decimals} digits after the point")]
pub struct AmountError {
    pub what: &'static str,
    pub typed: Decimal,
    pub problem: DecimalError,
    pub decimals: u8,
}

/// Base units of an amount that was typed for `what`.
pub fn units(what: &'static str, typed: Decimal, decimals: u8) -> Result<u64, AmountError> {
    typed.base_units(decimals).map_err(|problem| AmountError { what, typed, problem, decimals })
}

/// Micro base units per second of a rate that was typed for `what` in tokens per hour, rounded down.
pub fn rate(what: &'static str, typed: Decimal, decimals: u8) -> Result<u64, AmountError> {
    typed.rate_per_second(decimals).map_err(|problem| AmountError { what, typed, problem, decimals })
}

/// Seconds of a duration: a number of seconds, or numbers with s, m, h or d, for example 90m or 1h30m.
pub fn duration(text: &str) -> Result<u32, String> {
    let wrong =
        || format!("\"{text}\" is no duration; allowed: seconds, or numbers with s, m, h, d, such as 1h30m");
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let mut total = 0u32;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = rest.split_at(digits);
        let mut letters = unit.chars();
        let seconds: u32 = match letters.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            _ => return Err(wrong()),
        };
        let number: u32 = number.parse().map_err(|_| wrong())?;
        total = number.checked_mul(seconds).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = letters.as_str();
    }
    if text.is_empty() { Err(wrong()) } else { Ok(total) }
}

/// A span of time as its two largest units.
pub fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let at = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, name) in units.iter().skip(at).take(2) {
        let count = rest / unit;
        rest %= unit;
        if count > 0 || (parts.is_empty() && *unit == 1) {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_in_whole_tokens() {
        for (units, decimals, shown) in [
            (0, 6, "0"),
            (1, 6, "0.000001"),
            (1_500_000, 6, "1.5"),
            (2_000_000, 6, "2"),
            (7, 0, "7"),
            (u64::MAX, 9, "18446744073.709551615"),
        ] {
            assert_eq!(Amount { units, decimals }.to_string(), shown);
        }
    }

    #[test]
    fn a_rate_is_shown_per_hour_and_accepts_itself_when_it_is_typed() {
        for (typed, decimals, shown) in [
            ("0.2182", 6, "0.2182"),
            ("0.36", 6, "0.36"),
            ("18.20", 6, "18.2"),
            ("0", 6, "0"),
            ("0.0654", 9, "0.0654"),
        ] {
            let micro = rate("rate", typed.parse().unwrap(), decimals).unwrap();
            assert_eq!(Rate { micro, decimals }.to_string(), shown);
            assert!(rate("rate", shown.parse().unwrap(), decimals).unwrap() >= micro);
        }
        assert_eq!(Rate { micro: 1, decimals: 9 }.to_string(), "0.000000001");
        assert_eq!(Rate { micro: 5, decimals: 0 }.to_string(), "1");
    }

    #[test]
    fn durations_are_seconds_or_parts() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("1h30m", 5_400), ("2d", 172_800), ("1d1s", 86_401)] {
            assert_eq!(duration(text), Ok(seconds));
        }
        for text in ["", "h", "1x", "1h30", "-1", "1.5h", "99999999999d"] {
            assert!(duration(text).unwrap_err().contains("is no duration; allowed: seconds"), "{text}");
        }
    }

    #[test]
    fn a_span_is_shown_by_its_two_largest_units() {
        for (seconds, shown) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_660, "1 h 1 min"), (90_061, "1 d 1 h"), (86_401, "1 d")]
        {
            assert_eq!(span(seconds), shown);
        }
    }
}
