//! The money of a job: every rounding, over the whole range of its integers, against arithmetic in 128 bits.
//!
//! `GPU_MARKET_MONEY_CASES` sets the number of cases of each property.

mod rules;

use {
    gpu_market::{
        error::MarketError,
        settlement::{
            Penalty, Quote, earned, pay, pay_ceiling, per_weight, proportion, queue_fee, share, share_ceiling,
            stream_length,
        },
    },
    proptest::prelude::*,
    rules::*,
};

fn narrow(value: u128) -> Result<u64, MarketError> {
    u64::try_from(value).map_err(|_| MarketError::MathOverflow)
}

fn micro(rate: u64, seconds: u32) -> u128 {
    u128::from(rate) * u128::from(seconds)
}

/// A shard's used nodes and its capacity.
fn fill() -> impl Strategy<Value = (u32, u32)> {
    (1..=20_000u32).prop_flat_map(|capacity| (0..=capacity, Just(capacity)))
}

/// A job's seconds, cut into parts.
fn parts() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![Just(0), 1..120u32, 1..20_000u32], 1..40)
}

proptest! {
    #![proptest_config(money_cases(10_000))]

    #[test]
    fn pay_is_rounded_down_to_a_base_unit(rate in amount(), seconds in seconds()) {
        prop_assert_eq!(pay(rate, seconds), narrow(micro(rate, seconds) / 1_000_000));
    }

    #[test]
    fn a_fee_is_rounded_down_to_a_base_unit(amount in amount(), bps in bps()) {
        prop_assert_eq!(share(amount, bps), narrow(u128::from(amount) * u128::from(bps) / 10_000));
    }

    #[test]
    fn the_last_rate_below_a_base_unit_pays_one_less(quotient in amount(), seconds in 1..=u32::MAX) {
        let edge = (u128::from(quotient) * 1_000_000).div_ceil(u128::from(seconds));
        let Ok(rate) = narrow(edge) else { return Ok(()) };
        prop_assert_eq!(pay(rate, seconds), narrow(micro(rate, seconds) / 1_000_000));
        prop_assert!(pay(rate, seconds).is_ok_and(|paid| paid >= quotient) || micro(rate, seconds) / 1_000_000 > u64::MAX.into());
        if quotient > 0 {
            prop_assert!(pay(rate - 1, seconds).is_ok_and(|paid| paid < quotient), "one micro unit less");
            prop_assert!(pay_ceiling(rate - 1, seconds).is_ok_and(|reserved| reserved <= quotient));
        }
    }

    #[test]
    fn the_last_amount_below_a_base_unit_of_fee_costs_one_less(quotient in amount(), bps in 1..=u16::MAX) {
        let edge = (u128::from(quotient) * 10_000).div_ceil(u128::from(bps));
        let Ok(amount) = narrow(edge) else { return Ok(()) };
        let exact = u128::from(amount) * u128::from(bps);
        prop_assert_eq!(share(amount, bps), narrow(exact / 10_000));
        prop_assert_eq!(share_ceiling(amount, bps), narrow(exact.div_ceil(10_000)));
        if quotient > 0 {
            prop_assert!(share(amount - 1, bps).is_ok_and(|fee| fee < quotient), "one base unit less");
            prop_assert!(share_ceiling(amount - 1, bps).is_ok_and(|fee| fee <= quotient));
        }
    }

    #[test]
    fn what_is_reserved_is_rounded_up_by_less_than_a_base_unit(rate in amount(), seconds in seconds(), bps in bps()) {
        prop_assert_eq!(pay_ceiling(rate, seconds), narrow(micro(rate, seconds).div_ceil(1_000_000)));
        prop_assert_eq!(share_ceiling(rate, bps), narrow((u128::from(rate) * u128::from(bps)).div_ceil(10_000)));
        if let (Ok(floor), Ok(ceiling)) = (pay(rate, seconds), pay_ceiling(rate, seconds)) {
            prop_assert!(ceiling - floor <= 1);
        }
    }

    #[test]
    fn a_deposit_is_the_sum_of_its_parts_or_refused(
        rate in amount(), seconds in seconds(), bps in bps(), tip in amount(), fee in amount(),
    ) {
        let Ok(quote) = Quote::new(rate, seconds, bps, tip, fee) else { return Ok(()) };
        let sum = [quote.pay, quote.fee, quote.tip, quote.queue_fee].into_iter().map(u128::from).sum();
        prop_assert_eq!(quote.deposit(), narrow(sum));
        prop_assert_eq!((quote.tip, quote.queue_fee), (tip, fee));
        prop_assert_eq!(Ok(quote.pay), narrow(micro(rate, seconds).div_ceil(1_000_000)), "rounded up");
        prop_assert_eq!(Ok(quote.fee), narrow((u128::from(quote.pay) * u128::from(bps)).div_ceil(10_000)));
    }

    #[test]
    fn a_deposit_covers_any_partition_of_its_seconds_into_collects(
        rate in amount(), bps in 0..=1_000u16, parts in parts(), spare in 0..1_000u32,
    ) {
        let all: u32 = parts.iter().sum();
        let Ok(quote) = Quote::new(rate, all + spare, bps, 0, 0) else { return Ok(()) };
        let (mut evidenced, mut paid, mut fees) = (0u32, 0u64, 0u64);
        for part in parts {
            evidenced += part;
            let total = pay(rate, evidenced).unwrap();
            prop_assert!(total >= paid, "pay never falls");
            paid += total - paid;
            fees += share(total, bps).unwrap() - fees;
            prop_assert!(paid <= quote.pay && fees <= quote.fee);
        }
        prop_assert_eq!(paid, pay(rate, evidenced).unwrap());
        prop_assert_eq!(fees, share(paid, bps).unwrap());
    }

    #[test]
    fn small_payments_add_up_to_one_large(rate in amount(), parts in parts()) {
        let mut evidenced = 0u32;
        let mut paid = 0u64;
        for part in &parts {
            evidenced += part;
            let Ok(total) = pay(rate, evidenced) else { return Ok(()) };
            paid += total - paid;
        }
        prop_assert_eq!(paid, pay(rate, evidenced).unwrap());
        // Each part on its own would lose up to a base unit.
        let alone: u64 = parts.iter().map(|part| pay(rate, *part).unwrap()).sum();
        prop_assert!(alone <= paid && paid - alone < parts.len() as u64);
    }

    #[test]
    fn a_place_in_line_is_free_up_to_half_full_and_costs_more_the_fuller_it_is(full in amount(), (used, capacity) in fill()) {
        let fee = queue_fee(full, used, capacity).unwrap();
        let above = (2 * u128::from(used)).saturating_sub(u128::from(capacity));
        prop_assert_eq!(u128::from(fee), (u128::from(full) * above).div_ceil(u128::from(capacity)));
        if 2 * used <= capacity {
            prop_assert_eq!(fee, 0);
        }
        if used < capacity {
            prop_assert!(fee <= queue_fee(full, used + 1, capacity).unwrap());
        }
        prop_assert!(fee <= full);
        prop_assert_eq!(queue_fee(full, capacity, capacity), Ok(full));
    }

    #[test]
    fn the_parts_of_a_penalty_add_up_to_the_whole(bond in amount(), bps in 0..=10_000u16) {
        let whole = share(bond, bps).unwrap();
        let missed = Penalty::missed_ack(bond, bps).unwrap();
        prop_assert_eq!(missed.total(), Ok(whole));
        prop_assert_eq!((missed.tip, missed.treasury), (whole / 10, whole / 10));
        prop_assert!(missed.client >= whole - whole / 5 && whole <= bond);
        let lost = Penalty::to_client(bond, bps).unwrap();
        prop_assert_eq!(lost, Penalty { tip: 0, treasury: 0, client: whole });
        prop_assert_eq!(Penalty::NONE.total(), Ok(0));
    }

    /// Digits of the long division that are as large as they can be: its estimates are wrong there if anywhere.
    #[test]
    fn a_whole_gives_back_every_number_whatever_its_digits(
        digits in prop::array::uniform2(prop_oneof![Just(u32::MAX), Just(0), u32::MAX - 2..=u32::MAX, any::<u32>()]),
        whole in 1..=u64::MAX,
    ) {
        let part = u64::from(digits[0]) << 32 | u64::from(digits[1]);
        prop_assert_eq!(proportion(part, whole, whole), Ok(part));
    }

    #[test]
    fn a_proportion_is_never_more_than_its_part(part in amount(), amount in amount(), whole in amount()) {
        let result = proportion(part, amount, whole);
        if whole == 0 {
            prop_assert_eq!(result, Ok(0));
        } else {
            prop_assert_eq!(result, narrow(u128::from(part) * u128::from(amount) / u128::from(whole)));
        }
        if part <= whole && amount <= whole {
            prop_assert!(result.unwrap() <= part.min(amount));
        }
    }

    #[test]
    fn no_argument_makes_settlement_panic(
        a in any::<u64>(), b in any::<u64>(), c in any::<u64>(), seconds in any::<u32>(), bps in any::<u16>(),
        (used, capacity) in (any::<u32>(), any::<u32>()),
    ) {
        let _ = Quote::new(a, seconds, bps, b, c).and_then(|quote| quote.deposit());
        let _ = (pay(a, seconds), pay_ceiling(a, seconds), share(a, bps), share_ceiling(a, bps));
        let _ = (proportion(a, b, c), queue_fee(a, used, capacity));
        let _ = Penalty::missed_ack(a, bps).and_then(|penalty| penalty.total());
        let _ = Penalty { tip: a, treasury: b, client: c }.total();
    }

    #[test]
    fn what_is_handed_out_per_weight_is_never_more_than_the_amount(
        amount: u64, low in 0..64u32, weight: u128, light in 0..128u32,
    ) {
        // Of every length, since numbers of the full range are nearly always long.
        let (amount, weight) = (amount >> low, weight >> light);
        let (each, handed_out) = per_weight(amount, weight);
        prop_assert!(handed_out <= amount);
        if let Some(exact) = (u128::from(amount) << 64).checked_div(weight) {
            prop_assert_eq!(each, exact);
            // All weights together earn no more than is handed out, whatever they are.
            if let Ok(all) = earned(weight, each) {
                prop_assert!(all <= handed_out);
            }
        }
    }

    #[test]
    fn what_a_weight_earns_is_the_whole_part_of_the_product(
        weight: u128, light in 0..128u32, gained: u128, less in 0..128u32,
    ) {
        let (weight, gained) = (weight >> light, gained >> less);
        let exact = weight.checked_mul(gained).map(|product| (product >> 64) as u64);
        prop_assert_eq!(earned(weight, gained).ok(), exact);
    }

    #[test]
    fn a_stream_lasts_the_mean_of_its_parts(left: u64, left_for in 0..1u64 << 32, added: u64, added_for in 0..1u64 << 32) {
        match left.checked_add(added) {
            Some(0) => prop_assert_eq!(stream_length(left, left_for, added, added_for), Ok(0)),
            Some(whole) => {
                let weighted = u128::from(left) * u128::from(left_for) + u128::from(added) * u128::from(added_for);
                let expected = u64::try_from(weighted / u128::from(whole)).unwrap();
                prop_assert_eq!(stream_length(left, left_for, added, added_for), Ok(expected));
            }
            None => prop_assert_eq!(stream_length(left, left_for, added, added_for), Err(MarketError::MathOverflow)),
        }
    }
}

#[test]
fn the_first_second_that_is_worth_a_base_unit_pays_one() {
    assert_eq!((pay(999_999, 1), pay(999_999, 2)), (Ok(0), Ok(1)));
    assert_eq!((pay(1_000_000, 1), pay_ceiling(1, 1)), (Ok(1), Ok(1)));
    assert_eq!((share(9_999, 1), share(10_000, 1), share_ceiling(1, 1)), (Ok(0), Ok(1), Ok(1)));
}

#[test]
fn a_shard_without_nodes_has_no_price() {
    assert_eq!(queue_fee(1, 1, 0), Err(MarketError::MathOverflow));
    assert_eq!(queue_fee(1, 0, 0), Ok(0));
}

#[test]
fn without_weight_nothing_is_handed_out() {
    for amount in [0, 1, u64::MAX] {
        assert_eq!(per_weight(amount, 0), (0, 0));
    }
    for weight in [1, u128::MAX] {
        assert_eq!(per_weight(0, weight), (0, 0));
    }
    assert_eq!(per_weight(3, 1), (3 << 64, 3));
}
