//! The linker that rustc runs; see `sbf_link::collect`.
//!
//! Only the crate that was asked for becomes a program. Cargo also links every
//! dependency that declares a `cdylib`; those are answered with an empty file.
use sbf_link::collect;

fn main() -> std::process::ExitCode {
    sbf_link::main("sbf-collect", |args| {
        let command = collect::parse(args)?;
        let dependency = std::env::var_os("CARGO").is_some()
            && std::env::var_os("CARGO_PRIMARY_PACKAGE").is_none();
        if dependency {
            return Ok(std::fs::write(&command.output, [])?);
        }
        collect::run(&command)
    })
}
