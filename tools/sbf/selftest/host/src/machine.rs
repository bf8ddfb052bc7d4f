//! The virtual machine of Solana's validator, with the few syscalls that the cases
//! need, under the rules the validator has for them.
use cases::INPUT;
use solana_sbpf::ebpf::{MM_HEAP_START, MM_INPUT_START, MM_STACK_START};
use solana_sbpf::elf::Executable;
use solana_sbpf::error::ProgramResult;
use solana_sbpf::memory_region::{AccessType, MemoryMapping, MemoryRegion};
use solana_sbpf::program::{BuiltinFunctionDefinition, BuiltinProgram};
use solana_sbpf::verifier::RequisiteVerifier;
use solana_sbpf::vm::{CallFrame, Config, ContextObject, EbpfVm, ExecutionMode};
use std::error::Error;
use std::ptr::NonNull;
use std::sync::Arc;

const HEAP_BYTES: usize = 32 * 1024;
/// More than any case takes; a program that loops forever ends here.
const MAX_INSTRUCTIONS: u64 = 1 << 32;

type Failure = Box<dyn Error>;

/// What one run of the program can see and leave behind.
struct Run {
    memory: MemoryMapping,
    instructions_left: u64,
    returned: Vec<u8>,
}

impl ContextObject for Run {
    fn consume(&mut self, amount: u64) {
        self.instructions_left = self.instructions_left.saturating_sub(amount);
    }

    fn get_remaining(&self) -> u64 {
        self.instructions_left
    }

    fn active_mapping_ptr(&mut self) -> NonNull<MemoryMapping> {
        NonNull::from(&mut self.memory)
    }
}

impl Run {
    fn host_address(&self, access: AccessType, at: u64, len: u64) -> Result<*mut u8, Failure> {
        match self.memory.map(access, at, len) {
            ProgramResult::Ok(address) => Ok(address as *mut u8),
            ProgramResult::Err(error) => Err(error.into()),
        }
    }

    fn read(&self, at: u64, len: u64) -> Result<Vec<u8>, Failure> {
        let from = self.host_address(AccessType::Load, at, len)?;
        // SAFETY: the mapping has checked that these bytes lie in a region.
        Ok(unsafe { std::slice::from_raw_parts(from, len as usize) }.to_vec())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), Failure> {
        let to = self.host_address(AccessType::Store, at, bytes.len() as u64)?;
        // SAFETY: the mapping has checked that these bytes lie in a writable region,
        // and nothing else refers to a region while a syscall runs.
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }
}

macro_rules! syscalls {
    ($($name:ident = |$run:ident, $a:tt, $b:tt, $c:tt, $d:tt| $body:expr;)*) => {$(
        #[allow(non_camel_case_types)]
        struct $name;

        impl BuiltinFunctionDefinition<Run> for $name {
            type Error = Failure;

            fn rust($run: &mut Run, $a: u64, $b: u64, $c: u64, $d: u64, _: u64) -> Result<u64, Failure> {
                $body?;
                Ok(0)
            }
        }
    )*

        fn register_syscalls(loader: &mut BuiltinProgram<Run>) -> Result<(), Failure> {
            $($name::register(loader, stringify!($name))?;)*
            Ok(())
        }
    };
}

syscalls! {
    abort = |_run, _, _, _, _| Err::<(), Failure>("the program panicked".into());
    sol_set_return_data = |run, at, len, _, _| run.read(at, len).map(|bytes| run.returned = bytes);
    sol_memcpy_ = |run, to, from, len, _| if to.abs_diff(from) < len {
        Err("sol_memcpy_ of ranges that overlap".into())
    } else {
        run.read(from, len).and_then(|bytes| run.write(to, &bytes))
    };
    sol_memmove_ = |run, to, from, len, _| run.read(from, len).and_then(|bytes| run.write(to, &bytes));
    sol_memset_ = |run, to, value, len, _| run.write(to, &vec![value as u8; len as usize]);
    sol_memcmp_ = |run, x, y, len, result| {
        let (x, y) = (run.read(x, len)?, run.read(y, len)?);
        let difference = x.iter().zip(&y).find(|(x, y)| x != y).map_or(0, |(x, y)| i32::from(*x) - i32::from(*y));
        run.write(result, &difference.to_le_bytes())
    };
}

/// A loaded program.
pub struct Machine {
    executable: Executable<Run>,
}

impl Machine {
    pub fn load(elf: &[u8]) -> Result<Self, Failure> {
        let config = Config { reject_broken_elfs: true, ..Config::default() };
        let mut loader = BuiltinProgram::new_loader(config);
        register_syscalls(&mut loader)?;
        let executable = Executable::from_elf(elf, Arc::new(loader))?;
        executable.verify::<RequisiteVerifier>()?;
        Ok(Self { executable })
    }

    /// Runs one case and gives what the program returned.
    pub fn run(&self, case: u8, input: &[u8; INPUT]) -> Result<Vec<u8>, String> {
        self.execute(&arguments(case, input)).map_err(|error| error.to_string())
    }

    fn execute(&self, arguments: &[u8]) -> Result<Vec<u8>, Failure> {
        let (config, version) = (self.executable.get_config(), self.executable.get_sbpf_version());
        let (mut stack, mut heap) = (vec![0; config.stack_size()], vec![0; HEAP_BYTES]);
        let gap = if version.stack_frame_gaps() { config.stack_frame_size as u64 } else { 0 };
        let regions = vec![
            self.executable.get_ro_region(),
            MemoryRegion::new_gapped(&raw mut stack[..], MM_STACK_START, gap),
            MemoryRegion::new(&raw mut heap[..], MM_HEAP_START),
            MemoryRegion::new(&raw const *arguments, MM_INPUT_START),
        ];
        // SAFETY: the memory behind the regions outlives the machine below.
        let memory = unsafe { MemoryMapping::new(regions, config, version)? };
        let mut run = Run { memory, instructions_left: MAX_INSTRUCTIONS, returned: vec![] };
        let loader = self.executable.get_loader().clone();
        let mut vm = EbpfVm::new(loader, version, &mut run, stack.len());
        vm.registers[1] = MM_INPUT_START;
        let mut frames = vec![CallFrame::default(); config.max_call_depth];
        let (_, result) =
            vm.execute_program(&self.executable, &mut ExecutionMode::Interpreted, &mut frames);
        match result {
            ProgramResult::Ok(0) => Ok(run.returned),
            ProgramResult::Ok(code) => Err(format!("the program failed with {code}").into()),
            ProgramResult::Err(error) => Err(error.into()),
        }
    }
}

/// What Solana hands to a program that is called with no accounts.
fn arguments(case: u8, input: &[u8; INPUT]) -> Vec<u8> {
    let accounts = 0_u64;
    let data_len = 1 + INPUT as u64;
    [&accounts.to_le_bytes()[..], &data_len.to_le_bytes(), &[case], input].concat()
}
