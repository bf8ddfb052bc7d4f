//! One job's full state, from its account and, while it is open, its shard.

use {
    crate::{
        Address,
        decode::ShardAccount,
        error::{DecodeError, Refusal},
        quote,
    },
    gpu_market::{
        constants::{DISPUTE_WINDOW, HOST_GRACE, JOB_RETENTION},
        error::{MarketError, Rule},
        math::Checked,
        state::{Job, JobState, NodeKind, Outcome},
    },
};

/// Why a job cannot be viewed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// The shard's queue is broken.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The job's own numbers are out of range.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// An open job's shard was not given, is another one, or was read at another time than the job.
    #[error("the shard does not hold the job; read both again, at the same slot")]
    NotInShard,
}

impl From<MarketError> for ViewError {
    fn from(error: MarketError) -> Self {
        Self::Refusal(error.into())
    }
}

/// A job as people look at it. Times are unix seconds, amounts base units of the payment mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Address of the job.
    pub address: Address,
    /// The account.
    pub job: Job,
    /// Where it is in its life.
    pub phase: Phase,
    /// What it has cost so far.
    pub cost: Cost,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In line.
    Queued {
        /// One for the head of the line.
        place: u32,
        /// Jobs in line.
        of: u32,
        /// From this second on anyone may expire it.
        expirable_at: i64,
    },
    /// Matched, not started.
    Assigned {
        /// Member that has to start it.
        member: Address,
        /// When it was assigned.
        since: i64,
        /// Until then its host should start it.
        until: i64,
        /// From this second on anyone may take it from the host, and at once if the member is no longer fit. Until it is
        /// taken, the host still may start it.
        expirable_at: i64,
        /// Base units of the stake mint that back the seat.
        bond: u64,
    },
    /// Running.
    Running {
        /// Member that runs it.
        member: Address,
        /// When billing began.
        since: i64,
        /// When the bought time is over.
        ends_at: i64,
        /// When its host last gave evidence.
        last_evidence_at: i64,
        /// Seconds of evidence.
        evidenced: u32,
        /// From this second on anyone may end it, unless there is evidence before.
        expirable_at: i64,
        /// How it would end then.
        expires_as: JobState,
    },
    /// Over.
    Ended {
        /// How.
        state: JobState,
        /// When.
        at: i64,
        /// Member that ran it or, if it was cancelled, was assigned to it; none of a job that expired.
        member: Option<Address>,
        /// What its host said, if it finished it.
        outcome: Option<Outcome>,
        /// Hash of the result, if it was finished.
        result_hash: Option<[u8; 32]>,
        /// Until then its client may dispute it, if at all.
        disputable_until: Option<i64>,
        /// After this second anyone may close it.
        closable_after: i64,
    },
}

/// What became of a deposit so far: the parts but `accrued` add up to `deposit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// All that was ever reserved.
    pub deposit: u64,
    /// Pay that moved to the host.
    pub paid: u64,
    /// Protocol fee that was booked.
    pub fee: u64,
    /// Tip that was paid.
    pub tip: u64,
    /// What the host can collect of an ended job.
    pub due: u64,
    /// What the client got back.
    pub refunded: u64,
    /// What is still reserved.
    pub reserved: u64,
    /// Part of what is reserved that a running job has earned by its evidence, fee included.
    pub accrued: u64,
}

impl Cost {
    fn of(job: &Job) -> Result<Self, ViewError> {
        let accrued = if job.state()? == JobState::Running { quote::collectable(job)?.total()? } else { 0 };
        Ok(Self {
            deposit: job.deposit,
            paid: job.paid,
            fee: job.fee,
            tip: job.tip_paid,
            due: job.due,
            refunded: job.refunded,
            reserved: job.still_reserved()?,
            accrued,
        })
    }

    /// What the job has cost its client by now: what is gone, and what is earned and not moved yet.
    pub fn so_far(&self) -> u64 {
        [self.paid, self.fee, self.tip, self.due, self.accrued].into_iter().fold(0, u64::saturating_add)
    }
}

impl JobView {
    /// Views the job at `address`. An open job needs its shard; for any other it is not looked at.
    pub fn new(address: Address, job: &Job, shard: Option<&ShardAccount>) -> Result<Self, ViewError> {
        let phase = match job.state()? {
            JobState::Open => open(address, job, shard.ok_or(ViewError::NotInShard)?)?,
            JobState::Running => running(job)?,
            state => ended(job, state)?,
        };
        Ok(Self { address, job: *job, phase, cost: Cost::of(job)? })
    }
}

/// First second in which a deadline can be enforced by anyone.
fn enforceable(deadline: i64) -> Rule<i64> {
    deadline.plus(HOST_GRACE)?.plus(1)
}

fn open(address: Address, job: &Job, account: &ShardAccount) -> Result<Phase, ViewError> {
    let node = account.nodes.get(usize::from(job.node)).filter(|node| {
        account.shard.market == job.market && account.shard.index == job.shard && node.job == address
    });
    let node = node.ok_or(ViewError::NotInShard)?;
    if node.is(NodeKind::Assigned) {
        let until = node.since.plus(i64::from(job.ack_window))?;
        return Ok(Phase::Assigned {
            member: node.member,
            since: node.since,
            until,
            expirable_at: enforceable(until)?,
            bond: node.bond,
        });
    }
    let jobs = account.queue()?.jobs;
    let place = (1..).zip(&jobs).find(|(_, slot)| slot.index == job.node).map(|(place, _)| place);
    Ok(Phase::Queued {
        place: place.ok_or(ViewError::NotInShard)?,
        of: u32::try_from(jobs.len()).unwrap_or(u32::MAX),
        expirable_at: enforceable(job.queue_deadline()?)?,
    })
}

fn running(job: &Job) -> Result<Phase, ViewError> {
    let (deadline, expires_as) = job.running_deadline()?;
    Ok(Phase::Running {
        member: job.member,
        since: job.started_at,
        ends_at: job.ends_at()?,
        last_evidence_at: job.last_at,
        evidenced: job.evidenced,
        expirable_at: enforceable(deadline)?,
        expires_as,
    })
}

fn ended(job: &Job, state: JobState) -> Result<Phase, ViewError> {
    let finished = matches!(state, JobState::Completed | JobState::Failed);
    // A job that expired may still name the member that could not get its spec.
    let member = Some(job.member).filter(|key| *key != Address::default() && state != JobState::Expired);
    Ok(Phase::Ended {
        state,
        at: job.ended_at,
        member,
        outcome: if finished { Some(job.outcome()?) } else { None },
        result_hash: finished.then_some(job.result_hash),
        disputable_until: if finished { Some(job.ended_at.plus(DISPUTE_WINDOW)?) } else { None },
        closable_after: job.ended_at.plus(JOB_RETENTION)?,
    })
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::quote::tests::{open_job, running_job},
        bytemuck::Zeroable,
        gpu_market::{
            queue::{Queue, Seat},
            state::{Node, Now, Shard},
        },
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    /// A shard of market 0 with another job in line before `job`.
    fn shard_with(address: Address, job: &mut Job) -> ShardAccount {
        let (mut shard, mut nodes) = (Shard::zeroed(), vec![Node::zeroed(); 8]);
        shard.open(job.market, 0, key(2));
        let mut queue = Queue { shard: &mut shard, nodes: &mut nodes };
        let now = Now { unix: 1_000, slot: 1 };
        queue.post(&key(40), job.rate, now).unwrap();
        job.node = queue.post(&address, job.rate, now).unwrap();
        ShardAccount { shard, nodes }
    }

    #[test]
    fn a_job_in_line_has_a_place_and_an_assigned_one_a_host() {
        let mut job = open_job();
        let mut account = shard_with(key(41), &mut job);
        let view = JobView::new(key(41), &job, Some(&account)).unwrap();
        assert_eq!(view.phase, Phase::Queued { place: 2, of: 2, expirable_at: 1_661 });
        assert_eq!((view.cost.so_far(), view.cost.reserved), (0, job.deposit));

        let mut queue = Queue { shard: &mut account.shard, nodes: &mut account.nodes };
        for n in [50, 51] {
            let seat = Seat { member: key(n), valid_until: i64::MAX, min_rate: 0, bond: 7, epoch: 0 };
            queue.join(&seat, Now { unix: 1_100, slot: 9 }).unwrap();
        }
        let view = JobView::new(key(41), &job, Some(&account)).unwrap();
        let expected =
            Phase::Assigned { member: key(51), since: 1_100, until: 1_220, expirable_at: 1_281, bond: 7 };
        assert_eq!(view.phase, expected);
    }

    #[test]
    fn an_open_job_is_not_viewed_with_another_shard() {
        let mut job = open_job();
        let account = shard_with(key(41), &mut job);
        assert_eq!(JobView::new(key(41), &job, None), Err(ViewError::NotInShard));
        assert_eq!(JobView::new(key(40), &job, Some(&account)), Err(ViewError::NotInShard));
        let mut moved = job;
        moved.shard = 1;
        assert_eq!(JobView::new(key(41), &moved, Some(&account)), Err(ViewError::NotInShard));
        moved = job;
        moved.node = u16::MAX;
        assert_eq!(JobView::new(key(41), &moved, Some(&account)), Err(ViewError::NotInShard));
    }

    #[test]
    fn a_running_job_shows_what_it_has_cost_so_far() {
        let mut job = running_job();
        job.heartbeat(Now { unix: 2_100, slot: 900 }).unwrap();
        let view = JobView::new(key(41), &job, None).unwrap();
        let Phase::Running { ends_at, evidenced, expirable_at, expires_as, .. } = view.phase else {
            panic!("not running")
        };
        assert_eq!((ends_at, evidenced), (5_600, 100));
        assert_eq!((expirable_at, expires_as), (2_341, JobState::HostLost));
        assert_eq!((view.cost.accrued, view.cost.so_far()), (105, 105));
    }

    #[test]
    fn an_ended_job_shows_how_it_ended_and_where_its_deposit_went() {
        let finished = quote::finish(&running_job(), Outcome::ClientFault, Now { unix: 2_100, slot: 900 });
        let view = JobView::new(key(41), &finished.unwrap().job, None).unwrap();
        let Phase::Ended { state, at, member, outcome, disputable_until, .. } = view.phase else {
            panic!("not ended")
        };
        assert_eq!((state, at, member), (JobState::Failed, 2_100, Some(key(9))));
        assert_eq!((outcome, disputable_until), (Some(Outcome::ClientFault), Some(88_500)));
        let cost = view.cost;
        assert_eq!((cost.paid, cost.fee, cost.reserved, cost.so_far()), (100, 5, 0, 105));
        assert_eq!(cost.paid + cost.fee + cost.tip + cost.due + cost.refunded, cost.deposit);
    }
}
