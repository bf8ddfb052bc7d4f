//! Credits: what slashes owe a client, claimed once and not before its time.
//!
//! `GPU_MARKET_MONEY_CASES` sets the number of cases of each property.

mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{error::MarketError, state::Credit},
    proptest::prelude::*,
    rules::*,
};

proptest! {
    #![proptest_config(money_cases(5_000))]

    #[test]
    fn a_credit_pays_what_was_added_to_it_and_not_before_its_time(
        adds in prop::collection::vec((1..1_000_000u64, 0..1_000i64), 1..12),
    ) {
        let mut credit = Credit::zeroed();
        let (mut added, mut claimed) = (0, 0);
        for (amount, at) in adds {
            credit.add(amount, at + 500).unwrap();
            added += amount;
            prop_assert_eq!(credit.claim(at.min(499)), Err(MarketError::CreditNotClaimable));
            if at % 3 == 0 {
                claimed += credit.claim(at + 500).unwrap_or(0);
            }
        }
        claimed += credit.claim(1_500).unwrap_or(0);
        prop_assert_eq!((claimed, credit.is_empty()), (added, Ok(true)));
    }
}

#[test]
fn a_credit_is_empty_when_all_of_it_was_claimed_and_not_before() {
    let mut credit = Credit::zeroed();
    assert_eq!(credit.is_empty(), Ok(true));
    credit.add(5, 10).unwrap();
    assert_eq!((credit.is_empty(), credit.claim(9)), (Ok(false), Err(MarketError::CreditNotClaimable)));
    assert_eq!((credit.claim(10), credit.is_empty()), (Ok(5), Ok(true)));
}
