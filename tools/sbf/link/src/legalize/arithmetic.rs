//! Finds the integer arithmetic that BPF lacks.
//!
//! Widths between the machine's are computed in the next container, 64 or 128
//! bits; LLVM's optimizer makes such widths itself, for instance `i65` for the
//! closed form of a sum over a `u64` range.
use super::wide::{DOUBLE, WORD};
use super::{At, Legalizer};
use crate::ir::*;
use anyhow::{Result, bail};

impl Legalizer<'_> {
    /// The replacement of an integer instruction, if it needs one.
    pub(super) fn arithmetic(&self, at: At) -> Result<Option<Value>> {
        use Opcode::*;
        let (b, i) = (&self.b, at.i);
        let bits = width(type_of(i));
        match opcode(i) {
            LLVMMul if bits > WORD => Ok(Some(b.mul_wide(operand(i, 0), operand(i, 1)))),
            LLVMUDiv | LLVMURem | LLVMSDiv | LLVMSRem if bits > 0 => self.division(at, bits),
            LLVMShl | LLVMLShr | LLVMAShr if bits > WORD && !is_constant_int(operand(i, 1)) => {
                if bits > DOUBLE {
                    bail!("shifting {bits} bits by a variable amount is not supported");
                }
                Ok(Some(b.shift(opcode(i), operand(i, 0), operand(i, 1))))
            }
            LLVMCall => self.arithmetic_intrinsic(i),
            _ => Ok(None),
        }
    }

    fn arithmetic_intrinsic(&self, i: Value) -> Result<Option<Value>> {
        let (b, Some(name)) = (&self.b, callee_name(i)) else { return Ok(None) };
        let bits = width(type_of(operand(i, 0)));
        let signed = name.starts_with("llvm.smul.with.overflow.");
        if signed || name.starts_with("llvm.umul.with.overflow.") {
            // The back end widens up to 32 bits to the native multiplication.
            if bits <= WORD / 2 {
                return Ok(None);
            }
            if bits > DOUBLE {
                bail!("checked multiplication of {bits} bits is not supported");
            }
            let (value, overflow) = b.mul_overflow(signed, operand(i, 0), operand(i, 1));
            let pair = b.insert(b.poison(type_of(i)), value, 0);
            return Ok(Some(b.insert(pair, overflow, 1)));
        }
        let left = name.starts_with("llvm.fshl.");
        let funnel = left || name.starts_with("llvm.fshr.");
        if funnel && bits == DOUBLE && !is_constant_int(operand(i, 2)) {
            return Ok(Some(b.funnel(left, operand(i, 0), operand(i, 1), operand(i, 2))));
        }
        Ok(None)
    }

    /// Signed division becomes unsigned division of absolute values; more than
    /// 64 bits become a call.
    fn division(&self, at: At, bits: u32) -> Result<Option<Value>> {
        use Opcode::*;
        let (b, op) = (&self.b, opcode(at.i));
        let signed = op == LLVMSDiv || op == LLVMSRem;
        if bits > DOUBLE {
            bail!("division of {bits} bits is not supported");
        }
        let safe = is_constant_int(operand(at.i, 1));
        if !signed && bits <= WORD && safe {
            return Ok(None);
        }
        let quotient = op == LLVMSDiv || op == LLVMUDiv;
        let (mut x, mut y) = (operand(at.i, 0), operand(at.i, 1));
        let (sign_x, sign_y) = (b.sign(x), b.sign(y));
        if signed {
            (x, y) = (b.negate_if(x, sign_x), b.negate_if(y, sign_y));
        }
        let value = self.unsigned_division(at, quotient, x, y)?;
        Ok(Some(match (signed, quotient) {
            (false, _) => value,
            (true, true) => b.negate_if(value, b.xor(sign_x, sign_y)),
            (true, false) => b.negate_if(value, sign_x),
        }))
    }

    fn unsigned_division(&self, at: At, quotient: bool, x: Value, y: Value) -> Result<Value> {
        let b = &self.b;
        let ty = type_of(x);
        if width(ty) <= WORD {
            return Ok(b.pinned_division(quotient, x, y));
        }
        let wide = b.int(DOUBLE);
        let name = if quotient { "__udivti3" } else { "__umodti3" };
        let value = self.builtin(at, name, &[b.zext(x, wide), b.zext(y, wide)], wide, false)?;
        Ok(b.trunc(value, ty))
    }
}

impl Builder {
    /// A division that stays where it is.
    ///
    /// In BPF a division by zero gives zero, so the back end feels free to move
    /// divisions ahead of the test that guards them (MachineCSE does). On Solana
    /// they abort. Assembly with side effects is not moved.
    fn pinned_division(&self, quotient: bool, x: Value, y: Value) -> Value {
        let ty = type_of(x);
        if is_constant_int(y) {
            return if quotient { self.udiv(x, y) } else { self.urem(x, y) };
        }
        let word = self.int(WORD);
        let text = if quotient { "$0 /= $1" } else { "$0 %= $1" };
        let value =
            self.assembly(text, "=r,r,0", word, &mut [self.zext(y, word), self.zext(x, word)]);
        self.trunc(value, ty)
    }
}
