//! The commitment to a chain: a Merkle tree over the hashes of its states `X₀ … X_T`.
//!
//! Leaves carry their number, leaves and nodes are hashed apart, absent leaves are zeros, and the root binds seed,
//! dimension and number of steps: so a chain of another length, size or seed has another root.

use crate::{
    error::{Error, Result},
    matrix::Digest,
    seed::Seed,
    size::Size,
};

/// The leaf of a place behind the last state. No hash that anybody can find a preimage of.
const ABSENT: Digest = [0; 32];

/// Hashes from a leaf to the top, sibling by sibling, lowest first.
pub type Path = Vec<Digest>;

/// All levels of a tree, leaves first.
#[derive(Clone, Debug)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
    root: Digest,
    steps: u32,
}

impl Tree {
    /// The tree over `states`, the hashes of `X₀ … X_T` in order.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchStep`] if there are not `T + 1` of them.
    pub fn new(seed: &Seed, size: Size, states: &[Digest]) -> Result<Self> {
        if states.len() != size.steps() as usize + 1 {
            return Err(Error::NoSuchStep { step: states.len() as u32, steps: size.steps() });
        }
        let mut level: Vec<_> = (0..).zip(states).map(|(number, state)| leaf(number, state)).collect();
        level.resize(1 << depth(size), ABSENT);
        let mut levels = vec![level];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let level = below.chunks_exact(2).filter_map(|pair| Some(node(pair.first()?, pair.last()?))).collect();
            levels.push(level);
        }
        let top = levels.last().and_then(|level| level.first()).unwrap_or(&ABSENT);
        let root = root(seed, size, top);
        Ok(Self { levels, root, steps: size.steps() })
    }

    /// What a host commits to.
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The path of state `number`.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchStep`] if there is no such leaf.
    pub fn path(&self, number: u32) -> Result<Path> {
        let below_top = self.levels.len().saturating_sub(1);
        (0..)
            .zip(self.levels.iter().take(below_top))
            .map(|(height, level)| level.get((number as usize >> height) ^ 1).copied())
            .collect::<Option<_>>()
            .ok_or(Error::NoSuchStep { step: number, steps: self.steps })
    }
}

/// Height of the tree of a size: the hashes in each path.
#[must_use]
pub const fn depth(size: Size) -> usize {
    (size.steps() as usize + 1).next_power_of_two().trailing_zeros() as usize
}

/// Checks that `state` is the hash of state `number` under `root`.
///
/// # Errors
///
/// [`Error::PathLength`] for a path that is not of this size's tree, [`Error::NotCommitted`] if it leads elsewhere.
pub fn check_path(
    seed: &Seed,
    size: Size,
    committed: &Digest,
    number: u32,
    state: &Digest,
    path: &[Digest],
) -> Result<()> {
    let expected = depth(size);
    if path.len() != expected {
        return Err(Error::PathLength { state: number, expected, actual: path.len() });
    }
    let top = (0..).zip(path).fold(leaf(number, state), |below, (height, sibling): (u32, _)| {
        if number >> height & 1 == 0 { node(&below, sibling) } else { node(sibling, &below) }
    });
    if root(seed, size, &top) == *committed { Ok(()) } else { Err(Error::NotCommitted { state: number }) }
}

fn leaf(number: u32, state: &Digest) -> Digest {
    hash(0, &[&number.to_le_bytes(), state])
}

fn node(left: &Digest, right: &Digest) -> Digest {
    hash(1, &[left, right])
}

fn root(seed: &Seed, size: Size, top: &Digest) -> Digest {
    hash(2, &[seed.as_bytes(), &(size.dimension() as u64).to_le_bytes(), &size.steps().to_le_bytes(), top])
}

/// The first byte keeps leaves, nodes and roots apart; within a kind every part has a fixed length.
fn hash(kind: u8, parts: &[&[u8]]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_is_proved_at_its_place_only() {
        let seed = Seed::from_bytes([1; 32]);
        for steps in [6, 7, 8, 9] {
            let size = Size::new(512, steps, 1).unwrap();
            let states: Vec<Digest> = (0..=steps as u8).map(|number| [number + 1; 32]).collect();
            let tree = Tree::new(&seed, size, &states).unwrap();
            for (number, state) in (0..).zip(&states) {
                let path = tree.path(number).unwrap();
                let check =
                    |number, state, path: &[Digest]| check_path(&seed, size, &tree.root(), number, state, path);
                assert_eq!(check(number, state, &path), Ok(()));
                assert_eq!(check(number + 1, state, &path), Err(Error::NotCommitted { state: number + 1 }));
                assert_eq!(check(number, &[0; 32], &path), Err(Error::NotCommitted { state: number }));
                let expected = path.len();
                assert_eq!(
                    check(number, state, &path[1..]),
                    Err(Error::PathLength { state: number, expected, actual: expected - 1 })
                );
            }
            assert!(Tree::new(&seed, size, &states[1..]).is_err());
            assert!(tree.path(1 << 20).is_err());
        }
    }
}
