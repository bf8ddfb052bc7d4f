//! What became of a changed instruction, by name.

use gpu_market_sdk::{
    address,
    error::Refusal,
    events::Event,
    svm::{Execution, Refused},
};

/// What the runtime itself refuses, besides what programs do. Nothing here is a crash: a program that panics, runs out of
/// compute units or touches memory that is not its own ends with another error.
const OF_THE_RUNTIME: [&str; 12] = [
    "MissingRequiredSignature",
    "MissingAccount",
    "PrivilegeEscalation",
    "ReadonlyDataModified",
    "ReadonlyLamportChange",
    "ExternalAccountDataModified",
    "ExternalAccountLamportSpend",
    "ModifiedProgramId",
    "InvalidArgument",
    "InvalidRealloc",
    "InsufficientFunds",
    "UnsupportedProgramId",
];

/// Errors of the token programs by their numbers.
const OF_TOKENS: [&str; 20] = [
    "NotRentExempt",
    "InsufficientFunds",
    "InvalidMint",
    "MintMismatch",
    "OwnerMismatch",
    "FixedSupply",
    "AlreadyInUse",
    "InvalidNumberOfProvidedSigners",
    "InvalidNumberOfRequiredSigners",
    "UninitializedState",
    "NativeNotSupported",
    "NonNativeHasBalance",
    "InvalidInstruction",
    "InvalidState",
    "Overflow",
    "AuthorityTypeNotSupported",
    "MintCannotFreeze",
    "AccountFrozen",
    "MintDecimalsMismatch",
    "NonNativeNotSupported",
];

/// Errors of the system program by their numbers.
const OF_THE_SYSTEM: [&str; 2] = ["AccountAlreadyInUse", "ResultWithNegativeLamports"];

/// What the runtime logs when it stops a program for its seeds; there is no error of its own for it.
const NO_SUCH_SIGNER: &str = "Could not create program address with signer seeds";

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Accepted,
    /// The job finished, and its host was refused to join again, with the name of the reason.
    Skipped(&'static str),
    /// Refused, with the name of the reason; in front of it who refused, unless the program itself did.
    Refused(String),
    /// The runtime stopped the program, because its seeds for a vault give an address that no program can sign for.
    Stopped,
    /// Failed in a way that has no name, such as a panic.
    Broken(String),
}

impl Outcome {
    pub fn of(result: Result<Execution, Box<Refused>>) -> Self {
        match result {
            Ok(execution) => execution.events.iter().find_map(skipped).map_or(Self::Accepted, Self::Skipped),
            Err(refused) => match reason(&refused) {
                Some(reason) => Self::Refused(reason),
                None if refused.logs.iter().any(|log| log.contains(NO_SUCH_SIGNER)) => Self::Stopped,
                None => Self::Broken(format!("{:?}", refused.error)),
            },
        }
    }

    /// Whether the transaction succeeded.
    pub const fn is_executed(&self) -> bool {
        matches!(self, Self::Accepted | Self::Skipped(_))
    }
}

/// Why a rejoin was skipped, if it was.
fn skipped(event: &Event) -> Option<&'static str> {
    match event {
        Event::HostRejoined(rejoined) if rejoined.refusal != 0 => Some(Refusal::of_code(rejoined.refusal).name()),
        _ => None,
    }
}

fn reason(refused: &Refused) -> Option<String> {
    let callee = callee(refused);
    if let Some(Refusal::Other(code)) = refused.refusal {
        let names: &[&str] = if callee? == "system" { &OF_THE_SYSTEM } else { &OF_TOKENS };
        let name = names.get(usize::try_from(code).ok()?)?;
        return Some(format!("{}: {name}", callee?));
    }
    let name = match &refused.refusal {
        Some(refusal) => refusal.name().into(),
        None => of_the_runtime(refused)?,
    };
    Some(callee.map_or(name.clone(), |callee| format!("{callee}: {name}")))
}

/// The runtime's own name of an error, without its place and its arguments.
fn of_the_runtime(refused: &Refused) -> Option<String> {
    let text = format!("{:?}", refused.error);
    let inner = text.strip_prefix("InstructionError(0, ")?.trim_end_matches(')');
    OF_THE_RUNTIME.contains(&inner).then(|| inner.into())
}

/// The program that the program under test called and that failed, if one did.
fn callee(refused: &Refused) -> Option<&'static str> {
    let failed = refused.logs.iter().find_map(|log| log.strip_prefix("Program ")?.split_once(" failed: "))?.0;
    let is = |program: gpu_market_sdk::Address| failed == program.to_string();
    if is(address::SYSTEM_PROGRAM) {
        Some("system")
    } else if is(address::TOKEN_PROGRAM) || is(address::TOKEN_2022_PROGRAM) {
        Some("token")
    } else {
        None
    }
}
