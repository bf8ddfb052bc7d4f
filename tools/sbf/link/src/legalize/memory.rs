//! Memory intrinsics.
use super::Legalizer;
use crate::ir::*;
use anyhow::{Context as _, Result, ensure};

/// Up to here the back end's own loads and stores are cheaper than a call.
const INLINE_BYTES: u64 = 96;

impl Legalizer<'_> {
    /// Turns a copy or fill of unknown or large size into a call of the linked
    /// function. Says whether it did.
    pub(super) fn memory(&self, i: Value) -> Result<bool> {
        if opcode(i) != Opcode::LLVMCall {
            return Ok(false);
        }
        let Some(name) = callee_name(i) else { return Ok(false) };
        let Some(target) = ["memcpy", "memmove", "memset"].into_iter().find(|t| {
            name.strip_prefix("llvm.")
                .and_then(|n| n.strip_prefix(t))
                .is_some_and(|n| n.starts_with(".p"))
        }) else {
            return Ok(false);
        };
        let len = operand(i, 2);
        if constant_value(len).is_some_and(|n| n <= INLINE_BYTES) {
            return Ok(false);
        }
        let b = &self.b;
        let f = self
            .module
            .function(target)
            .with_context(|| format!("the builtin `{target}` is needed and not linked"))?;
        let ty = function_type(f);
        let formal = params(ty);
        ensure!(formal.len() == 3, "the builtin `{target}` has an unknown shape");
        let second =
            if target == "memset" { b.zext(operand(i, 1), formal[1]) } else { operand(i, 1) };
        b.call(ty, f, &mut [operand(i, 0), second, b.zext(len, formal[2])]);
        erase(i);
        Ok(true)
    }
}
