//! Waiting for a process that may be somebody else's child.

use {
    super::{Limits, Run, files},
    gpu_market_jobspec::Ending,
    rustix::{
        io::Errno,
        process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid},
    },
    std::{
        fs::{self, File},
        io::{self, Read},
        os::fd::{AsFd, OwnedFd},
        path::{Path, PathBuf},
        time::Duration,
    },
    tokio::{
        io::{Interest, unix::AsyncFd},
        time::{Instant, sleep, sleep_until, timeout},
    },
};

/// How often the size of the output is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long the script may take from its start until it has written its id.
const CLAIM: Duration = Duration::from_secs(10);
/// How often that is looked at.
const CLAIM_LOOK: Duration = Duration::from_millis(5);
/// Exit codes from here on mean that a signal ended the command, as shells say it.
const SIGNALLED: i32 = 128;
/// Bytes of standard error that are kept for people.
const NOTE: usize = 2_000;

/// A process that was started in a folder.
pub struct Supervised {
    folder: PathBuf,
    /// None once it is gone.
    process: Option<(Pid, OwnedFd)>,
}

/// Takes up the process of `folder`, running or gone.
///
/// # Errors
///
/// [`io::ErrorKind::NotFound`] if nothing was started there.
pub async fn take_up(folder: &Path) -> io::Result<Supervised> {
    let folder = fs::canonicalize(folder)?;
    let never = io::Error::new(io::ErrorKind::NotFound, "the job's shell did not start");
    let pid = timeout(CLAIM, claimed(&folder)).await.map_err(|_| never)??;
    let process = match pidfd_open(pid, PidfdFlags::empty()) {
        // The number may be another process's by now.
        Ok(descriptor) if is_script_of(pid, &folder) => Some((pid, descriptor)),
        Ok(descriptor) => {
            kill_leftovers(pid, descriptor).await?;
            None
        }
        Err(Errno::SRCH) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Supervised { folder, process })
}

/// The id that the script wrote.
async fn claimed(folder: &Path) -> io::Result<Pid> {
    loop {
        match fs::read_to_string(folder.join(files::PID)) {
            Ok(text) if text.ends_with('\n') => {
                let pid = text.trim().parse().ok().and_then(Pid::from_raw);
                return pid.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the id of the job's shell"));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => sleep(CLAIM_LOOK).await,
        }
    }
}

/// Whether this is the script of `folder`: it has the folder among its arguments. A process that is gone but not reaped
/// has none, and is as good as gone.
fn is_script_of(pid: Pid, folder: &Path) -> bool {
    arguments_of(pid).split(|byte| *byte == 0).any(|argument| argument == folder.as_os_str().as_encoded_bytes())
}

/// The arguments of a process, each ended by a zero byte; none of one that is gone, or about to be.
fn arguments_of(pid: Pid) -> Vec<u8> {
    fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default()
}

/// Kills what a script left behind that ended before it was looked at. Only a child of ours that was not reaped: its number,
/// and so that of its group, is nobody else's yet.
async fn kill_leftovers(pid: Pid, descriptor: OwnedFd) -> io::Result<()> {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    let mut ended = waitid(WaitId::Pid(pid), look);
    // A child that has lost its arguments is on its way out.
    if matches!(ended, Ok(None)) && arguments_of(pid).is_empty() {
        ending_of(descriptor)?.readable().await?.retain_ready();
        ended = waitid(WaitId::Pid(pid), look);
    }
    if matches!(ended, Ok(Some(_))) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
    Ok(())
}

/// Becomes readable when the process has ended.
fn ending_of(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(deprecated, reason = "an owned descriptor stays open as long as it is waited for")]
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

impl Supervised {
    /// Process id of the script, and of its group; none once it is gone.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(|(pid, _)| u32::try_from(pid.as_raw_nonzero().get()).ok())
    }

    /// Kills the whole group.
    pub fn kill(&self) {
        if let Some((pid, _)) = &self.process {
            // It may be gone by now.
            let _ = kill_process_group(*pid, Signal::KILL);
        }
    }

    /// Waits for the end of the process, and kills it at its limits.
    ///
    /// # Errors
    ///
    /// Those of reading what it left.
    pub async fn wait(mut self, limits: Limits) -> io::Result<Run> {
        let (stopped, killed) = match self.process.take() {
            // Nobody but the job itself has kept its script from writing down the exit code.
            Some((pid, descriptor)) => (self.watch(pid, descriptor, limits).await?, Ending::Signalled),
            // It was killed while nobody looked, for example with the machine.
            None => (None, Ending::Interrupted),
        };
        self.result(stopped, killed, limits)
    }

    /// Waits; says what else than the process itself ended it.
    async fn watch(&self, pid: Pid, descriptor: OwnedFd, limits: Limits) -> io::Result<Option<Ending>> {
        let descriptor = ending_of(descriptor)?;
        let deadline = Instant::now().checked_add(limits.time);
        let mut stopped = None;
        loop {
            tokio::select! {
                exited = descriptor.readable() => { exited?.retain_ready(); break }
                () = until(deadline), if stopped.is_none() => stopped = Some(Ending::OutOfTime),
                () = sleep(LOOK), if stopped.is_none() => {
                    if self.output_size() > limits.output {
                        stopped = Some(Ending::TooMuchOutput);
                    }
                }
            }
            if stopped.is_some() {
                let _ = kill_process_group(pid, Signal::KILL);
            }
        }
        // What the command left behind; its number stays taken until the script is reaped.
        let _ = kill_process_group(pid, Signal::KILL);
        // Refused where the script is not this process's child.
        let _ = waitid(WaitId::PidFd(descriptor.get_ref().as_fd()), WaitIdOptions::EXITED);
        Ok(stopped)
    }

    fn output_size(&self) -> u64 {
        fs::metadata(self.folder.join(files::OUTPUT)).map_or(0, |file| file.len())
    }

    /// What the process came to. `killed` is how it ended if it left no exit code.
    fn result(&self, stopped: Option<Ending>, killed: Ending, limits: Limits) -> io::Result<Run> {
        let overflowed = self.output_size() > limits.output;
        let output = self.read(files::OUTPUT, limits.output)?;
        let ending = match stopped {
            _ if overflowed => Ending::TooMuchOutput,
            Some(ending) => ending,
            None => self.exit()?.unwrap_or(killed),
        };
        let mut errors = self.read(files::ERRORS, u64::try_from(NOTE).unwrap_or(u64::MAX))?;
        errors.retain(|byte| *byte != 0);
        Ok(Run { output, ending, note: String::from_utf8_lossy(&errors).trim_end().to_owned() })
    }

    /// How the command ended by itself, if it did.
    fn exit(&self) -> io::Result<Option<Ending>> {
        let status = self.read(files::STATUS, 16)?;
        let code = String::from_utf8_lossy(&status).trim().parse::<i32>().ok();
        Ok(code.map(|code| if code <= SIGNALLED { Ending::Exited { code } } else { Ending::Signalled }))
    }

    /// At most `limit` bytes of a file; nothing of one that is not there.
    fn read(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match File::open(self.folder.join(name)) {
            Ok(file) => file.take(limit).read_to_end(&mut bytes).map(|_| bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(bytes),
            Err(error) => Err(error),
        }
    }
}

/// A deadline; none is never.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
