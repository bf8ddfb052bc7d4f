//! The published schema.

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let committed: serde_json::Value = serde_json::from_str(include_str!("../schema.json")).unwrap();
    assert!(
        committed == serde_json::to_value(gpu_market_jobspec::schema()).unwrap(),
        "run: cargo run -p gpu-market-jobspec --features schema --example schema > jobspec/schema.json"
    );
    assert_eq!(committed["additionalProperties"], false);
    assert_eq!(committed["$defs"]["PrivateTerms"]["additionalProperties"], false);
}
