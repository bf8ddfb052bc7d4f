use {
    super::{ensure, Admission, Terms, TermsParams},
    crate::prelude::*,
    crate::{
        constants::{pause, BOND_GRACE, MAX_GENESIS, MAX_NOTICE, MAX_SHARDS},
        error::{MarketError, Rule},
        math::Checked,
    },
    solana_address::address_eq,
};

/// Tier of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tier {
    /// Open at once: a low bond, a lower rate, one seat until GPUs are attested.
    Community = 0,
    /// Asks for stake, attestation and a record, and backs its promise with the bond.
    Premium = 1,
}

impl Tier {
    pub fn from_u8(value: u8) -> Rule<Self> {
        match value {
            0 => Ok(Self::Community),
            1 => Ok(Self::Premium),
            _ => Err(MarketError::UnknownTier),
        }
    }
}

/// What a market is created with; none of it ever changes.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketParams {
    /// Number that the authority gives the market; part of its address.
    pub id: u16,
    /// GPUs behind one seat.
    pub gpus_per_seat: u16,
    /// See [`Tier`].
    pub tier: u8,
    /// Name of the GPU class in UTF-8, padded with zeros.
    pub gpu_class: [u8; 32],
    /// End of genesis admissions in unix seconds; zero in a community market.
    pub genesis_end: i64,
    /// Mint that a host holds a token of to enroll, apply and join; all zeros for none.
    pub access_mint: Address,
}

/// One GPU class in one tier at one rate.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Market {
    pub authority: Address,
    /// Proposed successor of the authority; all zeros if none.
    pub pending_authority: Address,
    pub payment_mint: Address,
    /// Community market that hosts are promoted from and removed to; all zeros in a community market.
    pub feeder: Address,
    /// UTF-8, padded with zeros.
    pub gpu_class: [u8; 32],
    pub rent_payer: Address,
    /// Mint that a host holds a token of to enroll, apply and join; all zeros for none. Never changes.
    pub access_mint: Address,
    /// When the announced terms take effect.
    pub announced_effective_at: i64,
    /// Rate of the announced terms, so that a seat is never held to less than its host accepted.
    pub announced_rate: u64,
    /// No terms take effect before: seats taken under earlier terms may last until then.
    pub seats_until: i64,
    /// Until then the authority admits proven hosts.
    pub genesis_end: i64,
    /// Number of the terms in force unless `announced_terms` have taken effect.
    pub current_terms: u32,
    /// Number of the terms that follow; zero if none were announced.
    pub announced_terms: u32,
    /// Terms accounts that exist.
    pub open_terms: u32,
    /// Member accounts that exist.
    pub members: u32,
    pub id: u16,
    pub gpus_per_seat: u16,
    /// See [`Tier`].
    pub tier: u8,
    /// Shards that exist: indices below this number.
    pub shards: u8,
    /// See [`pause`]: entries that the authority stopped.
    pub paused: u8,
    /// One if the admin listed the market; for display and emissions only.
    pub listed: u8,
    /// See [`Admission`]: that of the terms in force unless the announced terms have taken effect.
    pub admission: u8,
    /// Admission of the announced terms.
    pub announced_admission: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 36],
}

impl Market {
    /// Checks the parameters of a new market. `feeder` is the market named as feeder, if any.
    pub fn check_params(
        params: &MarketParams,
        payment_mint: &Address,
        feeder: Option<&Market>,
        now: i64,
    ) -> Rule<()> {
        ensure(params.gpus_per_seat > 0, MarketError::GpusPerSeatZero)?;
        ensure(params.gpu_class != [0; 32], MarketError::GpuClassMissing)?;
        match Tier::from_u8(params.tier)? {
            Tier::Community => {
                ensure(feeder.is_none(), MarketError::WrongFeeder)?;
                ensure(params.genesis_end == 0, MarketError::GenesisOutOfRange)
            }
            Tier::Premium => {
                let feeder = feeder.ok_or(MarketError::WrongFeeder)?;
                ensure(
                    feeder.tier()? == Tier::Community && feeder.payment_mint == *payment_mint,
                    MarketError::WrongFeeder,
                )?;
                ensure(
                    params.genesis_end >= now && params.genesis_end <= now.plus(MAX_GENESIS)?,
                    MarketError::GenesisOutOfRange,
                )
            }
        }
    }

    pub fn tier(&self) -> Rule<Tier> {
        Tier::from_u8(self.tier)
    }

    /// Incentives go to hosts of listed premium markets.
    pub fn require_rewarded(&self) -> Rule<()> {
        ensure(self.listed != 0 && self.tier()? == Tier::Premium, MarketError::MarketNotListed)
    }

    pub fn is_paused(&self, bit: u8) -> bool {
        self.paused & bit != 0
    }

    pub fn set_paused(&mut self, bits: u8) -> Rule<()> {
        ensure(bits & !pause::ALL == 0, MarketError::UnknownPauseBit)?;
        self.paused = bits;
        Ok(())
    }

    /// Number of the terms in force: announced terms take effect by themselves when their time comes.
    #[inline]
    pub fn terms_in_force(&self, now: i64) -> u32 {
        if self.announced_terms != 0 && now >= self.announced_effective_at {
            self.announced_terms
        } else {
            self.current_terms
        }
    }

    /// Whether a member has no seat here without a fresh attestation: in every premium market, and in a community market
    /// whose terms in force say so.
    pub fn needs_attestation(&self, now: i64) -> Rule<bool> {
        let announced = self.announced_terms != 0 && now >= self.announced_effective_at;
        let admission = if announced { self.announced_admission } else { self.admission };
        Ok(self.tier()? == Tier::Premium || admission == Admission::Attested as u8)
    }

    /// Refuses terms that are not the ones in force. Their market is checked by the accounts.
    #[inline]
    pub fn require_in_force(&self, terms: &Terms, now: i64) -> Rule<()> {
        ensure(terms.number == self.terms_in_force(now), MarketError::WrongTerms)
    }

    /// Number of the next terms.
    pub fn next_terms_number(&self) -> Rule<u32> {
        self.current_terms.max(self.announced_terms).plus(1)
    }

    /// Announces terms to take effect at `at`, or as soon as the notice allows if `at` is zero. `in_force` are the
    /// terms now in force, whose seat lifetime is the notice; terms that are easier to meet take 14 days, and a higher
    /// bond seven, so that members can top up. Returns when they take effect.
    pub fn announce(
        &mut self,
        number: u32,
        params: &TermsParams,
        in_force: &Terms,
        at: i64,
        now: i64,
    ) -> Rule<i64> {
        self.require_in_force(in_force, now)?;
        if self.announced_terms != 0 {
            ensure(now >= self.announced_effective_at, MarketError::TermsAlreadyAnnounced)?;
            self.current_terms = self.announced_terms;
            self.admission = self.announced_admission;
        }
        let lifetime = i64::from(in_force.seat_lifetime);
        let usual = now.plus(lifetime)?.max(self.seats_until);
        let same_attestors = address_eq(&params.attestor_set, &in_force.attestor_set);
        let earliest = params.policy.earliest_effect(&in_force.policy, same_attestors, usual, now)?;
        let earliest = if params.bond > in_force.bond { earliest.max(now.plus(BOND_GRACE)?) } else { earliest };
        let effective_at = if at == 0 { earliest } else { at };
        ensure(effective_at >= earliest, MarketError::NoticeTooShort)?;
        ensure(effective_at <= now.plus(MAX_NOTICE)?, MarketError::NoticeTooLong)?;
        self.seats_until = effective_at.plus(lifetime)?;
        self.announced_terms = number;
        self.announced_effective_at = effective_at;
        self.announced_rate = params.rate;
        self.announced_admission = params.policy.admission;
        self.open_terms = self.open_terms.plus(1)?;
        Ok(effective_at)
    }

    /// Terms numbered `number` were closed.
    pub fn terms_closed(&mut self, number: u32, now: i64) -> Rule<()> {
        let last = self.open_terms == 1 && self.members == 0 && self.shards == 0;
        let pending = self.announced_terms != 0 && now < self.announced_effective_at;
        ensure(
            last || (number != self.terms_in_force(now) && !(pending && number == self.announced_terms)),
            MarketError::TermsInUse,
        )?;
        self.open_terms = self.open_terms.minus(1)?;
        Ok(())
    }

    /// Until when a seat that joins or renews now is valid: its lifetime, but not beyond the moment at which
    /// announced terms would pay it less than `min_rate`.
    #[inline]
    pub fn seat_valid_until(&self, lifetime: u32, min_rate: u64, now: i64) -> Rule<i64> {
        let until = now.plus(i64::from(lifetime))?;
        let pending = self.announced_terms != 0 && now < self.announced_effective_at;
        if pending && self.announced_rate < min_rate {
            Ok(until.min(self.announced_effective_at))
        } else {
            Ok(until)
        }
    }

    pub fn propose_authority(&mut self, successor: Address) {
        self.pending_authority = successor;
    }

    /// Makes the proposed successor the authority.
    pub fn accept_authority(&mut self, signer: &Address) -> Rule<()> {
        ensure(
            self.pending_authority != Address::default() && self.pending_authority == *signer,
            MarketError::NotPendingAuthority,
        )?;
        self.authority = *signer;
        self.pending_authority = Address::default();
        Ok(())
    }

    pub fn shard_opened(&mut self, index: u8) -> Rule<()> {
        ensure(self.shards < MAX_SHARDS, MarketError::TooManyShards)?;
        ensure(index == self.shards, MarketError::ShardIndexOutOfOrder)?;
        self.shards = self.shards.plus(1)?;
        Ok(())
    }

    pub fn shard_closed(&mut self, index: u8) -> Rule<()> {
        let last = self.shards.minus(1)?;
        ensure(index == last, MarketError::ShardIndexOutOfOrder)?;
        self.shards = last;
        Ok(())
    }

    pub fn member_opened(&mut self) -> Rule<()> {
        self.members = self.members.plus(1)?;
        Ok(())
    }

    pub fn member_closed(&mut self) -> Rule<()> {
        self.members = self.members.minus(1)?;
        Ok(())
    }

    /// A market closes when nothing of it is left.
    pub fn require_empty(&self) -> Rule<()> {
        ensure(self.shards == 0 && self.members == 0 && self.open_terms == 0, MarketError::MarketNotEmpty)
    }

    pub fn invariant(&self) -> Rule<()> {
        ensure(
            self.shards <= MAX_SHARDS
                && self.authority != Address::default()
                && (self.announced_terms == 0 || self.announced_terms > self.current_terms),
            MarketError::InvariantBroken,
        )
    }
}
