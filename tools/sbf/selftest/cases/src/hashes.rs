//! A hand-written hash of everything, and atomics, which become plain accesses.
use crate::{INPUT, Sink, word};
use core::hint::black_box;

#[inline(never)]
pub fn hashes(input: &[u8; INPUT], s: &mut Sink) {
    use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
    let mut state = [
        0x6a09_e667u32, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c,
        0x1f83_d9ab, 0x5be0_cd19,
    ];
    for (i, chunk) in input.chunks(4).enumerate() {
        let w = u32::from_be_bytes(chunk.try_into().unwrap());
        let j = i % 8;
        state[j] = state[j].wrapping_add(w).rotate_left(7) ^ (state[(j + 3) % 8] >> 3);
        state[(j + 1) % 8] = state[(j + 1) % 8].wrapping_mul(w | 1).rotate_right(w % 31);
        state.swap(j, (w % 8) as usize);
    }
    for v in state {
        s.bytes(&v.to_be_bytes());
    }
    let a = AtomicU64::new(word(input, 0));
    let b = AtomicU32::new(word(input, 1) as u32);
    s.word(black_box(&a).fetch_add(word(input, 2), SeqCst));
    s.word(a.fetch_max(word(input, 3), SeqCst));
    s.word(a.compare_exchange(word(input, 3), 5, SeqCst, SeqCst).unwrap_or(9));
    s.word(black_box(&b).fetch_sub(7, SeqCst).into());
    s.word(b.swap(3, SeqCst).into());
    s.word(a.load(SeqCst));
}
