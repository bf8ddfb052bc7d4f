//! What all trials come to: a row for each account of each instruction, and whatever is not as it should be.

use {
    super::{
        change::{Change, Column},
        exceptions::{EXCEPTIONS, End},
        interface::{INTERFACES, interface_of},
        kind::{Class, Kind},
        outcome::Outcome,
        trial::Trial,
    },
    std::collections::{BTreeMap, BTreeSet},
};

/// What became of everything that belongs into one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Names of the reasons for which it was refused.
    pub refusals: BTreeSet<String>,
    /// Places in the list of exceptions, from one.
    pub exceptions: BTreeSet<usize>,
    /// Whether contents of a key's address were left unread.
    pub unread: bool,
}

/// A row: the kinds of accounts that came up in a slot, and its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub kinds: BTreeSet<Kind>,
    pub cells: BTreeMap<Column, Cell>,
}

/// All rows, by number of the instruction and index of the account.
#[derive(Debug)]
pub struct Matrix {
    pub rows: BTreeMap<(u8, usize), Row>,
    /// Changes that were not refused though no exception allows them.
    pub findings: BTreeSet<String>,
    /// Exceptions that are listed, and refused or never tried.
    pub stale: Vec<String>,
    /// Accounts of the program of which no genuine sibling was tried.
    pub unmatched: Vec<String>,
}

/// Everything tried in one way on one account of one measurement.
type Group<'a> = (&'a str, u8, usize, Change);

impl Matrix {
    pub fn of(trials: &[Trial]) -> Self {
        let mut matrix = Self {
            rows: BTreeMap::new(),
            findings: BTreeSet::new(),
            stale: stale(trials),
            unmatched: unmatched(trials),
        };
        for trial in trials {
            matrix.enter(trial);
        }
        matrix
    }

    fn enter(&mut self, trial: &Trial) {
        let row = self.rows.entry((trial.number, trial.slot)).or_default();
        row.kinds.insert(trial.kind);
        let cell = row.cells.entry(trial.change.column()).or_default();
        match &trial.outcome {
            Outcome::Refused(reason) => drop(cell.refusals.insert(reason.clone())),
            // What lies at the address of a key is nobody's business; not so the address and the signature.
            Outcome::Accepted if trial.kind == Kind::Key && trial.change.is_in_place() => cell.unread = true,
            executed => match exception_for(trial) {
                Some(number) => drop(cell.exceptions.insert(number)),
                None => drop(self.findings.insert(finding(trial, executed))),
            },
        }
    }

    /// Accounts of the IDL that have no row.
    pub fn forgotten(&self) -> Vec<String> {
        let all = INTERFACES.iter().flat_map(|interface| {
            (0..interface.slots.len())
                .map(move |slot| (interface.number, slot, place(&interface.name, interface.number, slot)))
        });
        all.filter(|(number, slot, _)| !self.rows.contains_key(&(*number, *slot)))
            .map(|(_, _, place)| place)
            .collect()
    }
}

/// The place of an account in an instruction or one of its measurements.
fn place(of: &str, number: u8, slot: usize) -> String {
    format!("{of}.{}", interface_of(number).slots[slot].name)
}

fn finding(trial: &Trial, outcome: &Outcome) -> String {
    let place = place(&trial.branch, trial.number, trial.slot);
    format!("{place} ({}), {:?} with {}: {outcome:?}", trial.kind, trial.change, trial.substitute)
}

/// Whether a listed place is that of a trial.
fn covers(listed: &str, trial: &Trial) -> bool {
    let interface = interface_of(trial.number);
    let (of, account) = listed.split_once('.').expect("a place with a dot");
    let is_of = match of.strip_prefix('=') {
        Some(branch) => branch == trial.branch,
        None => of == "*" || of == interface.name || of == trial.branch,
    };
    is_of && account == interface.slots[trial.slot].name
}

/// The exception that allows what became of a trial, by its place in the list from one.
fn exception_for(trial: &Trial) -> Option<usize> {
    let end = End::of(&trial.outcome);
    let allows = |(changes, places): &(&[Change], &[&str])| {
        changes.contains(&trial.change) && places.iter().any(|place| covers(place, trial))
    };
    let found =
        EXCEPTIONS.iter().position(|exception| end == Some(exception.end) && exception.allowed.iter().any(allows));
    found.map(|index| index + 1)
}

/// Trials that belong together, by whether one of them ended like that.
fn groups_that_end<'a>(trials: &[&'a Trial], end: End) -> BTreeMap<Group<'a>, bool> {
    let mut groups = BTreeMap::new();
    for trial in trials {
        let group: Group = (&trial.branch, trial.number, trial.slot, trial.change);
        *groups.entry(group).or_default() |= End::of(&trial.outcome) == Some(end);
    }
    groups
}

fn stale(trials: &[Trial]) -> Vec<String> {
    let mut stale = Vec::new();
    for (number, exception) in (1..).zip(EXCEPTIONS) {
        for (changes, places) in exception.allowed {
            for (change, listed) in
                changes.iter().flat_map(|change| places.iter().map(move |listed| (change, listed)))
            {
                let covered: Vec<&Trial> =
                    trials.iter().filter(|trial| trial.change == *change && covers(listed, trial)).collect();
                if covered.is_empty() {
                    stale.push(format!("{number}: {listed}, {change:?} is never tried"));
                }
                let groups = groups_that_end(&covered, exception.end);
                let refused = groups.into_iter().filter(|(_, ended)| !ended);
                stale.extend(refused.map(|((branch, number_of, slot, change), _)| {
                    format!("{number}: {}, {change:?} does not end so", place(branch, number_of, slot))
                }));
            }
        }
    }
    stale
}

/// There is one config, so it has no sibling.
fn unmatched(trials: &[Trial]) -> Vec<String> {
    let mut matched = BTreeMap::new();
    for trial in trials {
        if let Kind::Account(class @ Class::Typed(_)) = trial.kind {
            let key = (trial.number, trial.slot);
            *matched.entry(key).or_default() |= trial.change == Change::Genuine || class.to_string() == "Config";
        }
    }
    let unmatched = matched.into_iter().filter(|(_, matched): &(_, bool)| !matched);
    unmatched.map(|((number, slot), _)| place(&interface_of(number).name, number, slot)).collect()
}
