//! The `gpu-market` command.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod demo;
mod embedded;
mod error;
mod spec;

use {
    args::{Args, Command},
    clap::Parser,
    std::process::ExitCode,
};

fn main() -> ExitCode {
    let Command::Demo(options) = Args::parse().command;
    match demo::run(&options) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            findings.iter().for_each(|finding| eprintln!("finding: {finding}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
