//! What runs the work of jobs.

#[cfg(feature = "docker")]
mod docker;
mod local;

#[cfg(feature = "docker")]
pub use docker::{Docker, DockerSettings};
pub use local::Local;

use {
    gpu_market_jobspec::{Ending, Work},
    gpu_market_sdk::Address,
    std::{collections::BTreeMap, future::Future, pin::Pin},
};

/// Work of an executor that is going on.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, ExecutorError>> + Send + 'a>>;

/// What a job may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkLimits {
    /// Bytes of memory, if limited.
    pub memory: Option<u64>,
    /// Bytes of standard output.
    pub output: u64,
    /// Bytes of the largest file that it may write.
    pub file: u64,
}

impl Default for WorkLimits {
    /// As much memory as there is, 4 MiB of output, files of 16 GiB.
    fn default() -> Self {
        Self { memory: None, output: 4 << 20, file: 16 << 30 }
    }
}

/// One job's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The job.
    pub job: Address,
    /// What to execute.
    pub work: Work,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// What it may use.
    pub limits: WorkLimits,
}

/// Work that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// How.
    pub ending: Ending,
    /// Standard output, as far as the limit let it.
    pub output: Vec<u8>,
    /// What else there is to say, for people.
    pub note: String,
}

/// Why an executor could not do its part. What is wrong with the work itself is in [`Done`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{executor} failed: {reason}")]
pub struct ExecutorError {
    /// The executor.
    pub executor: &'static str,
    /// What failed.
    pub reason: String,
}

/// Runs one kind of work.
///
/// Work outlives the agent: where the future of [`Executor::run`] is dropped, the work goes on, and the next call takes it
/// up again. No call ever runs the work of a job a second time.
pub trait Executor: Send + Sync {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// Why it does not run this work; none if it does.
    fn refusal(&self, work: &Work) -> Option<String>;

    /// Starts a task, or takes it up where it was started before, and waits for its end.
    fn run<'a>(&'a self, task: &'a Task) -> Pending<'a, Done>;

    /// Id of the job's process, for people; none if there is none.
    fn process(&self, job: Address) -> Pending<'_, Option<u32>>;

    /// Kills the job's work, all of it.
    fn stop(&self, job: Address) -> Pending<'_, ()>;

    /// Removes what the job's work left behind.
    fn clear(&self, job: Address) -> Pending<'_, ()>;
}

/// The executors of a host, in order of preference.
pub type Executors = Vec<std::sync::Arc<dyn Executor>>;
