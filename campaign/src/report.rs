//! What campaigns came to, as a table.

use {
    crate::{
        action::{Action, Outside},
        model::Verdict,
        run::Outcome,
    },
    comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED},
    std::collections::BTreeMap,
};

/// Actions of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kind {
    pub accepted: u64,
    pub refused: u64,
}

/// Counts of one or many campaigns.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub actions: u64,
    pub kinds: BTreeMap<String, Kind>,
    pub refusals: BTreeMap<String, u64>,
    pub checked: BTreeMap<&'static str, u64>,
    /// How many outcomes the model predicted: accepted, refused for one rule, refused for one of several, not at all.
    pub verdicts: [u64; 4],
}

impl Tally {
    pub fn count(&mut self, action: &Action, name: &str, outcome: &Outcome, checked: &BTreeMap<&'static str, u64>) {
        let kind = if matches!(action, Action::Twisted(..)) { "twisted" } else { name };
        let counts = self.kinds.entry(kind.into()).or_default();
        match outcome {
            Outcome::Refused(reason) => {
                counts.refused += 1;
                *self.refusals.entry(reason.clone()).or_default() += 1;
            }
            _ => counts.accepted += 1,
        }
        self.add_checked(checked);
    }

    pub fn add_checked(&mut self, checked: &BTreeMap<&'static str, u64>) {
        for (invariant, times) in checked {
            *self.checked.entry(invariant).or_default() += times;
        }
    }

    pub fn outside(&mut self, outside: &Outside) {
        let kind = match outside {
            Outside::Advance { .. } => "time passes",
            Outside::Halt { .. } => "chain halts",
            Outside::GiveTokens { .. } => "tokens given",
            Outside::GiveLamports { .. } => "lamports given",
            Outside::Freeze(_) => "account frozen",
            Outside::Thaw(_) => "account thawed",
            Outside::Restart => "restart in a new chain",
        };
        self.kinds.entry(kind.into()).or_default().accepted += 1;
    }

    pub fn verdict(&mut self, verdict: &Verdict) {
        let place = match verdict {
            Verdict::Accepted => 0,
            Verdict::Refused(broken) if broken.len() == 1 => 1,
            Verdict::Refused(_) => 2,
            Verdict::Open => 3,
        };
        self.verdicts[place] += 1;
    }

    /// Adds the counts of another campaign.
    pub fn add(&mut self, other: &Self) {
        self.actions += other.actions;
        for (kind, counts) in &other.kinds {
            let sum = self.kinds.entry(kind.clone()).or_default();
            sum.accepted += counts.accepted;
            sum.refused += counts.refused;
        }
        for (reason, times) in &other.refusals {
            *self.refusals.entry(reason.clone()).or_default() += times;
        }
        self.add_checked(&other.checked);
        for (sum, part) in self.verdicts.iter_mut().zip(other.verdicts) {
            *sum += part;
        }
    }

    /// The tables that the command prints.
    pub fn render(&self) -> String {
        let kinds = self
            .kinds
            .iter()
            .map(|(kind, counts)| [kind.clone(), counts.accepted.to_string(), counts.refused.to_string()]);
        let refusals = self.refusals.iter().map(|(reason, times)| [reason.clone(), times.to_string()]);
        let checked = self.checked.iter().map(|(invariant, times)| [invariant.to_string(), times.to_string()]);
        let predictions = [
            "accepted",
            "refused, for one rule",
            "refused, for one of several rules",
            "left open, invariants alone",
        ];
        let verdicts =
            predictions.into_iter().zip(self.verdicts).map(|(name, times)| [name.to_string(), times.to_string()]);
        [
            format!("{} actions", self.actions),
            table(&["action", "accepted", "refused"], kinds),
            table(&["refusal", "times"], refusals),
            table(&["prediction", "times"], verdicts),
            table(&["invariant", "checked"], checked),
        ]
        .join("\n")
    }
}

fn table<const N: usize>(header: &[&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(header);
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table.to_string()
}
