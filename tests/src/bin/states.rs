//! Tries every instruction in every state and writes docs/STATES.md.

use {gpu_market_tests::states::try_everything, std::path::Path};

fn main() -> std::io::Result<()> {
    let table = try_everything();
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/STATES.md"), table.markdown())?;
    println!("{} trials, {} cells of {} rows", table.trials, table.cells(), table.rows.len());
    let wrong = [table.violations(), table.stale(), table.forgotten(), table.broken.iter().cloned().collect()];
    for line in wrong.concat() {
        println!("{line}");
    }
    Ok(())
}
