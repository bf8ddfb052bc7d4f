//! Keys, where the Solana tools keep them.

use {
    solana_keypair::{Keypair, read_keypair},
    std::path::PathBuf,
};

/// Why a key cannot be used. What is in the file is never shown.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "{file}: cannot be read: {source}; pass the file of a key with --keypair, or make one with `solana-keygen new`"
    )]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file}: this is no key; a key file holds 64 numbers in brackets, as `solana-keygen` writes it")]
    Malformed { file: String },
    #[error(
        "\"{0}\" is a key that this command cannot use; allowed: a file of `solana-keygen`, or - to read one from \
         standard input"
    )]
    Unsupported(String),
    #[error("there is no home folder to look for {0} in; pass the file by its whole path")]
    NoHome(String),
}

/// Reads a key from a file, from a file in the home folder (`~/`), or from standard input (`-`).
pub fn read(path: &str) -> Result<Keypair, KeyError> {
    if path == "-" || path == "stdin:" || path == "stdin://" {
        return parse("standard input", &mut std::io::stdin().lock());
    }
    // As the Solana tools name keys that are no files.
    if path == "ASK" || ["usb:", "prompt:"].iter().any(|scheme| path.starts_with(scheme)) {
        return Err(KeyError::Unsupported(path.to_owned()));
    }
    let path = path.strip_prefix("file:").unwrap_or(path);
    let unreadable = |source| KeyError::Unreadable { file: path.to_owned(), source };
    let mut file = std::fs::File::open(expand(path)?).map_err(unreadable)?;
    parse(path, &mut file)
}

fn parse(file: &str, reader: &mut impl std::io::Read) -> Result<Keypair, KeyError> {
    read_keypair(reader).map_err(|_| KeyError::Malformed { file: file.to_owned() })
}

fn expand(path: &str) -> Result<PathBuf, KeyError> {
    let Some(rest) = path.strip_prefix("~/") else { return Ok(PathBuf::from(path)) };
    let home = std::env::home_dir().ok_or_else(|| KeyError::NoHome(path.to_owned()))?;
    Ok(home.join(rest))
}

#[cfg(test)]
mod tests {
    use {super::*, solana_signer::Signer};

    #[test]
    fn a_key_is_read_as_solana_keygen_writes_it() {
        let key = Keypair::new_from_array([7; 32]);
        let text = format!("{:?}", key.to_bytes());
        assert_eq!(parse("x", &mut text.as_bytes()).unwrap().pubkey(), key.pubkey());
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        for text in ["", "[1, 2]", "secret", "[300]"] {
            let message = parse("id.json", &mut text.as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with("id.json: this is no key") && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn keys_that_are_no_files_are_refused() {
        for path in ["usb://ledger", "prompt://", "ASK"] {
            let message = read(path).unwrap_err().to_string();
            assert!(message.contains("cannot use; allowed: a file of `solana-keygen`, or -"), "{message}");
        }
    }

    #[test]
    fn the_tilde_is_the_home_folder() {
        assert_eq!(expand("/a/b").unwrap(), PathBuf::from("/a/b"));
        assert_eq!(expand("~/b").unwrap(), std::env::home_dir().unwrap().join("b"));
    }
}
