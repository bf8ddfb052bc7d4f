//! Calls: more arguments and larger results than registers hold, direct, through
//! pointers, virtual and recursive.
use crate::{INPUT, Sink, wide, word};
use alloc::{boxed::Box, vec, vec::Vec};
use core::hint::black_box;

#[inline(never)]
fn six(a: u64, b: u8, c: i16, d: u32, e: i64, f: u64) -> u64 {
    a ^ (u64::from(b) << 3)
        ^ (c as u64).rotate_left(11)
        ^ (u64::from(d) << 17)
        ^ (e as u64).rotate_left(29)
        ^ f.rotate_left(37)
}
#[inline(never)]
fn seven(a: u128, b: u64, c: bool, d: i8, e: u64, f: u16, g: u64) -> u128 {
    a.wrapping_mul(u128::from(b))
        ^ u128::from(c)
        ^ (d as i128 as u128)
        ^ u128::from(e) << 30
        ^ u128::from(f) << 70
        ^ u128::from(g) << 33
}
#[inline(never)]
fn eight(a: &u64, b: u64, c: &[u8], d: &str, e: u64, f: i32) -> (u64, u64) {
    (a ^ b ^ c.len() as u64 ^ u64::from(c[0]), d.len() as u64 ^ e ^ f as u64)
}
#[derive(Clone, Copy)]
struct Mixed {
    a: u64,
    b: u8,
    c: u16,
}
#[inline(never)]
fn nine(a: i8, b: u8, c: i16, d: u16, e: i32, f: u32, g: i64, h: u64, m: Mixed) -> Mixed {
    Mixed {
        a: (a as u64)
            ^ u64::from(b)
            ^ (c as u64)
            ^ u64::from(d)
            ^ (e as u64)
            ^ u64::from(f)
            ^ (g as u64)
            ^ h
            ^ m.a,
        b: m.b.wrapping_add(b),
        c: m.c.wrapping_mul(d),
    }
}
#[inline(never)]
fn twelve(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
    f: u64,
    g: u8,
    h: i8,
    i: u128,
    j: i128,
    k: (u64, u32),
    l: Option<u64>,
) -> Result<(u128, i128), (u64, u8)> {
    let t = a.wrapping_mul(3)
        ^ b.wrapping_mul(5)
        ^ c.wrapping_mul(7)
        ^ d.wrapping_mul(11)
        ^ e.wrapping_mul(13)
        ^ f.wrapping_mul(17);
    match l {
        Some(x) => Ok((
            i.wrapping_add(u128::from(t ^ x)),
            j.wrapping_sub(i128::from(k.0)).wrapping_add(i128::from(h)),
        )),
        None => Err((t ^ u64::from(k.1), g)),
    }
}
#[inline(never)]
fn small_i8(a: u64) -> i8 {
    a as i8
}
#[inline(never)]
fn small_bool(a: u64, b: u64) -> bool {
    a > b
}
#[inline(never)]
fn maybe(a: u64) -> Option<u64> {
    a.checked_sub(5)
}
#[inline(never)]
fn array(a: u64, b: u64) -> [u64; 5] {
    [a, b, a ^ b, a.wrapping_add(b), a.wrapping_sub(b)]
}
#[inline(never)]
fn pair128(a: u128, b: u128) -> (u128, u128) {
    (a.wrapping_add(b), a.wrapping_sub(b))
}

trait Shape {
    fn area(&self, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: i8) -> u128;
    fn parts(&self, a: u64) -> (u64, i64);
    fn id(&self) -> i16;
}
struct Square(u64);
struct Circle {
    r: u128,
    tag: i16,
}
impl Shape for Square {
    fn area(&self, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: i8) -> u128 {
        u128::from(self.0).wrapping_mul(u128::from(a ^ b))
            ^ u128::from(c)
            ^ u128::from(d) << 9
            ^ u128::from(e) << 64
            ^ u128::from(f)
            ^ g as i128 as u128
    }
    fn parts(&self, a: u64) -> (u64, i64) {
        (a ^ self.0, (a as i64).wrapping_neg())
    }
    fn id(&self) -> i16 {
        -1
    }
}
impl Shape for Circle {
    fn area(&self, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: i8) -> u128 {
        self.r.wrapping_sub(u128::from(a))
            ^ u128::from(b.wrapping_mul(c))
            ^ u128::from(d ^ e ^ f)
            ^ g as i128 as u128
    }
    fn parts(&self, a: u64) -> (u64, i64) {
        (self.r as u64, (a ^ (self.r >> 64) as u64) as i64)
    }
    fn id(&self) -> i16 {
        self.tag
    }
}

#[inline(never)]
pub fn calls(input: &[u8; INPUT], s: &mut Sink) {
    let w: [u64; 8] = core::array::from_fn(|k| word(input, k));
    let f: fn(u64, u8, i16, u32, i64, u64) -> u64 =
        if w[0] & 1 == 0 { black_box(six) } else { |a, b, c, d, e, f| six(f, b, c, d, e, a) };
    s.word(f(w[0], w[1] as u8, w[2] as i16, w[3] as u32, w[4] as i64, w[5]));
    let f7 = black_box(seven as fn(u128, u64, bool, i8, u64, u16, u64) -> u128);
    s.bytes(
        &f7(wide(input, 0), w[2], w[3] & 1 == 1, w[4] as i8, w[5], w[6] as u16, w[7]).to_le_bytes(),
    );
    let text = &"seventeen letters"[..(w[3] % 17) as usize];
    let f8 = black_box(eight as fn(&u64, u64, &[u8], &str, u64, i32) -> (u64, u64));
    let (x, y) = f8(&w[0], w[1], &input[..(w[2] % 60 + 1) as usize], text, w[4], w[5] as i32);
    s.word(x);
    s.word(y);
    let m = nine(
        w[0] as i8,
        w[1] as u8,
        w[2] as i16,
        w[3] as u16,
        w[4] as i32,
        w[5] as u32,
        w[6] as i64,
        w[7],
        Mixed { a: w[1], b: w[2] as u8, c: w[3] as u16 },
    );
    s.word(m.a);
    s.bytes(&[m.b]);
    s.bytes(&m.c.to_le_bytes());
    let f12 = black_box(twelve);
    let option = (w[6] & 1 == 1).then_some(w[7]);
    match f12(
        w[0],
        w[1],
        w[2],
        w[3],
        w[4],
        w[5],
        w[6] as u8,
        w[7] as i8,
        wide(input, 1),
        wide(input, 2) as i128,
        (w[1], w[2] as u32),
        option,
    ) {
        Ok((a, b)) => {
            s.bytes(&a.to_le_bytes());
            s.bytes(&b.to_le_bytes());
        }
        Err((a, b)) => {
            s.word(a);
            s.bytes(&[b]);
        }
    }
    // Narrow results and arguments keep their signs through function pointers.
    let f = black_box(small_i8 as fn(u64) -> i8);
    s.word(f(w[0]) as i64 as u64);
    s.word(u64::from(f(w[1]) < 0));
    s.word(u64::from(black_box(small_bool as fn(u64, u64) -> bool)(w[0], w[1])));
    s.word(black_box(maybe as fn(u64) -> Option<u64>)(w[0] % 9).unwrap_or(77));
    for v in black_box(array as fn(u64, u64) -> [u64; 5])(w[0], w[1]) {
        s.word(v);
    }
    let (a, b) =
        black_box(pair128 as fn(u128, u128) -> (u128, u128))(wide(input, 0), wide(input, 1));
    s.bytes(&a.to_le_bytes());
    s.bytes(&b.to_le_bytes());
    let shapes: Vec<Box<dyn Shape>> = vec![
        Box::new(Square(w[0])),
        Box::new(Circle { r: wide(input, 1), tag: w[2] as i16 }),
        Box::new(Square(w[3])),
    ];
    for shape in black_box(&shapes) {
        s.bytes(&shape.area(w[0], w[1], w[2], w[3], w[4], w[5], w[6] as i8).to_le_bytes());
        let (p, q) = shape.parts(w[7]);
        s.word(p);
        s.word(q as u64);
        s.word(shape.id() as u64);
    }
    // One result feeds the next call, nested, so that shared slots would show.
    let nested = seven(
        seven(wide(input, 0), w[0], true, w[1] as i8, w[2], 3, w[3]),
        w[4],
        false,
        w[5] as i8,
        six(w[0], 1, 2, 3, 4, six(w[1], 5, 6, 7, 8, w[2])),
        9,
        w[6],
    );
    s.bytes(&nested.to_le_bytes());
}

#[inline(never)]
fn ackermann(m: u64, n: u64) -> u64 {
    match (m, n) {
        (0, n) => n + 1,
        (m, 0) => ackermann(m - 1, 1),
        (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
    }
}
#[inline(never)]
fn deep(n: u64, a: u128, b: u64, c: u64, d: u64, e: u64) -> (u128, u64) {
    if n == 0 {
        return (a, b ^ c);
    }
    let (x, y) = deep(n - 1, a.rotate_left(7) ^ u128::from(e), c, d, e, b);
    (x.wrapping_add(a), y ^ e.rotate_left(n as u32 % 64))
}
#[inline(never)]
pub fn recursion(input: &[u8; INPUT], s: &mut Sink) {
    let w = word(input, 0);
    s.word(ackermann(w % 3, (w >> 8) % 5));
    let (a, b) = deep(
        w % 40,
        wide(input, 1),
        word(input, 4),
        word(input, 5),
        word(input, 6),
        word(input, 7),
    );
    s.bytes(&a.to_le_bytes());
    s.word(b);
}
