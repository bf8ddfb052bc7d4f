//! Simulates everything and writes docs/THROUGHPUT.md and its plots.

use {
    gpu_market_simulator::{report, results::Results},
    std::path::Path,
};

fn main() -> std::io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, content) in report::files(&Results::simulate()) {
        std::fs::write(docs.join(name), content)?;
        println!("docs/{name}");
    }
    Ok(())
}
