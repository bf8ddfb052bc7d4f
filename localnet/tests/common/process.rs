//! Parties as processes: the `gpu-market` command, over RPC.

use {
    gpu_market_localnet::keys,
    gpu_market_sdk::Address,
    serde_json::Value,
    solana_signer::Signer,
    std::{
        path::{Path, PathBuf},
        process::{Child, Command, ExitStatus, Stdio},
    },
};

/// Where the processes work, and where the network is.
#[derive(Clone, Debug)]
pub struct Site {
    pub folder: PathBuf,
    pub rpc: String,
    pub websocket: String,
}

/// Whoever holds a key.
#[derive(Clone, Debug)]
pub struct Party {
    site: Site,
    name: String,
    key_file: PathBuf,
}

impl Party {
    pub fn new(site: &Site, name: &str) -> Self {
        let key_file = keys::write(&site.folder.join("keys"), name).expect("a key file");
        Self { site: site.clone(), name: name.to_owned(), key_file }
    }

    pub fn key(&self) -> Address {
        keys::key(&self.name).pubkey()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(super::user::binary());
        command
            .args(["--url", &self.site.rpc, "--ws", &self.site.websocket, "--keypair"])
            .arg(&self.key_file)
            .args(["--yes", "--output", "json-compact"])
            .args(arguments)
            .current_dir(&self.site.folder)
            .env("XDG_DATA_HOME", self.site.folder.join("data"))
            .env("HOME", &self.site.folder)
            .stdin(Stdio::null());
        command
    }

    /// Runs the command to its end, which has to be a success, and returns the last document that it prints.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().expect("the command starts");
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {arguments:?}: {printed}{errors}", self.name);
        printed.lines().next_back().map_or(Value::Null, |line| serde_json::from_str(line).expect("JSON"))
    }

    /// The exit code and what is said by a command that fails.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command(arguments).output().expect("the command starts");
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty(), "{}: {arguments:?}: {printed}", self.name);
        assert!(!errors.contains("panicked"), "{errors}");
        (output.status.code().expect("an exit code"), errors.into_owned())
    }

    /// Starts a command that runs until it is stopped. What it says goes to a file of its name.
    pub fn spawn(&self, arguments: &[&str]) -> Daemon {
        let log = self.site.folder.join(format!("{}.log", self.name));
        let file = std::fs::File::options().append(true).create(true).open(&log).expect("a log");
        let errors = file.try_clone().expect("a log");
        let child = self.command(arguments).stdout(file).stderr(errors).spawn().expect("the command starts");
        Daemon { child, log }
    }
}

/// A process that runs until it is stopped; killed if the test ends before.
pub struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Kills it, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    pub fn interrupt(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().expect("kill(1)");
        assert!(sent.success(), "{} runs no more: {}", id, self.log());
        self.child.wait().expect("it ended")
    }

    /// The most memory that it has had so far, in bytes: what the kernel calls the high water mark of the resident set.
    pub fn peak_memory(&self) -> u64 {
        let status = read(Path::new(&format!("/proc/{}/status", self.child.id())));
        let mark =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|mark| mark.strip_suffix("kB"));
        1_024 * mark.and_then(|kib| kib.trim().parse::<u64>().ok()).expect("it runs, on Linux")
    }

    /// What it said so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that ended already cannot be killed, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
