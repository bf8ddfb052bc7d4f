//! Reward pools and what stakes earn from them.

use {
    super::signed_by,
    crate::{
        cast::{Cast, PAYER, party_owner},
        ids::{Key, Mint, Party, Wallet},
    },
    gpu_market_sdk::{Instruction, instructions::rewards},
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum RewardAction {
    OpenPool { mint: Mint },
    ClosePool { mint: Mint, rent: Key },
    CheckPool { mint: Mint },
    OpenPosition { by: Key, party: Party, mint: Mint },
    ClosePosition { by: Key, party: Party, mint: Mint, rent: Key },
    Claim { by: Key, party: Party, mint: Mint, to: Wallet },
    Sync { party: Party, mint: Mint },
}

impl RewardAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let owner = |party| cast.key(party_owner(party));
        let by_key = |instruction, by| signed_by(instruction, cast, by);
        let at = |mint| cast.token(mint).mint;
        match *self {
            Self::OpenPool { mint } => rewards::open_pool(cast.key(PAYER), cast.token(mint)),
            Self::ClosePool { mint, rent } => rewards::close_pool(cast.token(mint), cast.key(rent)),
            Self::CheckPool { mint } => rewards::check_pool(at(mint)),
            Self::OpenPosition { by, party, mint } => {
                by_key(rewards::open_position(owner(party), cast.key(PAYER), at(mint)), by)
            }
            Self::ClosePosition { by, party, mint, rent } => {
                by_key(rewards::close_position(owner(party), at(mint), cast.key(rent)), by)
            }
            Self::Claim { by, party, mint, to } => {
                by_key(rewards::claim_rewards(owner(party), cast.token(mint), cast.wallet(to)), by)
            }
            Self::Sync { party, mint } => rewards::sync_weight(cast.stake(party), at(mint)),
        }
    }
}
