//! The priority fee: what others paid of late for the same accounts, within the caller's bounds.

/// How much to bid. Prices are micro lamports per compute unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Share of the recent slots, in per cent, whose price the bid reaches.
    pub percentile: u8,
    /// The least that is bid, unless the cap is lower.
    pub floor: u64,
    /// The most that is bid. The fee is this times the compute unit limit, over a million.
    pub cap: u64,
}

impl FeePolicy {
    /// No priority fee.
    pub const NONE: Self = Self { percentile: 0, floor: 0, cap: 0 };

    /// The price that three quarters of the recent slots would have taken, up to `cap` micro lamports per compute
    /// unit.
    pub const fn up_to(cap: u64) -> Self {
        Self { percentile: 75, floor: 0, cap }
    }

    /// The bid, given the lowest price that got a transaction into each recent slot.
    pub fn choose(&self, recent: &[u64]) -> u64 {
        let mut prices = recent.to_vec();
        prices.sort_unstable();
        let rank = prices.len().saturating_mul(usize::from(self.percentile)).div_ceil(100);
        let bid = rank.checked_sub(1).and_then(|at| prices.get(at)).or(prices.last()).copied();
        bid.filter(|_| rank > 0).unwrap_or_default().max(self.floor).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bid_is_the_price_that_the_share_of_slots_would_have_taken() {
        let prices: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(FeePolicy::up_to(1_000).choose(&prices), 75);
        assert_eq!(FeePolicy { percentile: 100, ..FeePolicy::up_to(1_000) }.choose(&prices), 100);
        assert_eq!(FeePolicy { percentile: 1, ..FeePolicy::up_to(1_000) }.choose(&prices), 1);
        assert_eq!(FeePolicy::up_to(1_000).choose(&[0, 0, 0, 9]), 0);
    }

    #[test]
    fn the_bid_never_exceeds_the_cap_not_even_for_the_floor() {
        assert_eq!(FeePolicy::up_to(10).choose(&[500; 150]), 10);
        assert_eq!(FeePolicy { floor: 50, ..FeePolicy::up_to(10) }.choose(&[]), 10);
        assert_eq!(FeePolicy { percentile: u8::MAX, ..FeePolicy::up_to(10) }.choose(&[3, 4]), 4);
    }

    #[test]
    fn without_recent_prices_the_floor_is_bid() {
        assert_eq!(FeePolicy { floor: 5, ..FeePolicy::up_to(10) }.choose(&[]), 5);
        assert_eq!(FeePolicy::NONE.choose(&[7, 8, 9]), 0);
    }
}
