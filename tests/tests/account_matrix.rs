//! Every account of every instruction is checked: changed in any way, it is refused by name, or an exception says why not.
//!
//! `cargo run -p gpu-market-tests --bin accounts` writes the table anew; exceptions stand in src/accounts/exceptions.rs.

use {
    gpu_market_tests::accounts::{Report, try_everything},
    std::sync::LazyLock,
};

static REPORT: LazyLock<Report> = LazyLock::new(try_everything);

#[test]
fn every_account_of_every_instruction_of_the_idl_is_tried() {
    let forgotten = REPORT.matrix.forgotten();
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}

#[test]
fn an_account_that_is_changed_in_any_way_is_refused_by_name_or_an_exception_says_why_not() {
    let findings = &REPORT.matrix.findings;
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn no_exception_is_listed_that_is_refused_or_never_tried() {
    let stale = &REPORT.matrix.stale;
    assert!(stale.is_empty(), "{stale:#?}");
}

#[test]
fn a_genuine_sibling_of_every_account_of_the_program_is_tried() {
    let unmatched = &REPORT.matrix.unmatched;
    assert!(unmatched.is_empty(), "{unmatched:#?}");
}

#[test]
fn every_account_of_the_program_lies_at_the_address_that_its_fields_give() {
    let misplaced = &REPORT.misplaced;
    assert!(misplaced.is_empty(), "{misplaced:#?}");
}

#[test]
fn the_committed_table_is_what_is_measured() {
    let committed = include_str!("../../docs/ACCOUNTS.md");
    let measured = REPORT.matrix.markdown();
    let differs = committed.lines().zip(measured.lines()).find(|(committed, measured)| committed != measured);
    assert!(committed == measured, "docs/ACCOUNTS.md is out of date: {differs:#?}");
}
