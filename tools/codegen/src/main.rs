//! Generates what follows from the program's source:
//!
//! - `idl [FILE]`: the IDL, by default `idl/gpu_market.json`;
//! - `docs [FILE]`: the reference of the program, by default `docs/PROGRAM.md`, from the committed IDL or from the one
//!   that `--idl FILE` names.
//!
//! The same source always gives the same bytes. `tools/check-generated` compares them with what is committed.

mod docs;
mod idl;
mod layout;
mod native;

use std::{
    error::Error,
    path::{Path, PathBuf},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: gpu-market-codegen idl [FILE] | docs [FILE] [--idl FILE]";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("the repository has moved")?;
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().ok_or(USAGE)?;
    let (mut out, mut source) = (None, root.join("idl/gpu_market.json"));
    while let Some(argument) = arguments.next() {
        if argument == "--idl" {
            source = PathBuf::from(arguments.next().ok_or(USAGE)?);
        } else if out.is_none() {
            out = Some(PathBuf::from(argument));
        } else {
            return Err(USAGE.into());
        }
    }
    let (out, text) = match command.as_str() {
        "idl" => (out.unwrap_or_else(|| root.join("idl/gpu_market.json")), idl::generate(root)?),
        "docs" => {
            let idl = serde_json::from_str(&std::fs::read_to_string(&source)?)?;
            (out.unwrap_or_else(|| root.join("docs/PROGRAM.md")), docs::generate(&idl)?)
        }
        _ => return Err(USAGE.into()),
    };
    std::fs::write(&out, text)?;
    println!("{}", out.display());
    Ok(())
}
