//! The second half: from one bitcode file to a Solana program.
use crate::builtins::{MEMORY, is_builtin};
use crate::ir::{Context, Linkage, Machine, Module, PassOptions};
use crate::ir::{demangle, is_defined, linkage, name_of, set_linkage};
use crate::options::{Arch, Command, Level};
use crate::{ENTRYPOINT, STACK_FRAME, check, input, legalize};
use anyhow::{Context as _, Result, ensure};
use sbpf_linker::{OptimizationConfig, ProgramOptions, SbpfArch, SbpfLinkerError, link_program};
use std::path::Path;

pub fn run(command: &Command) -> Result<()> {
    let ctx = Context::new();
    let machine = Machine::new()?;
    let mut program = ctx.empty_module();
    input::add(&ctx, &mut program, &command.input)?;
    ensure!(
        program.defined(ENTRYPOINT),
        "the program exports no `{ENTRYPOINT}`: is its feature `no-entrypoint` on, or is this no program?"
    );
    if let Some(path) = &command.builtins {
        add_builtins(&ctx, &mut program, path)?;
    }
    let dump = Dump(command.dump.as_deref());
    optimize(&program, &machine, command)?;
    check::symbols(&program, command)?;
    dump.module("optimized.ll", &program)?;
    legalize::run(&program)?;
    program.verify()?;
    clean_up(&program, &machine)?;
    dump.module("legalized.ll", &program)?;
    let object = generate(&ctx, &program, &machine, &dump)?;
    check::object(&object, command)?;
    let elf = to_solana(&object, command)?;
    std::fs::write(&command.output, elf).with_context(|| command.output.display().to_string())
}

/// Adds Solana's own builtins. They replace Rust's, which are weak, but give way
/// to those that a program brings itself.
fn add_builtins(ctx: &Context, program: &mut Module, path: &Path) -> Result<()> {
    let mut builtins = ctx.empty_module();
    input::add(ctx, &mut builtins, path)?;
    for f in builtins.functions() {
        let name = name_of(f);
        if is_defined(f) {
            let strong = program
                .function(&name)
                .is_some_and(|f| is_defined(f) && linkage(f) == Linkage::LLVMExternalLinkage);
            if strong {
                set_linkage(f, Linkage::LLVMLinkOnceODRLinkage);
            }
        } else if demangle(&name).starts_with("core::panicking::") {
            // Its own copy of the panic functions, which never return a message.
            builtins.builder().define_as_trap(&builtins, f);
        }
    }
    program.link(builtins, ctx)
}

fn optimize(program: &Module, machine: &Machine, command: &Command) -> Result<()> {
    program.internalize(|name| name == ENTRYPOINT || is_builtin(name));
    let level = match command.level {
        Level::O2 => "O2",
        Level::O3 => "O3",
        Level::Os => "Os",
    };
    let options = PassOptions { inline_threshold: command.inline_threshold };
    // SBF has one thread and no atomic instructions.
    let passes = format!("globaldce,function(lower-atomic),default<{level}>,globaldce");
    program.run_passes(&passes, machine, &options)
}

/// Removes the builtins that turned out to be unneeded, and the detours that
/// legalization left.
fn clean_up(program: &Module, machine: &Machine) -> Result<()> {
    program.internalize(|name| name == ENTRYPOINT || MEMORY.contains(&name));
    let passes = "globaldce,function(sroa,early-cse,simplifycfg)";
    program.run_passes(passes, machine, &PassOptions::default())?;
    program.verify()
}

fn generate(ctx: &Context, program: &Module, machine: &Machine, dump: &Dump) -> Result<Vec<u8>> {
    use crate::ir::llvm::target_machine::LLVMCodeGenFileType::*;
    let assembly = dump.wanted().then(|| program.bitcode());
    let object = program.emit(machine, LLVMObjectFile)?;
    ctx.check()?;
    dump.file("program.o", &object)?;
    if let Some(bitcode) = assembly {
        let copy = ctx.parse(&bitcode, "program")?;
        dump.file("program.s", &copy.emit(machine, LLVMAssemblyFile)?)?;
    }
    Ok(object)
}

fn to_solana(object: &[u8], command: &Command) -> Result<Vec<u8>> {
    let optimization = if command.optimize_sbf {
        OptimizationConfig::enabled()
    } else {
        OptimizationConfig::disabled()
    };
    let arch = match command.arch {
        Arch::V0 => SbpfArch::V0,
        Arch::V3 => SbpfArch::V3,
    };
    link_program(object, ProgramOptions::new(optimization, arch, STACK_FRAME))
        .map_err(|errors| anyhow::anyhow!(SbpfLinkerError::format_errors(&errors)))
}

/// Writes intermediate results where the user asked for them.
struct Dump<'a>(Option<&'a Path>);

impl Dump<'_> {
    fn wanted(&self) -> bool {
        self.0.is_some()
    }

    fn module(&self, name: &str, module: &Module) -> Result<()> {
        match self.0 {
            Some(dir) => module.print(&dir.join(name)),
            None => Ok(()),
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<()> {
        if let Some(dir) = self.0 {
            std::fs::write(dir.join(name), bytes).with_context(|| dir.display().to_string())?;
        }
        Ok(())
    }
}
