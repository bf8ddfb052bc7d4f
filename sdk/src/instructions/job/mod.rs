//! The life of a job, as client and host move it. What anyone may enforce is in [`super::expire`].

mod client;
mod host;

pub use {client::*, host::*};

use {
    super::{Parties, Token, instruction, readonly, writable},
    crate::Instruction,
};

/// Anyone, without a signature: moves what a job has earned, or still owes, to the host's earnings vault.
pub fn collect(parties: Parties, token: Token) -> Instruction {
    let [mint, program] = token.metas();
    instruction(
        8,
        &(),
        [
            writable(parties.job),
            readonly(parties.member()),
            writable(parties.client),
            writable(parties.vault()),
            writable(parties.earnings(&token)),
            mint,
            program,
        ],
    )
}
