//! `gpu-market localnet`, which becomes the network of this crate.

mod common;

use {
    common::{
        MARKETS,
        user::{User, binary},
    },
    serde_json::Value,
    std::{
        ffi::OsString,
        io::{BufRead, BufReader},
        net::TcpListener,
        path::{Path, PathBuf},
        process::{Child, Command, Stdio},
    },
};

/// A port that is free, and so is the one above it.
fn free_pair() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        if port < u16::MAX && [port, port + 1].iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
            return port;
        }
    }
}

/// A copy of the command, beside which no network lies.
fn apart() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-apart");
    std::fs::create_dir_all(&folder).expect("a folder");
    let command = folder.join("gpu-market");
    let _ = std::fs::remove_file(&command);
    std::fs::copy(binary(), &command).expect("a copy");
    command
}

/// The network as a process; killed if the test ends before it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn path_to(network: &str) -> OsString {
    let folder = Path::new(network).parent().expect("a folder").to_owned();
    let usual = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&usual))).expect("a path")
}

#[test]
fn the_command_starts_a_network_that_answers_until_it_is_interrupted() {
    let (command, port) = (apart(), free_pair());
    let keys = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-localnet-keys");
    let output = Command::new(&command).arg("localnet").env("PATH", "").output().expect("the command runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("there is no gpu-market-localnet beside this command or on the PATH"), "{said}");
    assert!(said.contains("build it in the repository: `cargo build --release --locked"), "{said}");

    let child = Command::new(&command)
        .args(["localnet", "--port", &port.to_string(), "--keys"])
        .arg(&keys)
        .env("PATH", path_to(env!("CARGO_BIN_EXE_gpu-market-localnet")))
        .stdout(Stdio::piped())
        .spawn();
    let mut network = Running(child.expect("the command starts"));
    let mut lines = BufReader::new(network.0.stdout.take().expect("a pipe")).lines();
    let mut said = String::new();
    while !said.contains("Ctrl-C stops the network") {
        said.push_str(&lines.next().expect("a line more").expect("text"));
        said.push('\n');
    }
    let url = format!("http://127.0.0.1:{port}");
    assert!(said.contains(&format!("JSON-RPC   {url}\n")) && said.contains("host run "), "{said}");

    let asked = |arguments: &[&str]| {
        let output =
            Command::new(&command).args(arguments).args(["--url", &url, "--output", "json-compact"]).output();
        let output = output.expect("the command runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    assert_eq!(
        asked(&["market", "list"])["markets"].as_array().map(Vec::len),
        Some(MARKETS.matches("\n[[markets]]").count())
    );
    let client = keys.join("client-keypair.json").display().to_string();
    let key = User::of_key("client").key.to_string();
    assert_eq!(asked(&["client", "balance", "--keypair", &client])["owner"], key);

    let taken = Command::new(&command)
        .args(["localnet", "--port", &port.to_string(), "--keys"])
        .arg(&keys)
        .env("PATH", path_to(env!("CARGO_BIN_EXE_gpu-market-localnet")))
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&taken.stderr);
    assert!(!taken.status.success() && said.contains(&format!("port {port} is taken")), "{said}");

    let interrupted = Command::new("kill").args(["-INT", &network.0.id().to_string()]).status();
    assert!(interrupted.expect("kill(1)").success());
    assert!(network.0.wait().expect("it ended").success());
    assert_eq!(lines.last().expect("a line").expect("text"), "stopped");
}
