//! Every instruction in every state of everything that has one: only the edges of the design succeed.
//!
//! `cargo run -p gpu-market-tests --bin states` writes the table anew; the edges stand in src/states/edges.rs.

use {
    gpu_market_tests::states::{Table, try_everything},
    std::sync::LazyLock,
};

static TABLE: LazyLock<Table> = LazyLock::new(try_everything);

#[test]
fn only_the_edges_of_the_design_succeed() {
    let violations = TABLE.violations();
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn every_instruction_of_the_idl_that_names_an_account_with_states_has_a_row() {
    let forgotten = TABLE.forgotten();
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}

#[test]
fn no_edge_is_listed_that_no_instruction_has() {
    let stale = TABLE.stale();
    assert!(stale.is_empty(), "{stale:#?}");
}

#[test]
fn no_state_makes_an_instruction_fail_without_a_name() {
    let broken = &TABLE.broken;
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_committed_table_is_what_is_measured() {
    let committed = include_str!("../../docs/STATES.md");
    let measured = TABLE.markdown();
    let differs = committed.lines().zip(measured.lines()).find(|(committed, measured)| committed != measured);
    assert!(committed == measured, "docs/STATES.md is out of date: {differs:#?}");
}
