//! Hosts and the vaults that jobs pay them into.

use {
    super::signed_by,
    crate::{
        cast::{Cast, PAYER, party_owner},
        ids::{Key, Mint, Party, Wallet},
    },
    gpu_market::state::HostParams,
    gpu_market_sdk::{Instruction, address::SYSTEM_PROGRAM, instructions::host},
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum HostAction {
    /// Without an operator the key is all zeros.
    Register {
        party: Party,
        operator: Option<Key>,
    },
    Update {
        by: Key,
        party: Party,
        operator: Option<Key>,
    },
    Close {
        by: Key,
        party: Party,
        rent: Key,
    },
    OpenEarnings {
        by: Key,
        party: Party,
        mint: Mint,
    },
    WithdrawEarnings {
        by: Key,
        party: Party,
        mint: Mint,
        to: Wallet,
        amount: u64,
    },
    CloseEarnings {
        by: Key,
        party: Party,
        mint: Mint,
        to: Wallet,
    },
}

fn params(cast: &Cast, operator: Option<Key>) -> HostParams {
    let operator = operator.map_or(SYSTEM_PROGRAM, |key| cast.key(key));
    HostParams { operator, sealing_key: [7; 32], metadata_hash: [8; 32] }
}

impl HostAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let owner = |party| cast.key(party_owner(party));
        let by_key = |instruction, by| signed_by(instruction, cast, by);
        match *self {
            Self::Register { party, operator } => {
                host::register_host(owner(party), cast.key(PAYER), params(cast, operator))
            }
            Self::Update { by, party, operator } => {
                by_key(host::update_host(owner(party), params(cast, operator)), by)
            }
            Self::Close { by, party, rent } => by_key(host::close_host(owner(party), cast.key(rent)), by),
            Self::OpenEarnings { by, party, mint } => {
                by_key(host::open_earnings(owner(party), cast.token(mint)), by)
            }
            Self::WithdrawEarnings { by, party, mint, to, amount } => {
                host::withdraw_earnings(host::WithdrawEarnings {
                    authority: cast.key(by),
                    host: cast.host(party),
                    token: cast.token(mint),
                    destination: cast.wallet(to),
                    amount,
                })
            }
            Self::CloseEarnings { by, party, mint, to } => {
                by_key(host::close_earnings(owner(party), cast.token(mint), cast.wallet(to)), by)
            }
        }
    }
}
