//! The IDL: the framework's generated tests print it in sections; this puts them together, sorted and checked.

use {
    crate::{Result, native},
    anchor_lang_idl_spec::{Idl, IdlErrorCode, IdlEvent, IdlTypeDef},
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path, process::Command},
};

/// Overrides where the program is built for this, so that the framework is not built anew beside another build.
const TARGET_DIR: &str = "GPU_MARKET_PROGRAM_TARGET_DIR";

/// One event, as its test prints it.
#[derive(Deserialize)]
struct EventSection {
    event: IdlEvent,
    types: Vec<IdlTypeDef>,
}

/// Builds the program's IDL and returns it as text.
pub fn generate(root: &Path) -> Result<String> {
    let idl = assemble(&print_sections(root)?)?;
    check(&idl)?;
    Ok(serde_json::to_string_pretty(&idl)? + "\n")
}

fn print_sections(root: &Path) -> Result<String> {
    let program = root.join("programs/gpu-market");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--locked", "--lib", "--features", "idl-build", "__anchor_private_print_idl"]);
    // One thread, because the sections of several would be mixed.
    command.args(["--", "--show-output", "--quiet", "--test-threads=1"]);
    command.current_dir(&program).env("ANCHOR_IDL_BUILD_PROGRAM_PATH", &program);
    if let Some(target) = std::env::var_os(TARGET_DIR) {
        command.env("CARGO_TARGET_DIR", target);
    }
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the program does not build with the feature idl-build".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The text of every section of a kind.
fn sections<'a>(printed: &'a str, kind: &str) -> Vec<&'a str> {
    let (begin, end) = (format!("--- IDL begin {kind} ---\n"), format!("--- IDL end {kind} ---"));
    printed.split(&begin).skip(1).filter_map(|section| section.split(&end).next()).map(str::trim).collect()
}

fn single<'a>(printed: &'a str, kind: &str) -> Result<&'a str> {
    match sections(printed, kind)[..] {
        [section] => Ok(section),
        ref found => Err(format!("{} sections of kind {kind}, not one", found.len()).into()),
    }
}

fn assemble(printed: &str) -> Result<Idl> {
    let mut idl: Idl = serde_json::from_str(single(printed, "program")?)?;
    idl.address = single(printed, "address")?.trim_matches('"').to_owned();
    if idl.address != gpu_market::ID.to_string() {
        return Err(format!("the program is {}, its IDL names {}", gpu_market::ID, idl.address).into());
    }
    let mut types: BTreeMap<String, IdlTypeDef> = BTreeMap::new();
    for section in sections(printed, "event") {
        let section: EventSection = serde_json::from_str(section)?;
        idl.events.push(section.event);
        types.extend(section.types.into_iter().map(|ty| (ty.name.clone(), ty)));
    }
    types.extend(std::mem::take(&mut idl.types).into_iter().map(|ty| (ty.name.clone(), ty)));
    // The framework leaves out what only stands behind the header of a slab.
    types.entry("Node".into()).or_insert_with(native::node);
    idl.types = types.into_values().collect();
    idl.errors = serde_json::from_str::<Vec<IdlErrorCode>>(single(printed, "errors")?)?;
    idl.instructions.sort_by(|a, b| a.name.cmp(&b.name));
    idl.accounts.sort_by(|a, b| a.name.cmp(&b.name));
    idl.events.sort_by(|a, b| a.name.cmp(&b.name));
    idl.errors.sort_by_key(|error| error.code);
    Ok(idl)
}

/// Nothing is empty, and no discriminator begins another of its kind.
fn check(idl: &Idl) -> Result<()> {
    unambiguous("instruction", idl.instructions.iter().map(|of| (&of.name, &of.discriminator)).collect())?;
    unambiguous("account", idl.accounts.iter().map(|of| (&of.name, &of.discriminator)).collect())?;
    unambiguous("event", idl.events.iter().map(|of| (&of.name, &of.discriminator)).collect())?;
    native::check_errors(&idl.errors)
}

fn unambiguous(kind: &str, named: Vec<(&String, &Vec<u8>)>) -> Result<()> {
    if named.is_empty() {
        return Err(format!("there is no {kind}").into());
    }
    for (index, (name, discriminator)) in named.iter().enumerate() {
        let clash = named.iter().skip(index + 1).find(|(_, other)| {
            other.starts_with(discriminator) || discriminator.starts_with(other) || discriminator.is_empty()
        });
        if let Some((other, _)) = clash {
            return Err(format!("{kind}s {name} and {other} have ambiguous discriminators").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_among_other_output() {
        let printed = "x\n--- IDL begin event ---\n1\n--- IDL end event ---\ny\n--- IDL begin event ---\n2\n--- IDL end event ---\n";
        assert_eq!(sections(printed, "event"), ["1", "2"]);
        assert!(single(printed, "event").is_err() && single(printed, "errors").is_err());
    }
}
