use {
    super::{ensure, Settled},
    crate::prelude::*,
    crate::{
        constants::NONCE_WINDOW,
        error::{MarketError, Rule},
        math::{is_zero, Checked},
    },
    solana_address::address_eq,
};

/// Who acts for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Owner,
    Delegate,
}

/// A client's prepaid escrow in one payment mint. Its vault is a token account that is its own authority and holds
/// at least `available + reserved + fees_owed + referral_owed + Σ due of its jobs`.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Client {
    pub owner: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Session key that may post, extend, cancel and end; all zeros if none.
    pub delegate: Address,
    /// Earnings vault, in this mint, of the host that referred the client; all zeros if nobody did.
    pub referrer: Address,
    /// Base units that can be withdrawn or reserved.
    pub available: u64,
    /// Base units reserved by live jobs.
    pub reserved: u64,
    /// Protocol fees not swept yet.
    pub fees_owed: u64,
    /// The referrer's share of swept fees that could not be paid, because its vault is closed or frozen.
    pub referral_owed: u64,
    /// Base units that terminal jobs still owe their hosts, because a vault was frozen or a host was cancelled on.
    pub due: u64,
    /// Nonces below this cannot be posted.
    pub nonce_floor: u64,
    /// The most the delegate may have reserved or spent.
    pub delegate_cap: u64,
    /// What the delegate has reserved or spent, net of refunds.
    pub delegate_used: u64,
    /// The delegate may act before this time.
    pub delegate_expires_at: i64,
    /// Job accounts that exist.
    pub open_jobs: u32,
    /// Counts delegations, so that refunds of an earlier delegate's jobs do not lower the use of a later one.
    pub delegation: u16,
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    /// One while a check of the vault found less than is booked: nothing enters.
    pub halted: u8,
    pub reserved_bytes: [u8; 38],
}

impl Client {
    /// Who `signer` is to this client.
    #[inline]
    pub fn actor(&self, signer: &Address, now: i64) -> Rule<Actor> {
        if address_eq(signer, &self.owner) {
            return Ok(Actor::Owner);
        }
        ensure(
            !is_zero(self.delegate.as_array()) && address_eq(signer, &self.delegate),
            MarketError::NotClientOrDelegate,
        )?;
        ensure(now < self.delegate_expires_at, MarketError::DelegateExpired)?;
        Ok(Actor::Delegate)
    }

    /// The delegation that a job posted by `actor` counts against; zero for the owner's jobs.
    #[inline]
    pub fn delegation_of(&self, actor: Actor) -> u16 {
        match actor {
            Actor::Owner => 0,
            Actor::Delegate => self.delegation,
        }
    }

    /// Sets the delegate, and starts its use from nothing.
    pub fn set_delegate(&mut self, delegate: Address, cap: u64, expires_at: i64) -> Rule<()> {
        self.delegate = delegate;
        self.delegate_cap = cap;
        self.delegate_expires_at = expires_at;
        self.delegate_used = 0;
        // Zero marks jobs of the owner, so the count skips it when it starts over.
        self.delegation = self.delegation.checked_add(1).unwrap_or(1);
        Ok(())
    }

    /// The last nonce is never posted, because no floor could rise above it when its job closes.
    #[inline]
    pub fn require_nonce(&self, nonce: u64) -> Rule<()> {
        let ahead = nonce.checked_sub(self.nonce_floor).ok_or(MarketError::NonceBelowFloor)?;
        ensure(ahead < NONCE_WINDOW && nonce != u64::MAX, MarketError::NonceTooFar)
    }

    pub fn raise_nonce_floor(&mut self, floor: u64) -> Rule<()> {
        ensure(floor > self.nonce_floor, MarketError::NonceFloorMustRise)?;
        self.nonce_floor = floor;
        Ok(())
    }

    pub fn deposit(&mut self, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        self.require_whole()?;
        self.available = self.available.plus(amount)?;
        Ok(())
    }

    pub fn withdraw(&mut self, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        ensure(amount <= self.available, MarketError::InsufficientEscrow)?;
        self.available = self.available.minus(amount)?;
        Ok(())
    }

    /// Reserves for a job of the given delegation. It counts against that delegation's cap, which binds the delegate
    /// and not the owner; a delegate reserves for no other job than those of its delegation.
    #[inline]
    pub fn reserve(&mut self, amount: u64, delegation: u16, actor: Actor) -> Rule<()> {
        self.require_whole()?;
        ensure(amount <= self.available, MarketError::InsufficientEscrow)?;
        self.available = self.available.minus(amount)?;
        self.reserved = self.reserved.plus(amount)?;
        let counted = delegation != 0 && delegation == self.delegation;
        if counted {
            self.delegate_used = self.delegate_used.saturating_add(amount);
        }
        ensure(
            actor == Actor::Owner || (counted && self.delegate_used <= self.delegate_cap),
            MarketError::DelegateCapExceeded,
        )
    }

    /// Returns part of a reservation.
    #[inline]
    pub fn unreserve(&mut self, amount: u64, delegation: u16) -> Rule<()> {
        self.reserved = self.reserved.minus(amount)?;
        self.available = self.available.plus(amount)?;
        self.refund_delegate(amount, delegation)
    }

    /// Books what a job settled: everything leaves the reservation, refunds become available, fees are owed.
    #[inline]
    pub fn settle(&mut self, settled: &Settled, delegation: u16) -> Rule<()> {
        self.reserved = self.reserved.minus(settled.total()?)?;
        self.available = self.available.plus(settled.refund)?;
        self.fees_owed = self.fees_owed.plus(settled.fee)?;
        self.due = self.due.plus(settled.due)?;
        self.refund_delegate(settled.refund, delegation)
    }

    #[inline]
    fn refund_delegate(&mut self, amount: u64, delegation: u16) -> Rule<()> {
        if delegation != 0 && delegation == self.delegation {
            self.delegate_used = self.delegate_used.saturating_sub(amount);
        }
        Ok(())
    }

    /// What was due to a host has been paid.
    pub fn due_paid(&mut self, amount: u64) -> Rule<()> {
        self.due = self.due.minus(amount)?;
        Ok(())
    }

    /// What was due to a host is the client's again, because the host has closed its member.
    pub fn due_forfeited(&mut self, amount: u64) -> Rule<()> {
        self.due = self.due.minus(amount)?;
        self.available = self.available.plus(amount)?;
        Ok(())
    }

    /// Takes the owed fees to be split, and what the referrer is owed from before.
    pub fn take_fees(&mut self) -> Rule<(u64, u64)> {
        ensure(self.fees_owed > 0 || self.referral_owed > 0, MarketError::NothingToSweep)?;
        Ok((core::mem::take(&mut self.fees_owed), core::mem::take(&mut self.referral_owed)))
    }

    /// Books a referrer's share that cannot be paid now.
    pub fn keep_for_referrer(&mut self, amount: u64) -> Rule<()> {
        self.referral_owed = self.referral_owed.plus(amount)?;
        Ok(())
    }

    /// Names the earnings vault of whoever referred the client; all zeros for nobody. Fees that are owed would be split
    /// with somebody else, so there must be none.
    pub fn set_referrer(&mut self, referrer: Address) -> Rule<()> {
        ensure(self.fees_owed == 0 && self.referral_owed == 0, MarketError::FeesNotSwept)?;
        self.referrer = referrer;
        Ok(())
    }

    pub fn has_referrer(&self) -> bool {
        !is_zero(self.referrer.as_array())
    }

    /// Nothing enters a vault that a check found short.
    #[inline]
    pub fn require_whole(&self) -> Rule<()> {
        ensure(self.halted == 0, MarketError::VaultShort)
    }

    #[inline]
    pub fn job_opened(&mut self) -> Rule<()> {
        self.open_jobs = self.open_jobs.plus(1)?;
        Ok(())
    }

    /// A job closed: its nonce can never be posted again.
    pub fn job_closed(&mut self, nonce: u64) -> Rule<()> {
        self.open_jobs = self.open_jobs.minus(1)?;
        self.nonce_floor = self.nonce_floor.max(nonce.saturating_add(1));
        Ok(())
    }

    /// What the vault has to hold.
    #[inline]
    pub fn booked(&self) -> Rule<u64> {
        self.available.plus(self.reserved)?.plus(self.fees_owed)?.plus(self.referral_owed)?.plus(self.due)
    }

    /// A client closes without jobs and unswept fees. What its referrer could not be paid goes to the owner with what is
    /// available: no more than a client gets that refers itself, and a vault of somebody else blocks no close.
    pub fn require_closable(&self) -> Rule<()> {
        ensure(
            self.open_jobs == 0 && self.reserved == 0 && self.fees_owed == 0 && self.due == 0,
            MarketError::ClientNotEmpty,
        )
    }

    /// The vault holds at least what is booked.
    #[inline]
    pub fn invariant(&self, vault_amount: u64) -> Rule<()> {
        ensure(vault_amount >= self.booked()?, MarketError::InvariantBroken)
    }
}
