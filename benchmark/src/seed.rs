//! Whose benchmark it is: seeds and commitments that are worth nothing to anybody else.

use {
    crate::{
        error::{Error, Result},
        matrix::Digest,
    },
    sha2::{Digest as _, Sha256},
};

/// The GPU whose hardware is to be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Address of the Host.
    pub host: [u8; 32],
    /// Address of the Member: the host in one market.
    pub member: [u8; 32],
    /// Number of the GPU, from 0. Chains of one round have one deadline, so eight GPUs have to run eight chains at once.
    pub gpu: u16,
}

/// 32 bytes that everything else is expanded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of one GPU in one round. `beacon` is 32 bytes that nobody could know before the round's draw, such as
    /// the hash of a slot; another host, member or GPU gets another seed, so that no answer serves twice.
    #[must_use]
    pub fn draw(beacon: &[u8; 32], identity: &Identity) -> Self {
        Self(hash(b"gpu-market benchmark 1: seed", &[beacon, &identity.host, &identity.member], identity.gpu))
    }

    /// A seed that was drawn before.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a host publishes before it reveals its root: SHA-256 of a label, the salt, its identity, the seed and the root.
/// The salt hides the root, and the identity makes a copied commitment impossible to open for the one who copied it.
/// SHA-256, not BLAKE3, because every program on chain can compute it.
///
/// `salt` has to be 32 fresh random bytes.
#[must_use]
pub fn commit(salt: &[u8; 32], identity: &Identity, seed: &Seed, root: &Digest) -> [u8; 32] {
    hash(
        b"gpu-market benchmark 1: commitment",
        &[salt, &identity.host, &identity.member, seed.as_bytes(), root],
        identity.gpu,
    )
}

/// Checks that a commitment opens to this salt, identity, seed and root.
///
/// # Errors
///
/// [`Error::WrongCommitment`] if it does not.
pub fn check_commitment(
    commitment: &[u8; 32],
    salt: &[u8; 32],
    identity: &Identity,
    seed: &Seed,
    root: &Digest,
) -> Result<()> {
    if commit(salt, identity, seed, root) == *commitment { Ok(()) } else { Err(Error::WrongCommitment) }
}

/// Unambiguous because the labels differ and every part has a fixed length.
fn hash(label: &[u8], parts: &[&[u8; 32]], gpu: u16) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(label);
    for part in parts {
        hasher.update(part);
    }
    hasher.update(gpu.to_le_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Identity = Identity { host: [1; 32], member: [2; 32], gpu: 0 };

    #[test]
    fn everybody_gets_another_seed() {
        let others = [
            Identity { host: [9; 32], ..ME },
            Identity { member: [9; 32], ..ME },
            Identity { gpu: 1, ..ME },
            Identity { host: ME.member, member: ME.host, gpu: 0 },
        ];
        for other in others {
            assert_ne!(Seed::draw(&[3; 32], &ME), Seed::draw(&[3; 32], &other));
        }
        assert_ne!(Seed::draw(&[3; 32], &ME), Seed::draw(&[4; 32], &ME));
    }

    #[test]
    fn a_copied_commitment_does_not_open_for_the_copier() {
        let seed = Seed::draw(&[3; 32], &ME);
        let (salt, root) = ([5; 32], [6; 32]);
        let commitment = commit(&salt, &ME, &seed, &root);
        assert_eq!(check_commitment(&commitment, &salt, &ME, &seed, &root), Ok(()));
        let copier = Identity { host: [9; 32], ..ME };
        for (salt, identity, seed, root) in [
            (salt, copier, seed, root),
            (salt, copier, Seed::draw(&[3; 32], &copier), root),
            ([0; 32], ME, seed, root),
            (salt, ME, seed, [0; 32]),
        ] {
            assert_eq!(check_commitment(&commitment, &salt, &identity, &seed, &root), Err(Error::WrongCommitment));
        }
    }
}
