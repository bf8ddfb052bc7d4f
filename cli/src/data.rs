//! Where this user's data lie: the agent's state, the store of specs and results, the sealing key.

use {
    crate::commands::CommandError,
    gpu_market_jobspec::{
        sealing::{KeyFileError, SealingKey},
        store::{Choice, Store},
    },
    std::{path::PathBuf, sync::Arc},
};

/// In the home folder, where no other place is named for data.
const SHARE: &str = ".local/share";
/// Environment variable of the store, where `--store` is not typed.
const STORE: &str = "GPU_MARKET_STORE";

/// A folder or file of this command in the user's data, which need not exist.
pub fn folder(name: &str) -> Result<PathBuf, CommandError> {
    let named = std::env::var_os("XDG_DATA_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let base = named.or_else(|| std::env::home_dir().map(|home| home.join(SHARE)));
    let base = base.ok_or_else(|| {
        CommandError::input("data", "there is no home folder to keep data in", "a folder, by the option for it")
    })?;
    Ok(base.join("gpu-market").join(name))
}

/// The store of specs and results.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct StoreOption {
    /// Where specs and results lie: folder:PATH, ipfs:URL of a node's API, or s3:URL/BUCKET/PREFIX, whose access key is in
    /// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY [default: $GPU_MARKET_STORE, else this user's folder].
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
}

impl StoreOption {
    /// The store that was typed, else the environment's, else this user's folder. Nothing is sent yet.
    pub fn open(&self) -> Result<Arc<dyn Store>, CommandError> {
        let typed = self.store.clone().map(|text| ("--store", text));
        let set = || std::env::var(STORE).ok().filter(|text| !text.is_empty()).map(|text| (STORE, text));
        let choice = match typed.or_else(set) {
            None => Choice::Folder(folder("store")?),
            Some((origin, text)) => Choice::parse(&text, |name| std::env::var(name).ok())
                .map_err(|error| CommandError::Choice { origin, error })?,
        };
        Ok(choice.open()?)
    }
}

/// The key of private jobs.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SealingOption {
    /// File of the secret key of private jobs, 64 hexadecimal digits [default: this user's].
    #[arg(long, value_name = "FILE")]
    sealing_key_file: Option<PathBuf>,
}

impl SealingOption {
    /// Whether a file was typed.
    pub fn is_typed(&self) -> bool {
        self.sealing_key_file.is_some()
    }

    /// Where the key is.
    pub fn path(&self) -> Result<PathBuf, CommandError> {
        self.sealing_key_file.clone().map_or_else(|| folder("sealing-key"), Ok)
    }

    /// The key in its file; none if that is this user's, and not there.
    pub fn find(&self) -> Result<Option<SealingKey>, CommandError> {
        match SealingKey::read(&self.path()?) {
            Err(KeyFileError::Missing(_)) if !self.is_typed() => Ok(None),
            found => Ok(Some(found?)),
        }
    }

    /// The key in its file, which is made if it is not there.
    pub fn read_or_new(&self) -> Result<SealingKey, CommandError> {
        Ok(SealingKey::read_or_new(&self.path()?)?)
    }
}
