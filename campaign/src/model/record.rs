//! What a host's record is worth: windows of a week each, weighed by fees.

use {
    super::{
        books::{JobBook, MemberBook},
        money,
        settle::state,
    },
    gpu_market::state::{Policy, Record, Window},
    gpu_market_sdk::Address,
};

pub const DAY: i64 = 86_400;
pub const WEEK: i64 = 7 * DAY;
/// 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// How a job counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Completed,
    Failed,
    Neither,
}

pub fn week(now: i64) -> u32 {
    u32::try_from(now / WEEK).unwrap_or(u32::MAX)
}

/// The record as it stands in the week of `now`.
pub fn rolled(record: &Record, now: i64) -> Record {
    let index = week(now);
    if index <= record.index {
        return *record;
    }
    let last = if index == record.index + 1 { record.current } else { Window::default() };
    Record { current: Window::default(), last, index, ..*record }
}

fn counts(job: &JobBook) -> Counts {
    match job.state {
        state::COMPLETED => Counts::Completed,
        state::TIMED_OUT | state::LOST => Counts::Failed,
        state::FAILED if job.outcome == 2 => Counts::Failed,
        _ => Counts::Neither,
    }
}

/// Fee of so many seconds of a job.
fn fee_for(job: &JobBook, seconds: u32) -> u64 {
    money::pay(job.rate, seconds).and_then(|pay| money::share(pay, job.fee_bps)).unwrap_or(0)
}

/// One of 128 bits for each client.
fn bit_of(client: &Address, index: u32) -> (usize, u64) {
    let mut first = [0; 8];
    first.copy_from_slice(&client.to_bytes()[..8]);
    let salt = u64::from(index).wrapping_mul(GOLDEN);
    let product = (u64::from_le_bytes(first) ^ salt).wrapping_mul(GOLDEN);
    ((product >> 63) as usize, 1 << ((product >> 57) & 63))
}

fn clients(window: &Window) -> u32 {
    window.sketch.iter().map(|half| half.count_ones()).sum()
}

/// What a record says of the weeks from `from` on.
pub fn since(record: &Record, from: u32) -> Window {
    let (current, last) = (&record.current, &record.last);
    if record.index < from {
        return Window::default();
    }
    if record.index == from {
        return *current;
    }
    Window {
        volume: current.volume + last.volume,
        ended_weight: current.ended_weight + last.ended_weight,
        completed_weight: current.completed_weight + last.completed_weight,
        missed_weight: current.missed_weight + last.missed_weight,
        sketch: if clients(current) >= clients(last) { current.sketch } else { last.sketch },
        evidenced: current.evidenced + last.evidenced,
        completed: current.completed + last.completed,
        failed: current.failed + last.failed,
        missed: current.missed + last.missed,
        disputed: current.disputed + last.disputed,
        reserved: 0,
    }
}

fn bps(part: u64, whole: u64) -> u64 {
    (u128::from(part) * 10_000 / u128::from(whole.max(1))) as u64
}

/// Whether a window is good enough to stay; nothing if too little happened in it.
pub fn stands(window: &Window, policy: &Policy) -> Option<bool> {
    let judged = window.completed + window.failed + window.missed;
    let weight = window.ended_weight + window.missed_weight;
    if judged < policy.min_ended || weight < policy.min_ended_fees {
        return None;
    }
    let success = if window.ended_weight == 0 { 10_000 } else { bps(window.completed_weight, window.ended_weight) };
    let missed = bps(window.missed_weight, weight);
    Some(success >= u64::from(policy.review_success_bps) && missed <= u64::from(policy.review_missed_bps))
}

/// Whether a window meets what a policy asks of volume, number and success for a promotion.
pub fn promotion(window: &Window, policy: &Policy) -> [bool; 5] {
    let success = if window.ended_weight == 0 { 0 } else { bps(window.completed_weight, window.ended_weight) };
    [
        window.completed >= policy.min_completed,
        window.evidenced >= policy.min_evidenced,
        success >= u64::from(policy.promote_success_bps),
        window.volume >= policy.min_volume,
        clients(window) >= u32::from(policy.min_clients),
    ]
}

impl MemberBook {
    /// A job that ran has ended.
    pub fn record_ended(&mut self, job: &JobBook, blamed: bool, now: i64) {
        self.record = rolled(&self.record, now);
        let index = self.record.index;
        let window = &mut self.record.current;
        window.volume += job.fee;
        window.evidenced = window.evidenced.saturating_add(job.evidenced);
        if job.fee > 0 {
            let (half, bit) = bit_of(&job.client, index);
            window.sketch[half] |= bit;
        }
        match if blamed { counts(job) } else { Counts::Neither } {
            Counts::Completed => {
                window.completed += 1;
                window.completed_weight += job.fee + 1;
                window.ended_weight += job.fee + 1;
            }
            Counts::Failed => {
                window.failed += 1;
                window.ended_weight += fee_for(job, job.duration).max(job.fee) + 1;
            }
            Counts::Neither => {}
        }
    }

    /// An assignment was not acknowledged.
    pub fn record_missed(&mut self, job: &JobBook, now: i64) {
        self.record = rolled(&self.record, now);
        self.record.current.missed += 1;
        self.record.current.missed_weight += fee_for(job, job.duration) + 1;
    }

    /// A client disputes a job.
    pub fn record_disputed(&mut self, job: &JobBook, now: i64) {
        self.record = rolled(&self.record, now);
        let ended = week(job.ended_at);
        let window = if ended >= self.record.index {
            &mut self.record.current
        } else if ended + 1 == self.record.index {
            &mut self.record.last
        } else {
            return;
        };
        let two_beats = fee_for(job, (2 * job.heartbeat_interval).min(job.duration));
        let weight = 1 + if job.state == state::FAILED { job.fee.max(two_beats) } else { job.fee };
        window.disputed += 1;
        match counts(job) {
            Counts::Completed => {
                window.completed = window.completed.saturating_sub(1);
                window.completed_weight = window.completed_weight.saturating_sub(weight);
                window.failed += 1;
            }
            Counts::Neither => {
                window.ended_weight += weight;
                window.failed += 1;
            }
            Counts::Failed => {}
        }
    }
}
