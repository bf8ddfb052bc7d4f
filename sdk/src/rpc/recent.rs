//! What changes too rarely to be read for every post.

use {
    super::{Connection, MarketInForce, RpcError},
    crate::Address,
    std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
        time::{Duration, Instant},
    },
};

/// How long a market is remembered.
pub const RECENT: Duration = Duration::from_secs(60);

/// Markets as they were read of late.
#[derive(Default)]
pub(super) struct Recent {
    markets: Mutex<BTreeMap<Address, (Instant, MarketInForce)>>,
}

impl Recent {
    /// A market that was read less than [`RECENT`] before `now` and whose terms are in force still.
    fn market(&self, address: &Address, now: Instant) -> Option<MarketInForce> {
        let markets = self.markets.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, market) = markets.get(address)?;
        let age = now.checked_duration_since(*read).filter(|age| *age < RECENT)?;
        let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let in_force = market.market.terms_in_force(market.clock.unix.saturating_add(seconds));
        (in_force == market.terms.number).then_some(*market)
    }

    fn remember(&self, market: MarketInForce, now: Instant) {
        let mut markets = self.markets.lock().unwrap_or_else(PoisonError::into_inner);
        markets.retain(|_, (read, _)| now.saturating_duration_since(*read) < RECENT);
        markets.insert(market.address, (now, market));
    }
}

impl Connection {
    /// A market and its terms in force, as they were at most [`RECENT`] ago; for posting, which names the terms, so that
    /// a market that has changed since refuses it and nothing is lost.
    pub async fn recent_market(&self, address: &Address) -> Result<MarketInForce, RpcError> {
        if let Some(market) = self.recent.market(address, Instant::now()) {
            return Ok(market);
        }
        let market = self.market(address).await?;
        self.recent.remember(market, Instant::now());
        Ok(market)
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::rpc::Clock,
        bytemuck::Zeroable,
        gpu_market::state::{Market, Terms},
    };

    /// A market with the terms 1 in force, and the terms 2 from `next` on.
    fn market(next: i64) -> MarketInForce {
        let market =
            Market { current_terms: 1, announced_terms: 2, announced_effective_at: next, ..Market::zeroed() };
        let terms = Terms { number: 1, ..Terms::zeroed() };
        MarketInForce { address: Address::default(), market, terms, clock: Clock { slot: 5, unix: 1_000 } }
    }

    fn remembered(next: i64, seconds: u64) -> bool {
        let (recent, now) = (Recent::default(), Instant::now());
        recent.remember(market(next), now);
        recent.market(&Address::default(), now + Duration::from_secs(seconds)).is_some()
    }

    #[test]
    fn a_market_is_remembered_for_less_than_a_minute() {
        assert!(remembered(i64::MAX, 0) && remembered(i64::MAX, 59));
        assert!(!remembered(i64::MAX, 60));
    }

    #[test]
    fn a_market_is_read_again_when_its_announced_terms_come_into_force() {
        assert!(remembered(1_030, 29));
        assert!(!remembered(1_030, 30));
    }

    #[test]
    fn what_is_old_is_forgotten_when_something_new_is_remembered() {
        let (recent, now) = (Recent::default(), Instant::now());
        recent.remember(MarketInForce { address: Address::new_from_array([1; 32]), ..market(i64::MAX) }, now);
        recent.remember(market(i64::MAX), now + RECENT);
        assert_eq!(recent.markets.lock().unwrap().len(), 1);
    }
}
