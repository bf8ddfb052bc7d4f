//! Integers wider than a register, built from the 64-bit operations that BPF has.
use crate::ir::*;

pub(super) const WORD: u32 = 64;
pub(super) const DOUBLE: u32 = 128;

impl Builder {
    /// All ones for a negative value, else zero.
    pub(super) fn sign(&self, v: Value) -> Value {
        let ty = type_of(v);
        self.ashr(v, self.constant(ty, u64::from(width(ty)) - 1))
    }

    /// `-v` where `mask` is all ones, `v` where it is zero.
    pub(super) fn negate_if(&self, v: Value, mask: Value) -> Value {
        self.sub(self.xor(v, mask), mask)
    }

    fn word(&self, value: u64) -> Value {
        self.constant(self.int(WORD), value)
    }

    /// High 64 bits of the 128-bit product of two 64-bit values.
    fn umulh(&self, x: Value, y: Value) -> Value {
        let (mask, half) = (self.word(0xffff_ffff), self.word(32));
        let (x_lo, x_hi) = (self.and(x, mask), self.lshr(x, half));
        let (y_lo, y_hi) = (self.and(y, mask), self.lshr(y, half));
        let low = self.lshr(self.mul(x_lo, y_lo), half);
        let middle = self.add(self.mul(x_hi, y_lo), low);
        let carry = self.lshr(self.add(self.and(middle, mask), self.mul(x_lo, y_hi)), half);
        self.add(self.add(self.mul(x_hi, y_hi), self.lshr(middle, half)), carry)
    }

    /// The words of a value of any width, low first.
    fn words(&self, v: Value, count: u32) -> Vec<Value> {
        let wide = self.int(count * WORD);
        let v = self.zext(v, wide);
        (0..count)
            .map(|k| {
                self.trunc(self.lshr(v, self.constant(wide, u64::from(k * WORD))), self.int(WORD))
            })
            .collect()
    }

    fn join(&self, words: &[Value]) -> Value {
        let wide = self.int(words.len() as u32 * WORD);
        let mut v = self.constant(wide, 0);
        for (k, word) in words.iter().enumerate() {
            let at = self.constant(wide, k as u64 * u64::from(WORD));
            v = self.or(v, self.shl(self.zext(*word, wide), at));
        }
        v
    }

    /// Wrapping product of any width over 64 bits.
    pub(super) fn mul_wide(&self, x: Value, y: Value) -> Value {
        let ty = type_of(x);
        let count = width(ty).div_ceil(WORD);
        let (x, y) = (self.words(x, count), self.words(y, count));
        let mut sum = vec![self.word(0); count as usize];
        for (i, a) in x.iter().enumerate() {
            for (j, c) in y.iter().enumerate().take(sum.len() - i) {
                self.add_at(&mut sum, i + j, self.mul(*a, *c));
                if i + j + 1 < sum.len() {
                    self.add_at(&mut sum, i + j + 1, self.umulh(*a, *c));
                }
            }
        }
        self.trunc(self.join(&sum), ty)
    }

    /// Adds a word at a position, with carries.
    fn add_at(&self, sum: &mut [Value], position: usize, word: Value) {
        let mut carry = word;
        for limb in &mut sum[position..] {
            let total = self.add(*limb, carry);
            let overflow = self.icmp(Int::LLVMIntULT, total, carry);
            carry = self.zext(overflow, self.int(WORD));
            *limb = total;
        }
    }

    /// A shift of 65 to 128 bits by a variable amount.
    pub(super) fn shift(&self, op: Opcode, v: Value, by: Value) -> Value {
        let ty = type_of(v);
        let wide = self.int(DOUBLE);
        let v = if op == Opcode::LLVMAShr { self.sext(v, wide) } else { self.zext(v, wide) };
        let words = self.words(v, 2);
        let (lo, hi) = (words[0], words[1]);
        let by = self.trunc(by, self.int(WORD));
        let small = self.and(by, self.word(63));
        // What crosses the middle moves by 64 - small, in two steps as small may be 0.
        let inverse = self.xor(small, self.word(63));
        let far = self.non_zero(self.and(by, self.word(64)));
        let one = self.word(1);
        let (near, beyond) = if op == Opcode::LLVMShl {
            let low = self.shl(lo, small);
            let crossing = self.lshr(self.lshr(lo, one), inverse);
            ([low, self.or(self.shl(hi, small), crossing)], [self.word(0), low])
        } else {
            let arithmetic = op == Opcode::LLVMAShr;
            let high = if arithmetic { self.ashr(hi, small) } else { self.lshr(hi, small) };
            let fill = if arithmetic { self.sign(hi) } else { self.word(0) };
            let crossing = self.shl(self.shl(hi, one), inverse);
            ([self.or(self.lshr(lo, small), crossing), high], [high, fill])
        };
        let words = [0, 1].map(|k| self.select(far, beyond[k], near[k]));
        self.trunc(self.join(&words), ty)
    }

    /// `fshl`/`fshr` of 128 bits: the high or low half of a shifted pair.
    pub(super) fn funnel(&self, left: bool, high: Value, low: Value, by: Value) -> Value {
        use Opcode::{LLVMLShr, LLVMShl};
        let wide = self.int(DOUBLE);
        let by = self.and(by, self.constant(wide, 127));
        let inverse = self.xor(by, self.constant(wide, 127));
        let one = self.constant(wide, 1);
        if left {
            let crossing = self.shift(LLVMLShr, self.lshr(low, one), inverse);
            self.or(self.shift(LLVMShl, high, by), crossing)
        } else {
            let crossing = self.shift(LLVMShl, self.shl(high, one), inverse);
            self.or(self.shift(LLVMLShr, low, by), crossing)
        }
    }

    /// Wrapping product and whether it overflowed, for 33 to 128 bits.
    pub(super) fn mul_overflow(&self, signed: bool, x: Value, y: Value) -> (Value, Value) {
        let ty = type_of(x);
        let container = self.int(if width(ty) <= WORD { WORD } else { DOUBLE });
        let widen = |v| if signed { self.sext(v, container) } else { self.zext(v, container) };
        let (x, y) = (widen(x), widen(y));
        let (full, overflow) = match (signed, width(container)) {
            (false, WORD) => (self.mul(x, y), self.non_zero(self.umulh(x, y))),
            (false, _) => self.umul_overflow_double(x, y),
            (true, _) => self.smul_overflow(x, y),
        };
        let value = self.trunc(full, ty);
        let lost = self.icmp(Int::LLVMIntNE, widen(value), full);
        (value, self.or(overflow, lost))
    }

    fn umul_overflow_double(&self, x: Value, y: Value) -> (Value, Value) {
        let (x, y) = (self.words(x, 2), self.words(y, 2));
        let base = self.umulh(x[0], y[0]);
        let first = self.add(base, self.mul(x[1], y[0]));
        let high = self.add(first, self.mul(x[0], y[1]));
        let signs = [
            self.icmp(Int::LLVMIntULT, first, base),
            self.icmp(Int::LLVMIntULT, high, first),
            self.and(self.non_zero(x[1]), self.non_zero(y[1])),
            self.non_zero(self.umulh(x[1], y[0])),
            self.non_zero(self.umulh(x[0], y[1])),
        ];
        let overflow = signs.into_iter().reduce(|a, b| self.or(a, b)).expect("several signs");
        (self.join(&[self.mul(x[0], y[0]), high]), overflow)
    }

    /// By absolute values: the product fits if it is zero or has the right sign.
    fn smul_overflow(&self, x: Value, y: Value) -> (Value, Value) {
        let (sign_x, sign_y) = (self.sign(x), self.sign(y));
        let sign = self.xor(sign_x, sign_y);
        let (product, overflow) =
            self.mul_overflow(false, self.negate_if(x, sign_x), self.negate_if(y, sign_y));
        let value = self.negate_if(product, sign);
        let wrong = self.and(self.non_zero(product), self.negative(self.xor(value, sign)));
        (value, self.or(overflow, wrong))
    }
}

#[cfg(test)]
mod tests;
