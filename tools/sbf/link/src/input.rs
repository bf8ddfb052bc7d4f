//! Reads what rustc hands to its linker.
use crate::ir::{Context, Module};
use anyhow::{Context as _, Result, bail};
use std::path::Path;

const BITCODE: &[u8] = b"BC\xC0\xDE";
const ARCHIVE: &[u8] = b"!<arch>\n";
const ELF: &[u8] = b"\x7fELF";

/// Links every bitcode object of a file into a module.
pub fn add(ctx: &Context, program: &mut Module, path: &Path) -> Result<()> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| name.clone())?;
    for (member, object) in objects(&bytes).with_context(|| name.clone())? {
        let module = ctx.parse(object, &format!("{name}({member})"))?;
        module.strip_debug_info();
        program.link(module, ctx).with_context(|| name.clone())?;
    }
    Ok(())
}

/// The bitcode of a file. rustc adds metadata to libraries and an ELF object
/// that only lists the exported symbols; neither holds code.
fn objects(bytes: &[u8]) -> Result<Vec<(String, &[u8])>> {
    if bytes.starts_with(BITCODE) {
        return Ok(vec![(String::new(), bytes)]);
    }
    if bytes.starts_with(ELF) {
        return Ok(vec![]);
    }
    if !bytes.starts_with(ARCHIVE) {
        bail!("neither bitcode nor a library of it");
    }
    let mut out = vec![];
    for member in object::read::archive::ArchiveFile::parse(bytes)?.members() {
        let member = member?;
        let data = member.data(bytes)?;
        if data.starts_with(BITCODE) {
            out.push((String::from_utf8_lossy(member.name()).into_owned(), data));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_input() {
        assert_eq!(objects(b"BC\xC0\xDE1234").unwrap().len(), 1);
        assert!(objects(b"\x7fELF1234").unwrap().is_empty());
        assert!(objects(b"!<arch>\n").unwrap().is_empty());
        assert!(objects(b"text").is_err());
    }
}
