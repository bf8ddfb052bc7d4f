//! Refuses what a Solana program cannot contain, with a message that names it.
use crate::ir::{self, Module, Value, demangle, is_defined, is_used, name_of};
use crate::options::Command;
use crate::syscalls::is_syscall;
use anyhow::{Result, ensure};
use object::{Object as _, ObjectSymbol as _};

/// Reports what a Solana program cannot contain, while names still mean
/// something: variables, and functions from nowhere.
pub fn symbols(program: &Module, command: &Command) -> Result<()> {
    let mut errors = vec![];
    for global in program.globals().into_iter().filter(|g| is_used(*g)) {
        let name = demangle(&name_of(global));
        if name.starts_with("llvm.") {
            continue;
        }
        if !is_defined(global) {
            errors.push(format!("undefined static `{name}`{}", used_by(program, global)));
        } else if ir::is_writable(global) {
            errors.push(format!(
                "writable static `{name}`{}: programs have no memory that outlives a call; \
                 use an account, or pass the value along",
                used_by(program, global)
            ));
        }
    }
    for f in program.functions() {
        let name = name_of(f);
        let known = name.starts_with("llvm.") || is_known(&name, command);
        if !is_defined(f) && is_used(f) && !known {
            errors.push(format!(
                "undefined function `{}`{}: it is neither in the program nor a syscall of Solana",
                demangle(&name),
                used_by(program, f)
            ));
        }
    }
    ensure!(errors.is_empty(), "{}", errors.join("\n"));
    Ok(())
}

fn is_known(symbol: &str, command: &Command) -> bool {
    is_syscall(symbol) || command.syscalls.iter().any(|s| s == symbol)
}

/// Where a symbol is used, to be put in a message.
fn used_by(program: &Module, symbol: Value) -> String {
    let user = program
        .functions()
        .into_iter()
        .find(|f| ir::instructions(*f).into_iter().any(|i| ir::mentions(i, symbol)));
    user.map(|f| format!(" (used by `{}`)", demangle(&name_of(f)))).unwrap_or_default()
}

/// The back end may have called something by itself.
pub fn object(object: &[u8], command: &Command) -> Result<()> {
    // `sbpf_linker` binds LLVM's trap to the syscall `abort`.
    const TRAP: &str = "__bpf_trap";
    let file = object::File::parse(object)?;
    let missing: Vec<&str> = file
        .symbols()
        .filter(|s| s.is_undefined())
        .filter_map(|s| s.name().ok())
        .filter(|name| !name.is_empty() && *name != TRAP && !is_known(name, command))
        .collect();
    ensure!(
        missing.is_empty(),
        "code generation needs the builtins {}, which are not linked (a gap of this linker)",
        missing.join(", ")
    );
    Ok(())
}
