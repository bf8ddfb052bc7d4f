//! Measures what every instruction costs and writes docs/COST.md and docs/cost.json.

use {gpu_market_tests::cost::Costs, std::path::Path};

fn main() -> std::io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let costs = Costs::measure();
    std::fs::write(docs.join("COST.md"), costs.markdown())?;
    std::fs::write(docs.join("cost.json"), costs.json())?;
    println!("{} measurements, {} bytes of program", costs.instructions.len(), costs.program_bytes);
    Ok(())
}
