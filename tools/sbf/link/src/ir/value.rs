//! Functions on LLVM values, types and instructions.
use super::*;

pub(super) fn chain(first: Value, next: impl Fn(Value) -> Value) -> Vec<Value> {
    std::iter::successors((!first.is_null()).then_some(first), |v| {
        let n = next(*v);
        (!n.is_null()).then_some(n)
    })
    .collect()
}

pub fn instructions(function: Value) -> Vec<Value> {
    let mut out = vec![];
    unsafe {
        let mut block = LLVMGetFirstBasicBlock(function);
        while !block.is_null() {
            out.extend(chain(LLVMGetFirstInstruction(block), |i| LLVMGetNextInstruction(i)));
            block = LLVMGetNextBasicBlock(block);
        }
    }
    out
}

pub fn name_of(value: Value) -> String {
    let mut len = 0;
    unsafe {
        let ptr = LLVMGetValueName2(value, &mut len);
        String::from_utf8_lossy(std::slice::from_raw_parts(ptr.cast::<u8>(), len)).into_owned()
    }
}

pub fn is_defined(value: Value) -> bool {
    unsafe { LLVMIsDeclaration(value) == 0 }
}

pub fn is_used(value: Value) -> bool {
    unsafe { !LLVMGetFirstUse(value).is_null() }
}

/// Whether a global variable may be written, or exists once per thread.
pub fn is_writable(global: Value) -> bool {
    unsafe { LLVMIsGlobalConstant(global) == 0 || LLVMIsThreadLocal(global) != 0 }
}

/// Whether an instruction or a constant in it refers to a symbol.
pub fn mentions(user: Value, symbol: Value) -> bool {
    let count = unsafe { LLVMGetNumOperands(user) };
    (0..count.max(0) as u32).map(|k| operand(user, k)).any(|v| {
        let expression = unsafe { !LLVMIsAConstantExpr(v).is_null() };
        v == symbol || expression && mentions(v, symbol)
    })
}

pub fn linkage(value: Value) -> Linkage {
    unsafe { LLVMGetLinkage(value) }
}

pub fn set_linkage(value: Value, linkage: Linkage) {
    unsafe {
        LLVMSetVisibility(value, llvm::LLVMVisibility::LLVMDefaultVisibility);
        LLVMSetLinkage(value, linkage);
    }
}

pub fn kind(ty: Type) -> TypeKind {
    unsafe { LLVMGetTypeKind(ty) }
}

/// The width of an integer type; zero for any other type.
pub fn width(ty: Type) -> u32 {
    if kind(ty) == TypeKind::LLVMIntegerTypeKind { unsafe { LLVMGetIntTypeWidth(ty) } } else { 0 }
}

pub fn type_of(value: Value) -> Type {
    unsafe { LLVMTypeOf(value) }
}

pub fn operand(user: Value, index: u32) -> Value {
    unsafe { LLVMGetOperand(user, index) }
}

pub fn opcode(instruction: Value) -> Opcode {
    unsafe { LLVMGetInstructionOpcode(instruction) }
}

pub fn is_constant_int(value: Value) -> bool {
    unsafe { !LLVMIsAConstantInt(value).is_null() }
}

/// The value of a constant of at most 64 bits.
pub fn constant_value(value: Value) -> Option<u64> {
    let word = is_constant_int(value) && width(type_of(value)) <= 64;
    word.then(|| unsafe { LLVMConstIntGetZExtValue(value) })
}

pub fn argument_count(call: Value) -> u32 {
    unsafe { LLVMGetNumArgOperands(call) }
}

pub fn params(function_type: Type) -> Vec<Type> {
    unsafe {
        let mut out = vec![null_mut(); LLVMCountParamTypes(function_type) as usize];
        LLVMGetParamTypes(function_type, out.as_mut_ptr());
        out
    }
}

pub fn return_type(function_type: Type) -> Type {
    unsafe { LLVMGetReturnType(function_type) }
}

pub fn function_type(function: Value) -> Type {
    unsafe { LLVMGlobalGetValueType(function) }
}

/// The fields of a struct, or the elements of an array.
pub fn fields(ty: Type) -> Vec<Type> {
    unsafe {
        match kind(ty) {
            TypeKind::LLVMStructTypeKind => (0..LLVMCountStructElementTypes(ty))
                .map(|i| LLVMStructGetTypeAtIndex(ty, i))
                .collect(),
            TypeKind::LLVMArrayTypeKind => {
                vec![LLVMGetElementType(ty); LLVMGetArrayLength2(ty) as usize]
            }
            _ => vec![],
        }
    }
}

pub fn is_aggregate(ty: Type) -> bool {
    matches!(kind(ty), TypeKind::LLVMStructTypeKind | TypeKind::LLVMArrayTypeKind)
}

/// The name of the function that a call names directly.
pub fn callee_name(call: Value) -> Option<String> {
    unsafe {
        let callee = LLVMGetCalledValue(call);
        (!LLVMIsAFunction(callee).is_null()).then(|| name_of(callee))
    }
}

pub fn erase(instruction: Value) {
    unsafe { LLVMInstructionEraseFromParent(instruction) }
}

pub fn replace(old: Value, new: Value) {
    unsafe { LLVMReplaceAllUsesWith(old, new) };
    erase(old);
}
