//! A thin, safe-to-read layer over LLVM's C interface: modules, target machine
//! and an instruction builder with short names.
//!
//! Everything here works on raw LLVM handles that belong to one context, which
//! lives as long as the process. The methods are not marked `unsafe` one by one:
//! the handles never leave this crate.
mod builder;
mod context;
mod machine;
mod module;
mod value;

pub use bpf_linker::llvm_sys as llvm;
pub use builder::Builder;
pub use context::{Context, demangle};
pub use llvm::prelude::{LLVMTypeRef as Type, LLVMValueRef as Value};
pub use llvm::{
    LLVMIntPredicate as Int, LLVMLinkage as Linkage, LLVMOpcode as Opcode, LLVMTypeKind as TypeKind,
};
pub use machine::Machine;
pub use module::{Module, PassOptions};
pub use value::*;

use anyhow::{Result, bail, ensure};
use llvm::core::*;
use llvm::prelude::{LLVMContextRef, LLVMModuleRef};
use llvm::target_machine::*;
use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

const NO_NAME: *const c_char = c"".as_ptr();

/// Takes a message that LLVM allocated.
unsafe fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    let text = CStr::from_ptr(message).to_string_lossy().into_owned();
    LLVMDisposeMessage(message);
    text
}
