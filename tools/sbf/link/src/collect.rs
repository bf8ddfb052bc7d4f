//! The first half: the linker that rustc runs. It only merges bitcode, so that
//! the second half can be repeated with other options without compiling again.
use crate::builtins::is_builtin;
use crate::ir::{Context, Machine, PassOptions};
use crate::{ENTRYPOINT, input};
use anyhow::{Context as _, Result};
use std::collections::HashSet;
use std::path::PathBuf;

/// What of rustc's command line matters here.
#[derive(Debug, Default, PartialEq)]
pub struct Command {
    pub inputs: Vec<PathBuf>,
    pub output: PathBuf,
    pub symbols: Option<PathBuf>,
}

/// Reads rustc's command line for linkers of the flavor `bpf`.
pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut command = Command::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "-o" => command.output = value()?.into(),
            "--export-symbols" => command.symbols = Some(value()?.into()),
            "-L" | "--cpu" | "--cpu-features" | "--target" => drop(value()?),
            _ if arg.starts_with('-') => {}
            _ => command.inputs.push(arg.into()),
        }
    }
    anyhow::ensure!(!command.output.as_os_str().is_empty(), "no output (-o) is given");
    Ok(command)
}

/// Merges the inputs, keeping the program's exports and the builtins.
pub fn run(command: &Command) -> Result<()> {
    let exports: HashSet<String> = match &command.symbols {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| path.display().to_string())?
            .lines()
            .map(str::to_owned)
            .collect(),
        None => HashSet::from([ENTRYPOINT.to_owned()]),
    };
    let ctx = Context::new();
    let mut program = ctx.empty_module();
    for path in &command.inputs {
        input::add(&ctx, &mut program, path)?;
    }
    program.internalize(|name| exports.contains(name) || is_builtin(name));
    program.run_passes("globaldce", &Machine::new()?, &PassOptions::default())?;
    std::fs::write(&command.output, program.bitcode())
        .with_context(|| command.output.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rustc_says() {
        let line =
            "--export-symbols /t/symbols a.o b.rlib -L /t/raw --cpu v2 -o /t/p.so -O3 --debug";
        let command = parse(line.split(' ').map(str::to_owned)).unwrap();
        assert_eq!(command.inputs, ["a.o", "b.rlib"].map(PathBuf::from));
        assert_eq!(command.output, PathBuf::from("/t/p.so"));
        assert_eq!(command.symbols, Some("/t/symbols".into()));
        assert!(parse(["a.o".to_owned()]).is_err());
    }
}
