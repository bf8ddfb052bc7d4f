//! Keys in files that only their owner can read.

use {
    super::SealingKey,
    crate::Hash,
    std::{
        fs::{DirBuilder, File},
        io::{ErrorKind, Read, Write},
        os::unix::fs::{DirBuilderExt, PermissionsExt},
        path::{Path, PathBuf},
    },
};

/// Why a file has no key to use. What is in it is never shown.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is none.
    #[error("{}: there is no sealing key; make one with `gpu-market host sealing-key`, or name its file", .0.display())]
    Missing(
        /// The file.
        PathBuf,
    ),
    /// It cannot be read or written.
    #[error("{}: the sealing key cannot be read or written: {source}; check the folder and who may use it", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What failed.
        source: std::io::Error,
    },
    /// Others than its owner may read or change it.
    #[error("{file}: others may use this sealing key (mode {mode:03o}); run: chmod 600 {file}", file = .file.display())]
    OpenToOthers {
        /// The file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Something else is in it.
    #[error("{}: this is no sealing key; its file holds 64 hexadecimal digits", .0.display())]
    Malformed(
        /// The file.
        PathBuf,
    ),
}

impl SealingKey {
    /// Reads a key from its file: 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] says what is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let unusable = |source: std::io::Error| match source.kind() {
            ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
            _ => KeyFileError::Unusable { file: path.to_owned(), source },
        };
        let file = File::open(path).map_err(unusable)?;
        let mode = file.metadata().map_err(unusable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::OpenToOthers { file: path.to_owned(), mode });
        }
        let mut text = String::new();
        let malformed = || KeyFileError::Malformed(path.to_owned());
        // A key is shorter: what is longer is not read.
        file.take(100).read_to_string(&mut text).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => malformed(),
            _ => unusable(error),
        })?;
        let Hash(bytes) = text.trim().parse().map_err(|_| malformed())?;
        Ok(Self::from_bytes(bytes))
    }

    /// Reads a key from its file, or makes one there. Two that do so at once get the same key.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] says what is wrong with the file.
    pub fn read_or_new(path: &Path) -> Result<Self, KeyFileError> {
        match Self::read(path) {
            Err(KeyFileError::Missing(_)) => {}
            found => return found,
        }
        let written = write_new(path, &Self::generate());
        match written {
            Err(source) if source.kind() != ErrorKind::AlreadyExists => {
                Err(KeyFileError::Unusable { file: path.to_owned(), source })
            }
            _ => Self::read(path),
        }
    }
}

/// Writes a key as a whole or not at all, never over another one.
fn write_new(path: &Path, key: &SealingKey) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Made for its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", Hash(key.to_bytes()))?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made/key");
        assert!(matches!(SealingKey::read(&path), Err(KeyFileError::Missing(_))));
        let key = SealingKey::read_or_new(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SealingKey::read_or_new(&path).unwrap().public(), key.public());
        let again = write_new(&path, &SealingKey::generate()).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        assert_eq!(SealingKey::read(&path).unwrap().public(), key.public());
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        SealingKey::read_or_new(&path).unwrap();
        for text in ["", "secret", &"0g".repeat(32), &"00".repeat(33), &" ".repeat(1_000)] {
            std::fs::write(&path, text).unwrap();
            let message = SealingKey::read(&path).err().unwrap().to_string();
            assert!(
                message.ends_with("its file holds 64 hexadecimal digits") && !message.contains("secret"),
                "{message}"
            );
        }
        std::fs::write(&path, [0xff]).unwrap();
        assert!(matches!(SealingKey::read(&path), Err(KeyFileError::Malformed(_))));
        assert!(matches!(
            SealingKey::read(folder.path()),
            Err(KeyFileError::OpenToOthers { .. } | KeyFileError::Unusable { .. })
        ));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        SealingKey::read_or_new(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let message = SealingKey::read(&path).err().unwrap().to_string();
        assert!(message.contains("(mode 640); run: chmod 600 "), "{message}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = SealingKey::read_or_new(&file.path().join("key")).err().unwrap();
        assert!(matches!(error, KeyFileError::Unusable { .. }), "{error}");
    }
}
