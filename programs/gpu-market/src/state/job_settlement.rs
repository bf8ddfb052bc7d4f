use {
    super::{ensure, job_flags, Job, JobState, Now, Outcome},
    crate::prelude::*,
    crate::{
        constants::JOB_RETENTION,
        error::{MarketError, Rule},
        math::Checked,
        settlement::{pay, share},
    },
};

/// Who gets the tip that a deposit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipTo {
    /// Nobody had to enforce anything.
    Client,
    /// Whoever enforced the deadline gets it at once.
    Caller,
    /// The host that was cancelled on collects it.
    Host,
}

/// What one settlement takes out of a job's reservation, in base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Moves to the host's earnings vault now.
    pub pay: u64,
    /// Is owed to the protocol by the client's escrow.
    pub fee: u64,
    /// Moves to whoever enforced the deadline now.
    pub tip: u64,
    /// Stays in the client's vault until the host collects it.
    pub due: u64,
    /// Is available to the client again.
    pub refund: u64,
}

impl Settled {
    pub fn total(&self) -> Rule<u64> {
        self.pay.plus(self.fee)?.plus(self.tip)?.plus(self.due)?.plus(self.refund)
    }
}

impl Job {
    /// What of the deposit is neither moved nor booked elsewhere.
    #[inline]
    pub fn still_reserved(&self) -> Rule<u64> {
        self.deposit.minus(self.paid)?.minus(self.fee)?.minus(self.due)?.minus(self.tip_paid)?.minus(self.refunded)
    }

    /// Pay and fee for the evidence so far, less what was booked before.
    #[inline]
    fn earned(&self) -> Rule<(u64, u64)> {
        let total = pay(self.rate, self.evidenced)?;
        let fee = share(total, self.fee_bps)?;
        Ok((total.minus(self.paid)?, fee.minus(self.fee)?))
    }

    /// Takes what a running job has earned and was not paid yet.
    pub fn collect_running(&mut self) -> Rule<Settled> {
        self.require_running()?;
        let (pay, fee) = self.earned()?;
        ensure(pay > 0, MarketError::NothingDue)?;
        self.paid = self.paid.plus(pay)?;
        self.fee = self.fee.plus(fee)?;
        Ok(Settled { pay, fee, ..Settled::default() })
    }

    /// Takes what an ended job still owes its host.
    pub fn collect_due(&mut self) -> Rule<u64> {
        self.require_terminal()?;
        ensure(self.due > 0, MarketError::NothingDue)?;
        let amount = core::mem::take(&mut self.due);
        if self.has(job_flags::DUE_IS_TIP) {
            self.tip_paid = self.tip_paid.plus(amount)?;
        } else {
            self.paid = self.paid.plus(amount)?;
        }
        Ok(amount)
    }

    /// Gives what an ended job owed back to the client, because its host has closed its member.
    pub fn forfeit_due(&mut self) -> Rule<u64> {
        self.require_terminal()?;
        let amount = core::mem::take(&mut self.due);
        self.refunded = self.refunded.plus(amount)?;
        Ok(amount)
    }

    /// Ends a running job: pays its evidence and refunds the rest. With `frozen`, the issuer has frozen a vault, so
    /// that the pay stays booked as due and nobody is blocked.
    #[inline]
    pub fn settle(
        &mut self,
        state: JobState,
        outcome: Outcome,
        tip_to: TipTo,
        frozen: bool,
        now: i64,
    ) -> Rule<Settled> {
        self.require_running()?;
        let (pay, fee) = self.earned()?;
        let (pay, due) = if frozen { (0, pay) } else { (pay, 0) };
        self.outcome = outcome as u8;
        self.terminate(state, Settled { pay, fee, due, ..Settled::default() }, tip_to, now)
    }

    /// Ends a job that never started: nothing is paid for it but what its place in line cost.
    #[inline]
    pub fn settle_unstarted(&mut self, state: JobState, tip_to: TipTo, now: i64) -> Rule<Settled> {
        self.require_open()?;
        let fee = self.queue_fee;
        self.terminate(state, Settled { fee, ..Settled::default() }, tip_to, now)
    }

    #[inline]
    fn terminate(&mut self, state: JobState, mut settled: Settled, tip_to: TipTo, now: i64) -> Rule<Settled> {
        match tip_to {
            TipTo::Client => {}
            TipTo::Caller => settled.tip = self.tip,
            TipTo::Host => {
                settled.due = settled.due.plus(self.tip)?;
                self.flags |= job_flags::DUE_IS_TIP;
            }
        }
        settled.refund = self.still_reserved()?.minus(settled.total()?)?;
        self.paid = self.paid.plus(settled.pay)?;
        self.fee = self.fee.plus(settled.fee)?;
        self.tip_paid = self.tip_paid.plus(settled.tip)?;
        self.due = self.due.plus(settled.due)?;
        self.refunded = self.refunded.plus(settled.refund)?;
        self.state = state as u8;
        self.ended_at = now;
        Ok(settled)
    }

    /// Whether the job's account may be closed: by its client at once, by anyone after the retention.
    pub fn require_closable(&self, by_client: bool, now: i64) -> Rule<()> {
        self.require_terminal()?;
        ensure(by_client || now > self.ended_at.plus(JOB_RETENTION)?, MarketError::JobRetained)
    }

    /// Nothing is reserved for an ended job, and no more was paid than evidence and duration allow.
    #[inline]
    pub fn invariant(&self) -> Rule<()> {
        let reserved = self.still_reserved()?;
        ensure(
            self.evidenced <= self.duration && (!self.state()?.is_terminal() || reserved == 0),
            MarketError::InvariantBroken,
        )
    }

    /// The member that an assigned or ended job owes something to.
    pub fn record_member(&mut self, member: &Address) {
        self.member = *member;
    }

    /// Evidence and end of a job that its client ends early.
    pub fn end(&mut self, frozen: bool, now: Now) -> Rule<Settled> {
        self.client_evidence(now.unix)?;
        self.settle(JobState::Ended, Outcome::Success, TipTo::Client, frozen, now.unix)
    }
}
