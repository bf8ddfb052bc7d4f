//! Instructions with something exchanged: what an attacker would try, and what a careless client might send.

use {
    crate::{cast::Cast, ids::Spot},
    gpu_market_sdk::{AccountMeta, Instruction},
    serde::{Deserialize, Serialize},
};

/// What is wrong with an instruction. A place counts the accounts, and starts over at the end of their list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Twist {
    /// Another account stands in a place.
    Replace(u8, Spot),
    /// A key that has to sign does not.
    Unsigned(u8),
    /// An account that is written to is passed as one to read.
    ReadOnly(u8),
    /// The accounts end before this place.
    Cut(u8),
    /// The same account stands in two places.
    Twice(u8, u8),
    /// A byte of the data is changed.
    Data(u8, u8),
}

fn at(accounts: &mut [AccountMeta], place: u8) -> Option<&mut AccountMeta> {
    let length = accounts.len();
    accounts.get_mut(usize::from(place).checked_rem(length)?)
}

impl Twist {
    /// The instruction with this twist.
    pub fn applied(self, mut instruction: Instruction, cast: &Cast) -> Instruction {
        let accounts = &mut instruction.accounts;
        match self {
            Self::Replace(place, spot) => {
                if let Some(meta) = at(accounts, place) {
                    meta.pubkey = cast.at(spot);
                    // Keys outside of the cast cannot sign.
                    meta.is_signer &= matches!(spot, Spot::Key(_));
                }
            }
            Self::Unsigned(place) => {
                if let Some(meta) = at(accounts, place) {
                    meta.is_signer = false;
                }
            }
            Self::ReadOnly(place) => {
                if let Some(meta) = at(accounts, place) {
                    meta.is_writable = false;
                }
            }
            Self::Cut(place) => {
                let length = accounts.len();
                accounts.truncate(usize::from(place).checked_rem(length).unwrap_or(0));
            }
            Self::Twice(from, to) => {
                let copied = at(accounts, from).map(|meta| meta.pubkey);
                if let (Some(key), Some(meta)) = (copied, at(accounts, to)) {
                    meta.pubkey = key;
                    meta.is_signer &= cast.pair_of(&key).is_some();
                }
            }
            Self::Data(place, value) => {
                let length = instruction.data.len();
                let index = usize::from(place).checked_rem(length);
                if let Some(byte) = index.and_then(|index| instruction.data.get_mut(index)) {
                    *byte = value;
                }
            }
        }
        instruction
    }
}
