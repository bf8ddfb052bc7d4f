//! What commands print: the same facts as tables for people and as JSON for scripts.
//!
//! A command makes a [`Record`] of named [`Value`]s; the names are the fields of the JSON and, with blanks, the labels of
//! the table.

mod record;
mod table;
mod value;

pub use {
    record::Record,
    table::render,
    value::{Value, hex},
};

use std::io::{self, IsTerminal, Write};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables.
    #[default]
    Display,
    /// JSON over several lines.
    Json,
    /// JSON in one line.
    JsonCompact,
}

impl Format {
    /// Prints a result to standard output.
    pub fn print(self, record: &Record) -> io::Result<()> {
        let mut output = io::stdout().lock();
        match self {
            Self::Display => write!(output, "{}", table::render(record)),
            Self::Json => writeln!(output, "{:#}", record.json()),
            Self::JsonCompact => writeln!(output, "{}", record.json()),
        }
    }

    /// Whether a person is there to see that something is going on.
    pub fn shows_progress(self) -> bool {
        self == Self::Display && io::stderr().is_terminal()
    }
}
