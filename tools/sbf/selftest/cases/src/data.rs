//! Memory of every size, sorting, searching and trees.
use crate::{INPUT, Sink, word};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::hint::black_box;

macro_rules! fixed_sizes {
    ($buffer:expr, $s:expr, $a:expr, $b:expr; $($n:literal)*) => {$(
        if $a + $n <= 340 && $b + $n <= 340 {
            let mut chunk = [0u8; $n];
            chunk.copy_from_slice(&$buffer[$a..$a + $n]);
            $s.bytes(black_box(&chunk));
            let other = chunk;
            $s.bytes(&[u8::from(black_box(&other)[..] == $buffer[$b..$b + $n])]);
            $buffer[$b..$b + $n].copy_from_slice(black_box(&other));
            $buffer.copy_within($a..$a + $n, $b);
            $buffer[$a..$a + $n].fill((0x5a ^ $n as usize) as u8);
        }
    )*};
}

#[inline(never)]
pub fn memory(input: &[u8; INPUT], s: &mut Sink) {
    let mut buffer: Vec<u8> =
        (0..640).map(|k| input[k % INPUT].wrapping_add(((k / INPUT) * 31) as u8)).collect();
    let len = (word(input, 0) % 301) as usize;
    let (from, to) = ((word(input, 1) % 40) as usize, (word(input, 2) % 40) as usize);
    let mut copy = vec![0u8; len];
    copy.copy_from_slice(&buffer[from..from + len]);
    s.bytes(&copy);
    buffer.copy_within(from..from + len, to); // overlapping, either way
    s.bytes(&buffer[..len + 45]);
    let (low, high) = buffer.split_at_mut(320);
    s.bytes(&[
        low[..len].cmp(&high[..len]) as u8,
        u8::from(low[from..from + 32] == high[from..from + 32]),
    ]);
    high[..len].copy_from_slice(&low[..len]);
    s.bytes(&[low[..len].cmp(&high[..len]) as u8, u8::from(low[..len] == high[..len])]);
    if len > 0 {
        let at = (word(input, 3) % len as u64) as usize;
        high[at] ^= 1 << (word(input, 4) % 8);
        s.bytes(&[low[..len].cmp(&high[..len]) as u8, u8::from(low[..len] == high[..len])]);
    }
    high[to..to + len.min(270)].fill(word(input, 5) as u8);
    s.bytes(high);
    fixed_sizes!(buffer, s, from, to; 0 1 2 3 4 5 6 7 8 9 11 12 13 15 16 17 20 23 24 25 31 32 33 39 40 41 47 48 63 64 65 80 81 95 96 97 100 127 128 129 160 200 255 256 257 300);
    s.bytes(&buffer);
}

#[inline(never)]
pub fn slices(input: &[u8; INPUT], s: &mut Sink) {
    let mut v: Vec<u64> = (0..40)
        .map(|k| word(input, k % 8).rotate_left(k as u32 * 5).wrapping_mul(k as u64 | 1) % 1000)
        .collect();
    let mut t: Vec<(i16, u128)> =
        v.iter().map(|x| (*x as i16 - 500, u128::from(*x) << 60)).collect();
    v.sort();
    for x in &v {
        s.word(*x);
    }
    t.sort_unstable_by_key(|p| (core::cmp::Reverse(p.0), p.1));
    for (a, b) in &t {
        s.word(*a as u64);
        s.bytes(&b.to_le_bytes());
    }
    let needle = word(input, 3) % 1000;
    s.word(v.partition_point(|x| *x < needle) as u64);
    s.word(v.binary_search(&needle).is_ok().into());
    s.word(v.iter().position(|x| *x >= needle).map_or(99, |p| p as u64));
    v.dedup();
    v.reverse();
    let by = (word(input, 4) % v.len() as u64) as usize;
    v.rotate_left(by);
    for c in v.chunks(3) {
        s.word(c.iter().sum());
    }
    let map: BTreeMap<u64, u64> = v.iter().enumerate().map(|(i, x)| (*x, i as u64)).collect();
    for (a, b) in map.range(..needle) {
        s.word(a.wrapping_mul(31) ^ b);
    }
    s.word(input.iter().fold(0u64, |a, b| a.wrapping_mul(131).wrapping_add(u64::from(*b))));
    s.word(
        v.iter()
            .zip(&t)
            .map(|(a, (b, c))| a.wrapping_add(*b as u64).wrapping_mul(*c as u64 | 1))
            .fold(0, u64::wrapping_add),
    );
}
