//! Floats, which the target has to compute with integers.
use crate::{INPUT, Sink, wide, word};
use alloc::format;
use core::hint::black_box;

fn clean(v: f64) -> f64 {
    if v.is_nan() { 1.25 } else { v }
}

#[inline(never)]
pub fn floats(input: &[u8; INPUT], s: &mut Sink) {
    let (x, y) = (clean(f64::from_bits(word(input, 0))), clean(f64::from_bits(word(input, 1))));
    let (n, m) = (word(input, 2), wide(input, 2));
    let (z, t) = ((n as i64 >> 20) as f64 / 1024.0, (m as i64 >> 30) as f64 * 0.37);
    for v in [
        x + y,
        x - y,
        x * y,
        x / y,
        -x,
        z + t,
        z - t,
        z * t,
        z / t,
        n as f64,
        n as i64 as f64,
        m as f64,
        m as i128 as f64,
        n as u32 as f64,
        n as i8 as f64,
        x as f32 as f64,
    ] {
        s.word(clean(v).to_bits());
    }
    let (p, q) = (x as f32, z as f32);
    for v in [p + q, p - q, p * q, p / q, n as f32, n as i64 as f32, m as f32] {
        s.bytes(&(if v.is_nan() { 1.5f32 } else { v }).to_bits().to_le_bytes());
    }
    s.bytes(&[
        (x < y).into(),
        (x <= y).into(),
        (x == y).into(),
        (x != y).into(),
        (x > y).into(),
        (x >= y).into(),
        (p < q).into(),
        (p >= q).into(),
        (p == q).into(),
        (black_box(f64::NAN) < x).into(),
        (black_box(f64::NAN) != x).into(),
        x.is_sign_negative().into(),
    ]);
    for v in [x, y, z, t, f64::NAN, x * 1e-300, z * 1e10] {
        let v = black_box(v);
        s.word(v as u64);
        s.word(v as i64 as u64);
        s.bytes(&[v as u8, v as i8 as u8]);
        s.bytes(&(v as i16).to_le_bytes());
        s.bytes(&(v as u32).to_le_bytes());
        s.bytes(&(v as i32).to_le_bytes());
        s.bytes(&(v as u128).to_le_bytes());
        s.bytes(&(v as i128).to_le_bytes());
    }
    s.word(p as u64);
    s.word(q as i64 as u64);
    s.bytes(&(q as u16).to_le_bytes());
    s.word((x.min(y) + 0.0).to_bits());
    s.word((z.max(t) + 0.0).to_bits());
    s.word(z.abs().to_bits());
    s.bytes(&(z.clamp(-1000.0, 1000.0) as i32).to_le_bytes());
    if x.is_finite() {
        s.bytes(format!("{z} {q:.2}").as_bytes());
    }
}
