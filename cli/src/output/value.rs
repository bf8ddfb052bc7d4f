//! Values, as people and as scripts read them.

use {
    super::Record,
    crate::{
        amount::{Amount, Rate, span},
        calendar,
    },
    gpu_market_sdk::Address,
    serde_json::{Value as Json, json},
};

/// A fact. In JSON, amounts and rates are strings of base units and of micro base units per second, since they do not fit
/// the numbers of every reader; times are unix seconds.
#[derive(Clone, Debug)]
pub enum Value {
    Nothing,
    Flag(bool),
    Text(String),
    Number(u64),
    /// A number that may be too large for the numbers of a reader; in JSON a string.
    Large(u64),
    Address(Address),
    Hash([u8; 32]),
    Amount(Amount),
    Rate(Rate),
    /// Basis points.
    Share(u64),
    /// Seconds.
    Span(u64),
    /// Unix seconds, and those of now.
    Time(i64, i64),
    /// Unix seconds, and how they are shown.
    Moment(i64, String),
    /// Seconds, if they are known, and what people are told.
    Estimate(Option<u64>, String),
    List(Vec<Value>),
    Record(Record),
    /// Records with the same fields.
    Table(Vec<Record>),
    /// Records that need more than a line each.
    Sections(Vec<Record>),
    /// Something that is described elsewhere, as it is.
    Raw(Json),
}

impl Value {
    pub fn amount(units: u64, decimals: u8) -> Self {
        Self::Amount(Amount { units, decimals })
    }

    pub fn rate(micro: u64, decimals: u8) -> Self {
        Self::Rate(Rate { micro, decimals })
    }

    /// A time that is zero if it never was.
    pub fn time_if_set(unix: i64, now: i64) -> Self {
        if unix == 0 { Self::Nothing } else { Self::Time(unix, now) }
    }

    /// An address that is all zeros if there is none.
    pub fn address_if_set(address: Address) -> Self {
        if address == Address::default() { Self::Nothing } else { Self::Address(address) }
    }

    /// A hash that is all zeros if there is none.
    pub fn hash_if_set(hash: [u8; 32]) -> Self {
        if hash == [0; 32] { Self::Nothing } else { Self::Hash(hash) }
    }

    /// The name of a variant, as `snake_case` in JSON and in words for people.
    pub fn name(variant: impl std::fmt::Debug) -> Self {
        Self::Text(snake(&format!("{variant:?}")))
    }

    pub fn json(&self) -> Json {
        match self {
            Self::Nothing => Json::Null,
            Self::Flag(flag) => json!(flag),
            Self::Text(text) => json!(text),
            Self::Number(number) | Self::Share(number) | Self::Span(number) => json!(number),
            Self::Large(number) => json!(number.to_string()),
            Self::Estimate(seconds, _) => json!(seconds),
            Self::Address(address) => json!(address.to_string()),
            Self::Hash(hash) => json!(hex(hash)),
            Self::Amount(amount) => json!(amount.units.to_string()),
            Self::Rate(rate) => json!(rate.micro.to_string()),
            Self::Time(unix, _) | Self::Moment(unix, _) => json!(unix),
            Self::List(values) => values.iter().map(Self::json).collect(),
            Self::Record(record) => record.json(),
            Self::Table(records) | Self::Sections(records) => records.iter().map(Record::json).collect(),
            Self::Raw(value) => value.clone(),
        }
    }

    /// In one line.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Text(text) | Self::Estimate(_, text) | Self::Moment(_, text) => text.clone(),
            Self::Number(number) | Self::Large(number) => number.to_string(),
            Self::Address(address) => address.to_string(),
            Self::Hash(hash) => hex(hash),
            Self::Amount(amount) => amount.to_string(),
            Self::Rate(rate) => format!("{rate} per hour"),
            Self::Share(bps) => format!("{} %", Amount { units: *bps, decimals: 2 }),
            Self::Span(seconds) => span(*seconds),
            Self::Time(unix, now) => when(*unix, *now),
            Self::List(values) if values.is_empty() => "-".to_owned(),
            Self::List(values) => values.iter().map(Self::text).collect::<Vec<_>>().join(", "),
            Self::Record(record) => record.json().to_string(),
            Self::Table(records) | Self::Sections(records) => records.len().to_string(),
            Self::Raw(value) => plain(value),
        }
    }
}

/// JSON without its punctuation.
fn plain(value: &Json) -> String {
    match value {
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        Json::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A time and how far it is.
fn when(unix: i64, now: i64) -> String {
    let distance = span(unix.abs_diff(now));
    let distance = if unix > now { format!("in {distance}") } else { format!("{distance} ago") };
    format!("{} UTC ({distance})", calendar::date(unix))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `SnakeCase` of Rust as `snake_case`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

macro_rules! from {
    ($($type:ty: $value:ident => $made:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        })*
    };
}

from! {
    bool: flag => Self::Flag(flag);
    &str: text => Self::Text(text.to_owned());
    String: text => Self::Text(text);
    u8: number => Self::Number(number.into());
    u16: number => Self::Number(number.into());
    u32: number => Self::Number(number.into());
    u64: number => Self::Number(number);
    Address: address => Self::Address(address);
    [u8; 32]: hash => Self::Hash(hash);
    Record: record => Self::Record(record);
    Vec<Record>: records => Self::Table(records);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_read_amounts_as_strings_of_base_units_and_people_in_whole_tokens() {
        let amount = Value::amount(u64::MAX, 6);
        assert_eq!((amount.json(), amount.text()), (json!("18446744073709551615"), "18446744073709.551615".into()));
        let rate = Value::rate(60_611_111, 6);
        assert_eq!((rate.json(), rate.text()), (json!("60611111"), "0.2182 per hour".into()));
    }

    #[test]
    fn times_are_unix_seconds_for_scripts_and_dates_with_a_distance_for_people() {
        let time = Value::Time(1_800_000_060, 1_800_000_000);
        assert_eq!((time.json(), time.text()), (json!(1_800_000_060), "2027-01-15 08:01:00 UTC (in 1 min)".into()));
        assert_eq!(when(0, 60), "1970-01-01 00:00:00 UTC (1 min ago)");
        assert_eq!(Value::time_if_set(0, 60).json(), Json::Null);
    }

    #[test]
    fn names_of_variants_are_stable_words() {
        #[derive(Debug)]
        enum State {
            HostLost,
        }
        assert_eq!(Value::name(State::HostLost).text(), "host_lost");
    }

    #[test]
    fn what_is_described_elsewhere_is_shown_without_punctuation() {
        let value = Value::Raw(json!({ "nonce": "7", "params": { "list": [1, 2], "none": null } }));
        assert_eq!(value.text(), "nonce 7, params list 1 2, none null");
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!((Value::Share(250).text(), Value::Share(250).json()), ("2.5 %".into(), json!(250)));
    }
}
