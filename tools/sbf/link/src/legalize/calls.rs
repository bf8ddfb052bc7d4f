//! The calling convention: five argument registers, one returned register.
//!
//! A function's new type depends on its old type alone, so that a call through a
//! pointer and the function it reaches are rewritten the same way without
//! knowing of each other.
use super::{Legalizer, Role};
use crate::ir::*;
use anyhow::{Context as _, Result, bail};
use llvm::core::*;

const ARGUMENT_REGISTERS: u32 = 5;

/// The attributes that stay true of a rewritten function. What is said about
/// its memory effects and its parameters does not.
const KEPT_ATTRIBUTES: [&str; 7] =
    ["alwaysinline", "cold", "minsize", "noinline", "noreturn", "nounwind", "optsize"];

/// How a function that needs rewriting is called.
struct Signature {
    ty: Type,
    /// The result's type, where it goes through a hidden first pointer.
    result: Option<Type>,
    /// How many of the original parameters stay in registers.
    kept: u32,
    /// The struct of the other parameters, passed by a last pointer.
    spill: Option<Type>,
}

impl Signature {
    fn hidden(&self) -> u32 {
        u32::from(self.result.is_some())
    }
}

/// How many registers a value takes; `None` for what has no place in registers.
fn registers(ty: Type) -> Option<u32> {
    match kind(ty) {
        TypeKind::LLVMPointerTypeKind
        | TypeKind::LLVMDoubleTypeKind
        | TypeKind::LLVMFloatTypeKind => Some(1),
        TypeKind::LLVMIntegerTypeKind => Some(width(ty).div_ceil(64)),
        TypeKind::LLVMStructTypeKind | TypeKind::LLVMArrayTypeKind => {
            fields(ty).into_iter().map(registers).sum()
        }
        _ => None,
    }
}

impl Legalizer<'_> {
    /// The back end refuses `sret`; to the code the attribute changes nothing.
    pub(super) fn strip_sret(&self) {
        let name = "sret";
        for f in self.module.functions() {
            unsafe {
                let attribute = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
                for p in 1..=LLVMCountParams(f) {
                    LLVMRemoveEnumAttributeAtIndex(f, p, attribute);
                }
                for i in instructions(f).into_iter().filter(|i| opcode(*i) == Opcode::LLVMCall) {
                    for p in 1..=argument_count(i) {
                        LLVMRemoveCallSiteEnumAttribute(i, p, attribute);
                    }
                }
            }
        }
    }

    pub(super) fn rewrite_signatures(&self) -> Result<()> {
        for f in self.module.functions() {
            self.rewrite_function(f)?;
        }
        for f in self.module.functions().into_iter().filter(|f| is_defined(*f)) {
            self.slots.borrow_mut().clear();
            for i in instructions(f).into_iter().filter(|i| opcode(*i) == Opcode::LLVMCall) {
                self.rewrite_call(f, i)
                    .with_context(|| format!("in `{}`", demangle(&name_of(f))))?;
            }
        }
        Ok(())
    }

    /// `None` if the type can stay as it is.
    fn signature(&self, ty: Type) -> Result<Option<Signature>> {
        let b = &self.b;
        let ret = return_type(ty);
        let params = params(ty);
        let direct = kind(ret) == TypeKind::LLVMVoidTypeKind
            || registers(ret) == Some(1) && !is_aggregate(ret);
        let result = (!direct).then_some(ret);
        let mut widths = vec![];
        for p in &params {
            match registers(*p) {
                Some(width) => widths.push(width),
                None => bail!("a parameter or result has a type that no register can hold"),
            }
        }
        let hidden = u32::from(result.is_some());
        let fits = widths.iter().sum::<u32>() + hidden <= ARGUMENT_REGISTERS;
        if result.is_none() && fits {
            return Ok(None);
        }
        let kept = if fits {
            params.len()
        } else {
            first_fitting(&widths, ARGUMENT_REGISTERS - 1 - hidden)
        };
        let mut rest = params[kept..].to_vec();
        let spill = (!fits).then(|| b.struct_type(&mut rest));
        let mut new: Vec<Type> = result.iter().map(|_| b.ptr()).collect();
        new.extend_from_slice(&params[..kept]);
        new.extend(spill.iter().map(|_| b.ptr()));
        let ret = if result.is_some() { b.void() } else { ret };
        Ok(Some(Signature { ty: b.function_type(ret, &mut new), result, kept: kept as u32, spill }))
    }

    fn rewrite_function(&self, old: Value) -> Result<()> {
        let name = name_of(old);
        if name.starts_with("llvm.") {
            return Ok(());
        }
        let signature = self
            .signature(function_type(old))
            .with_context(|| format!("in `{}`", demangle(&name)))?;
        match signature {
            None => {}
            Some(_) if !is_defined(old) && !is_used(old) => {}
            Some(_) if !is_defined(old) => bail!(
                "the external function `{}` takes or returns more than the five registers of a syscall hold",
                demangle(&name)
            ),
            Some(signature) => self.rewrite_definition(old, &signature),
        }
        Ok(())
    }

    fn rewrite_definition(&self, old: Value, signature: &Signature) {
        let new = self.b.take_over(self.module, old, signature.ty, &KEPT_ATTRIBUTES);
        self.bind_parameters(old, new, signature);
        if signature.result.is_some() {
            self.store_results(new);
        }
        unsafe {
            LLVMReplaceAllUsesWith(old, new);
            LLVMDeleteFunction(old);
        }
    }

    fn bind_parameters(&self, old: Value, new: Value, signature: &Signature) {
        let b = &self.b;
        let parameter = |index| unsafe { LLVMGetParam(new, index + signature.hidden()) };
        b.before(instructions(new)[0]);
        for (index, old) in (0..).zip(parameters(old)) {
            let value = match signature.spill {
                Some(ty) if index >= signature.kept => {
                    let field = index - signature.kept;
                    let at = b.field(ty, parameter(signature.kept), field);
                    b.load_value(fields(ty)[field as usize], at)
                }
                _ => parameter(index),
            };
            unsafe { LLVMReplaceAllUsesWith(old, value) };
        }
    }

    fn store_results(&self, function: Value) {
        let out = unsafe { LLVMGetParam(function, 0) };
        for i in instructions(function).into_iter().filter(|i| opcode(*i) == Opcode::LLVMRet) {
            self.b.before(i);
            self.b.store_value(operand(i, 0), out);
            self.b.return_void();
            erase(i);
        }
    }

    fn rewrite_call(&self, function: Value, i: Value) -> Result<()> {
        let b = &self.b;
        let (callee, ty) = unsafe { (LLVMGetCalledValue(i), LLVMGetCalledFunctionType(i)) };
        let intrinsic = callee_name(i).is_some_and(|name| name.starts_with("llvm."));
        if intrinsic || unsafe { !LLVMIsAInlineAsm(callee).is_null() } {
            return Ok(());
        }
        let Some(signature) = self.signature(ty)? else { return Ok(()) };
        let result = signature.result.map(|ty| (ty, self.slot(function, i, Role::Result, ty)));
        let mut args: Vec<Value> = result.iter().map(|(_, slot)| *slot).collect();
        args.extend((0..signature.kept).map(|p| operand(i, p)));
        if let Some(ty) = signature.spill {
            let slot = self.slot(function, i, Role::Spill, ty);
            for p in signature.kept..argument_count(i) {
                b.store_value(operand(i, p), b.field(ty, slot, p - signature.kept));
            }
            args.push(slot);
        }
        b.before(i);
        let call = b.call(signature.ty, callee, &mut args);
        unsafe { LLVMSetInstructionCallConv(call, LLVMGetInstructionCallConv(i)) };
        let value = match result {
            Some((ty, slot)) => b.load_value(ty, slot),
            None => call,
        };
        if kind(type_of(i)) == TypeKind::LLVMVoidTypeKind {
            erase(i);
        } else {
            replace(i, value);
        }
        Ok(())
    }
}

/// How many leading parameters fit in some registers.
fn first_fitting(widths: &[u32], registers: u32) -> usize {
    let mut used = 0;
    widths
        .iter()
        .take_while(|w| {
            used += **w;
            used <= registers
        })
        .count()
}

fn parameters(function: Value) -> Vec<Value> {
    unsafe { (0..LLVMCountParams(function)).map(|p| LLVMGetParam(function, p)).collect() }
}

impl Builder {
    fn void(&self) -> Type {
        unsafe { LLVMVoidTypeInContext(LLVMGetBuilderContext(self.raw)) }
    }

    fn struct_type(&self, fields: &mut [Type]) -> Type {
        let ctx = unsafe { LLVMGetBuilderContext(self.raw) };
        unsafe { LLVMStructTypeInContext(ctx, fields.as_mut_ptr(), fields.len() as u32, 0) }
    }

    fn function_type(&self, ret: Type, params: &mut [Type]) -> Type {
        unsafe { LLVMFunctionType(ret, params.as_mut_ptr(), params.len() as u32, 0) }
    }

    /// A new function of another type, with the name and the body of an old one.
    fn take_over(&self, module: &Module, old: Value, ty: Type, attributes: &[&str]) -> Value {
        let name = name_of(old);
        unsafe {
            LLVMSetValueName2(old, c"".as_ptr(), 0);
            let new = LLVMAddFunction(module.raw, c"".as_ptr(), ty);
            LLVMSetValueName2(new, name.as_ptr().cast(), name.len());
            LLVMSetLinkage(new, LLVMGetLinkage(old));
            LLVMSetVisibility(new, LLVMGetVisibility(old));
            LLVMSetFunctionCallConv(new, LLVMGetFunctionCallConv(old));
            for name in attributes {
                let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
                let attribute =
                    LLVMGetEnumAttributeAtIndex(old, llvm::LLVMAttributeFunctionIndex, kind);
                if !attribute.is_null() {
                    LLVMAddAttributeAtIndex(new, llvm::LLVMAttributeFunctionIndex, attribute);
                }
            }
            let mut block = LLVMGetFirstBasicBlock(old);
            while !block.is_null() {
                let next = LLVMGetNextBasicBlock(block);
                LLVMRemoveBasicBlockFromParent(block);
                LLVMAppendExistingBasicBlock(new, block);
                block = next;
            }
            new
        }
    }

    /// Stores field by field: the back end has no aggregate values.
    fn store_value(&self, v: Value, at: Value) {
        let ty = type_of(v);
        if !is_aggregate(ty) {
            return self.store(v, at);
        }
        for k in 0..fields(ty).len() as u32 {
            self.store_value(self.extract(v, k), self.field(ty, at, k));
        }
    }

    fn load_value(&self, ty: Type, at: Value) -> Value {
        if !is_aggregate(ty) {
            return self.load(ty, at);
        }
        (0..).zip(fields(ty)).fold(self.poison(ty), |v, (k, field)| {
            self.insert(v, self.load_value(field, self.field(ty, at, k)), k)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_of_types() {
        let ctx = Context::new();
        let b = ctx.builder();
        let pair = b.struct_type(&mut [b.ptr(), b.int(128)]);
        for (ty, count) in [(b.int(1), 1), (b.int(64), 1), (b.int(65), 2), (b.ptr(), 1), (pair, 3)]
        {
            assert_eq!(registers(ty), Some(count));
        }
    }

    #[test]
    fn arguments_that_fit() {
        assert_eq!(first_fitting(&[1, 1, 1, 1, 1, 1], 4), 4);
        assert_eq!(first_fitting(&[1, 2, 2, 1], 4), 2);
        assert_eq!(first_fitting(&[5], 4), 0);
    }
}
