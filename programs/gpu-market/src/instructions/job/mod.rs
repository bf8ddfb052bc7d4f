//! The life of a job.

pub mod cancel;
pub mod close_job;
pub mod collect;
pub mod decline;
pub mod decline_unavailable;
pub mod dispute;
pub mod end;
pub mod expire_assigned;
pub mod expire_queued;
pub mod expire_running;
pub mod extend;
pub mod finish;
pub mod finish_and_rejoin;
pub mod heartbeat;
pub mod post;
pub mod reprice;
mod shared;
pub mod start;

pub use {
    cancel::*, close_job::*, collect::*, decline::*, decline_unavailable::*, dispute::*, end::*,
    expire_assigned::*, expire_queued::*, expire_running::*, extend::*, finish::*, finish_and_rejoin::*,
    heartbeat::*, post::*, reprice::*, start::*,
};
