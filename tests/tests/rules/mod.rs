//! Values for the property tests of the pure rules: whole integer ranges, with the edges that rounding turns on.

// Each test file uses a part of these.
#![allow(dead_code)]

use {
    bytemuck::Zeroable,
    gpu_market::state::{PostParams, Terms},
    gpu_market_sdk::Address,
    proptest::prelude::*,
};

/// How many cases a property of the money is tried with: `GPU_MARKET_MONEY_CASES` sets the number.
pub fn money_cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("GPU_MARKET_MONEY_CASES").ok().and_then(|asked| asked.parse().ok());
    self::cases(asked.unwrap_or(cases))
}

/// How many cases a property is tried with; a failure prints its smallest input, and nothing is written.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any `u64`, of every magnitude alike, and the edges of the micro unit and of basis points.
pub fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => prop::sample::select(vec![0, 1, 9_999, 10_000, 10_001, 999_999, 1_000_000, 1_000_001, u64::MAX - 1, u64::MAX]),
        1 => any::<u64>(),
        4 => (any::<u64>(), 0u32..64).prop_map(|(bits, shift)| bits >> shift),
    ]
}

/// Any number of seconds, most of them within a job's maximum.
pub fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(1), 1..=604_800u32, any::<u32>()]
}

/// Any share, most of them within one whole.
pub fn bps() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0), Just(1), Just(9_999), Just(10_000), 0..=10_000u16, any::<u16>()]
}

/// Terms within the bounds of the program, at any rate whose deposits fit.
pub fn terms() -> impl Strategy<Value = Terms> {
    let money = (0u32..40, any::<u64>(), 0..=1_000_000u64, 0..=1_000_000u64);
    let times = (60..=21_600u32, 60..=3_600u32, 60..=86_400u32, 60..=604_800u32);
    let shares = (0..=1_000u16, 0..=5_000u16, 0..=10_000u16, 1..=10u8);
    (money, times, shares).prop_map(|(money, times, shares)| {
        let mut terms = Terms::zeroed();
        terms.number = 1;
        terms.rate = (money.1 >> (63 - money.0)).max(1);
        (terms.tip, terms.queue_fee) = (money.2, money.3);
        (terms.heartbeat_interval, terms.ack_window, terms.queue_ttl, terms.max_duration) = times;
        terms.min_duration = 60;
        (terms.fee_bps, terms.missed_ack_bps, terms.sla_bps, terms.attempts) = shares;
        terms
    })
}

/// What a client asks for.
pub fn post_params(duration: u32) -> PostParams {
    PostParams { nonce: 1, max_rate: u64::MAX, duration, spec_hash: [1; 32] }
}

/// The key with this number; never all zeros.
pub fn key(number: u32) -> Address {
    let mut bytes = [0xee; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Address::new_from_array(bytes)
}
