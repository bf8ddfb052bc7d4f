//! Starting a command, once.

use {
    super::{Order, files},
    std::{
        fs, io,
        os::unix::{fs::PermissionsExt, process::CommandExt},
        path::{Path, PathBuf},
        process::{Command, Stdio},
    },
};

/// Where programs are looked for.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Bytes of the blocks that `ulimit -f` counts.
const BLOCK: u64 = 512;
/// Bytes of the blocks that `ulimit -v` counts.
const KIB: u64 = 1_024;

/// Takes the folder, the limits in blocks and the command. The file with its id is created, or else the command was
/// started before; that is why the shell must not overwrite it. It uses nothing but what is built into every shell, since
/// the environment is the job's.
const SCRIPT: &str = r#"
cd "$1" && set -C && echo $$ > pid || exit 125
set +C
ulimit -c 0
ulimit -f "$2" || exit 125
[ -z "$3" ] || ulimit -v "$3" || exit 125
shift 3
cd work || exit 125
"$@" > ../output 2> ../errors < /dev/null
code=$?
cd .. && echo "$code" > status
"#;

/// Why a command was not started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The command cannot be run on any host like this one.
    #[error("{0}")]
    Command(String),
    /// This host cannot run anything.
    #[error(transparent)]
    Host(#[from] io::Error),
}

/// Starts what is ordered in `folder`, unless something was started there before.
///
/// # Errors
///
/// [`LaunchError`] says whether the command or this host is to blame.
pub fn launch(folder: &Path, order: &Order) -> Result<(), LaunchError> {
    if folder.join(files::PID).exists() {
        return Ok(());
    }
    let (program, arguments) = order.command.split_first().ok_or_else(|| no_program(""))?;
    let path = order.env.get("PATH").map_or(PATH, String::as_str);
    let program = find(program, path).ok_or_else(|| no_program(program))?;
    fs::create_dir_all(folder.join(files::WORK))?;
    // The script goes there, so a relative path would lead elsewhere.
    let folder = fs::canonicalize(folder)?;
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "gpu-market-job"])
        .arg(&folder)
        .arg(blocks(order.limits.file.max(order.limits.output.saturating_add(1)), BLOCK))
        .arg(order.limits.memory.map(|bytes| blocks(bytes, KIB)).unwrap_or_default())
        .arg(program)
        .args(arguments)
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .envs(&order.env)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    Ok(())
}

fn no_program(name: &str) -> LaunchError {
    LaunchError::Command(format!("there is no program {name:?}"))
}

fn blocks(bytes: u64, size: u64) -> String {
    bytes.div_ceil(size).to_string()
}

/// The program as the shell would find it, so that one that does not exist is known before.
fn find(program: &str, path: &str) -> Option<PathBuf> {
    if program.contains('/') {
        let given = PathBuf::from(program);
        // A relative one is looked for in the working folder, which is empty.
        return Some(given).filter(|given| given.is_absolute() && is_executable(given));
    }
    let found = path.split(':').map(|folder| Path::new(folder).join(program));
    found.filter(|_| !program.is_empty()).find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
