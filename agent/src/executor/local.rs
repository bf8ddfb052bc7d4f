//! Commands as processes of this host.

use {
    super::{Done, Executor, ExecutorError, Pending, Task},
    crate::process::{Limits, Order, run_in, take_up},
    gpu_market_jobspec::Work,
    gpu_market_sdk::{Address, gpu_market::constants::MAX_JOB_DURATION},
    std::{io, path::PathBuf, time::Duration},
};

/// The longest that any job may run. When a job's own time is over, the agent stops it by the chain's clock, since its
/// client may have bought more.
const LONGEST: Duration = Duration::from_secs(MAX_JOB_DURATION as u64);

/// Runs commands in folders of their own.
#[derive(Clone, Debug)]
pub struct Local {
    root: PathBuf,
}

impl Local {
    /// Jobs get folders in `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn folder(&self, job: Address) -> PathBuf {
        self.root.join(job.to_string())
    }
}

fn failed(error: io::Error) -> ExecutorError {
    ExecutorError { executor: "the local process", reason: error.to_string() }
}

impl Executor for Local {
    fn name(&self) -> &'static str {
        "local process"
    }

    fn refusal(&self, work: &Work) -> Option<String> {
        match work {
            Work::Command(_) => None,
            Work::Image(image) => Some(format!("it is no container engine, and {} is an image", image.reference)),
        }
    }

    fn run<'a>(&'a self, task: &'a Task) -> Pending<'a, Done> {
        Box::pin(async move {
            let Work::Command(command) = &task.work else {
                let reason = "this is no command".to_owned();
                return Err(ExecutorError { executor: "the local process", reason });
            };
            let limits = Limits {
                time: LONGEST,
                memory: task.limits.memory,
                output: task.limits.output,
                file: task.limits.file,
            };
            let order = Order { command: command.clone(), env: task.env.clone(), limits };
            let folder = self.folder(task.job);
            std::fs::create_dir_all(&folder).map_err(failed)?;
            let run = run_in(&folder, &order).await.map_err(failed)?;
            Ok(Done { ending: run.ending, output: run.output, note: run.note })
        })
    }

    fn process(&self, job: Address) -> Pending<'_, Option<u32>> {
        Box::pin(async move {
            let folder = self.folder(job);
            if !folder.join("pid").exists() {
                return Ok(None);
            }
            Ok(take_up(&folder).await.map_err(failed)?.pid())
        })
    }

    fn stop(&self, job: Address) -> Pending<'_, ()> {
        Box::pin(async move {
            let folder = self.folder(job);
            if folder.join("pid").exists() {
                take_up(&folder).await.map_err(failed)?.kill();
            }
            Ok(())
        })
    }

    fn clear(&self, job: Address) -> Pending<'_, ()> {
        Box::pin(async move {
            match std::fs::remove_dir_all(self.folder(job)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            }
        })
    }
}
