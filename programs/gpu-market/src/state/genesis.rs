use {
    super::{ensure, Market, Tier},
    crate::{
        constants::GENESIS_ATTESTATION,
        error::{MarketError, Rule},
        math::Checked,
    },
};

impl Market {
    /// Refuses an admission by hand outside of a premium market's genesis, whose end was fixed when the market was made.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotPremium`], [`MarketError::GenesisOver`].
    pub fn require_genesis(&self, now: i64) -> Rule<()> {
        ensure(self.tier()? == Tier::Premium, MarketError::NotPremium)?;
        ensure(now < self.genesis_end, MarketError::GenesisOver)
    }

    /// Until when the attestation of a host admitted at genesis counts, unix seconds.
    pub fn genesis_attested_until(&self) -> Rule<i64> {
        self.genesis_end.plus(GENESIS_ATTESTATION)
    }
}
