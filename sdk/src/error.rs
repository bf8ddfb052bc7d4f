//! What can go wrong: bytes that do not decode, and refusals of the program with their remedies.

use {gpu_market::error::MarketError, solana_instruction::error::InstructionError};

/// Bytes that are not what they were taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The account is not of the expected type, or of none of this program.
    #[error("this is no {expected} account of GPU Market")]
    WrongAccount {
        /// Name of the expected type.
        expected: &'static str,
    },
    /// The account has the mark of its type and another size.
    #[error("a {account} account has {expected} bytes, this one {actual}")]
    WrongSize {
        /// Name of the type.
        account: &'static str,
        /// Bytes that it has to have; of a shard, at least.
        expected: usize,
        /// Bytes that were given.
        actual: usize,
    },
    /// The account was written by another version of the program.
    #[error("this {account} account has layout version {version}, which this client does not know")]
    UnknownVersion {
        /// Name of the type.
        account: &'static str,
        /// Version that it records; zero if it was never written.
        version: u8,
    },
    /// The account is none of SPL Token or Token-2022, or not of the expected kind.
    #[error("this is no {expected} account of SPL Token or Token-2022")]
    WrongToken {
        /// What it was taken for.
        expected: &'static str,
    },
    /// A list of a shard leaves the shard, runs in a circle or holds a node of another kind.
    #[error("the shard's queue is broken at node {node}")]
    BrokenQueue {
        /// Index of the node.
        node: u16,
    },
    /// The instruction data carries no event.
    #[error("this instruction carries no event")]
    NoEvent,
    /// An event that this client does not know.
    #[error("this client does not know the event {0:02x?}")]
    UnknownEvent(
        /// First eight bytes of the event.
        [u8; 8],
    ),
    /// An event with too few or too many bytes.
    #[error("the bytes of the event {event} are not in its format")]
    MalformedEvent {
        /// Name of the event.
        event: &'static str,
    },
}

/// Why the program refused an instruction. Displays as the rule and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A rule of the program.
    #[error("{}; {}", rule_of(*.0), lower_first(.0.remedy()))]
    Rule(MarketError),
    /// An account or argument did not pass the framework's checks before the program's own.
    #[error("{}", .0.sentence())]
    Check(Check),
    /// A code that neither the program nor its framework uses; most come from a program that it called.
    #[error("{}", callee(*.0))]
    Other(u32),
}

impl Refusal {
    /// The program's rule behind the code of a custom error, if it is one.
    pub fn from_code(code: u32) -> Option<MarketError> {
        MarketError::ALL.iter().copied().find(|error| error.code() == code)
    }

    /// The refusal behind the code of a custom error.
    pub fn of_code(code: u32) -> Self {
        Self::from_code(code)
            .map(Self::Rule)
            .or_else(|| Check::ALL.iter().copied().find(|check| check.code() == Some(code)).map(Self::Check))
            .unwrap_or(Self::Other(code))
    }

    /// The refusal behind the error of an instruction; none for an error that is not the program's, for example too
    /// few compute units.
    pub fn of_instruction(error: &InstructionError) -> Option<Self> {
        if let InstructionError::Custom(code) = error {
            return Some(Self::of_code(*code));
        }
        Check::of_instruction(error).map(Self::Check)
    }

    /// The name of the rule or check.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rule(error) => error.name(),
            Self::Check(check) => check.name(),
            Self::Other(_) => "Other",
        }
    }
}

impl From<MarketError> for Refusal {
    fn from(error: MarketError) -> Self {
        Self::Rule(error)
    }
}

/// A rule without its full stop, so that the remedy can follow it.
fn rule_of(error: MarketError) -> &'static str {
    error.rule().trim_end_matches('.')
}

/// A sentence as it stands inside of another one.
fn lower_first(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

fn callee(code: u32) -> String {
    let reason = match code {
        0 => "the account to create exists already, or an account holds too few lamports for its rent",
        1 => "an account holds too few tokens or lamports",
        3 => "a token account is of another mint",
        4 => "the signer may not spend from the token account",
        17 => "a token account is frozen",
        _ => "the code is not one of this program",
    };
    format!("Error {code}, most likely of a program that was called: {reason}.")
}

macro_rules! checks {
    ($($name:ident: $code:expr, $builtin:pat, $sentence:literal;)*) => {
        /// A check of the framework that the program is written in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Check {
            $(#[doc = $sentence] $name,)*
        }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Check] = &[$(Check::$name),*];

            /// The name.
            pub const fn name(self) -> &'static str {
                match self { $(Check::$name => stringify!($name),)* }
            }

            /// Code of the custom error that it is reported as; none if the runtime has an error of its own for it.
            pub const fn code(self) -> Option<u32> {
                match self { $(Check::$name => $code,)* }
            }

            /// What is wrong, as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Check::$name => $sentence,)* }
            }

            fn of_instruction(error: &InstructionError) -> Option<Self> {
                use InstructionError::*;
                // A runtime still reports what the crate has another name for.
                #[allow(unreachable_patterns, deprecated)]
                match error {
                    // A custom error has a code.
                    Custom(_) => None,
                    $($builtin => Some(Check::$name),)*
                    _ => None,
                }
            }
        }
    };
}

checks! {
    NotWritable: Some(2000), Custom(_), "An account that the instruction changes was not passed as writable.";
    WrongRelation: Some(2001), Custom(_), "Two accounts that have to belong together do not.";
    ConditionBroken: Some(2003), Custom(_), "A condition on the accounts does not hold.";
    NotRentExempt: Some(2005), Custom(_), "An account holds too few lamports for its rent.";
    NotExecutable: Some(2007), Custom(_), "An account that has to be a program is none.";
    CannotClose: Some(2011), Custom(_), "An account cannot be closed to the one that was passed for its rent.";
    WrongAddress: Some(2012), Custom(_), "An account is not the one that this place of the instruction is for.";
    NotZeroed: Some(2013), Custom(_), "An account that has to be unused is in use.";
    WrongSpace: Some(2019), Custom(_), "An account has the wrong size.";
    AccountLeftOut: Some(2020), Custom(_), "An account that is needed here was left out.";
    DuplicateMutable: Some(2040), Custom(_), "One account was passed for two places that both change it.";
    RequirementBroken: Some(2500), Custom(_), "A requirement of the instruction does not hold.";
    InvalidSeeds: None, InvalidSeeds, "An account is not at the address that its seeds give.";
    MissingSignature: None, MissingRequiredSignature, "A key that has to sign did not.";
    WrongOwner: None, IllegalOwner | InvalidAccountOwner, "An account is not owned by the program that it has to be.";
    WrongAccountType: None, InvalidAccountData, "An account is not of the type that this place is for.";
    NotInitialized: None, UninitializedAccount | AccountDataTooSmall, "An account does not exist yet or is closed.";
    AlreadyInitialized: None, AccountAlreadyInitialized, "The account to create exists already.";
    TooFewAccounts: None, MissingAccount | NotEnoughAccountKeys, "The instruction lists too few accounts.";
    InvalidData: None, InvalidInstructionData, "The program does not know this instruction or its arguments.";
    WrongProgram: None, IncorrectProgramId, "A program was passed for another one.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_rule_and_the_remedy() {
        let refusal = Refusal::of_code(MarketError::InsufficientEscrow.code());
        assert_eq!(refusal, Refusal::Rule(MarketError::InsufficientEscrow));
        assert_eq!(
            refusal.to_string(),
            "The escrow has less available than this needs; deposit more, or withdraw less."
        );
    }

    #[test]
    fn every_rule_is_found_by_its_code_and_no_other_code_is_a_rule() {
        for error in MarketError::ALL {
            assert_eq!(Refusal::from_code(error.code()), Some(*error));
        }
        let last = MarketError::ALL.last().unwrap().code();
        for code in [0, 1, 2000, 5999, last + 1, u32::MAX] {
            assert_eq!(Refusal::from_code(code), None, "{code}");
        }
    }

    #[test]
    fn what_a_called_program_refused_for_is_guessed_and_said_to_be_a_guess() {
        for (code, reason) in [
            (0, "exists already"),
            (1, "too few tokens or lamports"),
            (3, "of another mint"),
            (4, "may not spend"),
            (17, "is frozen"),
            (99, "is not one of this program"),
        ] {
            let said = Refusal::of_code(code).to_string();
            assert!(said.starts_with(&format!("Error {code}, most likely")) && said.contains(reason), "{said}");
        }
    }

    #[test]
    fn checks_of_the_framework_are_explained() {
        assert_eq!(Refusal::of_code(2000), Refusal::Check(Check::NotWritable));
        assert_eq!(Refusal::of_code(2040), Refusal::Check(Check::DuplicateMutable));
        assert_eq!(
            Refusal::of_instruction(&InstructionError::InvalidSeeds),
            Some(Refusal::Check(Check::InvalidSeeds))
        );
        assert_eq!(Refusal::of_instruction(&InstructionError::Custom(1)), Some(Refusal::Other(1)));
        assert_eq!(Refusal::of_instruction(&InstructionError::ComputationalBudgetExceeded), None);
        for check in Check::ALL {
            assert!(check.sentence().ends_with('.'), "{}", check.name());
            let is_found = check.code().map(Refusal::of_code).is_none_or(|found| found == Refusal::Check(*check));
            assert!(is_found, "{}", check.name());
        }
    }
}
