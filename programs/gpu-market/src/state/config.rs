use {
    super::ensure,
    crate::prelude::*,
    crate::{
        constants::{pause, MAX_UNBONDING, MIN_UNBONDING},
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// Protocol-wide settings. Created once, by the program's upgrade authority; it holds no power over anybody's money.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    /// May change the settings and accept a successor.
    pub admin: Address,
    /// Proposed successor of the admin; all zeros if none.
    pub pending_admin: Address,
    /// May set the pause bits, which stop entries only.
    pub pauser: Address,
    /// Mint of stake; it has no freeze authority.
    pub stake_mint: Address,
    /// Owner of the token accounts that treasury vaults pay into.
    pub treasury: Address,
    pub rent_payer: Address,
    /// Seconds that unstaked tokens cool; copied into a Stake whenever it grows, so a change binds no earlier stake.
    pub unbonding: i64,
    /// Lowest bond per seat that terms may ask, in base units of the stake mint; never zero.
    pub min_bond: u64,
    /// When the announced split of the fees takes effect, unix seconds; see [`super::Split`].
    pub split_effective_at: i64,
    /// Open markets.
    pub markets: u32,
    /// See [`pause`].
    pub paused: u8,
    pub version: u8,
    pub bump: u8,
    pub stake_decimals: u8,
    /// Share of the stakers in the protocol's fees until the announced split takes effect, basis points.
    pub stakers_bps: u16,
    /// Share of the referrer until then, basis points.
    pub referral_bps: u16,
    /// Share of the stakers from then on, basis points.
    pub next_stakers_bps: u16,
    /// Share of the referrer from then on, basis points.
    pub next_referral_bps: u16,
    pub reserved: [u8; 48],
}

impl Config {
    pub fn is_paused(&self, bit: u8) -> bool {
        self.paused & bit != 0
    }

    pub fn set_paused(&mut self, bits: u8) -> Rule<()> {
        ensure(bits & !pause::ALL == 0, MarketError::UnknownPauseBit)?;
        self.paused = bits;
        Ok(())
    }

    pub fn propose_admin(&mut self, successor: Address) {
        self.pending_admin = successor;
    }

    /// Makes the proposed successor the admin.
    pub fn accept_admin(&mut self, signer: &Address) -> Rule<()> {
        ensure(
            self.pending_admin != Address::default() && self.pending_admin == *signer,
            MarketError::NotPendingAuthority,
        )?;
        self.admin = *signer;
        self.pending_admin = Address::default();
        Ok(())
    }

    pub fn market_opened(&mut self) -> Rule<()> {
        self.markets = self.markets.plus(1)?;
        Ok(())
    }

    pub fn market_closed(&mut self) -> Rule<()> {
        self.markets = self.markets.minus(1)?;
        Ok(())
    }

    pub fn require_closable(&self) -> Rule<()> {
        ensure(self.markets == 0, MarketError::ConfigHasMarkets)
    }

    pub fn invariant(&self) -> Rule<()> {
        ensure((MIN_UNBONDING..=MAX_UNBONDING).contains(&self.unbonding), MarketError::UnbondingOutOfRange)?;
        ensure(self.min_bond > 0, MarketError::MinimumBondZero)?;
        ensure(
            self.admin != Address::default()
                && self.pauser != Address::default()
                && self.treasury != Address::default(),
            MarketError::KeyMissing,
        )
    }
}

/// What the admin sets.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigSettings {
    pub pauser: Address,
    pub treasury: Address,
    /// Seconds.
    pub unbonding: i64,
    /// Base units of the stake mint.
    pub min_bond: u64,
}

impl Config {
    pub fn set(&mut self, settings: &ConfigSettings) {
        self.pauser = settings.pauser;
        self.treasury = settings.treasury;
        self.unbonding = settings.unbonding;
        self.min_bond = settings.min_bond;
    }
}
