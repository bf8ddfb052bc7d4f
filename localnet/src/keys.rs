//! Keys that follow from their names, so that every run has the same addresses. They are public: nothing of worth may
//! ever be sent to them.

use {
    crate::LocalnetError,
    gpu_market_migrations::Keys,
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::path::{Path, PathBuf},
};

/// Names of the keys that are funded.
pub const NAMES: [&str; 12] = [
    "payer",
    "upgrade-authority",
    "admin",
    "pauser",
    "market-authority",
    "client",
    "host-owner",
    "host-operator",
    "second-client",
    "second-host-owner",
    "second-host-operator",
    "crank",
];

/// The key of a name.
pub fn key(name: &str) -> Keypair {
    Keypair::new_from_array(Sha256::digest(format!("gpu-market localnet {name}")).into())
}

/// Who is who in the deployment.
pub fn deployment() -> Keys {
    let address = |name| key(name).pubkey();
    Keys {
        payer: address("payer"),
        upgrade_authority: address("upgrade-authority"),
        admin: address("admin"),
        pauser: address("pauser"),
        treasury: address("admin"),
        market_authority: address("market-authority"),
    }
}

/// Writes a key as other tools read it, and returns the file: `NAME-keypair.json` in `folder`.
pub fn write(folder: &Path, name: &str) -> Result<PathBuf, LocalnetError> {
    let file = folder.join(format!("{name}-keypair.json"));
    let bytes = key(name).to_bytes().map(|byte| byte.to_string()).join(",");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, format!("[{bytes}]\n")));
    written.map_err(|source| LocalnetError::KeyFile { file: file.display().to_string(), source })?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_always_has_the_same_key_and_no_two_have_one() {
        let addresses: std::collections::BTreeSet<_> = NAMES.iter().map(|name| key(name).pubkey()).collect();
        assert_eq!(addresses.len(), NAMES.len());
        assert_eq!(key("client").pubkey(), key("client").pubkey());
    }
}
