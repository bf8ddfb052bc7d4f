//! A job to try its rules on: 300 seconds at two base units a second, with numbers that tell apart what is booked where.

use {
    bytemuck::Zeroable,
    gpu_market::state::{Job, JobState, Now, PostParams, Terms},
    gpu_market_sdk::Address,
};

pub const STATES: [JobState; 9] = [
    JobState::Open,
    JobState::Running,
    JobState::Completed,
    JobState::Failed,
    JobState::Ended,
    JobState::TimedOut,
    JobState::HostLost,
    JobState::Cancelled,
    JobState::Expired,
];

pub const POSTED: i64 = 1_000;
pub const STARTED: Now = Now { unix: 1_100, slot: 40 };
pub const HOST: Address = Address::new_from_array([9; 32]);

/// What the job asks for.
pub const ASKED: PostParams = PostParams { nonce: 8, max_rate: 2_000_000, duration: 300, spec_hash: [4; 32] };
pub const QUEUE_FEE: u64 = 7;
/// Pay of 600, a fee of 30, a tip of 50, and the queue fee.
pub const DEPOSIT: u64 = 687;

/// The terms that it is posted under.
pub fn posted_terms() -> Terms {
    Terms {
        number: 5,
        rate: 2_000_000,
        tip: 50,
        min_duration: 60,
        max_duration: 600,
        heartbeat_interval: 60,
        queue_ttl: 900,
        ack_window: 120,
        fee_bps: 500,
        missed_ack_bps: 1_000,
        sla_bps: 2_000,
        attempts: 3,
        ..Terms::zeroed()
    }
}

pub fn open_job() -> Job {
    let mut job = Job::zeroed();
    assert_eq!(job.open(&ASKED, &posted_terms(), QUEUE_FEE, POSTED), Ok(DEPOSIT));
    job
}

/// The job once its host has started it.
pub fn running_job() -> Job {
    let mut job = open_job();
    job.start(&HOST, 25, 600, STARTED).expect("an open job");
    job
}

/// The job in this state, whatever led to it.
pub fn job_in(state: JobState) -> Job {
    Job { state: state as u8, ..running_job() }
}
