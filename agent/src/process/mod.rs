//! A job's command as a local process: clean environment, no input, limits on time, memory, output and files.
//!
//! The command runs under a small shell script, which leads a process group, writes its id and the command's exit code
//! beside the output, and sets the limits that the kernel keeps. So the process outlives whoever started it, can be
//! taken up again by its folder alone, and is never started twice in one folder.

mod launch;
mod supervise;

pub use {
    launch::{LaunchError, launch},
    supervise::{Supervised, take_up},
};

use {
    gpu_market_jobspec::Ending,
    std::{collections::BTreeMap, io, path::Path, time::Duration},
};

/// What a process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time from when it is started or taken up again.
    pub time: Duration,
    /// Bytes of address space of each process, see `RLIMIT_AS`; as much as there is if none. Programs that use a GPU map
    /// far more than they use.
    pub memory: Option<u64>,
    /// Bytes of standard output.
    pub output: u64,
    /// Bytes of the largest file that it may write.
    pub file: u64,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Environment variables, beside the few that every job gets.
    pub env: BTreeMap<String, String>,
    /// What it may use.
    pub limits: Limits,
}

/// A process that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Standard output, as far as the limit let it.
    pub output: Vec<u8>,
    /// How it ended.
    pub ending: Ending,
    /// What else there is to say about it.
    pub note: String,
}

impl Run {
    fn not_started(reason: impl ToString) -> Self {
        Self { output: Vec::new(), ending: Ending::NotStarted, note: reason.to_string() }
    }
}

/// Files in the folder of a process.
mod files {
    /// Id of the script; who creates it has started the command.
    pub const PID: &str = "pid";
    /// Exit code of the command, once it ended by itself.
    pub const STATUS: &str = "status";
    /// Standard output.
    pub const OUTPUT: &str = "output";
    /// Standard error.
    pub const ERRORS: &str = "errors";
    /// Working folder of the command.
    pub const WORK: &str = "work";
}

/// Runs `command` to its end or to its limits, in a folder that is gone afterwards. Its process group is gone when this
/// returns.
///
/// # Errors
///
/// Only what keeps any command from being run here, for example a full disk; what is wrong with the command is in the
/// result.
pub fn run(command: &[String], limits: Limits) -> io::Result<Run> {
    let folder = tempfile::tempdir()?;
    let order = Order { command: command.to_vec(), env: BTreeMap::new(), limits };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = runtime.block_on(run_in(folder.path(), &order))?;
    // It was started here and now, and may have ended before it was looked at: nobody but itself can have killed it.
    Ok(if run.ending == Ending::Interrupted { Run { ending: Ending::Signalled, ..run } } else { run })
}

/// Starts what is ordered in `folder`, or takes up what was started there, and waits for its end. A second call for the
/// same folder never starts it again. Where the future is dropped, the process goes on.
///
/// # Errors
///
/// See [`run`].
pub async fn run_in(folder: &Path, order: &Order) -> io::Result<Run> {
    match launch(folder, order) {
        Ok(()) => {}
        Err(LaunchError::Command(reason)) => return Ok(Run::not_started(reason)),
        Err(LaunchError::Host(error)) => return Err(error),
    }
    take_up(folder).await?.wait(order.limits).await
}

#[cfg(test)]
mod tests;
