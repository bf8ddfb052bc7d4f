//! The command line of `sbf-link`.
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

/// The dialect of SBF to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arch {
    V0,
    V3,
}

/// What the optimizer aims at, as in `-O2`, `-O3`, `-Os`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    O2,
    O3,
    Os,
}

/// What `sbf-link` is asked to do.
#[derive(Debug, PartialEq)]
pub struct Command {
    pub input: PathBuf,
    pub output: PathBuf,
    pub builtins: Option<PathBuf>,
    pub arch: Arch,
    pub level: Level,
    pub inline_threshold: Option<i32>,
    pub optimize_sbf: bool,
    pub dump: Option<PathBuf>,
    pub syscalls: Vec<String>,
}

pub const USAGE: &str = "\
usage: sbf-link [options] INPUT -o OUTPUT
  INPUT                   bitcode written by sbf-collect
  -o OUTPUT               the program (.so)
  --arch v0|v3            dialect of SBF (default v3)
  --opt 2|3|s             LLVM's optimization level (default 3)
  --inline-threshold N    LLVM's inlining threshold
  --builtins FILE         library that replaces Rust's builtins
  --syscall NAME          also allow this external function (repeatable)
  --no-sbf-optimizer      leave the SBF instructions as LLVM made them
  --dump DIR              write intermediate results there";

/// Reads the command line of `sbf-link`.
pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut input = None;
    let mut output = None;
    let mut command = Command {
        input: PathBuf::new(),
        output: PathBuf::new(),
        builtins: None,
        arch: Arch::V3,
        level: Level::O3,
        inline_threshold: None,
        optimize_sbf: true,
        dump: None,
        syscalls: vec![],
    };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "-o" => output = Some(value()?.into()),
            "--arch" => command.arch = parse_arch(&value()?)?,
            "--opt" => command.level = parse_level(&value()?)?,
            "--inline-threshold" => command.inline_threshold = Some(value()?.parse().context(arg)?),
            "--builtins" => command.builtins = Some(value()?.into()),
            "--syscall" => command.syscalls.push(value()?),
            "--no-sbf-optimizer" => command.optimize_sbf = false,
            "--dump" => command.dump = Some(value()?.into()),
            _ if arg.starts_with('-') => bail!("unknown option {arg}\n{USAGE}"),
            _ if input.is_some() => bail!("more than one input\n{USAGE}"),
            _ => input = Some(arg.into()),
        }
    }
    command.input = input.with_context(|| format!("no input\n{USAGE}"))?;
    command.output = output.with_context(|| format!("no output\n{USAGE}"))?;
    Ok(command)
}

fn parse_arch(text: &str) -> Result<Arch> {
    match text {
        "v0" => Ok(Arch::V0),
        "v3" => Ok(Arch::V3),
        _ => bail!("--arch is v0 or v3, not `{text}`"),
    }
}

fn parse_level(text: &str) -> Result<Level> {
    match text {
        "2" => Ok(Level::O2),
        "3" => Ok(Level::O3),
        "s" => Ok(Level::Os),
        _ => bail!("--opt is 2, 3 or s, not `{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn command_lines() {
        let c = from("p.bc -o p.so --arch v0 --opt s --syscall sol_new").unwrap();
        assert_eq!((c.arch, c.level), (Arch::V0, Level::Os));
        assert_eq!((c.input, c.output), ("p.bc".into(), "p.so".into()));
        assert_eq!(c.syscalls, ["sol_new"]);
    }

    #[test]
    fn bad_command_lines() {
        for line in
            ["", "p.bc", "a b -o c", "a -o b --arch v9", "a -o b --opt 7", "a -o b --what", "a -o"]
        {
            assert!(from(line).is_err(), "{line}");
        }
    }
}
