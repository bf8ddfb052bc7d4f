//! Runs the command as a process.

use std::process::{Command, Output};

/// Runs `gpu-market` with these arguments.
pub fn gpu_market(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gpu-market")).args(arguments).output().expect("the command runs")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
