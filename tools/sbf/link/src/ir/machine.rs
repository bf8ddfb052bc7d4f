//! The back end.
use super::*;

const CPU: &CStr = c"v2";
const FEATURES: &CStr = c"+allows-misaligned-mem-access";

/// The BPF back end, set up the way Solana wants its code.
pub struct Machine(pub(super) LLVMTargetMachineRef);

impl Machine {
    pub fn new() -> Result<Self> {
        use llvm::target::*;
        let mut target = null_mut();
        let mut message = null_mut();
        unsafe {
            LLVMInitializeBPFTargetInfo();
            LLVMInitializeBPFTarget();
            LLVMInitializeBPFTargetMC();
            LLVMInitializeBPFAsmPrinter();
            LLVMInitializeBPFAsmParser();
            let stack = CString::new(format!("-bpf-stack-size={}", crate::STACK_FRAME))?;
            let args = [c"sbf-link".as_ptr(), stack.as_ptr()];
            llvm::support::LLVMParseCommandLineOptions(2, args.as_ptr(), NO_NAME);
            if LLVMGetTargetFromTriple(c"bpfel".as_ptr(), &mut target, &mut message) != 0 {
                bail!("this LLVM has no BPF back end: {}", take_message(message));
            }
            // Static relocation: position-independent code would turn tables of
            // pointers into 32-bit relative tables, which a Solana ELF cannot hold.
            Ok(Self(LLVMCreateTargetMachine(
                target,
                c"bpfel".as_ptr(),
                CPU.as_ptr(),
                FEATURES.as_ptr(),
                LLVMCodeGenOptLevel::LLVMCodeGenLevelAggressive,
                LLVMRelocMode::LLVMRelocStatic,
                LLVMCodeModel::LLVMCodeModelDefault,
            )))
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        unsafe { LLVMDisposeTargetMachine(self.0) }
    }
}
