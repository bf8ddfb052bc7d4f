//! What a person sees while the day runs; nothing where nobody watches.

use {
    indicatif::{ProgressBar, ProgressStyle},
    std::io::IsTerminal,
};

pub struct Progress(ProgressBar);

impl Progress {
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// A bar on standard error, if that is a terminal.
    pub fn shown() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::hidden();
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} jobs  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub fn stage(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    pub fn jobs(&self, ended: usize, all: usize, clock: &str) {
        self.0.set_length(all as u64);
        self.0.set_position(ended as u64);
        self.0.set_message(clock.to_owned());
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
