//! Tries every account of every instruction and writes docs/ACCOUNTS.md.

use {gpu_market_tests::accounts::try_everything, std::path::Path};

fn main() -> std::io::Result<()> {
    let report = try_everything();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ACCOUNTS.md");
    std::fs::write(table, report.matrix.markdown())?;
    println!("{} changes of {} accounts", report.trials, report.matrix.rows.len());
    for finding in &report.matrix.findings {
        println!("not refused: {finding}");
    }
    for stale in &report.matrix.stale {
        println!("exception out of date: {stale}");
    }
    Ok(())
}
