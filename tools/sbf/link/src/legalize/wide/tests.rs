//! LLVM folds what a builder makes of constants, so the expansions can be
//! compared with Rust's own arithmetic without running anything.
use super::*;

const EDGES: [u64; 9] = [0, 1, 2, 63, 0xffff_ffff, 1 << 32, i64::MAX as u64, 1 << 63, u64::MAX];

/// Every edge value and a few thousand arbitrary ones.
fn samples() -> Vec<u128> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let pair = |lo: u64, hi: u64| u128::from(lo) | u128::from(hi) << 64;
    let edges = EDGES.iter().flat_map(|hi| EDGES.iter().map(move |lo| pair(*lo, *hi)));
    let mut out: Vec<u128> = edges.collect();
    out.extend((0..60).map(|_| pair(random(), random()) >> (random() % 128)));
    out
}

fn each_pair(mut check: impl FnMut(&Builder, u128, u128)) {
    let ctx = Context::new();
    let b = ctx.builder();
    for x in samples() {
        for y in samples() {
            check(&b, x, y);
        }
    }
}

impl Builder {
    fn from(&self, bits: u32, v: u128) -> Value {
        self.wide_constant(bits, &[v as u64, (v >> 64) as u64])
    }

    fn value(&self, v: Value) -> u128 {
        let v = self.zext(v, self.int(DOUBLE));
        let words = self.words(v, 2);
        let word = |k: usize| u128::from(constant_value(words[k]).expect("a folded constant"));
        word(0) | word(1) << 64
    }
}

#[test]
fn products() {
    each_pair(|b, x, y| {
        let v = b.mul_wide(b.from(128, x), b.from(128, y));
        assert_eq!(b.value(v), x.wrapping_mul(y), "{x} * {y}");
        let bits = 100;
        let v = b.mul_wide(b.from(bits, x), b.from(bits, y));
        assert_eq!(b.value(v), x.wrapping_mul(y) & ((1 << bits) - 1), "{x} * {y} of 100 bits");
    });
}

#[test]
fn checked_products() {
    each_pair(|b, x, y| {
        let (v, o) = b.mul_overflow(false, b.from(128, x), b.from(128, y));
        assert_eq!((b.value(v), b.value(o) == 1), x.overflowing_mul(y), "{x} * {y}");
        let (v, o) = b.mul_overflow(true, b.from(128, x), b.from(128, y));
        let (rv, ro) = (x as i128).overflowing_mul(y as i128);
        assert_eq!(
            (b.value(v), b.value(o) == 1),
            (rv as u128, ro),
            "{} * {}",
            x as i128,
            y as i128
        );
        let (v, o) = b.mul_overflow(false, b.from(64, x), b.from(64, y));
        let (rv, ro) = (x as u64).overflowing_mul(y as u64);
        assert_eq!((b.value(v), b.value(o) == 1), (u128::from(rv), ro));
        let (v, o) = b.mul_overflow(true, b.from(64, x), b.from(64, y));
        let (rv, ro) = (x as i64).overflowing_mul(y as i64);
        assert_eq!((b.value(v), b.value(o) == 1), (u128::from(rv as u64), ro));
    });
}

#[test]
fn checked_products_between_machine_widths() {
    each_pair(|b, x, y| {
        for bits in [33, 48, 65, 100] {
            let mask = (1_u128 << bits) - 1;
            let (mx, my) = (x & mask, y & mask);
            let (v, o) = b.mul_overflow(false, b.from(bits, x), b.from(bits, y));
            let (rv, ro) = mx.overflowing_mul(my);
            assert_eq!((b.value(v), b.value(o) == 1), (rv & mask, ro || rv > mask));
            let signed = |v: u128| ((v << (128 - bits)) as i128) >> (128 - bits);
            let (v, o) = b.mul_overflow(true, b.from(bits, x), b.from(bits, y));
            let (rv, ro) = signed(mx).overflowing_mul(signed(my));
            let overflow = ro || signed(rv as u128) != rv;
            assert_eq!((b.value(v), b.value(o) == 1), (rv as u128 & mask, overflow));
        }
    });
}

#[test]
fn shifts() {
    use Opcode::*;
    let ctx = Context::new();
    let b = ctx.builder();
    for x in samples() {
        for by in 0..128_u32 {
            let amount = b.from(128, u128::from(by));
            let run = |op| b.value(b.shift(op, b.from(128, x), amount));
            assert_eq!(run(LLVMShl), x << by);
            assert_eq!(run(LLVMLShr), x >> by);
            assert_eq!(run(LLVMAShr), ((x as i128) >> by) as u128);
            let run = |left| b.value(b.funnel(left, b.from(128, x), b.from(128, x), amount));
            assert_eq!(run(true), x.rotate_left(by));
            assert_eq!(run(false), x.rotate_right(by));
        }
    }
}
