//! What happens around the program: time, gifts, frozen accounts, restarts.

use {
    crate::ids::Spot,
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outside {
    /// Time passes on a chain that makes its slots.
    Advance {
        seconds: u32,
    },
    /// Time passes while the chain stands still.
    Halt {
        seconds: u32,
    },
    /// Somebody sends base units to a token account, mostly a vault.
    GiveTokens {
        to: Spot,
        amount: u64,
    },
    /// Somebody sends lamports to an address, in use or not.
    GiveLamports {
        to: Spot,
        lamports: u64,
    },
    /// The issuer freezes a token account.
    Freeze(Spot),
    Thaw(Spot),
    /// Everything is written out and read into a new chain.
    Restart,
}
