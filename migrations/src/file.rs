//! A markets file as it is written: TOML in human units.

use {
    crate::{Decimal, FileError},
    serde::Deserialize,
    std::collections::BTreeMap,
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub stake: RawStake,
    pub attestors: Option<RawAttestors>,
    pub rewards: Option<RawRewards>,
    pub tokens: Vec<RawToken>,
    pub terms: BTreeMap<String, RawTerms>,
    pub markets: Vec<RawMarket>,
    #[serde(default)]
    pub admissions: Vec<RawAdmission>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawStake {
    pub token: String,
    pub min_bond: Decimal,
    pub unbonding_days: u32,
}

/// See the program's `SetParams`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAttestors {
    pub id: u16,
    pub panel: u8,
    pub quorum: u8,
    pub bond: Decimal,
    pub fee: Decimal,
}

/// See the program's `Split`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRewards {
    pub stakers_bps: u16,
    pub referral_bps: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawToken {
    pub symbol: String,
    pub decimals: u8,
    pub mint: Option<String>,
}

/// What markets of one kind have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTerms {
    pub min_duration_seconds: u32,
    pub max_duration_seconds: u32,
    pub queue_ttl_seconds: u32,
    pub ack_window_seconds: u32,
    pub heartbeat_seconds: u32,
    pub seat_lifetime_seconds: u32,
    pub fee_bps: u16,
    pub missed_ack_bps: u16,
    pub sla_bps: u16,
    pub attempts: u8,
    /// What a premium market asks of its members; none in a community market.
    pub policy: Option<RawPolicy>,
}

/// See the program's `Policy`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPolicy {
    pub min_completed: u32,
    pub min_evidenced_hours: u32,
    pub promote_success_bps: u16,
    pub min_clients: u16,
    pub strike_cooldown_days: u32,
    pub min_score: u32,
    pub min_ended: u32,
    pub review_success_bps: u16,
    pub review_missed_bps: u16,
    pub suspension_days: u32,
    pub cooldown_days: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawTier {
    Community,
    Premium,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMarket {
    pub id: u16,
    pub gpu: String,
    pub gpus_per_seat: u16,
    pub tier: RawTier,
    pub feeder: Option<u16>,
    pub genesis_days: Option<u16>,
    pub payment: String,
    pub rate_per_hour: Decimal,
    pub terms: String,
    pub bond: Decimal,
    /// Premium only: what a member's collateral does not fall below, and the fees that earn a promotion.
    pub collateral_floor: Option<Decimal>,
    pub min_volume: Option<Decimal>,
    /// Premium only: the fees below which a window is not judged.
    pub min_ended_fees: Option<Decimal>,
    pub tip: Decimal,
    pub queue_fee: Decimal,
    pub shards: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAdmission {
    pub market: u16,
    pub owner: String,
    pub gpus: u16,
    pub evidence_sha256: String,
}

impl RawFile {
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        let deserializer = toml::Deserializer::parse(text)
            .map_err(|error| FileError::format(file, place(text, &error), error.message()))?;
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            FileError::format(file, path, error.inner().message())
        })
    }
}

/// Where a text that is no TOML breaks: its line.
fn place(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}", before.lines().count().max(1))
}
