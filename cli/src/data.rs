//! Where this user's data lie: the agent's state, and the store of specs and results.

use {
    crate::commands::CommandError,
    std::path::{Path, PathBuf},
};

/// In the home folder, where no other place is named for data.
const SHARE: &str = ".local/share";

/// A folder of this command in the user's data, which need not exist.
pub fn folder(name: &str) -> Result<PathBuf, CommandError> {
    let named = std::env::var_os("XDG_DATA_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let base = named.or_else(|| std::env::home_dir().map(|home| home.join(SHARE)));
    let base = base.ok_or_else(|| {
        CommandError::input("data", "there is no home folder to keep data in", "a folder, by the option for it")
    })?;
    Ok(base.join("gpu-market").join(name))
}

/// The store of specs and results: the one that was asked for, else the user's.
pub fn store(asked: Option<&Path>) -> Result<PathBuf, CommandError> {
    asked.map_or_else(|| folder("store"), |path| Ok(path.to_owned()))
}
