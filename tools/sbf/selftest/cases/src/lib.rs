//! What the self-test computes, on the chain's machine and on the host alike.
//!
//! Each case reads 64 bytes of input and writes its results to a sink. No case
//! may panic or depend on the width of `usize`, and float cases avoid NaN results
//! (whose bits Rust leaves open).
#![no_std]
extern crate alloc;

mod calls;
mod data;
mod floats;
mod hashes;
mod integers;
mod text;

/// Bytes of input of each case.
pub const INPUT: usize = 64;

/// Mixes results into a digest, and keeps the first ones for a look.
pub struct Sink {
    pub digest: u64,
    pub first: [u8; 48],
    len: usize,
}

impl Sink {
    pub fn new() -> Self {
        Self { digest: 0xcbf2_9ce4_8422_2325, first: [0; 48], len: 0 }
    }

    #[inline(never)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.digest = (self.digest ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3);
            if self.len < self.first.len() {
                self.first[self.len] = *b;
                self.len += 1;
            }
        }
    }

    fn word(&mut self, v: u64) {
        self.bytes(&v.to_le_bytes());
    }
}

impl Default for Sink {
    fn default() -> Self {
        Self::new()
    }
}

fn word(input: &[u8; INPUT], k: usize) -> u64 {
    u64::from_le_bytes(input[k * 8..k * 8 + 8].try_into().unwrap())
}

fn wide(input: &[u8; INPUT], k: usize) -> u128 {
    u128::from_le_bytes(input[k * 16..k * 16 + 16].try_into().unwrap())
}

pub const CASES: [(&str, fn(&[u8; INPUT], &mut Sink)); 18] = [
    ("u8", integers::ints_u8),
    ("u16", integers::ints_u16),
    ("u32", integers::ints_u32),
    ("u64", integers::ints_u64),
    ("u128", integers::ints_u128),
    ("i8", integers::ints_i8),
    ("i16", integers::ints_i16),
    ("i32", integers::ints_i32),
    ("i64", integers::ints_i64),
    ("i128", integers::ints_i128),
    ("closed forms", integers::closed_forms),
    ("calls", calls::calls),
    ("recursion", calls::recursion),
    ("memory", data::memory),
    ("slices", data::slices),
    ("text", text::text),
    ("floats", floats::floats),
    ("hash", hashes::hashes),
];

pub fn run(case: usize, input: &[u8; INPUT]) -> Sink {
    let mut sink = Sink::new();
    CASES[case % CASES.len()].1(input, &mut sink);
    sink
}
