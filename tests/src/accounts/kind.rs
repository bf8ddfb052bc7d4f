//! What kind of account stands in a slot. The IDL does not say, so it is read off the chain.

use {
    super::{
        chain::{Held, is_runtimes},
        interface::type_of,
    },
    crate::World,
    gpu_market_sdk::{Address, address},
};

/// Bytes of a mint; one with extensions is longer than an account and says what it is behind the space of one.
const MINT_SIZE: usize = 82;
const TYPE_OFFSET: usize = 165;
const TYPE_MINT: u8 = 1;

/// What an account that exists, or will exist after the instruction, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// An account of the program, by the mark of its type.
    Typed([u8; 8]),
    Token,
    Mint,
    /// An account of another program, such as the loader's.
    Foreign,
}

impl Class {
    pub fn of(account: &Held) -> Option<Self> {
        if account.is_programs() {
            return account.mark().map(Self::Typed);
        }
        if account.is_of_tokens() {
            let is_mint = account.data.len() == MINT_SIZE || account.data.get(TYPE_OFFSET) == Some(&TYPE_MINT);
            return Some(if is_mint { Self::Mint } else { Self::Token });
        }
        (account.owner != address::SYSTEM_PROGRAM).then_some(Self::Foreign)
    }
}

/// What stands in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An account with contents.
    Account(Class),
    /// An account that the instruction creates.
    Fresh(Class),
    /// A wallet or another address without contents: known by its key alone.
    Key,
    /// A program.
    Program,
    /// A sysvar.
    Sysvar,
}

impl Kind {
    /// From what the address holds before the instruction and after it.
    pub fn of(world: &World, key: &Address, before: Option<&Held>, after: Option<&Held>) -> Self {
        if is_runtimes(world, key) {
            let executable = world.svm.raw(key).is_some_and(|raw| raw.executable);
            return if executable { Self::Program } else { Self::Sysvar };
        }
        match (before.and_then(Class::of), after.and_then(Class::of)) {
            (Some(class), _) => Self::Account(class),
            (None, Some(class)) => Self::Fresh(class),
            (None, None) => Self::Key,
        }
    }

    /// What it holds, or will hold.
    pub const fn class(self) -> Option<Class> {
        match self {
            Self::Account(class) | Self::Fresh(class) => Some(class),
            Self::Key | Self::Program | Self::Sysvar => None,
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Typed(mark) => formatter.write_str(&type_of(*mark)),
            Self::Token => formatter.write_str("token account"),
            Self::Mint => formatter.write_str("mint"),
            Self::Foreign => formatter.write_str("account of the loader"),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(class) => write!(formatter, "{class}"),
            Self::Fresh(class) => write!(formatter, "new {class}"),
            Self::Key => formatter.write_str("key"),
            Self::Program => formatter.write_str("program"),
            Self::Sysvar => formatter.write_str("sysvar"),
        }
    }
}
