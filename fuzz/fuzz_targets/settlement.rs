//! Every rounding against arithmetic in 128 bits, on whatever numbers the fuzzer finds.

#![no_main]

use {
    gpu_market::{
        error::MarketError,
        settlement::{
            Penalty, Quote, earned, pay, pay_ceiling, per_weight, proportion, queue_fee, share, share_ceiling,
            stream_length,
        },
    },
    libfuzzer_sys::fuzz_target,
};

fn narrow(value: u128) -> Result<u64, MarketError> {
    u64::try_from(value).map_err(|_| MarketError::MathOverflow)
}

fuzz_target!(|input: (u64, u64, u64, u32, u16, u32, u32)| {
    let (a, b, c, seconds, bps, used, capacity) = input;
    let (micro, parts) = (u128::from(a) * u128::from(seconds), u128::from(a) * u128::from(bps));
    assert_eq!(pay(a, seconds), narrow(micro / 1_000_000));
    assert_eq!(pay_ceiling(a, seconds), narrow(micro.div_ceil(1_000_000)));
    assert_eq!(share(a, bps), narrow(parts / 10_000));
    assert_eq!(share_ceiling(a, bps), narrow(parts.div_ceil(10_000)));
    let exact = (u128::from(a) * u128::from(b)).checked_div(c.into()).unwrap_or_default();
    assert_eq!(proportion(a, b, c), narrow(exact));
    if let Ok(quote) = Quote::new(a, seconds, bps, b, c) {
        let sum = [quote.pay, quote.fee, b, c].into_iter().map(u128::from).sum();
        assert_eq!(quote.deposit(), narrow(sum));
    }
    if let Ok(penalty) = Penalty::missed_ack(a, bps) {
        assert_eq!(penalty.total(), share(a, bps));
    }
    let _ = queue_fee(a, used, capacity);
    let weight = u128::from(b) * u128::from(seconds);
    let (each, handed_out) = per_weight(a, weight);
    assert!(handed_out <= a);
    if let Some(exact) = (u128::from(a) << 64).checked_div(weight) {
        assert_eq!(each, exact);
        assert!(earned(weight, each).map_or(true, |all| all <= handed_out));
    }
    let (left_for, added_for) = (u64::from(used), u64::from(capacity));
    if let Some(whole) = a.checked_add(b).filter(|whole| *whole > 0) {
        let weighted = u128::from(a) * u128::from(left_for) + u128::from(b) * u128::from(added_for);
        assert_eq!(stream_length(a, left_for, b, added_for), narrow(weighted / u128::from(whole)));
    }
});
