//! A local folder.

use {
    super::{Letter, Pending, Store, StoreError, verified},
    crate::Hash,
    std::{
        fs::File,
        io::{ErrorKind, Read, Write},
        path::{Path, PathBuf},
    },
};

/// A folder with one file for each document, named by its hash, and one for each letter.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, which is made when something is stored.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn unusable(&self, error: &std::io::Error) -> StoreError {
        StoreError::Unusable { store: self.name(), reason: error.to_string() }
    }

    /// Writes a file as a whole or not at all, also if the machine stops in the middle.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let target = self.path.join(name);
        let folder = target.parent().unwrap_or(&self.path);
        write_whole(folder, &target, bytes).map_err(|error| self.unusable(&error))
    }

    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, StoreError> {
        let file = File::open(self.path.join(name)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::Missing { store: self.name(), what: name.to_owned() },
            _ => self.unusable(&error),
        })?;
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).map_err(|error| self.unusable(&error))?;
        if bytes.len() > limit {
            return Err(StoreError::TooLarge { what: name.to_owned(), limit });
        }
        Ok(bytes)
    }
}

fn write_whole(folder: &Path, target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(target)?;
    Ok(())
}

impl Store for Folder {
    fn name(&self) -> String {
        format!("the folder {}", self.path.display())
    }

    fn put<'a>(&'a self, document: &'a [u8]) -> Pending<'a, Hash> {
        Box::pin(async move {
            let hash = Hash::of(document);
            self.write(&hash.to_string(), document)?;
            Ok(hash)
        })
    }

    fn get<'a>(&'a self, hash: Hash, limit: usize) -> Pending<'a, Vec<u8>> {
        Box::pin(async move { verified(self.name(), hash, self.read(&hash.to_string(), limit)?) })
    }

    fn send<'a>(&'a self, letter: Letter, envelope: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async move { self.write(&letter.file_name(), envelope) })
    }

    fn receive(&self, letter: Letter, limit: usize) -> Pending<'_, Vec<u8>> {
        Box::pin(async move { self.read(&letter.file_name(), limit) })
    }
}
