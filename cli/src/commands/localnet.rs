//! `gpu-market localnet`: the local network, which is a program of its own because it is a thousand crates.

use {
    super::CommandError,
    std::{
        ffi::OsString,
        path::{Path, PathBuf},
        process::Command,
    },
};

/// Name of the program.
const PROGRAM: &str = "gpu-market-localnet";
/// Where a checkout builds it, seen from the folder that it builds this command in.
const IN_CHECKOUT: &str = "../../localnet/target/release";
const BUILD: &str = "cargo build --release --locked --manifest-path localnet/Cargo.toml";

/// What the network is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Localnet {
    /// Markets file [default: the example's].
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// Folder that the keys are written to [default: localnet-keys].
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Port of JSON-RPC; that of the WebSocket is the one above [default: 8899].
    #[arg(long)]
    port: Option<u16>,
}

impl Localnet {
    fn arguments(&self) -> Vec<OsString> {
        let path = |name: &str, path: &Option<PathBuf>| {
            path.iter().flat_map(|path| [name.into(), path.clone().into_os_string()]).collect::<Vec<_>>()
        };
        let port = self.port.iter().flat_map(|port| ["--port".into(), port.to_string().into()]);
        path("--markets", &self.markets).into_iter().chain(path("--keys", &self.keys)).chain(port).collect()
    }
}

/// Becomes the local network: its output, its exit code, its Ctrl-C.
pub fn run(options: &Localnet) -> Result<(), CommandError> {
    let beside = std::env::current_exe().ok();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = places(beside.as_deref(), &path).into_iter().find(|place| place.is_file());
    let program = found.ok_or_else(|| {
        CommandError::not_there(
            format!("{PROGRAM} beside this command or on the PATH"),
            format!("build it in the repository: `{BUILD}`; the first time takes the better part of an hour"),
        )
    })?;
    become_program(Command::new(program).args(options.arguments()))
}

#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), CommandError> {
    use std::os::unix::process::CommandExt;
    // Returns only if it failed.
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), CommandError> {
    std::process::exit(command.status()?.code().unwrap_or(1))
}

/// Where the program may be, the likeliest first.
fn places(executable: Option<&Path>, path: &OsString) -> Vec<PathBuf> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let folder = executable.and_then(Path::parent);
    let near = folder.into_iter().flat_map(|folder| [folder.to_owned(), folder.join(IN_CHECKOUT)]);
    near.chain(std::env::split_paths(path)).map(|folder| folder.join(&name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_beside_the_command_then_in_the_checkout_then_on_the_path() {
        let path = std::env::join_paths(["/one", "/two"]).unwrap();
        let found = places(Some(Path::new("/r/target/release/gpu-market")), &path);
        let expected = [
            "/r/target/release/gpu-market-localnet",
            "/r/target/release/../../localnet/target/release/gpu-market-localnet",
            "/one/gpu-market-localnet",
            "/two/gpu-market-localnet",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
    }

    #[test]
    fn what_is_asked_for_is_passed_on() {
        let options = Localnet { markets: Some("m.toml".into()), keys: None, port: Some(9_000) };
        assert_eq!(options.arguments(), ["--markets", "m.toml", "--port", "9000"]);
        assert!(Localnet { markets: None, keys: None, port: None }.arguments().is_empty());
    }
}
