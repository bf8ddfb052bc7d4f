//! Runs the command of a job as a local process: clean environment, no input, limits on time and output.

use {
    rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
    std::{
        io::Read,
        os::unix::process::CommandExt,
        process::{Child, ChildStdout, Command, Stdio},
        sync::mpsc::{Receiver, Sender, channel},
        thread,
        time::{Duration, Instant},
    },
};

/// How long output may take to close once the group is killed.
const AFTER_KILL: Duration = Duration::from_secs(2);

/// What a process may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    /// Bytes of output.
    pub output: u64,
}

/// What the command of a job may use on the machine that the demo runs on.
pub const JOB_LIMITS: Limits = Limits { time: Duration::from_secs(5), output: 1 << 20 };

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Succeeded,
    /// Exit code, or none if a signal ended it.
    Failed(Option<i32>),
    OutOfTime,
    TooMuchOutput,
    NotStarted(String),
}

/// A process that ran.
#[derive(Clone, Debug)]
pub struct Run {
    /// Standard output, as far as the limits let it.
    pub output: Vec<u8>,
    pub ending: Ending,
}

enum Notice {
    Exited,
    TooMuchOutput,
}

/// Runs `command` to its end or to its limits. It is the leader of a process group, and the whole group is gone when
/// this returns.
pub fn run(command: &[String], limits: Limits) -> Run {
    match spawn(command) {
        Ok((child, stdout)) => supervise(child, stdout, limits),
        Err(error) => Run { output: Vec::new(), ending: Ending::NotStarted(error.to_string()) },
    }
}

fn spawn(command: &[String]) -> std::io::Result<(Child, ChildStdout)> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let stdout = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
    Ok((child, stdout))
}

fn supervise(mut child: Child, stdout: ChildStdout, limits: Limits) -> Run {
    let (sender, notices) = channel();
    let group = Pid::from_child(&child);
    let waiter = sender.clone();
    // Waits without reaping, so that the group's number stays taken until it is killed below.
    thread::spawn(move || {
        let _ = waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let _ = waiter.send(Notice::Exited);
    });
    let (finished, result) = channel();
    thread::spawn(move || finished.send(read(stdout, limits.output, &sender)));
    let stopped = await_end(&notices, limits.time);
    // What the command left behind holds its output open.
    let _ = kill_process_group(group, Signal::KILL);
    let status = child.wait();
    // Only a process that left the group can still hold it open; its output is not waited for.
    let Ok((output, overflowed)) = result.recv_timeout(AFTER_KILL) else {
        return Run { output: Vec::new(), ending: Ending::OutOfTime };
    };
    let ending = match (stopped, status) {
        _ if overflowed => Ending::TooMuchOutput,
        (Some(ending), _) => ending,
        (None, Ok(status)) if status.success() => Ending::Succeeded,
        (None, status) => Ending::Failed(status.ok().and_then(|status| status.code())),
    };
    Run { output, ending }
}

/// Reads at most `limit` bytes; says whether there were more.
fn read(stdout: ChildStdout, limit: u64, notices: &Sender<Notice>) -> (Vec<u8>, bool) {
    let mut output = Vec::new();
    let _ = stdout.take(limit.saturating_add(1)).read_to_end(&mut output);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let overflowed = output.len() > limit;
    if overflowed {
        output.truncate(limit);
        let _ = notices.send(Notice::TooMuchOutput);
    }
    (output, overflowed)
}

/// Waits for the end of the process; says what else ended the wait.
fn await_end(notices: &Receiver<Notice>, time: Duration) -> Option<Ending> {
    let deadline = Instant::now() + time;
    match notices.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Notice::Exited) => None,
        Ok(Notice::TooMuchOutput) => Some(Ending::TooMuchOutput),
        Err(_) => Some(Ending::OutOfTime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { time: Duration::from_secs(10), output: 1_000 };

    fn sh(script: &str, limits: Limits) -> Run {
        run(&["sh".into(), "-c".into(), script.into()], limits)
    }

    #[test]
    fn output_and_exit_code_are_reported() {
        let done = sh("echo hello; echo secret >&2", LIMITS);
        assert_eq!((done.output.as_slice(), done.ending), (b"hello\n".as_slice(), Ending::Succeeded));
        assert_eq!(sh("exit 3", LIMITS).ending, Ending::Failed(Some(3)));
        assert_eq!(sh("kill -9 $$", LIMITS).ending, Ending::Failed(None));
    }

    #[test]
    fn the_environment_is_clean() {
        let done = sh("echo $HOME$USER$CARGO_MANIFEST_DIR; pwd", LIMITS);
        assert_eq!(done.output, b"\n/\n");
    }

    #[test]
    fn a_command_out_of_time_is_killed_with_its_children() {
        let before = Instant::now();
        let limits = Limits { time: Duration::from_millis(100), ..LIMITS };
        let done = sh("echo start; sleep 60 & sleep 60", limits);
        assert_eq!((done.output.as_slice(), done.ending), (b"start\n".as_slice(), Ending::OutOfTime));
        assert!(before.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn what_a_command_leaves_behind_delays_nobody() {
        let before = Instant::now();
        assert_eq!(sh("sleep 60 & echo done", LIMITS).ending, Ending::Succeeded);
        assert!(before.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn output_is_capped() {
        let done = sh("while :; do echo again; done", LIMITS);
        assert_eq!((done.output.len(), done.ending), (1_000, Ending::TooMuchOutput));
    }

    #[test]
    fn a_command_that_does_not_exist_is_reported() {
        let done = run(&["/no/such/program".into()], LIMITS);
        assert!(matches!(done.ending, Ending::NotStarted(_)));
        assert!(matches!(run(&[], LIMITS).ending, Ending::NotStarted(_)));
    }
}
