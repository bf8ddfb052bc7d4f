//! The published schema.

use std::path::Path;

/// How the file is written again.
const AGAIN: &str = "run: cargo run --locked --example schema > jobspec/schema.json";

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.json");
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{error}; {AGAIN}"));
    let committed: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}; {AGAIN}"));
    assert!(committed == serde_json::to_value(gpu_market_jobspec::schema()).unwrap(), "it is out of date; {AGAIN}");
    assert_eq!(committed["additionalProperties"], false);
    assert_eq!(committed["$defs"]["PrivateTerms"]["additionalProperties"], false);
}
