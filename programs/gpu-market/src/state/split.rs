use {
    super::{ensure, Config},
    crate::{
        constants::{BPS, MAX_REFERRAL_BPS, SPLIT_NOTICE},
        error::{MarketError, Rule},
        math::Checked,
        prelude::*,
        settlement::share,
    },
};

/// How the protocol's fees are split; what neither stakers nor a referrer get is the treasury's.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Share of the reward pool of the mint, basis points.
    pub stakers_bps: u16,
    /// Share of whoever referred the client, basis points; the treasury's where nobody did.
    pub referral_bps: u16,
}

/// One sweep, split. The parts add up to what was swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeShares {
    pub stakers: u64,
    pub referrer: u64,
    pub treasury: u64,
}

impl Split {
    pub fn check(&self) -> Rule<()> {
        ensure(
            u64::from(self.stakers_bps).plus(self.referral_bps.into())? <= BPS
                && self.referral_bps <= MAX_REFERRAL_BPS,
            MarketError::SplitOutOfRange,
        )
    }

    /// Splits `amount` base units; the shares are rounded down, and the treasury gets the rest.
    pub fn shares(&self, amount: u64, referred: bool) -> Rule<FeeShares> {
        let stakers = share(amount, self.stakers_bps)?;
        let referrer = if referred { share(amount, self.referral_bps)? } else { 0 };
        Ok(FeeShares { stakers, referrer, treasury: amount.minus(stakers)?.minus(referrer)? })
    }
}

impl Config {
    /// The split in force: an announced one takes effect by itself when its time comes.
    pub fn split(&self, now: i64) -> Split {
        if now >= self.split_effective_at {
            Split { stakers_bps: self.next_stakers_bps, referral_bps: self.next_referral_bps }
        } else {
            Split { stakers_bps: self.stakers_bps, referral_bps: self.referral_bps }
        }
    }

    /// The part of `amount` that is the treasury's whoever referred the client, rounded down: by the split in force or by the
    /// one before or after it, whichever leaves it less, because fees are swept at another time than an incentive is paid.
    pub fn treasury_part(&self, amount: u64) -> Rule<u64> {
        let now = Split { stakers_bps: self.stakers_bps, referral_bps: self.referral_bps };
        let next = Split { stakers_bps: self.next_stakers_bps, referral_bps: self.next_referral_bps };
        Ok(now.shares(amount, true)?.treasury.min(next.shares(amount, true)?.treasury))
    }

    /// Announces a split; it replaces one that is not in force yet. Before the first market nobody is concerned, and it
    /// takes effect at once. Returns when it does.
    pub fn announce_split(&mut self, split: &Split, now: i64) -> Rule<i64> {
        split.check()?;
        let in_force = self.split(now);
        self.stakers_bps = in_force.stakers_bps;
        self.referral_bps = in_force.referral_bps;
        self.next_stakers_bps = split.stakers_bps;
        self.next_referral_bps = split.referral_bps;
        self.split_effective_at = if self.markets == 0 { now } else { now.plus(SPLIT_NOTICE)? };
        Ok(self.split_effective_at)
    }
}
