//! The LLVM context, and what LLVM reports to it.
use super::*;
use llvm::prelude::LLVMDiagnosticInfoRef;
use std::cell::RefCell;
use std::ffi::c_void;

/// The human name of a symbol.
pub fn demangle(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// The LLVM context and the errors it reported.
pub struct Context {
    raw: LLVMContextRef,
    errors: Box<RefCell<Vec<String>>>,
}

impl Context {
    pub fn new() -> Self {
        let errors = Box::new(RefCell::new(Vec::new()));
        let raw = unsafe { LLVMContextCreate() };
        let sink = (&*errors as *const RefCell<Vec<String>>).cast_mut();
        unsafe { LLVMContextSetDiagnosticHandler(raw, Some(on_diagnostic), sink.cast()) };
        Self { raw, errors }
    }

    /// Fails with everything LLVM has complained about since the last call.
    pub fn check(&self) -> Result<()> {
        let mut errors = std::mem::take(&mut *self.errors.borrow_mut());
        errors.dedup();
        ensure!(errors.is_empty(), "{}", errors.join("\n"));
        Ok(())
    }

    #[cfg(test)]
    pub fn builder(&self) -> Builder {
        Builder { raw: unsafe { LLVMCreateBuilderInContext(self.raw) }, ctx: self.raw }
    }

    pub fn empty_module(&self) -> Module {
        let raw = unsafe { LLVMModuleCreateWithNameInContext(c"program".as_ptr(), self.raw) };
        Module { raw, ctx: self.raw }
    }

    pub fn parse(&self, bitcode: &[u8], name: &str) -> Result<Module> {
        let label = CString::new(name)?;
        let mut raw = null_mut();
        let failed = unsafe {
            let buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(
                bitcode.as_ptr().cast(),
                bitcode.len(),
                label.as_ptr(),
            );
            let failed = llvm::bit_reader::LLVMParseBitcodeInContext2(self.raw, buffer, &mut raw);
            LLVMDisposeMemoryBuffer(buffer);
            failed != 0
        };
        self.check()?;
        ensure!(!failed, "{name}: unreadable bitcode");
        Ok(Module { raw, ctx: self.raw })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        unsafe { LLVMContextDispose(self.raw) }
    }
}

extern "C" fn on_diagnostic(info: LLVMDiagnosticInfoRef, errors: *mut c_void) {
    use llvm::LLVMDiagnosticSeverity::*;
    unsafe {
        let text = take_message(LLVMGetDiagInfoDescription(info));
        match LLVMGetDiagInfoSeverity(info) {
            LLVMDSError => {
                (*errors.cast::<RefCell<Vec<String>>>()).borrow_mut().push(explain(&text))
            }
            LLVMDSWarning => eprintln!("warning: {text}"),
            _ => {}
        }
    }
}

/// Names the function and the way out of the one LLVM error that users meet.
fn explain(text: &str) -> String {
    let stack = text.contains("BPF stack limit") || text.contains("stack frame size");
    if !stack {
        return text.to_owned();
    }
    let function = text
        .split_once("in function ")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .map(|name| name.trim_matches(|c| c == '\'' || c == ':'))
        .unwrap_or("?");
    format!(
        "the stack frame of `{}` exceeds {} bytes: move large values to the heap (Box, Vec) \
         or split the function with #[inline(never)]",
        demangle(function),
        crate::STACK_FRAME
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_errors_name_the_function() {
        let text = explain(
            "stack frame size (8) exceeds limit (4) in function '_ZN4core3fmt5write17h0123456789abcdefE'",
        );
        assert!(text.contains("core::fmt::write"), "{text}");
    }

    #[test]
    fn unreadable_bitcode_is_an_error() {
        assert!(Context::new().parse(b"BC\xC0\xDEnonsense", "x").is_err());
    }
}
