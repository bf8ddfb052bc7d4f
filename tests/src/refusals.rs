//! Which refusals the tests have seen: written down where somebody asks for it, see `tools/refusals`.

use {
    gpu_market_sdk::error::Refusal,
    std::{fs::OpenOptions, io::Write},
};

/// The variable that names the file.
const FILE: &str = "GPU_MARKET_REFUSALS";

/// Notes that a test has asserted this refusal, and the program in the chain has refused for it.
///
/// # Panics
///
/// If the file cannot be written.
pub(crate) fn note(refusal: &Refusal) {
    let Some(path) = std::env::var_os(FILE) else { return };
    let line = format!("{}\n", refusal.name());
    let file = OpenOptions::new().append(true).create(true).open(&path);
    // One write of a line is whole, however many tests write.
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.unwrap_or_else(|error| panic!("cannot write {path:?}: {error}"));
}
