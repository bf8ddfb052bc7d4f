use {
    super::{ensure, JobState, Market, Outcome, Tier},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// Standing of a host in one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MemberState {
    /// Applied to a premium market and not promoted yet.
    Candidate = 0,
    Active = 1,
    Suspended = 2,
    /// Removed to the feeder market.
    Removed = 3,
}

impl MemberState {
    pub fn from_u8(value: u8) -> Rule<Self> {
        match value {
            0 => Ok(Self::Candidate),
            1 => Ok(Self::Active),
            2 => Ok(Self::Suspended),
            3 => Ok(Self::Removed),
            _ => Err(MarketError::UnknownState),
        }
    }
}

/// A host in a market.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    pub market: Address,
    pub host: Address,
    /// Earnings vault of the host in the market's payment mint.
    pub earnings: Address,
    pub rent_payer: Address,
    /// Base units of the stake mint that back this member.
    pub collateral: u64,
    /// Sum of the bonds recorded for seats and running jobs.
    pub bonds: u64,
    /// Collateral cannot leave below this while the member is active.
    pub collateral_floor: u64,
    /// After a missed acknowledgement, no join before.
    pub join_barred_until: i64,
    /// When the first counted decline of the current window happened.
    pub decline_window_start: i64,
    /// When a job of this member last ended.
    pub last_ended_at: i64,
    /// Until when `attested_gpus` count.
    pub attested_until: i64,
    /// Evidence that the genesis admission was based on; all zeros if none.
    pub evidence_hash: [u8; 32],
    /// Lifetime base units earned.
    pub earned: u64,
    /// Lifetime base units of fees that disputed jobs had paid.
    pub disputed_fees: u64,
    /// Lifetime evidenced seconds.
    pub evidenced: u64,
    /// Lifetime counters of jobs by how they ended.
    pub completed: u32,
    pub failed: u32,
    pub ended: u32,
    pub timed_out: u32,
    pub lost: u32,
    pub missed: u32,
    pub declined: u32,
    pub disputed: u32,
    /// Seats held: waiting, assigned, lapsed or running.
    pub seats: u16,
    /// Seats whose job runs.
    pub running: u16,
    /// GPUs attested.
    pub attested_gpus: u16,
    /// Seats recorded under an older epoch may be evicted by anyone.
    pub epoch: u16,
    /// See [`MemberState`].
    pub state: u8,
    /// Missed acknowledgements in a row.
    pub miss_streak: u8,
    /// Declines by choice in the current window.
    pub declines: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 123],
}

impl Member {
    pub fn state(&self) -> Rule<MemberState> {
        MemberState::from_u8(self.state)
    }

    /// Collateral above the recorded bonds.
    #[inline]
    pub fn free_collateral(&self) -> Rule<u64> {
        self.collateral.minus(self.bonds)
    }

    /// Collateral that its owner may take back.
    pub fn withdrawable_collateral(&self) -> Rule<u64> {
        let bound = match self.state()? {
            MemberState::Active => self.bonds.max(self.collateral_floor),
            _ => self.bonds,
        };
        Ok(self.collateral.saturating_sub(bound))
    }

    /// How many seats the member may hold: one for each `gpus_per_seat` attested GPUs; without attestation one in a
    /// community market and none in a premium market.
    pub fn seat_limit(&self, market: &Market, now: i64) -> Rule<u16> {
        if self.attested_gpus > 0 && now < self.attested_until {
            return self.attested_gpus.checked_div(market.gpus_per_seat).ok_or(MarketError::MathOverflow);
        }
        Ok(match market.tier()? {
            Tier::Community => UNATTESTED_SEATS,
            Tier::Premium => 0,
        })
    }

    /// Whether the member may be given and start jobs: active, its collateral covers its bonds, and in a premium
    /// market its attestation is fresh.
    pub fn is_fit(&self, market: &Market, now: i64) -> Rule<bool> {
        Ok(self.state()? == MemberState::Active
            && self.collateral >= self.bonds
            && self.seat_limit(market, now)? > 0)
    }

    /// Takes a seat: checks standing, cooldown, seats and collateral, and records the bond.
    #[inline]
    pub fn take_seat(&mut self, market: &Market, bond: u64, now: i64) -> Rule<()> {
        ensure(self.state()? == MemberState::Active, MarketError::MemberNotActive)?;
        ensure(now >= self.join_barred_until, MarketError::JoinBarred)?;
        ensure(self.seats < self.seat_limit(market, now)?, MarketError::NoSeatLeft)?;
        ensure(bond <= self.free_collateral()?, MarketError::CollateralTooLow)?;
        self.bonds = self.bonds.plus(bond)?;
        self.seats = self.seats.plus(1)?;
        Ok(())
    }

    /// Gives a seat and its bond back.
    #[inline]
    pub fn release_seat(&mut self, bond: u64) -> Rule<()> {
        self.bonds = self.bonds.minus(bond)?;
        self.seats = self.seats.minus(1)?;
        Ok(())
    }

    /// Replaces the bond of a seat, as terms in force ask.
    pub fn rebond(&mut self, old: u64, new: u64) -> Rule<()> {
        let bonds = self.bonds.minus(old)?.plus(new)?;
        ensure(bonds <= self.collateral, MarketError::CollateralTooLow)?;
        self.bonds = bonds;
        Ok(())
    }

    #[inline]
    pub fn job_started(&mut self) -> Rule<()> {
        self.running = self.running.plus(1)?;
        Ok(())
    }

    /// A running job ended: its seat is given back.
    #[inline]
    pub fn job_ended(&mut self, bond: u64, evidenced: u32, earned: u64, now: i64) -> Rule<()> {
        self.release_seat(bond)?;
        self.running = self.running.minus(1)?;
        // Statistics never stand in the way of an exit.
        self.evidenced = self.evidenced.saturating_add(u64::from(evidenced));
        self.earned = self.earned.saturating_add(earned);
        self.last_ended_at = now;
        Ok(())
    }

    /// Counts a finished job; a success ends a row of missed acknowledgements.
    #[inline]
    pub fn record_finish(&mut self, outcome: Outcome) -> Rule<()> {
        if outcome == Outcome::Success {
            self.completed = self.completed.saturating_add(1);
            self.miss_streak = 0;
        } else {
            self.failed = self.failed.saturating_add(1);
        }
        Ok(())
    }

    /// Counts a job that its client ended early.
    pub fn record_end(&mut self) -> Rule<()> {
        self.ended = self.ended.saturating_add(1);
        Ok(())
    }

    /// Counts a job that somebody else had to end.
    pub fn record_expiry(&mut self, state: JobState) -> Rule<()> {
        if state == JobState::HostLost {
            self.lost = self.lost.saturating_add(1);
        } else {
            self.timed_out = self.timed_out.saturating_add(1);
        }
        Ok(())
    }

    /// Counts a dispute, by the fee that the job paid.
    pub fn record_dispute(&mut self, fee: u64) -> Rule<()> {
        self.disputed = self.disputed.saturating_add(1);
        self.disputed_fees = self.disputed_fees.saturating_add(fee);
        Ok(())
    }

    /// An acknowledgement was missed: joining is barred for a cooldown that doubles, and every waiting seat becomes
    /// evictable.
    pub fn missed_ack(&mut self, now: i64) -> Rule<()> {
        let doublings = u32::from(self.miss_streak.min(16));
        let cooldown =
            MISS_COOLDOWN.checked_shl(doublings).ok_or(MarketError::MathOverflow)?.min(MAX_MISS_COOLDOWN);
        self.join_barred_until = now.plus(cooldown)?;
        self.miss_streak = self.miss_streak.saturating_add(1);
        self.missed = self.missed.saturating_add(1);
        self.epoch = self.epoch.wrapping_add(1);
        Ok(())
    }

    /// A job was declined because its spec could not be had: joining is barred for as long as the host could have taken
    /// to look for it, so that nobody walks through a line declining.
    pub fn spec_was_unavailable(&mut self, ack_window: u32, now: i64) -> Rule<()> {
        self.join_barred_until = self.join_barred_until.max(now.plus(i64::from(ack_window))?);
        Ok(())
    }

    /// Until when a seat is valid that the market would let last until `until`: not beyond a premium member's
    /// attestation.
    #[inline]
    pub fn seat_end(&self, market: &Market, until: i64) -> Rule<i64> {
        Ok(match market.tier()? {
            Tier::Community => until,
            Tier::Premium => until.min(self.attested_until),
        })
    }

    /// Counts a decline by choice; returns whether it costs a slice of bond.
    pub fn decline(&mut self, now: i64) -> Rule<bool> {
        if now >= self.decline_window_start.plus(DECLINE_WINDOW)? {
            self.decline_window_start = now;
            self.declines = 0;
        }
        self.declines = self.declines.saturating_add(1);
        self.declined = self.declined.saturating_add(1);
        Ok(self.declines > FREE_DECLINES)
    }

    /// A member closes without seats and collateral, and not before its last job can no longer be disputed and the
    /// cooldown of a missed acknowledgement is long over, so that closing shortens nothing.
    pub fn require_closable(&self, now: i64) -> Rule<()> {
        ensure(self.seats == 0 && self.collateral == 0, MarketError::MemberNotEmpty)?;
        ensure(
            self.last_ended_at == 0 || now > self.last_ended_at.plus(DISPUTE_WINDOW)?,
            MarketError::MemberCoolingOff,
        )?;
        ensure(
            self.declines == 0 || now >= self.decline_window_start.plus(DECLINE_WINDOW)?,
            MarketError::MemberCoolingOff,
        )?;
        ensure(
            self.miss_streak == 0 || now > self.join_barred_until.plus(DISPUTE_WINDOW)?,
            MarketError::MemberCoolingOff,
        )
    }

    #[inline]
    pub fn invariant(&self) -> Rule<()> {
        ensure(self.bonds <= self.collateral && self.running <= self.seats, MarketError::InvariantBroken)
    }
}
