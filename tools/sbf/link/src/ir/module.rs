//! Modules: reading, linking, optimizing and writing them.
use super::value::chain;
use super::*;
use llvm::prelude::LLVMMemoryBufferRef;
use std::path::Path;

/// An LLVM module. Dropped with its context's other modules.
pub struct Module {
    pub raw: LLVMModuleRef,
    pub(super) ctx: LLVMContextRef,
}

impl Drop for Module {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            unsafe { LLVMDisposeModule(self.raw) }
        }
    }
}

impl Module {
    pub fn builder(&self) -> Builder {
        Builder { raw: unsafe { LLVMCreateBuilderInContext(self.ctx) }, ctx: self.ctx }
    }

    /// Moves everything of `other` into this module, by the usual symbol rules.
    pub fn link(&mut self, mut other: Module, ctx: &Context) -> Result<()> {
        let raw = std::mem::replace(&mut other.raw, null_mut());
        let failed = unsafe { llvm::linker::LLVMLinkModules2(self.raw, raw) } != 0;
        ctx.check()?;
        ensure!(!failed, "LLVM could not link the modules");
        Ok(())
    }

    pub fn strip_debug_info(&self) {
        unsafe { llvm::debuginfo::LLVMStripModuleDebugInfo(self.raw) };
    }

    pub fn functions(&self) -> Vec<Value> {
        chain(unsafe { LLVMGetFirstFunction(self.raw) }, |f| unsafe { LLVMGetNextFunction(f) })
    }

    pub fn globals(&self) -> Vec<Value> {
        chain(unsafe { LLVMGetFirstGlobal(self.raw) }, |g| unsafe { LLVMGetNextGlobal(g) })
    }

    pub fn aliases(&self) -> Vec<Value> {
        chain(unsafe { LLVMGetFirstGlobalAlias(self.raw) }, |a| unsafe {
            LLVMGetNextGlobalAlias(a)
        })
    }

    pub fn function(&self, name: &str) -> Option<Value> {
        let name = CString::new(name).ok()?;
        let f = unsafe { LLVMGetNamedFunction(self.raw, name.as_ptr()) };
        (!f.is_null()).then_some(f)
    }

    pub fn defined(&self, name: &str) -> bool {
        self.function(name).is_some_and(is_defined)
    }

    /// Gives internal linkage to every definition that `keep` does not name.
    pub fn internalize(&self, keep: impl Fn(&str) -> bool) {
        for value in [self.functions(), self.globals(), self.aliases()].concat() {
            let name = name_of(value);
            if is_defined(value) && !name.starts_with("llvm.") && !keep(&name) {
                set_linkage(value, Linkage::LLVMInternalLinkage);
            }
        }
    }

    pub fn run_passes(&self, passes: &str, machine: &Machine, options: &PassOptions) -> Result<()> {
        use llvm::error::*;
        use llvm::transforms::pass_builder::*;
        let pipeline = CString::new(passes)?;
        unsafe {
            let raw = LLVMCreatePassBuilderOptions();
            LLVMPassBuilderOptionsSetLoopVectorization(raw, 0);
            LLVMPassBuilderOptionsSetSLPVectorization(raw, 0);
            if let Some(threshold) = options.inline_threshold {
                LLVMPassBuilderOptionsSetInlinerThreshold(raw, threshold);
            }
            let error = LLVMRunPasses(self.raw, pipeline.as_ptr(), machine.0, raw);
            LLVMDisposePassBuilderOptions(raw);
            if !error.is_null() {
                let message = LLVMGetErrorMessage(error);
                let text = CStr::from_ptr(message).to_string_lossy().into_owned();
                LLVMDisposeErrorMessage(message);
                bail!("LLVM passes `{passes}`: {text}");
            }
        }
        Ok(())
    }

    pub fn verify(&self) -> Result<()> {
        use llvm::analysis::*;
        let mut message = null_mut();
        let action = LLVMVerifierFailureAction::LLVMReturnStatusAction;
        let broken = unsafe { LLVMVerifyModule(self.raw, action, &mut message) } != 0;
        let message = unsafe { take_message(message) };
        ensure!(
            !broken,
            "the module is broken after legalization (a bug of this linker): {message}"
        );
        Ok(())
    }

    pub fn print(&self, path: &Path) -> Result<()> {
        let name = CString::new(path.as_os_str().as_encoded_bytes())?;
        let mut message = null_mut();
        let failed = unsafe { LLVMPrintModuleToFile(self.raw, name.as_ptr(), &mut message) } != 0;
        ensure!(!failed, "{}: {}", path.display(), unsafe { take_message(message) });
        Ok(())
    }

    pub fn bitcode(&self) -> Vec<u8> {
        unsafe { take_buffer(llvm::bit_writer::LLVMWriteBitcodeToMemoryBuffer(self.raw)) }
    }

    pub fn emit(&self, machine: &Machine, kind: LLVMCodeGenFileType) -> Result<Vec<u8>> {
        let (mut message, mut out) = (null_mut(), null_mut());
        let failed = unsafe {
            LLVMTargetMachineEmitToMemoryBuffer(machine.0, self.raw, kind, &mut message, &mut out)
        } != 0;
        ensure!(!failed, "code generation: {}", unsafe { take_message(message) });
        Ok(unsafe { take_buffer(out) })
    }
}

unsafe fn take_buffer(buffer: LLVMMemoryBufferRef) -> Vec<u8> {
    let start = LLVMGetBufferStart(buffer).cast::<u8>();
    let bytes = std::slice::from_raw_parts(start, LLVMGetBufferSize(buffer)).to_vec();
    LLVMDisposeMemoryBuffer(buffer);
    bytes
}

/// What a pass pipeline may be told.
#[derive(Clone, Copy, Default)]
pub struct PassOptions {
    pub inline_threshold: Option<i32>,
}
