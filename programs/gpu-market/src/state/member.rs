use {
    super::{ensure, Counted, Job, JobState, Market, Record, Standing},
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
    /// What the member did in this window and the last.
    pub record: Record,
    pub standing: Standing,
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
    pub reserved: [u8; 59],
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

    /// How many seats the member may hold: one for each `gpus_per_seat` attested GPUs; without attestation one, or none
    /// where the market asks for it.
    pub fn seat_limit(&self, market: &Market, now: i64) -> Rule<u16> {
        match self.attested_seats(market, now)? {
            Some(seats) => Ok(seats),
            None => Ok(if market.needs_attestation(now)? { 0 } else { UNATTESTED_SEATS }),
        }
    }

    /// Seats that the attested GPUs allow; none without a fresh attestation.
    fn attested_seats(&self, market: &Market, now: i64) -> Rule<Option<u16>> {
        if self.attested_gpus == 0 || now >= self.attested_until {
            return Ok(None);
        }
        self.attested_gpus.checked_div(market.gpus_per_seat).map(Some).ok_or(MarketError::MathOverflow)
    }

    /// Whether the member may start another of the jobs that it was given: active, its attestation fresh where the market
    /// asks for one, and not more jobs than GPUs while it is. Its collateral covers their bonds whatever was slashed; the
    /// floor binds who asks for seats.
    pub fn may_start(&self, market: &Market, now: i64) -> Rule<bool> {
        let has_gpu = match self.attested_seats(market, now)? {
            Some(seats) => self.running < seats,
            None => !market.needs_attestation(now)?,
        };
        Ok(has_gpu && self.state()? == MemberState::Active)
    }

    /// Whether a job may be taken from the member at no cost to it: it was suspended, or its attestation ended by time or by
    /// the word of attestors. What it can bring about at will, such as releasing a GPU, excuses nothing.
    pub fn is_excused(&self, market: &Market, now: i64) -> Rule<bool> {
        Ok(self.state()? != MemberState::Active || (now >= self.attested_until && market.needs_attestation(now)?))
    }

    /// What every seat needs, a new one and a renewed one: a member in good standing and collateral at its floor.
    fn require_standing(&self) -> Rule<()> {
        ensure(self.state()? == MemberState::Active, MarketError::MemberNotActive)?;
        ensure(self.collateral >= self.collateral_floor, MarketError::CollateralBelowFloor)
    }

    /// Takes a seat: checks standing, cooldown, seats and collateral, and records the bond.
    #[inline]
    pub fn take_seat(&mut self, market: &Market, bond: u64, now: i64) -> Rule<()> {
        self.require_standing()?;
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

    /// Renews a seat with the bond that the terms in force ask. A member with more seats than GPUs renews none.
    pub fn renew_seat(&mut self, market: &Market, old: u64, new: u64, now: i64) -> Rule<()> {
        self.require_standing()?;
        ensure(self.seats <= self.seat_limit(market, now)?, MarketError::NoSeatLeft)?;
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

    /// Counts an ended job, for life and in the record; a success ends a row of missed acknowledgements. Not `blamed` is a
    /// host whose job somebody else had to end while the chain stood still: its job says nothing about it.
    ///
    /// # Errors
    ///
    /// [`MarketError::MathOverflow`], which the bounds of rate and duration exclude.
    #[inline(never)]
    pub fn record_job(&mut self, job: &Job, blamed: bool, now: i64) -> Rule<()> {
        let counted = if blamed { job.counted()? } else { Counted::Neutral };
        let counter = match job.state()? {
            JobState::Completed => {
                // A job that cost nothing makes up for nothing.
                if job.fee > 0 || (job.fee_bps == 0 && job.evidenced > 0) {
                    self.miss_streak = 0;
                }
                &mut self.completed
            }
            JobState::Failed => &mut self.failed,
            JobState::Ended => &mut self.ended,
            JobState::HostLost => &mut self.lost,
            _ => &mut self.timed_out,
        };
        *counter = counter.saturating_add(blamed.into());
        match counted {
            Counted::Completed => self.record.job_completed(&job.client, job.fee, job.evidenced, now),
            Counted::Failed => {
                self.record.job_failed(&job.client, job.fee, job.fee_for(job.duration)?, job.evidenced, now);
            }
            Counted::Neutral => self.record.job_ended(&job.client, job.fee, job.evidenced, now),
        }
        Ok(())
    }

    /// Counts a dispute, for life and in the record, by the fee that the job paid.
    pub fn record_dispute(&mut self, job: &Job, now: i64) -> Rule<()> {
        self.disputed = self.disputed.saturating_add(1);
        self.disputed_fees = self.disputed_fees.saturating_add(job.fee);
        self.record.job_disputed(job.counted()?, job.disputed_weight()?, job.ended_at, now);
        Ok(())
    }

    /// An acknowledgement was missed: joining is barred for a cooldown that doubles, and every waiting seat becomes
    /// evictable.
    pub fn missed_ack(&mut self, job: &Job, now: i64) -> Rule<()> {
        let doublings = u32::from(self.miss_streak.min(16));
        let cooldown =
            MISS_COOLDOWN.checked_shl(doublings).ok_or(MarketError::MathOverflow)?.min(MAX_MISS_COOLDOWN);
        self.join_barred_until = now.plus(cooldown)?;
        self.miss_streak = self.miss_streak.saturating_add(1);
        self.missed = self.missed.saturating_add(1);
        self.record.job_missed(job.fee_for(job.duration)?, now);
        self.epoch = self.epoch.wrapping_add(1);
        Ok(())
    }

    /// A job was declined because its spec could not be had: joining is barred for as long as the host could have taken
    /// to look for it, so that nobody walks through a line declining.
    pub fn spec_was_unavailable(&mut self, ack_window: u32, now: i64) -> Rule<()> {
        self.join_barred_until = self.join_barred_until.max(now.plus(i64::from(ack_window))?);
        Ok(())
    }

    /// Until when a seat is valid that the market would let last until `until`: not beyond the member's attestation
    /// where the market asks for one.
    #[inline]
    pub fn seat_end(&self, market: &Market, until: i64, now: i64) -> Rule<i64> {
        Ok(if market.needs_attestation(now)? { until.min(self.attested_until) } else { until })
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

    /// A member closes without seats, collateral and an open round, and not before its last job can no longer be disputed,
    /// the cooldown of a missed acknowledgement is long over, and its failures and falls are forgotten, so that closing
    /// shortens nothing.
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
        )?;
        ensure(!self.record.rolled(now).since(0).has_failures(), MarketError::MemberCoolingOff)?;
        self.standing.require_closable(now)
    }

    #[inline]
    pub fn invariant(&self) -> Rule<()> {
        ensure(self.bonds <= self.collateral && self.running <= self.seats, MarketError::InvariantBroken)
    }
}
