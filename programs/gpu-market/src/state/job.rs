use {
    super::{ensure, Counted, Now, Terms},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::Checked,
        settlement::{pay, share, Quote},
    },
};

/// Where a job is in its life. While it is open, its queue node says whether it waits in line or is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum JobState {
    Open = 1,
    Running = 2,
    /// Finished with success.
    Completed = 3,
    /// Finished with a fault; `outcome` says whose.
    Failed = 4,
    /// Ended early by its client.
    Ended = 5,
    /// Its duration was over and its host did not finish it.
    TimedOut = 6,
    /// Its host stopped giving evidence.
    HostLost = 7,
    /// Cancelled by its client before it started.
    Cancelled = 8,
    /// Refunded without having started.
    Expired = 9,
}

impl JobState {
    pub fn from_u8(value: u8) -> Rule<Self> {
        Ok(match value {
            1 => Self::Open,
            2 => Self::Running,
            3 => Self::Completed,
            4 => Self::Failed,
            5 => Self::Ended,
            6 => Self::TimedOut,
            7 => Self::HostLost,
            8 => Self::Cancelled,
            9 => Self::Expired,
            _ => return Err(MarketError::UnknownState),
        })
    }

    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Open | Self::Running)
    }
}

/// How a host says that a job went. All of them pay the evidenced seconds: a host that lost pay by reporting a fault
/// would not report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    Success = 0,
    /// The job itself failed, for example its command.
    ClientFault = 1,
    /// The host failed. Costs `sla_bps` of the bond.
    HostFault = 2,
}

impl Outcome {
    pub fn from_u8(value: u8) -> Rule<Self> {
        match value {
            0 => Ok(Self::Success),
            1 => Ok(Self::ClientFault),
            2 => Ok(Self::HostFault),
            _ => Err(MarketError::UnknownOutcome),
        }
    }
}

/// Bits of [`Job::flags`].
pub mod job_flags {
    /// Posted for one particular seat; never enters the line.
    pub const TARGETED: u8 = 1;
    /// The client disputed it.
    pub const DISPUTED: u8 = 2;
    /// What is due is the tip for a cancelled assignment, not pay.
    pub const DUE_IS_TIP: u8 = 4;
}

/// What a client asks for.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostParams {
    /// Chosen by the client, at or above its floor; part of the job's address, so a retried post is refused.
    pub nonce: u64,
    /// Worst rate that the client accepts, micro base units per second.
    pub max_rate: u64,
    /// Seconds.
    pub duration: u32,
    /// SHA-256 of the canonical job spec.
    pub spec_hash: [u8; 32],
}

/// One job. Holds all that it is settled by, copied from the terms it was posted under.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    pub client: Address,
    pub market: Address,
    /// Member that runs or ran it. While open: the member that first reported its spec unavailable, if any.
    pub member: Address,
    pub rent_payer: Address,
    pub spec_hash: [u8; 32],
    /// Result of a finished job; while running, the last checkpoint that the host reported.
    pub result_hash: [u8; 32],
    pub nonce: u64,
    /// Micro base units per second.
    pub rate: u64,
    /// Base units reserved in all. `deposit = paid + fee + tip_paid + refunded + due + still reserved`.
    pub deposit: u64,
    /// Base units of pay moved to the host's earnings vault.
    pub paid: u64,
    /// Base units of protocol fee booked in the client.
    pub fee: u64,
    /// Base units that the ended job still owes its host.
    pub due: u64,
    /// Base units reserved for whoever enforces a deadline.
    pub tip: u64,
    /// Base units of the tip that were paid.
    pub tip_paid: u64,
    /// Base units returned to the client's escrow.
    pub refunded: u64,
    /// Base units paid for the place in line; a fee unless the job starts.
    pub queue_fee: u64,
    /// Base units of the stake mint recorded against the member for this job, while it runs.
    pub bond: u64,
    pub created_at: i64,
    /// Billing starts here; zero if it never started.
    pub started_at: i64,
    /// Last evidence: start, heartbeat or finish.
    pub last_at: i64,
    pub ended_at: i64,
    /// Slot of the last evidence; a penalty needs one slot per second of its deadline.
    pub last_slot: u64,
    /// Base units that incentives paid its host.
    pub rewarded: u64,
    /// Number of the terms that it is settled by.
    pub terms: u32,
    /// Seconds bought.
    pub duration: u32,
    /// Seconds, extensions included: the market's maximum and, once it runs, the host's.
    pub max_duration: u32,
    /// Seconds of evidence, never more than `duration`.
    pub evidenced: u32,
    pub heartbeat_interval: u32,
    pub queue_ttl: u32,
    pub ack_window: u32,
    /// Index of its queue node while open.
    pub node: u16,
    /// Delegation of the client that posted it; zero if the owner did.
    pub delegation: u16,
    pub fee_bps: u16,
    pub missed_ack_bps: u16,
    pub sla_bps: u16,
    /// See [`JobState`].
    pub state: u8,
    /// See [`Outcome`].
    pub outcome: u8,
    /// See [`job_flags`].
    pub flags: u8,
    /// Index of its shard while open.
    pub shard: u8,
    /// Assignments that did not start.
    pub attempts: u8,
    pub max_attempts: u8,
    /// Different hosts that could not get its spec.
    pub spec_declines: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 1],
}

const _: () = assert!(core::mem::size_of::<Job>() + 8 <= 384);

impl Job {
    pub fn state(&self) -> Rule<JobState> {
        JobState::from_u8(self.state)
    }

    pub fn outcome(&self) -> Rule<Outcome> {
        Outcome::from_u8(self.outcome)
    }

    /// How the job counts in its host's record, as long as its client does not dispute it.
    pub fn counted(&self) -> Rule<Counted> {
        Ok(match self.state()? {
            JobState::Completed => Counted::Completed,
            JobState::TimedOut | JobState::HostLost => Counted::Failed,
            JobState::Failed if self.outcome == Outcome::HostFault as u8 => Counted::Failed,
            _ => Counted::Neutral,
        })
    }

    /// Base units in protocol fees that so many seconds of the job pay.
    pub fn fee_for(&self, seconds: u32) -> Rule<u64> {
        share(pay(self.rate, seconds)?, self.fee_bps)
    }

    /// What a dispute of the job weighs in fees: what it paid. A failure that the host called its client's weighs two
    /// heartbeats at least, or a host that drops every job at once would weigh nothing.
    pub fn disputed_weight(&self) -> Rule<u64> {
        if self.state()? == JobState::Failed {
            let seconds = self.heartbeat_interval.times(2)?.min(self.duration);
            return Ok(self.fee.max(self.fee_for(seconds)?));
        }
        Ok(self.fee)
    }

    #[inline]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    #[inline]
    pub fn require_open(&self) -> Rule<()> {
        ensure(self.state == JobState::Open as u8, MarketError::JobNotOpen)
    }

    #[inline(always)]
    pub fn require_running(&self) -> Rule<()> {
        ensure(self.state == JobState::Running as u8, MarketError::JobNotRunning)
    }

    pub fn require_terminal(&self) -> Rule<()> {
        ensure(self.state()?.is_terminal(), MarketError::JobNotTerminal)
    }

    /// Makes a fresh account an open job under `terms`. Returns the deposit to reserve.
    #[inline]
    pub fn open(&mut self, params: &PostParams, terms: &Terms, queue_fee: u64, now: i64) -> Rule<u64> {
        self.nonce = params.nonce;
        self.spec_hash = params.spec_hash;
        self.duration = params.duration;
        self.created_at = now;
        self.queue_fee = queue_fee;
        self.state = JobState::Open as u8;
        self.adopt(terms)
    }

    /// Takes over what `terms` say and returns the new deposit.
    #[inline]
    fn adopt(&mut self, terms: &Terms) -> Rule<u64> {
        self.terms = terms.number;
        self.rate = terms.rate;
        self.tip = terms.tip;
        self.max_duration = terms.max_duration;
        self.heartbeat_interval = terms.heartbeat_interval;
        self.queue_ttl = terms.queue_ttl;
        self.ack_window = terms.ack_window;
        self.fee_bps = terms.fee_bps;
        self.missed_ack_bps = terms.missed_ack_bps;
        self.sla_bps = terms.sla_bps;
        self.max_attempts = terms.attempts;
        self.deposit = self.required_deposit()?;
        Ok(self.deposit)
    }

    fn required_deposit(&self) -> Rule<u64> {
        Quote::new(self.rate, self.duration, self.fee_bps, self.tip, self.queue_fee)?.deposit()
    }

    /// Moves an open job to other terms; returns the old and the new deposit.
    pub fn reprice(&mut self, terms: &Terms, max_rate: u64) -> Rule<(u64, u64)> {
        self.require_open()?;
        ensure(terms.number != self.terms, MarketError::AlreadyRepriced)?;
        ensure(terms.rate <= max_rate, MarketError::RateAboveMaximum)?;
        terms.require_duration(self.duration)?;
        let old = self.deposit;
        let new = self.adopt(terms)?;
        Ok((old, new))
    }

    /// Buys more seconds; returns what has to be reserved on top.
    pub fn extend(&mut self, seconds: u32, now: i64) -> Rule<u64> {
        ensure(seconds > 0, MarketError::AmountZero)?;
        match self.state()? {
            JobState::Open => {}
            JobState::Running => ensure(now < self.ends_at()?, MarketError::JobTimeOver)?,
            _ => return Err(MarketError::JobNotRunning),
        }
        let duration = self.duration.plus(seconds)?;
        ensure(duration <= self.max_duration, MarketError::ExtensionTooLong)?;
        self.duration = duration;
        let old = self.deposit;
        self.deposit = self.required_deposit()?;
        self.deposit.minus(old)
    }

    /// Starts billing. `bond` is what the seat recorded, `own_maximum` the longest that the host is willing to run.
    #[inline]
    pub fn start(&mut self, member: &Address, bond: u64, own_maximum: u32, now: Now) -> Rule<()> {
        self.require_open()?;
        self.state = JobState::Running as u8;
        self.member = *member;
        self.bond = bond;
        self.started_at = now.unix;
        self.last_at = now.unix;
        self.last_slot = now.slot;
        self.max_duration = self.max_duration.min(own_maximum.max(self.duration));
        Ok(())
    }

    /// Takes evidence that the job is alive: the seconds since the last evidence, at most two intervals.
    #[inline(always)]
    pub fn heartbeat(&mut self, now: Now) -> Rule<()> {
        self.require_running()?;
        self.evidence(now.unix, self.heartbeat_interval.times(EVIDENCE_INTERVALS)?)?;
        // A clock that ran back would have the seconds until now evidenced twice.
        self.last_at = self.last_at.max(now.unix);
        self.last_slot = now.slot;
        Ok(())
    }

    /// The client's own signature shows that the job was in use: the seconds since the last evidence count, at most
    /// one interval.
    pub fn client_evidence(&mut self, now: i64) -> Rule<()> {
        self.require_running()?;
        self.evidence(now, self.heartbeat_interval)
    }

    #[inline(always)]
    fn evidence(&mut self, now: i64, at_most: u32) -> Rule<()> {
        // Seconds after the bought time are no evidence for seconds before.
        let now = now.min(self.started_at.saturating_add(i64::from(self.duration)));
        let since = u32::try_from(now.saturating_sub(self.last_at).max(0)).unwrap_or(u32::MAX);
        let evidenced = self.evidenced.saturating_add(since.min(at_most));
        self.evidenced = evidenced.min(self.duration);
        Ok(())
    }

    /// An assignment ended without a start. Returns whether the job has to be refunded: it was for one seat only, or
    /// its attempts are used up.
    pub fn attempt_failed(&mut self, counts: bool) -> Rule<bool> {
        self.require_open()?;
        if counts {
            self.attempts = self.attempts.plus(1)?;
        }
        Ok(self.has(job_flags::TARGETED) || self.attempts >= self.max_attempts)
    }

    /// A host could not get the spec. Returns whether a different host had reported that before.
    pub fn spec_unavailable(&mut self, member: &Address) -> Rule<bool> {
        self.require_open()?;
        if self.spec_declines == 0 {
            self.member = *member;
            self.spec_declines = 1;
            return Ok(false);
        }
        if self.member == *member {
            return Ok(false);
        }
        self.spec_declines = self.spec_declines.plus(1)?;
        Ok(true)
    }

    /// When a job in line expires.
    pub fn queue_deadline(&self) -> Rule<i64> {
        self.created_at.plus(i64::from(self.queue_ttl))
    }

    /// When the bought time is over.
    pub fn ends_at(&self) -> Rule<i64> {
        self.started_at.plus(i64::from(self.duration))
    }

    /// Seconds without evidence after which the host is lost.
    pub fn lost_after(&self) -> Rule<u32> {
        self.heartbeat_interval.times(LOST_INTERVALS)
    }

    /// What ends a running job if its host does not: whichever comes first, so that the outcome does not depend on
    /// when somebody enforces it.
    pub fn running_deadline(&self) -> Rule<(i64, JobState)> {
        let lost_at = self.last_at.plus(i64::from(self.lost_after()?))?;
        let ends_at = self.ends_at()?;
        Ok(if lost_at <= ends_at { (lost_at, JobState::HostLost) } else { (ends_at, JobState::TimedOut) })
    }

    /// Marks the job as disputed. It counts as failed in the host's record, by the fee it paid.
    pub fn dispute(&mut self, now: i64) -> Rule<u64> {
        let claims_work = matches!(self.state()?, JobState::Completed | JobState::Failed | JobState::Ended);
        ensure(claims_work && !self.has(job_flags::DISPUTED), MarketError::NotDisputable)?;
        ensure(now <= self.ended_at.plus(DISPUTE_WINDOW)?, MarketError::DisputeWindowOver)?;
        self.flags |= job_flags::DISPUTED;
        Ok(self.fee)
    }

    /// Whether `now` is past the deadline and the host's grace after it.
    #[inline]
    pub fn require_past(deadline: i64, now: i64) -> Rule<()> {
        ensure(now > deadline.plus(HOST_GRACE)?, MarketError::DeadlineNotReached)
    }

    /// Whether the chain made at least one slot for each second of a deadline, counted from the slot it began in.
    /// Without that it stood still, and nobody is punished for it.
    pub fn chain_was_live(since_slot: u64, seconds: u32, now: Now) -> bool {
        now.slot.saturating_sub(since_slot) >= u64::from(seconds)
    }
}
