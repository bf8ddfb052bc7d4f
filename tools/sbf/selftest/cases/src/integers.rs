//! Integers of every width, and sums whose closed forms need odd widths.
use crate::{INPUT, Sink, wide, word};
use core::hint::black_box;

macro_rules! integers {
    ($name:ident, $t:ty, $u:ty) => {
        #[inline(never)]
        pub fn $name(input: &[u8; INPUT], s: &mut Sink) {
            let (a, b) = (wide(input, 0) as $t, wide(input, 1) as $t);
            let n = word(input, 4) as u32;
            let mut put = |v: $t| s.bytes(&v.to_le_bytes());
            for v in [
                a.wrapping_add(b),
                a.wrapping_sub(b),
                a.wrapping_mul(b),
                a.wrapping_neg(),
                a & b,
                a | b,
                a ^ b,
                !a,
                a.saturating_add(b),
                a.saturating_sub(b),
                a.saturating_mul(b),
                a.wrapping_shl(n),
                a.wrapping_shr(n),
                a.rotate_left(n % <$t>::BITS),
                a.rotate_right(n % <$t>::BITS),
                a << 3,
                a >> 3,
                a << (<$t>::BITS - 1),
                a >> (<$t>::BITS - 1),
                a.swap_bytes(),
                a.reverse_bits(),
                a.min(b),
                a.max(b),
                a.wrapping_mul(b).wrapping_add(a).wrapping_mul(3),
                a.wrapping_pow(n % 7),
                a.checked_add(b).unwrap_or(1),
                a.checked_sub(b).unwrap_or(2),
                a.checked_mul(b).unwrap_or(3),
                a.checked_div(b).unwrap_or(4),
                a.checked_rem(b).unwrap_or(5),
                a.checked_shl(n).unwrap_or(6),
                a.checked_shr(n).unwrap_or(7),
                a.checked_pow(n % 9).unwrap_or(8),
                a.checked_neg().unwrap_or(9),
                a.wrapping_div(if b == 0 { 1 } else { b }),
                a.wrapping_rem(if b == 0 { 1 } else { b }),
                a.wrapping_div_euclid(if b == 0 { 1 } else { b }),
                a.wrapping_rem_euclid(if b == 0 { 1 } else { b }),
                a.wrapping_div(7),
                a.wrapping_rem(7),
                a.wrapping_div(10),
                a.wrapping_rem(10),
                a.wrapping_div(16),
                a.wrapping_rem(16),
                a.wrapping_div(100),
                a.wrapping_rem(127),
                a.abs_diff(b) as $t,
            ] {
                put(v);
            }
            let (m, mo) = a.overflowing_mul(b);
            let (p, po) = a.overflowing_add(b);
            let (q, qo) = a.overflowing_sub(b);
            put(m);
            put(p);
            put(q);
            s.bytes(&[
                mo.into(),
                po.into(),
                qo.into(),
                (a < b).into(),
                (a <= b).into(),
                (a > b).into(),
                (a >= b).into(),
                (a == b).into(),
                (a != b).into(),
                a.cmp(&b) as u8,
                a.leading_zeros() as u8,
                a.trailing_zeros() as u8,
                a.count_ones() as u8,
                a.leading_ones() as u8,
                (a as $u).is_power_of_two().into(),
            ]);
            s.word(a as u64);
            s.word(a as i64 as u64);
            s.word(a as i32 as u64);
            s.word(a as u8 as u64);
            s.word(a as i8 as u64);
            s.bytes(&(a as u128).to_le_bytes());
            s.bytes(&(a as i128).to_le_bytes());
        }
    };
}
integers!(ints_u8, u8, u8);
integers!(ints_u16, u16, u16);
integers!(ints_u32, u32, u32);
integers!(ints_u64, u64, u64);
integers!(ints_u128, u128, u128);
integers!(ints_i8, i8, u8);
integers!(ints_i16, i16, u16);
integers!(ints_i32, i32, u32);
integers!(ints_i64, i64, u64);
integers!(ints_i128, i128, u128);

/// Sums in loops, whose closed forms need odd widths such as 65 or 129 bits.
#[inline(never)]
pub fn closed_forms(input: &[u8; INPUT], s: &mut Sink) {
    let n = word(input, 0);
    // Small enough in case the loop is not folded, unknown enough that it may be.
    let n = black_box(n % 1500);
    s.word(sum_to_u64(n));
    s.bytes(&sum_to_u128(u128::from(n)).to_le_bytes());
    s.word(u64::from(sum_to_u32(n as u32)));
    s.word(squares(n));
    let (a, b) = (wide(input, 1), wide(input, 2));
    s.bytes(&(((a as u64 as u128) * (b as u64 as u128)) / 7).to_le_bytes());
    s.bytes(&(((a as i64 as i128) * (b as i64 as i128)) / 7).to_le_bytes());
    s.word(((a as u64 as u128 * b as u64 as u128) >> 64) as u64);
    s.word((a % (u128::from(b as u64) | 1)) as u64);
    s.bytes(&a.isqrt().to_le_bytes());
    s.word((a as u64).isqrt());
    s.word(u64::from((a as u64 | 1).ilog10()));
    s.word(u64::from((a | 1).ilog10()));
}
#[inline(never)]
fn sum_to_u64(n: u64) -> u64 {
    let mut t = 0u64;
    for i in 0..n {
        t = t.wrapping_add(i);
    }
    t
}
#[inline(never)]
fn sum_to_u128(n: u128) -> u128 {
    let mut t = 0u128;
    let mut i = 0u128;
    while i < n {
        t = t.wrapping_add(i);
        i += 1;
    }
    t
}
#[inline(never)]
fn sum_to_u32(n: u32) -> u32 {
    let mut t = 0u32;
    for i in 0..n {
        t = t.wrapping_add(i);
    }
    t
}
#[inline(never)]
fn squares(n: u64) -> u64 {
    let mut t = 0u64;
    for i in 0..n {
        t = t.wrapping_add(i.wrapping_mul(i));
    }
    t
}
