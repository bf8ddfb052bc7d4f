//! The ascent as dated lines.

use {
    crate::demo::ascent::{AscentFacts, Step},
    serde::Serialize,
    std::io::{self, Write},
};

/// The ascent, or why there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Ascent {
    Told(Box<AscentFacts>),
    Untold { obstacle: String },
}

impl Ascent {
    pub fn told(&self) -> Option<&AscentFacts> {
        match self {
            Self::Told(facts) => Some(facts),
            Self::Untold { .. } => None,
        }
    }

    /// A story whose host does not end in the premium market went wrong.
    pub fn faults(&self) -> Vec<String> {
        let fallen = self.told().filter(|facts| facts.outcome() != "Active");
        fallen
            .map(|facts| format!("{} ended as {} in {}", facts.host, facts.outcome(), facts.premium))
            .into_iter()
            .collect()
    }

    /// How it ended, for one line.
    pub fn one_line(&self) -> String {
        match self {
            Self::Told(facts) => format!("{} {} in {}", facts.host, facts.outcome(), facts.premium),
            Self::Untold { .. } => "no ascent".into(),
        }
    }

    pub fn print(&self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Untold { obstacle } => writeln!(output, "\nNo ascent is told: {obstacle}."),
            Self::Told(facts) => {
                writeln!(output, "\nThe ascent of {}: from {} to {}", facts.host, facts.community, facts.premium)?;
                facts.steps.iter().try_for_each(|step| print_step(step, output))
            }
        }
    }
}

/// Where the words of a line begin.
const INDENT: &str = "                     ";

pub(super) fn print_step<D>(step: &Step<D>, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{}  {}", step.date, step.what)?;
    if let Some(refusal) = &step.refusal {
        writeln!(output, "{INDENT}  refused: {}: {}", refusal.name, refusal.rule)?;
    }
    for unmet in &step.missing {
        writeln!(output, "{INDENT}  missing: {} ({})", unmet.text, unmet.refusal)?;
    }
    match &step.rule {
        Some(rule) => writeln!(output, "{INDENT}  rule: {rule}"),
        None => Ok(()),
    }
}
