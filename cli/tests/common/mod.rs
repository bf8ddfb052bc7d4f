//! Runs the command as a process.
#![allow(dead_code, reason = "each file of tests uses a part")]

use {
    serde_json::Value,
    std::{
        io::Write,
        path::{Path, PathBuf},
        process::{Command, Output, Stdio},
    },
};

/// Runs `gpu-market` with these arguments.
pub fn gpu_market(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gpu-market")).args(arguments).output().expect("the command runs")
}

/// Runs `gpu-market` in an empty home folder and with this on its standard input.
pub fn at_home(home: &Path, input: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gpu-market"))
        .args(arguments)
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    // A command that refuses its arguments closes its input unread.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the command ends")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// An empty folder of its own for the test `name`.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A file in that folder; returns its path as text.
pub fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

/// The report of a demo that has to succeed.
pub fn report(arguments: &[&str]) -> Value {
    let output = gpu_market(&[&["demo", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The report of a demo in other markets.
pub fn report_of(name: &str, markets: &str) -> Value {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    std::fs::write(&path, markets).expect("written");
    report(&["--markets", path.to_str().expect("UTF-8")])
}

pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("{field} is no list"))
}
