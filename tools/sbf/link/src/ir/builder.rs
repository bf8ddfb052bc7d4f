//! Builds instructions.
use super::*;

/// Builds instructions before a chosen one; folds constants as it goes.
pub struct Builder {
    pub raw: llvm::prelude::LLVMBuilderRef,
    pub(super) ctx: LLVMContextRef,
}

impl Drop for Builder {
    fn drop(&mut self) {
        unsafe { LLVMDisposeBuilder(self.raw) }
    }
}

macro_rules! binary {
    ($($name:ident => $llvm:ident),* $(,)?) => {$(
        pub fn $name(&self, a: Value, b: Value) -> Value {
            unsafe { $llvm(self.raw, a, b, NO_NAME) }
        }
    )*};
}

macro_rules! cast {
    ($($name:ident => $llvm:ident),* $(,)?) => {$(
        pub fn $name(&self, v: Value, ty: Type) -> Value {
            unsafe { $llvm(self.raw, v, ty, NO_NAME) }
        }
    )*};
}

impl Builder {
    binary! {
        add => LLVMBuildAdd, sub => LLVMBuildSub, mul => LLVMBuildMul,
        udiv => LLVMBuildUDiv, urem => LLVMBuildURem,
        and => LLVMBuildAnd, or => LLVMBuildOr, xor => LLVMBuildXor,
        shl => LLVMBuildShl, lshr => LLVMBuildLShr, ashr => LLVMBuildAShr,
    }
    cast! {
        zext => LLVMBuildZExtOrBitCast, sext => LLVMBuildSExtOrBitCast,
        trunc => LLVMBuildTruncOrBitCast, bitcast => LLVMBuildBitCast,
    }

    pub fn before(&self, instruction: Value) {
        unsafe { LLVMPositionBuilderBefore(self.raw, instruction) }
    }

    pub fn int(&self, bits: u32) -> Type {
        unsafe { LLVMIntTypeInContext(self.ctx, bits) }
    }

    pub fn ptr(&self) -> Type {
        unsafe { LLVMPointerTypeInContext(self.ctx, 0) }
    }

    pub fn constant(&self, ty: Type, value: u64) -> Value {
        unsafe { LLVMConstInt(ty, value, 0) }
    }

    #[cfg(test)]
    pub fn wide_constant(&self, bits: u32, words: &[u64]) -> Value {
        unsafe {
            LLVMConstIntOfArbitraryPrecision(self.int(bits), words.len() as u32, words.as_ptr())
        }
    }

    pub fn icmp(&self, predicate: Int, a: Value, b: Value) -> Value {
        unsafe { LLVMBuildICmp(self.raw, predicate, a, b, NO_NAME) }
    }

    pub fn not(&self, v: Value) -> Value {
        unsafe { LLVMBuildNot(self.raw, v, NO_NAME) }
    }

    pub fn select(&self, test: Value, yes: Value, no: Value) -> Value {
        unsafe { LLVMBuildSelect(self.raw, test, yes, no, NO_NAME) }
    }

    pub fn non_zero(&self, v: Value) -> Value {
        self.icmp(Int::LLVMIntNE, v, self.constant(type_of(v), 0))
    }

    pub fn negative(&self, v: Value) -> Value {
        self.icmp(Int::LLVMIntSLT, v, self.constant(type_of(v), 0))
    }

    pub fn load(&self, ty: Type, at: Value) -> Value {
        unsafe { LLVMBuildLoad2(self.raw, ty, at, NO_NAME) }
    }

    pub fn store(&self, v: Value, at: Value) {
        unsafe { LLVMBuildStore(self.raw, v, at) };
    }

    /// The address of field or element `index` of the aggregate at `at`.
    pub fn field(&self, ty: Type, at: Value, index: u32) -> Value {
        let zero = self.constant(self.int(32), 0);
        let mut path = [zero, self.constant(self.int(32), u64::from(index))];
        unsafe { LLVMBuildGEP2(self.raw, ty, at, path.as_mut_ptr(), 2, NO_NAME) }
    }

    pub fn extract(&self, v: Value, index: u32) -> Value {
        unsafe { LLVMBuildExtractValue(self.raw, v, index, NO_NAME) }
    }

    pub fn insert(&self, v: Value, field: Value, index: u32) -> Value {
        unsafe { LLVMBuildInsertValue(self.raw, v, field, index, NO_NAME) }
    }

    pub fn poison(&self, ty: Type) -> Value {
        unsafe { LLVMGetPoison(ty) }
    }

    pub fn call(&self, ty: Type, callee: Value, args: &mut [Value]) -> Value {
        unsafe {
            LLVMBuildCall2(self.raw, ty, callee, args.as_mut_ptr(), args.len() as u32, NO_NAME)
        }
    }

    /// Inline assembly on values of one type, which nothing removes or moves.
    pub fn assembly(&self, text: &str, constraints: &str, ty: Type, args: &mut [Value]) -> Value {
        unsafe {
            let mut params = vec![ty; args.len()];
            let ty = LLVMFunctionType(ty, params.as_mut_ptr(), params.len() as u32, 0);
            let assembly = LLVMGetInlineAsm(
                ty,
                text.as_ptr().cast(),
                text.len(),
                constraints.as_ptr().cast(),
                constraints.len(),
                1,
                0,
                llvm::LLVMInlineAsmDialect::LLVMInlineAsmDialectATT,
                0,
            );
            self.call(ty, assembly, args)
        }
    }

    pub fn return_void(&self) {
        unsafe { LLVMBuildRetVoid(self.raw) };
    }

    /// Gives a declared function a body that aborts.
    pub fn define_as_trap(&self, module: &Module, function: Value) {
        unsafe {
            let block = LLVMAppendBasicBlockInContext(self.ctx, function, NO_NAME);
            LLVMPositionBuilderAtEnd(self.raw, block);
            let name = "llvm.trap";
            let id = LLVMLookupIntrinsicID(name.as_ptr().cast(), name.len());
            let trap = LLVMGetIntrinsicDeclaration(module.raw, id, null_mut(), 0);
            self.call(function_type(trap), trap, &mut []);
            LLVMBuildUnreachable(self.raw);
        }
        set_linkage(function, Linkage::LLVMInternalLinkage);
    }

    /// A stack slot of `function`, at the top of its entry block. Moves the builder.
    pub fn stack_slot(&self, function: Value, ty: Type) -> Value {
        unsafe {
            self.before(LLVMGetFirstInstruction(LLVMGetFirstBasicBlock(function)));
            LLVMBuildAlloca(self.raw, ty, NO_NAME)
        }
    }
}
