//! What a job reserves, and what each of its ends pays, by the program's own settlement: a decoded job is copied and
//! its transition made. Amounts are base units of the payment mint, penalties of the stake mint, times unix seconds.

use {
    crate::{decode::ShardAccount, error::Refusal},
    gpu_market::{
        constants::{DECLINE_BPS, HOST_GRACE},
        error::{MarketError, Rule},
        math::Checked,
        settlement::{Penalty, queue_fee},
        state::{Job, JobState, Now, Outcome, Settled, Terms, TipTo},
    },
};

pub use gpu_market::settlement::Quote;

/// How full a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Nodes that hold something.
    pub used: u32,
    /// Nodes that there are.
    pub capacity: u32,
}

impl From<&ShardAccount> for Fill {
    fn from(account: &ShardAccount) -> Self {
        Self { used: account.shard.used(), capacity: account.capacity() }
    }
}

/// What a post of `seconds` reserves if it has to wait in line: the most that it can.
pub fn queued(terms: &Terms, seconds: u32, fill: Fill) -> Result<Quote, Refusal> {
    terms.require_duration(seconds)?;
    let fee = queue_fee(terms.queue_fee, fill.used, fill.capacity)?;
    Ok(Quote::new(terms.rate, seconds, terms.fee_bps, terms.tip, fee)?)
}

/// What a post of `seconds` reserves if a waiting seat takes it at once: a place in line costs nothing then.
pub fn matched(terms: &Terms, seconds: u32) -> Result<Quote, Refusal> {
    queued(terms, seconds, Fill { used: 0, capacity: 0 })
}

/// What an extension by `seconds` at `now` reserves on top.
pub fn extension(job: &Job, seconds: u32, now: i64) -> Result<u64, Refusal> {
    let mut job = *job;
    Ok(job.extend(seconds, now)?)
}

/// How a job would end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The job after it.
    pub job: Job,
    /// Where its deposit goes: what was collected before is not among it.
    pub settled: Settled,
    /// What the host's stake loses at most; the stake may hold less.
    pub penalty: Penalty,
}

/// What `finish` pays at `now`.
pub fn finish(job: &Job, outcome: Outcome, now: Now) -> Result<Payout, Refusal> {
    let state = if outcome == Outcome::Success { JobState::Completed } else { JobState::Failed };
    payout(job, |job| {
        job.heartbeat(now)?;
        let settled = job.settle(state, outcome, TipTo::Client, false, now.unix)?;
        let penalty =
            if outcome == Outcome::HostFault { Penalty::to_client(job.bond, job.sla_bps)? } else { Penalty::NONE };
        Ok((settled, penalty))
    })
}

/// What `end` pays at `now`.
pub fn end(job: &Job, now: Now) -> Result<Payout, Refusal> {
    payout(job, |job| Ok((job.end(false, now)?, Penalty::NONE)))
}

/// What `cancel` refunds at `now`. `assigned_since` is `Node::since` of a job that is assigned, none of one in line.
pub fn cancel(job: &Job, assigned_since: Option<i64>, now: i64) -> Result<Payout, Refusal> {
    let window = i64::from(job.ack_window);
    let in_time = assigned_since.is_some_and(|since| now.saturating_sub(since) <= window);
    let tip_to = if in_time { TipTo::Host } else { TipTo::Client };
    payout(job, |job| Ok((job.settle_unstarted(JobState::Cancelled, tip_to, now)?, Penalty::NONE)))
}

/// What `expire_queued` refunds at `now`, and tips its caller.
pub fn expire_queued(job: &Job, now: i64) -> Result<Payout, Refusal> {
    payout(job, |job| {
        job.require_open()?;
        Job::require_past(job.queue_deadline()?, now)?;
        Ok((job.settle_unstarted(JobState::Expired, TipTo::Caller, now)?, Penalty::NONE))
    })
}

/// What `expire_running` pays at `now`, tips its caller, and costs the host.
pub fn expire_running(job: &Job, now: Now) -> Result<Payout, Refusal> {
    payout(job, |job| {
        job.require_running()?;
        let (deadline, state) = job.running_deadline()?;
        Job::require_past(deadline, now.unix)?;
        let live = Job::chain_was_live(job.last_slot, with_grace(job.lost_after()?)?, now);
        let penalty = if state == JobState::HostLost && live {
            Penalty::to_client(job.bond, job.sla_bps)?
        } else {
            Penalty::NONE
        };
        Ok((job.settle(state, Outcome::Success, TipTo::Caller, false, now.unix)?, penalty))
    })
}

/// What a missed acknowledgement costs a host whose seat was assigned `since` at `since_slot` with `bond`. Refused before
/// the deadline; nothing if the chain stood still meanwhile.
pub fn missed_ack(job: &Job, bond: u64, since: i64, since_slot: u64, now: Now) -> Result<Penalty, Refusal> {
    Job::require_past(since.plus(i64::from(job.ack_window))?, now.unix)?;
    if !Job::chain_was_live(since_slot, with_grace(job.ack_window)?, now) {
        return Ok(Penalty::NONE);
    }
    Ok(Penalty::missed_ack(bond, job.missed_ack_bps)?)
}

/// What a decline by choice beyond the free ones of its window costs a host with `bond`.
pub fn decline(bond: u64) -> Result<Penalty, Refusal> {
    Ok(Penalty::to_client(bond, DECLINE_BPS)?)
}

/// Pay and fee that `collect` would move out of the reservation now; of an ended job, what it still owes its host.
/// Nothing if there is nothing.
pub fn collectable(job: &Job) -> Result<Settled, Refusal> {
    let mut job = *job;
    let collected = if job.state()? == JobState::Running {
        job.collect_running()
    } else {
        job.collect_due().map(|due| Settled { pay: due, ..Settled::default() })
    };
    match collected {
        Err(MarketError::NothingDue | MarketError::JobNotTerminal) => Ok(Settled::default()),
        other => Ok(other?),
    }
}

fn with_grace(seconds: u32) -> Rule<u32> {
    seconds.plus(u32::try_from(HOST_GRACE).map_err(|_| MarketError::MathOverflow)?)
}

fn payout(job: &Job, work: impl FnOnce(&mut Job) -> Rule<(Settled, Penalty)>) -> Result<Payout, Refusal> {
    let mut job = *job;
    let (settled, penalty) = work(&mut job)?;
    Ok(Payout { job, settled, penalty })
}

#[cfg(test)]
pub(crate) mod tests {
    use {
        super::*,
        crate::Address,
        bytemuck::Zeroable,
        gpu_market::{constants::ACCOUNT_VERSION, state::PostParams},
    };

    /// 1 unit per second, 5 % fee, tip 1,000, heartbeat every minute.
    pub(crate) fn terms() -> Terms {
        let mut terms = Terms::zeroed();
        terms.rate = 1_000_000;
        terms.fee_bps = 500;
        terms.tip = 1_000;
        terms.queue_fee = 400;
        (terms.min_duration, terms.max_duration) = (60, 86_400);
        (terms.queue_ttl, terms.ack_window, terms.heartbeat_interval) = (600, 120, 60);
        (terms.missed_ack_bps, terms.sla_bps, terms.attempts) = (5_000, 2_000, 3);
        terms
    }

    /// A job of one hour posted at 1,000.
    pub(crate) fn open_job() -> Job {
        let mut job = Job::zeroed();
        let params = PostParams { nonce: 1, max_rate: u64::MAX, duration: 3_600, spec_hash: [1; 32] };
        job.open(&params, &terms(), 0, 1_000).unwrap();
        job.version = ACCOUNT_VERSION;
        job
    }

    /// The same, started at 2,000 in slot 500.
    pub(crate) fn running_job() -> Job {
        let mut job = open_job();
        let now = Now { unix: 2_000, slot: 500 };
        job.start(&Address::new_from_array([9; 32]), 10_000, 86_400, now).unwrap();
        job
    }

    #[test]
    fn a_quote_is_what_a_post_reserves() {
        let quote = queued(&terms(), 3_600, Fill { used: 5, capacity: 10 }).unwrap();
        assert_eq!((quote.pay, quote.fee, quote.tip, quote.queue_fee), (3_600, 180, 1_000, 0));
        assert_eq!(quote, matched(&terms(), 3_600).unwrap());
        assert_eq!(quote.deposit().unwrap(), open_job().deposit);
        assert_eq!(queued(&terms(), 3_600, Fill { used: 9, capacity: 10 }).unwrap().queue_fee, 320);
        assert_eq!(matched(&terms(), 59), Err(Refusal::Rule(MarketError::JobDurationOutOfRange)));
    }

    #[test]
    fn finishing_pays_the_evidence_and_refunds_the_rest() {
        let job = running_job();
        let payout = finish(&job, Outcome::Success, Now { unix: 2_100, slot: 900 }).unwrap();
        assert_eq!((payout.settled.pay, payout.settled.fee), (100, 5));
        assert_eq!(payout.settled.total().unwrap(), job.deposit);
        assert_eq!((payout.job.state().unwrap(), payout.penalty), (JobState::Completed, Penalty::NONE));
        let fault = finish(&job, Outcome::HostFault, Now { unix: 2_100, slot: 900 }).unwrap();
        assert_eq!((fault.settled.pay, fault.penalty.client), (100, 2_000));
    }

    #[test]
    fn ending_early_pays_at_most_one_interval_of_silence() {
        let payout = end(&running_job(), Now { unix: 2_100, slot: 900 }).unwrap();
        assert_eq!((payout.settled.pay, payout.job.state().unwrap()), (60, JobState::Ended));
    }

    #[test]
    fn a_cancelled_host_within_its_time_is_owed_the_tip() {
        let job = open_job();
        assert_eq!(cancel(&job, None, 1_100).unwrap().settled.refund, job.deposit);
        let settled = cancel(&job, Some(1_050), 1_170).unwrap().settled;
        assert_eq!((settled.due, settled.refund), (1_000, job.deposit - 1_000));
        assert_eq!(cancel(&job, Some(1_050), 1_171).unwrap().settled.due, 0);
    }

    #[test]
    fn deadlines_refuse_until_the_host_had_its_grace() {
        let too_early = Err(Refusal::Rule(MarketError::DeadlineNotReached));
        assert_eq!(expire_queued(&open_job(), 1_660), too_early);
        assert_eq!(expire_queued(&open_job(), 1_661).unwrap().settled.tip, 1_000);
        let job = running_job();
        assert_eq!(expire_running(&job, Now { unix: 2_240, slot: 800 }), too_early);
        let lost = expire_running(&job, Now { unix: 2_241, slot: 800 }).unwrap();
        assert_eq!((lost.job.state().unwrap(), lost.settled.pay), (JobState::HostLost, 0));
        assert_eq!((lost.settled.tip, lost.penalty.client), (1_000, 2_000));
    }

    #[test]
    fn a_halted_chain_punishes_nobody() {
        let lost = expire_running(&running_job(), Now { unix: 9_000, slot: 501 }).unwrap();
        assert_eq!(lost.penalty, Penalty::NONE);
        let job = open_job();
        let missed = |slot| missed_ack(&job, 10_000, 1_000, 500, Now { unix: 1_181, slot }).unwrap();
        assert_eq!(missed(501), Penalty::NONE);
        assert_eq!(missed(680).total().unwrap(), 5_000);
    }

    #[test]
    fn what_can_be_collected_grows_with_the_evidence() {
        let mut job = running_job();
        assert_eq!(collectable(&job).unwrap(), Settled::default());
        assert_eq!(collectable(&open_job()).unwrap(), Settled::default());
        job.heartbeat(Now { unix: 2_100, slot: 900 }).unwrap();
        assert_eq!(collectable(&job).unwrap().pay, 100);
        let cancelled = cancel(&open_job(), Some(1_050), 1_060).unwrap().job;
        assert_eq!(collectable(&cancelled).unwrap().pay, 1_000);
    }

    #[test]
    fn an_extension_costs_what_its_seconds_cost() {
        assert_eq!(extension(&running_job(), 100, 2_100).unwrap(), 105);
        assert_eq!(extension(&running_job(), 100, 5_600), Err(Refusal::Rule(MarketError::JobTimeOver)));
    }
}
