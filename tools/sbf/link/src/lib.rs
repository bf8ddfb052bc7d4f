//! A linker for Solana programs that needs nothing but rustc and LLVM as
//! distributions ship them.
//!
//! `rustc` for the target `bpf` writes LLVM bitcode. [`collect`] merges it into
//! one file (that is the linker rustc runs); [`emit`] optimizes it, brings it
//! into the form that LLVM's BPF back end accepts ([`legalize`]), generates an
//! eBPF object and has `sbpf_linker` turn that into the ELF that Solana loads.
mod builtins;
mod check;
pub mod collect;
pub mod emit;
mod input;
mod ir;
mod legalize;
pub mod options;
mod syscalls;

/// Bytes of stack that one call of a function has on Solana.
const STACK_FRAME: i32 = 4096;
/// The symbol that Solana starts a program at.
const ENTRYPOINT: &str = "entrypoint";

/// Runs a command and prints what went wrong, the outermost cause first.
pub fn main(
    name: &str,
    run: impl FnOnce(Vec<String>) -> anyhow::Result<()>,
) -> std::process::ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                eprintln!("{name}: error: {line}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}
