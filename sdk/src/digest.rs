//! What hosts and attestors hash in a round, exactly as the program does; see [`gpu_market::state::digest`].

use {
    crate::Address,
    gpu_market::{
        error::MarketError,
        state::{Answer, Reading, digest},
    },
    sha2::Digest,
};

/// SHA-256, which the program computes by a system call.
#[derive(Clone, Copy, Debug)]
pub struct Sha256;

impl gpu_market::state::Sha256 for Sha256 {
    fn hash(parts: &[&[u8]], out: &mut [u8; 32]) {
        let mut hasher = sha2::Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        *out = hasher.finalize().into();
    }
}

/// The seed of a round that is drawn from this slot hash.
pub fn seed(slot_hash: &[u8; 32], challenge: &Address, member: &Address, host: &Address) -> [u8; 32] {
    let mut out = [0; 32];
    digest::seed::<Sha256>(slot_hash, challenge, member, host, &mut out);
    out
}

/// What a host commits to: its answer to the seed, under a salt that it keeps until it opens the answer.
pub fn answer(challenge: &Address, host: &Address, seed: &[u8; 32], answer: &Answer, salt: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    digest::answer::<Sha256>(challenge, host, seed, answer, salt, &mut out);
    out
}

/// What an attestor commits to: its reading, under a salt that it keeps until it reveals the reading.
pub fn reading(challenge: &Address, attestor: &Address, reading: &Reading, salt: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    digest::reading::<Sha256>(challenge, attestor, reading, salt, &mut out);
    out
}

/// What was measured, in one hash: what the benchmark put out, and the root of the GPUs. A revealed reading is stored as this.
pub fn measured(result: &[u8; 32], gpu_root: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    digest::measured::<Sha256>(result, gpu_root, &mut out);
    out
}

/// Hash of a GPU's uuid, as its driver reports it.
pub fn gpu_uuid(uuid: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    digest::gpu_uuid::<Sha256>(uuid, &mut out);
    out
}

/// Root of the GPUs of a round, given as the hashes of their uuids in ascending order.
///
/// # Errors
///
/// [`MarketError::ReadingOutOfRange`] if there are none or more than 64, or they are not in order.
pub fn gpu_root(uuid_hashes: &[[u8; 32]]) -> Result<[u8; 32], MarketError> {
    digest::gpu_root::<Sha256>(uuid_hashes)
}

/// What proves the GPU at `index` in the root of `uuid_hashes`.
///
/// # Errors
///
/// As [`gpu_root`], and [`MarketError::GpuNotInRound`] if there is no such index.
pub fn gpu_proof(uuid_hashes: &[[u8; 32]], index: usize) -> Result<Vec<[u8; 32]>, MarketError> {
    digest::gpu_proof::<Sha256>(uuid_hashes, index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_hashes_to_the_same_bytes_for_ever() {
        // sha256("gpu-market:gpu" "GPU-1"), by another implementation.
        let hex: String = gpu_uuid(b"GPU-1").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "d8572f0270b21b23e6244ed1ab86c8166c324cb38d86e56839e4215dfd35e09a");
    }

    #[test]
    fn what_was_measured_hashes_to_the_same_bytes_for_ever() {
        // sha256("gpu-market:measured" 32 × 01 32 × 02), by another implementation.
        let hex: String = measured(&[1; 32], &[2; 32]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "7ea90e8057cd2e1f57c9993d8c0d747ba26a1494bf1b9144381ad357b52ea003");
    }

    #[test]
    fn every_gpu_of_a_root_has_a_proof() {
        for count in 1..=64u8 {
            let hashes: Vec<[u8; 32]> = (0..count).map(|number| [number; 32]).collect();
            let root = gpu_root(&hashes).unwrap();
            for (index, hash) in (0u16..).zip(&hashes) {
                let proof = gpu_proof(&hashes, usize::from(index)).unwrap();
                assert!(proof.len() <= 6);
                digest::verify_gpu::<Sha256>(&root, u16::from(count), index, hash, &proof).unwrap();
            }
        }
    }
}
