//! docs/AUTHORITIES.md and docs/PROOF.md name instructions and tests: all of them are there.

use std::{collections::BTreeSet, fs, path::Path};

const AUTHORITIES: &str = include_str!("../../docs/AUTHORITIES.md");
const PROOF: &str = include_str!("../../docs/PROOF.md");

/// What stands in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// One column of all table rows of a text, headings left out.
fn column(text: &str, index: usize) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    rows.filter_map(|line| line.trim_matches('|').split('|').nth(index).map(str::trim)).collect()
}

/// Names of all tests in a folder.
fn tests_in(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tests_in(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let functions = source.lines().filter_map(|line| line.trim().strip_prefix("fn "));
            names.extend(functions.filter_map(|line| line.split('(').next()).map(String::from));
        }
    }
}

fn all_tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for folder in ["tests/tests", "sdk/src", "programs/gpu-market/src", "localnet/tests"] {
        tests_in(&root.join(folder), &mut names);
    }
    names
}

fn instructions() -> BTreeSet<String> {
    let idl: serde_json::Value = serde_json::from_str(include_str!("../../idl/gpu_market.json")).expect("an IDL");
    let all = idl["instructions"].as_array().expect("instructions").iter();
    all.map(|instruction| instruction["name"].as_str().expect("a name").into()).collect()
}

#[test]
fn every_instruction_of_the_idl_stands_under_a_key_and_no_other() {
    let listed: BTreeSet<String> = column(AUTHORITIES, 0).into_iter().flat_map(quoted).map(String::from).collect();
    let instructions = instructions();
    let missing: Vec<_> = instructions.difference(&listed).collect();
    assert!(missing.is_empty(), "docs/AUTHORITIES.md lacks {missing:?}");
    let unknown: Vec<_> = listed.difference(&instructions).collect();
    assert!(unknown.is_empty(), "docs/AUTHORITIES.md names {unknown:?}, which are no instructions");
}

#[test]
fn every_row_about_a_key_is_backed_by_a_test_that_exists() {
    let tests = all_tests();
    for (instruction, cell) in column(AUTHORITIES, 0).into_iter().zip(column(AUTHORITIES, 2)) {
        if ["instruction", "---"].contains(&instruction) {
            continue;
        }
        let named = quoted(cell);
        assert!(!named.is_empty(), "{instruction} has no test");
        for name in named {
            assert!(tests.contains(name), "{instruction}: there is no test {name}");
        }
    }
}

#[test]
fn every_known_attack_is_backed_by_a_test_that_exists() {
    let tests = all_tests();
    let (_, attacks) = PROOF.split_once("## Known attacks").expect("the list of attacks");
    let names = column(attacks, 1).into_iter().flat_map(quoted);
    let missing: Vec<&str> = names.filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "there is no test {missing:?}");
    assert!(column(attacks, 1).len() > 33, "an attack of the list is missing");
}
