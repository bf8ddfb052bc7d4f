//! Which entries to stop. No flag stops an exit.

use {crate::output::Value, gpu_market_sdk::gpu_market::constants::pause};

const NAMES: [(u8, &str); 4] = [
    (pause::POSTING, "posting"),
    (pause::JOINING, "joining"),
    (pause::ENROLLING, "enrolling"),
    (pause::STAKING, "staking"),
];

/// Entries to stop; what is not named goes on.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Entries {
    /// No new jobs.
    #[arg(long)]
    posting: bool,
    /// No new seats.
    #[arg(long)]
    joining: bool,
    /// No new members.
    #[arg(long)]
    enrolling: bool,
    /// No new stake.
    #[arg(long)]
    staking: bool,
}

impl Entries {
    pub fn bits(&self) -> u8 {
        let named = [self.posting, self.joining, self.enrolling, self.staking];
        named.iter().zip(NAMES).filter(|(named, _)| **named).map(|(_, (bit, _))| bit).sum()
    }
}

/// Names of the entries that these bits stop.
pub fn names(bits: u8) -> Value {
    Value::List(NAMES.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| (*name).into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_bit_and_its_name() {
        let entries = Entries { posting: true, joining: false, enrolling: true, staking: true };
        assert_eq!(entries.bits(), pause::POSTING | pause::ENROLLING | pause::STAKING);
        assert_eq!(names(entries.bits()).text(), "posting, enrolling, staking");
        assert_eq!(names(pause::ALL).json().as_array().map(Vec::len), Some(4));
        assert_eq!(names(0).text(), "-");
    }
}
