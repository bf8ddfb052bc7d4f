//! Every refusal of the program is asserted somewhere in these tests. What this checks is that it is named.

use {
    gpu_market::error::MarketError,
    std::{fs, path::Path},
};

/// All test sources, this one left out.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("the tests' folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with(file!()) {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

/// Whether `name` stands in `text` as a word.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_');
    text.match_indices(name)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
}

#[test]
fn every_refusal_of_the_program_is_named_by_a_test() {
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut text);
    let missing: Vec<&str> =
        MarketError::ALL.iter().map(|error| error.name()).filter(|name| !is_named(&text, name)).collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}
