//! Prints the JSON schema of job specs, as committed in `jobspec/schema.json`.

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&gpu_market_jobspec::schema())?);
    Ok(())
}
