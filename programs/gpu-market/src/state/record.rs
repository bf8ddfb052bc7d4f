use {
    crate::prelude::*,
    crate::{
        constants::{BPS, RECORD_WINDOW, SKETCH_BITS},
        settlement::proportion,
    },
};

/// What a host did in one window.
///
/// Rates are weighted by the protocol fee of each job, so that many cheap jobs outweigh no dear one. A host may be its own
/// client, which nothing on a chain can prevent: what it gains of its record that way, it pays for in fees, which is why
/// volume is counted in fees and a policy asks for a volume. Statistics saturate; they never stand in the way of an exit.
///
/// 72 bytes.
#[cfg_attr(feature = "program", derive(IdlType))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Window {
    /// Base units of the payment mint in protocol fees.
    pub volume: u64,
    /// Weight of the jobs that say something about the host: completed or failed.
    pub ended_weight: u64,
    /// Weight of those completed and not disputed.
    pub completed_weight: u64,
    /// Weight of the assignments that were not acknowledged.
    pub missed_weight: u64,
    /// Sketch of the clients: one of 128 bits each.
    pub sketch: [u64; 2],
    /// Seconds.
    pub evidenced: u32,
    pub completed: u32,
    /// Failed, lost, timed out or disputed.
    pub failed: u32,
    /// Assignments that were not acknowledged.
    pub missed: u32,
    pub disputed: u32,
    pub reserved: u32,
}

/// How an ended job was counted before its client disputed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Completed,
    Failed,
    /// Its client's fault, or ended early by its client.
    Neutral,
}

impl Window {
    /// Distinct clients whose jobs paid a fee: the bits of the sketch that are set.
    ///
    /// Never more than the true number, since each client sets one bit. Of `n` clients, `128 (1 − (127/128)ⁿ)` are counted
    /// on average: 9.7 of 10, 18.6 of 20, 41.5 of 50 (linear counting, Whang et al. 1990, without its correction upwards).
    pub fn clients(&self) -> u32 {
        let [low, high] = self.sketch;
        low.count_ones().saturating_add(high.count_ones())
    }

    /// Jobs and assignments that say something about the host.
    pub fn judged(&self) -> u32 {
        self.completed.saturating_add(self.failed).saturating_add(self.missed)
    }

    /// Share of the weight of ended jobs that was completed, in basis points; one whole if none ended.
    pub fn success_bps(&self) -> u64 {
        if self.ended_weight == 0 {
            return BPS;
        }
        proportion(self.completed_weight, BPS, self.ended_weight).unwrap_or(0)
    }

    /// Weight of everything that says something about the host.
    pub fn judged_weight(&self) -> u64 {
        self.ended_weight.saturating_add(self.missed_weight)
    }

    /// Share of the weight of assignments that was missed, in basis points. By weight, because jobs that cost nothing would
    /// thin out any number of misses.
    pub fn missed_bps(&self) -> u64 {
        proportion(self.missed_weight, BPS, self.judged_weight()).unwrap_or(0)
    }

    /// Whether it holds something against the host.
    pub fn has_failures(&self) -> bool {
        self.failed > 0 || self.missed > 0 || self.disputed > 0
    }

    /// Both windows as one. The sketches have different salts, so the larger number of clients stands for both.
    fn with(&self, other: &Self) -> Self {
        Self {
            volume: self.volume.saturating_add(other.volume),
            ended_weight: self.ended_weight.saturating_add(other.ended_weight),
            completed_weight: self.completed_weight.saturating_add(other.completed_weight),
            missed_weight: self.missed_weight.saturating_add(other.missed_weight),
            sketch: if self.clients() >= other.clients() { self.sketch } else { other.sketch },
            evidenced: self.evidenced.saturating_add(other.evidenced),
            completed: self.completed.saturating_add(other.completed),
            failed: self.failed.saturating_add(other.failed),
            missed: self.missed.saturating_add(other.missed),
            disputed: self.disputed.saturating_add(other.disputed),
            reserved: 0,
        }
    }

    #[inline(never)]
    fn worked(&mut self, salt: u64, client: &Address, fee: u64, evidenced: u32) {
        self.volume = self.volume.saturating_add(fee);
        self.evidenced = self.evidenced.saturating_add(evidenced);
        if fee > 0 {
            self.sketch_client(salt, client);
        }
    }

    /// Multiplicative hashing (Knuth, TAOCP 6.4) of the first eight bytes of the key: the top seven bits of the product.
    #[inline]
    fn sketch_client(&mut self, salt: u64, client: &Address) {
        let word = client.as_array().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let product = (word ^ salt).wrapping_mul(GOLDEN);
        // The top bit selects the half, the six below it the bit.
        let bit = 1u64.wrapping_shl(u32::try_from(product.wrapping_shr(57) & 63).unwrap_or(0));
        let [low, high] = &mut self.sketch;
        if product.leading_zeros() > 0 {
            *low |= bit;
        } else {
            *high |= bit;
        }
    }
}

/// 2⁶⁴ divided by the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

const _: () = assert!(SKETCH_BITS == u64::BITS * 2);

/// What a job that paid `fee` weighs: at least one, so that a market without fees counts jobs.
#[inline]
fn weight(fee: u64) -> u64 {
    fee.saturating_add(1)
}

/// A host's record in one market: the current window and the last full one. Part of the Member, so that recording costs no
/// further account.
///
/// 152 bytes.
#[cfg_attr(feature = "program", derive(IdlType))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Record {
    pub current: Window,
    /// The window before `current`; empty if nothing happened in it.
    pub last: Window,
    /// Number of the current window.
    pub index: u32,
    pub reserved: u32,
}

impl Record {
    /// Number of the window that the time is in.
    #[inline]
    pub fn window_at(now: i64) -> u32 {
        u32::try_from(now.max(0).checked_div(RECORD_WINDOW).unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// When the window of that number begins, unix seconds.
    pub fn window_start(index: u32) -> i64 {
        i64::from(index).saturating_mul(RECORD_WINDOW)
    }

    /// Moves to the window that `now` is in. When two or more passed without an event, the last full one is empty. A clock
    /// that ran back changes nothing.
    #[inline(never)]
    pub fn roll(&mut self, now: i64) {
        let index = Self::window_at(now);
        if index > self.index {
            self.advance(index);
        }
    }

    #[cold]
    #[inline(never)]
    fn advance(&mut self, index: u32) {
        self.last = if index == self.index.saturating_add(1) { self.current } else { Window::default() };
        self.current = Window::default();
        self.index = index;
    }

    /// The record as it stands at `now`.
    pub fn rolled(&self, now: i64) -> Self {
        let mut record = *self;
        record.roll(now);
        record
    }

    /// What happened in the current and the last window, as far as they are numbered `from` or later.
    pub fn since(&self, from: u32) -> Window {
        if self.index > from {
            self.current.with(&self.last)
        } else if self.index == from {
            self.current
        } else {
            Window::default()
        }
    }

    /// A number that differs from window to window, so that clients who share a bit in one do not in the next.
    #[inline]
    fn salt(&self) -> u64 {
        u64::from(self.index).wrapping_mul(GOLDEN)
    }

    /// A job was finished with success. `fee` is what it paid in all.
    #[inline(never)]
    pub fn job_completed(&mut self, client: &Address, fee: u64, evidenced: u32, now: i64) {
        self.roll(now);
        let salt = self.salt();
        let window = &mut self.current;
        window.worked(salt, client, fee, evidenced);
        window.completed = window.completed.saturating_add(1);
        window.completed_weight = window.completed_weight.saturating_add(weight(fee));
        window.ended_weight = window.ended_weight.saturating_add(weight(fee));
    }

    /// A job failed by its host's fault, was lost, or timed out. `fee` is what it paid, `full_fee` what it would have paid
    /// for all the seconds bought: a host that fails at once must not weigh less than one that fails late.
    #[inline(never)]
    pub fn job_failed(&mut self, client: &Address, fee: u64, full_fee: u64, evidenced: u32, now: i64) {
        self.roll(now);
        let salt = self.salt();
        let window = &mut self.current;
        window.worked(salt, client, fee, evidenced);
        window.failed = window.failed.saturating_add(1);
        window.ended_weight = window.ended_weight.saturating_add(weight(full_fee.max(fee)));
    }

    /// A job ended without a word about its host: its client ended it early, or its client was at fault.
    #[inline(never)]
    pub fn job_ended(&mut self, client: &Address, fee: u64, evidenced: u32, now: i64) {
        self.roll(now);
        let salt = self.salt();
        self.current.worked(salt, client, fee, evidenced);
    }

    /// An assignment was not acknowledged; `full_fee` is what the job would have paid.
    #[inline(never)]
    pub fn job_missed(&mut self, full_fee: u64, now: i64) {
        self.roll(now);
        self.current.missed = self.current.missed.saturating_add(1);
        self.current.missed_weight = self.current.missed_weight.saturating_add(weight(full_fee));
    }

    /// Begins the current window anew: what was done in it before a return has been paid for.
    pub fn restart(&mut self, now: i64) {
        self.roll(now);
        self.current = Window::default();
    }

    /// A client disputed a job that ended at `ended_at`; `fee` is what it weighs in fees: it counts as failed in the window that it ended in.
    /// A window older than the last one is no longer read.
    #[inline(never)]
    pub fn job_disputed(&mut self, counted: Counted, fee: u64, ended_at: i64, now: i64) {
        self.roll(now);
        let index = Self::window_at(ended_at);
        let window = if index >= self.index {
            &mut self.current
        } else if index.saturating_add(1) == self.index {
            &mut self.last
        } else {
            return;
        };
        window.disputed = window.disputed.saturating_add(1);
        match counted {
            Counted::Completed => {
                window.completed = window.completed.saturating_sub(1);
                window.completed_weight = window.completed_weight.saturating_sub(weight(fee));
                window.failed = window.failed.saturating_add(1);
            }
            Counted::Neutral => {
                window.ended_weight = window.ended_weight.saturating_add(weight(fee));
                window.failed = window.failed.saturating_add(1);
            }
            Counted::Failed => {}
        }
    }
}
