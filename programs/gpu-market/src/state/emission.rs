use {
    super::{ensure, Config, Job, Market},
    crate::prelude::*,
    crate::{
        constants::{MAX_EMISSION, MAX_EMISSION_DELAY, MIN_EMISSION, RECORD_WINDOW},
        error::{MarketError, Rule},
        math::Checked,
        settlement::{pay, proportion},
    },
};

/// Whom an emission pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EmissionKind {
    /// The stakers of a reward pool, evenly over its time.
    Stakers = 1,
    /// The hosts of a market, per evidenced second of the jobs that end within its time: an incentive.
    Hosts = 2,
}

/// Tokens that somebody gave for stakers or hosts. Its vault is a token account that is its own authority and holds at
/// least `amount − released`.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Emission {
    /// The reward pool or the market.
    pub target: Address,
    /// Who gave the tokens; gets back what hosts did not earn.
    pub funder: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Base units given.
    pub amount: u64,
    /// Base units released so far.
    pub released: u64,
    /// Unix seconds.
    pub start: i64,
    /// Unix seconds.
    pub end: i64,
    /// Of an incentive: the most that an evidenced second earns, micro base units.
    pub rate: u64,
    /// Of an incentive: base units that it pays in one week at most; weeks are those of the hosts' records.
    pub window_cap: u64,
    /// Of an incentive: base units paid in the week `window`.
    pub window_paid: u64,
    /// Of an incentive: the week of its last payment.
    pub window: u32,
    /// Number that the funder gave it; its address is of the funder and this number.
    pub id: u16,
    /// See [`EmissionKind`].
    pub kind: u8,
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    pub reserved: [u8; 54],
}

/// What an emission is opened with.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmissionParams {
    /// Base units.
    pub amount: u64,
    /// Unix seconds; zero means now.
    pub start: i64,
    /// Unix seconds.
    pub end: i64,
    /// Of an incentive: the most that an evidenced second earns, micro base units; else zero.
    pub rate: u64,
    /// Of an incentive: base units that it pays in one week at most; else zero.
    pub window_cap: u64,
}

impl Emission {
    /// Sets whom it pays and when. `received` is what has arrived in the vault.
    pub fn open(&mut self, kind: EmissionKind, params: &EmissionParams, received: u64, now: i64) -> Rule<()> {
        let is_incentive = params.rate > 0 && params.window_cap > 0;
        let is_plain = params.rate == 0 && params.window_cap == 0;
        ensure(
            if kind == EmissionKind::Hosts { is_incentive } else { is_plain },
            MarketError::IncentiveOutOfRange,
        )?;
        let start = if params.start == 0 { now } else { params.start };
        let length = params.end.checked_sub(start).ok_or(MarketError::EmissionOutOfRange)?;
        ensure(
            received > 0
                && start >= now
                && start <= now.plus(MAX_EMISSION_DELAY)?
                && (MIN_EMISSION..=MAX_EMISSION).contains(&length),
            MarketError::EmissionOutOfRange,
        )?;
        self.kind = kind as u8;
        self.amount = received;
        self.start = start;
        self.end = params.end;
        self.rate = params.rate;
        self.window_cap = params.window_cap;
        Ok(())
    }

    pub fn is(&self, kind: EmissionKind) -> bool {
        self.kind == kind as u8
    }

    /// Base units given and not released.
    pub fn left(&self) -> Rule<u64> {
        self.amount.minus(self.released)
    }

    /// Releases what is due to stakers by `now`: the amount in proportion to the time, less what was released.
    pub fn release(&mut self, now: i64) -> Rule<u64> {
        ensure(self.is(EmissionKind::Stakers), MarketError::WrongEmission)?;
        let elapsed = now.minus(self.start)?.max(0);
        let length = self.end.minus(self.start)?;
        let due = if elapsed >= length {
            self.amount
        } else {
            let part = u64::try_from(elapsed).map_err(|_| MarketError::MathOverflow)?;
            proportion(self.amount, part, u64::try_from(length).map_err(|_| MarketError::MathOverflow)?)?
        };
        let amount = due.minus(self.released)?;
        ensure(amount > 0, MarketError::NothingToRelease)?;
        self.released = due;
        Ok(amount)
    }

    /// Pays an ended job's host for its evidenced seconds: never more than the treasury's part of the fee that those seconds
    /// paid, so that nobody gains by being its own client, and never more than is left of this week's cap.
    ///
    /// What incentives paid before counts: each only tops it up to what it gives by itself. So a job gets what the most
    /// generous one gives, in whatever order anybody calls them, and nothing by calling one twice.
    pub fn reward(&mut self, job: &mut Job, market: &Market, config: &Config, now: i64) -> Rule<u64> {
        ensure(self.is(EmissionKind::Hosts), MarketError::WrongEmission)?;
        market.require_rewarded()?;
        ensure(
            job.state()?.is_terminal() && (self.start..self.end).contains(&job.ended_at),
            MarketError::JobNotRewarded,
        )?;
        let window = u32::try_from(now.checked_div(RECORD_WINDOW).unwrap_or(0)).unwrap_or(0);
        if window != self.window {
            self.window = window;
            self.window_paid = 0;
        }
        let amount = pay(self.rate, job.evidenced)?
            .min(config.treasury_part(job.fee)?)
            .saturating_sub(job.rewarded)
            .min(self.window_cap.minus(self.window_paid)?)
            .min(self.left()?);
        ensure(amount > 0, MarketError::NothingToRelease)?;
        job.rewarded = job.rewarded.plus(amount)?;
        self.window_paid = self.window_paid.plus(amount)?;
        self.released = self.released.plus(amount)?;
        Ok(amount)
    }

    /// A spent emission is closed by anyone. What hosts did not earn by the end of an incentive is its funder's; what is
    /// for stakers stays theirs, and is released first.
    pub fn require_closable(&self, by_funder: bool, now: i64) -> Rule<()> {
        let over = by_funder && self.is(EmissionKind::Hosts) && now >= self.end;
        ensure(self.left()? == 0 || over, MarketError::EmissionNotSpent)
    }

    /// The vault holds at least what is booked.
    pub fn invariant(&self, vault_amount: u64) -> Rule<()> {
        ensure(vault_amount >= self.left()?, MarketError::InvariantBroken)
    }
}
