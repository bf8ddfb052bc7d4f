//! Rewrites optimized LLVM IR into the subset that LLVM's BPF back end lowers.
//!
//! BPF was made for the kernel, and its back end refuses, or turns into calls of
//! functions that do not exist, much of what ordinary Rust produces:
//!
//! * [`memory`]: `llvm.memcpy` and its kin of unknown or large size become calls
//!   of the linked `memcpy`. Left alone, the back end reports an error.
//! * [`float`]: there are no float registers and no soft-float calls, so every
//!   float operation becomes a call of compiler-builtins or integer code.
//! * [`arithmetic`]: no signed division, no 128-bit multiply, divide or shift by
//!   a variable amount, no high half of a 64-bit product. All of it becomes
//!   64-bit code ([`wide`]), or a call of `__udivti3`/`__umodti3`.
//! * [`calls`]: at most five argument registers and one returned register.
//!   The other arguments go through a struct on the caller's stack, and wide or
//!   aggregate results through a hidden pointer. Last, because the steps above
//!   add calls.
//!
//! Each step changes a whole module, so both sides of every call agree.
mod arithmetic;
mod calls;
mod float;
mod memory;
mod wide;

use crate::ir::*;
use anyhow::{Context as _, Result, bail};
use std::cell::RefCell;
use std::collections::HashMap;

/// Runs every step on a module.
pub fn run(module: &Module) -> Result<()> {
    let legalizer = Legalizer { module, b: module.builder(), slots: RefCell::default() };
    for function in module.functions().into_iter().filter(|f| is_defined(*f)) {
        legalizer.slots.borrow_mut().clear();
        for instruction in instructions(function) {
            legalizer
                .instruction(function, instruction)
                .with_context(|| format!("in `{}`", demangle(&name_of(function))))?;
        }
    }
    legalizer.rewrite_signatures()?;
    legalizer.strip_sret();
    Ok(())
}

/// What a stack slot is used for; two uses never share one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Result,
    /// The argument with this index.
    Argument(u32),
    /// All the arguments that found no register.
    Spill,
}

struct Legalizer<'m> {
    module: &'m Module,
    b: Builder,
    /// The stack slots of the function at hand. Each is written just before a
    /// call and read just after, or by the callee at its start, so that all
    /// calls of one function can share them.
    slots: RefCell<HashMap<(Role, Type), Value>>,
}

impl Legalizer<'_> {
    /// A stack slot; leaves the builder before `position`.
    fn slot(&self, function: Value, position: Value, role: Role, ty: Type) -> Value {
        let slot = *self
            .slots
            .borrow_mut()
            .entry((role, ty))
            .or_insert_with(|| self.b.stack_slot(function, ty));
        self.b.before(position);
        slot
    }

    fn instruction(&self, function: Value, i: Value) -> Result<()> {
        let at = At { function, i };
        self.b.before(i);
        if opcode(i) == Opcode::LLVMInvoke || opcode(i) == Opcode::LLVMCallBr {
            bail!("unwinding is not supported: build with panic-strategy immediate-abort");
        }
        if self.memory(i)? {
            return Ok(());
        }
        let new = match self.float(at)? {
            Some(new) => Some(new),
            None => self.arithmetic(at)?,
        };
        if let Some(new) = new {
            replace(i, new);
        }
        Ok(())
    }

    /// Calls a function that only the compiler knows, adapting each value to what
    /// the function takes: Rust's C ABI for BPF passes and returns integers of
    /// more than 64 bits through memory, its own ABI in registers.
    fn builtin(
        &self,
        at: At,
        name: &str,
        args: &[Value],
        result: Type,
        signed: bool,
    ) -> Result<Value> {
        let b = &self.b;
        let f = self
            .module
            .function(name)
            .with_context(|| format!("the builtin `{name}` is needed and not linked"))?;
        let ty = function_type(f);
        let mut formal = params(ty);
        let mut actual = vec![];
        let hidden = formal.len() == args.len() + 1;
        let out = hidden.then(|| self.slot(at.function, at.i, Role::Result, result));
        if let Some(out) = out {
            formal.remove(0);
            actual.push(out);
        }
        if formal.len() != args.len() {
            bail!(
                "the builtin `{name}` takes {} arguments instead of {}",
                formal.len(),
                args.len()
            );
        }
        for (index, (arg, formal)) in args.iter().zip(formal).enumerate() {
            actual.push(self.adapt(at, *arg, formal, signed, index as u32));
        }
        let value = b.call(ty, f, &mut actual);
        Ok(match out {
            Some(out) => b.load(result, out),
            None => self.convert(value, result, signed),
        })
    }

    fn adapt(&self, at: At, arg: Value, formal: Type, signed: bool, index: u32) -> Value {
        if kind(formal) != TypeKind::LLVMPointerTypeKind {
            return self.convert(arg, formal, signed);
        }
        let slot = self.slot(at.function, at.i, Role::Argument(index), type_of(arg));
        self.b.store(arg, slot);
        slot
    }

    /// Widens, narrows or reinterprets a value.
    fn convert(&self, v: Value, ty: Type, signed: bool) -> Value {
        match (width(type_of(v)), width(ty)) {
            (0, _) | (_, 0) if type_of(v) == ty => v,
            (0, _) | (_, 0) => self.b.bitcast(v, ty),
            (from, to) if from > to => self.b.trunc(v, ty),
            _ if signed => self.b.sext(v, ty),
            _ => self.b.zext(v, ty),
        }
    }
}

/// Where a replacement is being built.
#[derive(Clone, Copy)]
struct At {
    function: Value,
    i: Value,
}
