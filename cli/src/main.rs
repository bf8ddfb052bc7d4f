//! The `gpu-market` command.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod amount;
mod args;
mod calendar;
mod commands;
mod config;
mod context;
mod data;
mod demo;
mod embedded;
mod error;
mod explain;
mod idl;
mod keypair;
mod output;
mod spec;
mod stop;

use {
    args::{Args, Command},
    clap::Parser,
    std::process::ExitCode,
};

fn main() -> ExitCode {
    let args = Args::parse();
    match args.command {
        Command::Demo(options) => demonstrate(&options),
        command => match commands::run(&args.global, command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(error.exit_code())
            }
        },
    }
}

fn demonstrate(options: &args::Demo) -> ExitCode {
    match demo::run(options) {
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
