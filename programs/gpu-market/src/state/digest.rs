//! What rounds hash, byte for byte: one place for the program, which hashes by a system call, and for the software of hosts
//! and attestors. Every message starts with its own domain, and every field in it has a fixed length, so that no message can
//! be read as another.

use {
    super::{ensure, Answer, Reading},
    crate::prelude::*,
    crate::{
        constants::MAX_ROUND_GPUS,
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// SHA-256 of some parts, one after the other.
pub trait Sha256 {
    fn hash(parts: &[&[u8]], out: &mut [u8; 32]);
}

/// The seed of a round: slot hash, challenge, member and host, so that no two rounds share one.
pub fn seed<H: Sha256>(
    slot_hash: &[u8; 32],
    challenge: &Address,
    member: &Address,
    host: &Address,
    out: &mut [u8; 32],
) {
    H::hash(&[b"gpu-market:seed", slot_hash, challenge.as_ref(), member.as_ref(), host.as_ref()], out);
}

/// What a host commits to. It names round, host and seed, so that no other host's answer, and no earlier one, fits.
pub fn answer<H: Sha256>(
    challenge: &Address,
    host: &Address,
    seed: &[u8; 32],
    answer: &Answer,
    salt: &[u8; 32],
    out: &mut [u8; 32],
) {
    H::hash(
        &[
            b"gpu-market:answer",
            challenge.as_ref(),
            host.as_ref(),
            seed,
            &answer.result,
            &answer.gpus.to_le_bytes(),
            &answer.gpu_root,
            salt,
        ],
        out,
    );
}

/// What an attestor commits to. It names round and attestor, so that whoever copies a commitment cannot reveal it.
pub fn reading<H: Sha256>(
    challenge: &Address,
    attestor: &Address,
    reading: &Reading,
    salt: &[u8; 32],
    out: &mut [u8; 32],
) {
    H::hash(
        &[
            b"gpu-market:reading",
            challenge.as_ref(),
            attestor.as_ref(),
            &[reading.verdict],
            &reading.score.to_le_bytes(),
            &reading.vram.to_le_bytes(),
            &reading.gpus.to_le_bytes(),
            &reading.result,
            &reading.gpu_root,
            salt,
        ],
        out,
    );
}

/// What was measured, in one hash: what the benchmark put out, and the root of the GPUs.
pub fn measured<H: Sha256>(result: &[u8; 32], gpu_root: &[u8; 32], out: &mut [u8; 32]) {
    H::hash(&[b"gpu-market:measured", result, gpu_root], out);
}

/// Hash of a GPU's uuid, as its driver reports it: what its account is found by.
pub fn gpu_uuid<H: Sha256>(uuid: &[u8], out: &mut [u8; 32]) {
    H::hash(&[b"gpu-market:gpu", uuid], out);
}

fn leaf<H: Sha256>(uuid_hash: &[u8; 32], out: &mut [u8; 32]) {
    H::hash(&[b"gpu-market:leaf", uuid_hash], out);
}

fn node<H: Sha256>(left: &[u8; 32], right: &[u8; 32], out: &mut [u8; 32]) {
    H::hash(&[b"gpu-market:node", left, right], out);
}

/// Writes the leaves and folds them level by level; calls `visit` with each level before it is folded.
#[cfg(not(target_os = "solana"))]
fn fold<H: Sha256>(uuid_hashes: &[[u8; 32]], mut visit: impl FnMut(&[[u8; 32]])) -> Rule<[u8; 32]> {
    ensure(
        !uuid_hashes.is_empty() && uuid_hashes.len() <= usize::from(MAX_ROUND_GPUS),
        MarketError::ReadingOutOfRange,
    )?;
    let sorted = uuid_hashes.iter().zip(uuid_hashes.iter().skip(1)).all(|(one, next)| one < next);
    ensure(sorted, MarketError::ReadingOutOfRange)?;
    let mut level: Vec<[u8; 32]> = Vec::with_capacity(uuid_hashes.len());
    for uuid_hash in uuid_hashes {
        let mut out = [0; 32];
        leaf::<H>(uuid_hash, &mut out);
        level.push(out);
    }
    while level.len() > 1 {
        visit(&level);
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        for pair in level.chunks(2) {
            above.push(match pair {
                [left, right] => {
                    let mut out = [0; 32];
                    node::<H>(left, right, &mut out);
                    out
                }
                [alone] => *alone,
                _ => return Err(MarketError::InvariantBroken),
            });
        }
        level = above;
    }
    level.first().copied().ok_or(MarketError::InvariantBroken)
}

/// Root of 1 to 64 GPUs, given as the hashes of their uuids in strictly ascending order: a binary Merkle tree in which a node
/// without a sibling moves up as it is.
///
/// # Errors
///
/// [`MarketError::ReadingOutOfRange`] if there are none or too many, or they are not in order.
#[cfg(not(target_os = "solana"))]
pub fn gpu_root<H: Sha256>(uuid_hashes: &[[u8; 32]]) -> Rule<[u8; 32]> {
    fold::<H>(uuid_hashes, |_| ())
}

/// The siblings, from the leaf up, that prove the GPU at `index` in the root of `uuid_hashes`: at most six.
///
/// # Errors
///
/// As [`gpu_root`], and [`MarketError::GpuNotInRound`] if there is no such index.
#[cfg(not(target_os = "solana"))]
pub fn gpu_proof<H: Sha256>(uuid_hashes: &[[u8; 32]], index: usize) -> Rule<Vec<[u8; 32]>> {
    ensure(index < uuid_hashes.len(), MarketError::GpuNotInRound)?;
    let mut at = index;
    let mut proof = Vec::new();
    fold::<H>(uuid_hashes, |level| {
        proof.extend(level.get(at ^ 1).copied());
        at >>= 1;
    })?;
    Ok(proof)
}

/// Checks that the GPU is the one at `index` of `count` in the root.
///
/// # Errors
///
/// [`MarketError::GpuNotInRound`] if it is not, or the proof has too few or too many siblings.
pub fn verify_gpu<H: Sha256>(
    root: &[u8; 32],
    count: u16,
    index: u16,
    uuid_hash: &[u8; 32],
    proof: &[[u8; 32]],
) -> Rule<()> {
    ensure(index < count && count <= MAX_ROUND_GPUS, MarketError::GpuNotInRound)?;
    let mut siblings = proof.iter();
    let mut hash = [0; 32];
    leaf::<H>(uuid_hash, &mut hash);
    let (mut at, mut width) = (index, count);
    while width > 1 {
        let below = hash;
        if at & 1 == 1 {
            node::<H>(siblings.next().ok_or(MarketError::GpuNotInRound)?, &below, &mut hash);
        } else if at.plus(1)? < width {
            node::<H>(&below, siblings.next().ok_or(MarketError::GpuNotInRound)?, &mut hash);
        }
        at >>= 1;
        width = width.div_ceil(2);
    }
    ensure(siblings.next().is_none() && hash == *root, MarketError::GpuNotInRound)
}
