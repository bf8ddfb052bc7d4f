//! Every rounding against arithmetic in 128 bits, on whatever numbers the fuzzer finds.

#![no_main]

use {
    gpu_market::{
        error::MarketError,
        settlement::{Penalty, Quote, pay, pay_ceiling, proportion, queue_fee, share, share_ceiling},
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
});
