//! Floats, held in integer registers.
//!
//! The back end moves and stores floats as integers of the same width. Every
//! operation on them becomes a call of compiler-builtins, except comparison,
//! which is short enough as integer code.
use super::{At, Legalizer};
use crate::builtins::{MATH, REMAINDER};
use crate::ir::*;
use anyhow::{Result, bail};

const MAX_INT: u32 = 128;

/// The letters of a type in the names of compiler-builtins.
fn letters(ty: Type) -> Result<&'static str> {
    match kind(ty) {
        TypeKind::LLVMFloatTypeKind => Ok("sf"),
        TypeKind::LLVMDoubleTypeKind => Ok("df"),
        _ => bail!("only the float types f32 and f64 are supported"),
    }
}

fn is_float(ty: Type) -> bool {
    matches!(kind(ty), TypeKind::LLVMFloatTypeKind | TypeKind::LLVMDoubleTypeKind)
}

/// The integer width that builtins convert from and to, with its letters.
fn container(bits: u32) -> Result<(u32, &'static str)> {
    match bits {
        0..=64 => Ok((64, "di")),
        65..=MAX_INT => Ok((MAX_INT, "ti")),
        _ => bail!("conversion between floats and integers of {bits} bits is not supported"),
    }
}

impl Legalizer<'_> {
    /// The replacement of a float instruction, if it needs one.
    pub(super) fn float(&self, at: At) -> Result<Option<Value>> {
        use Opcode::*;
        let i = at.i;
        let ty = type_of(i);
        let value = match opcode(i) {
            LLVMFAdd => self.float_binary(at, "add")?,
            LLVMFSub => self.float_binary(at, "sub")?,
            LLVMFMul => self.float_binary(at, "mul")?,
            LLVMFDiv => self.float_binary(at, "div")?,
            LLVMFRem => {
                let name = math_name(REMAINDER, ty)?;
                self.builtin(at, &name, &[operand(i, 0), operand(i, 1)], ty, false)?
            }
            LLVMFCmp => self.b.compare_floats(i)?,
            LLVMUIToFP => self.int_to_float(at, false)?,
            LLVMSIToFP => self.int_to_float(at, true)?,
            LLVMFPToUI => self.float_to_int(at, false, false)?,
            LLVMFPToSI => self.float_to_int(at, true, false)?,
            LLVMFPExt => self.builtin(at, "__extendsfdf2", &[operand(i, 0)], ty, false)?,
            LLVMFPTrunc => self.builtin(at, "__truncdfsf2", &[operand(i, 0)], ty, false)?,
            LLVMCall => return self.float_intrinsic(at),
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn float_binary(&self, at: At, operation: &str) -> Result<Value> {
        let ty = type_of(at.i);
        let name = format!("__{operation}{}3", letters(ty)?);
        self.builtin(at, &name, &[operand(at.i, 0), operand(at.i, 1)], ty, false)
    }

    fn int_to_float(&self, at: At, signed: bool) -> Result<Value> {
        let v = operand(at.i, 0);
        let ty = type_of(at.i);
        let (bits, from) = container(width(type_of(v)))?;
        let wide = self.convert(v, self.b.int(bits), signed);
        let un = if signed { "" } else { "un" };
        self.builtin(at, &format!("__float{un}{from}{}", letters(ty)?), &[wide], ty, signed)
    }

    /// The builtins answer zero for NaN and saturate at their container's limits;
    /// a saturating conversion to less is clamped after them.
    fn float_to_int(&self, at: At, signed: bool, saturating: bool) -> Result<Value> {
        let b = &self.b;
        let v = operand(at.i, 0);
        let ty = type_of(at.i);
        let (bits, to) = container(width(ty))?;
        let un = if signed { "" } else { "uns" };
        let name = format!("__fix{un}{}{to}", letters(type_of(v))?);
        let wide = b.int(bits);
        let value = self.builtin(at, &name, &[v], wide, signed)?;
        let value =
            if saturating && width(ty) < bits { b.clamp(value, width(ty), signed) } else { value };
        Ok(self.convert(value, ty, signed))
    }

    fn float_intrinsic(&self, at: At) -> Result<Option<Value>> {
        let Some(name) = callee_name(at.i) else { return Ok(None) };
        let Some(base) = name.strip_prefix("llvm.").and_then(|n| n.split('.').next()) else {
            return Ok(None);
        };
        let ty = type_of(at.i);
        match base {
            "fptoui" => return self.float_to_int(at, false, true).map(Some),
            "fptosi" => return self.float_to_int(at, true, true).map(Some),
            "powi" => {
                let name = format!("__powi{}2", letters(ty)?);
                return self
                    .builtin(at, &name, &[operand(at.i, 0), operand(at.i, 1)], ty, true)
                    .map(Some);
            }
            _ => {}
        }
        let Some((_, function)) = MATH.iter().find(|(intrinsic, _)| *intrinsic == base) else {
            return Ok(None);
        };
        if !is_float(ty) {
            return Ok(None);
        }
        let args: Vec<Value> = (0..argument_count(at.i)).map(|k| operand(at.i, k)).collect();
        self.builtin(at, &math_name(function, ty)?, &args, ty, false).map(Some)
    }
}

/// The name of a C mathematical function for f64 (`floor`) or f32 (`floorf`).
fn math_name(function: &str, ty: Type) -> Result<String> {
    Ok(if letters(ty)? == "sf" { format!("{function}f") } else { function.to_owned() })
}

impl Builder {
    /// Limits an integer to what `bits` hold.
    fn clamp(&self, v: Value, bits: u32, signed: bool) -> Value {
        let ty = type_of(v);
        let limit = |bits: u32| {
            let all = self.sub(self.constant(ty, 0), self.constant(ty, 1));
            self.lshr(all, self.constant(ty, u64::from(width(ty) - bits)))
        };
        if !signed {
            let max = limit(bits);
            return self.select(self.icmp(Int::LLVMIntUGT, v, max), max, v);
        }
        let max = limit(bits - 1);
        let min = self.sub(self.sub(self.constant(ty, 0), max), self.constant(ty, 1));
        let v = self.select(self.icmp(Int::LLVMIntSGT, v, max), max, v);
        self.select(self.icmp(Int::LLVMIntSLT, v, min), min, v)
    }

    fn compare_floats(&self, i: Value) -> Result<Value> {
        letters(type_of(operand(i, 0)))?;
        let predicate = unsafe { llvm::core::LLVMGetFCmpPredicate(i) };
        Ok(self.float_predicate(predicate, operand(i, 0), operand(i, 1)))
    }

    /// Compares floats by their bits: as signed integers, once the negative
    /// ones are reversed and both zeros are the same.
    fn float_predicate(&self, predicate: llvm::LLVMRealPredicate, x: Value, y: Value) -> Value {
        use llvm::LLVMRealPredicate::*;
        let (x, y) = (self.float_bits(x), self.float_bits(y));
        let unordered = self.or(self.is_nan(x), self.is_nan(y));
        let (x, y) = (self.order_key(x), self.order_key(y));
        let test = |p| self.icmp(p, x, y);
        let truth = |v| self.constant(self.int(1), v);
        let (holds, when_unordered) = match predicate {
            LLVMRealPredicateFalse => (truth(0), false),
            LLVMRealPredicateTrue => (truth(1), true),
            LLVMRealORD => (truth(1), false),
            LLVMRealUNO => (truth(0), true),
            LLVMRealOEQ => (test(Int::LLVMIntEQ), false),
            LLVMRealUEQ => (test(Int::LLVMIntEQ), true),
            LLVMRealONE => (test(Int::LLVMIntNE), false),
            LLVMRealUNE => (test(Int::LLVMIntNE), true),
            LLVMRealOGT => (test(Int::LLVMIntSGT), false),
            LLVMRealUGT => (test(Int::LLVMIntSGT), true),
            LLVMRealOGE => (test(Int::LLVMIntSGE), false),
            LLVMRealUGE => (test(Int::LLVMIntSGE), true),
            LLVMRealOLT => (test(Int::LLVMIntSLT), false),
            LLVMRealULT => (test(Int::LLVMIntSLT), true),
            LLVMRealOLE => (test(Int::LLVMIntSLE), false),
            LLVMRealULE => (test(Int::LLVMIntSLE), true),
        };
        if when_unordered {
            self.or(holds, unordered)
        } else {
            self.and(holds, self.not(unordered))
        }
    }

    fn float_bits(&self, v: Value) -> Value {
        let bits = if kind(type_of(v)) == TypeKind::LLVMFloatTypeKind { 32 } else { 64 };
        self.bitcast(v, self.int(bits))
    }

    fn magnitude(&self, bits: Value) -> Value {
        let one = self.constant(type_of(bits), 1);
        self.lshr(self.shl(bits, one), one)
    }

    fn is_nan(&self, bits: Value) -> Value {
        let infinity = if width(type_of(bits)) == 32 { 0x7f80_0000 } else { 0x7ff0_0000_0000_0000 };
        self.icmp(Int::LLVMIntUGT, self.magnitude(bits), self.constant(type_of(bits), infinity))
    }

    fn order_key(&self, bits: Value) -> Value {
        let ty = type_of(bits);
        let reversed = self.sub(self.constant(ty, 0), self.magnitude(bits));
        self.select(self.negative(bits), reversed, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use llvm::LLVMRealPredicate::*;

    #[test]
    fn comparisons() {
        let ctx = Context::new();
        let b = ctx.builder();
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            1.5,
            f64::MIN_POSITIVE,
            5e-324,
            -5e-324,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
        ];
        for x in values {
            for y in values {
                let run = |p| {
                    let bits = |v: f64| b.constant(b.int(64), v.to_bits());
                    constant_value(b.float_predicate(p, bits(x), bits(y))) == Some(1)
                };
                assert_eq!(run(LLVMRealOEQ), x == y, "{x} == {y}");
                assert_eq!(run(LLVMRealUNE), x != y, "{x} != {y}");
                assert_eq!(run(LLVMRealOLT), x < y, "{x} < {y}");
                assert_eq!(run(LLVMRealOLE), x <= y, "{x} <= {y}");
                assert_eq!(run(LLVMRealOGT), x > y, "{x} > {y}");
                assert_eq!(run(LLVMRealOGE), x >= y, "{x} >= {y}");
                let unordered = x.is_nan() || y.is_nan();
                assert_eq!(run(LLVMRealUNO), unordered);
                assert_eq!(run(LLVMRealUGE), unordered || x >= y);
                assert_eq!(run(LLVMRealONE), !unordered && x != y);
            }
        }
    }

    #[test]
    fn clamping() {
        let ctx = Context::new();
        let b = ctx.builder();
        for v in [0, 1, -1, 127, 128, -128, -129, i64::MAX, i64::MIN] {
            let word = b.constant(b.int(64), v as u64);
            let run = |signed| constant_value(b.clamp(word, 8, signed)).expect("folded");
            assert_eq!(run(true) as i64, v.clamp(-128, 127));
            assert_eq!(run(false), (v as u64).min(255));
        }
    }
}
