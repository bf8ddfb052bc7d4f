//! Stake, collateral and credits.

use {
    super::signed_by,
    crate::{
        cast::{Cast, PAYER, party_owner},
        ids::{Key, MarketId, Mint, Party, Pools, Wallet},
    },
    gpu_market_sdk::{
        Instruction,
        instructions::{rewards, stake},
    },
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum StakeAction {
    Open { party: Party },
    Stake { by: Key, party: Party, from: Wallet, amount: u64, positions: Pools },
    Allocate { by: Key, party: Party, market: MarketId, amount: u64 },
    Deallocate { by: Key, party: Party, market: MarketId, amount: u64 },
    Unstake { by: Key, party: Party, amount: u64, positions: Pools },
    Restake { by: Key, party: Party, amount: u64, positions: Pools },
    ExtendLock { by: Key, party: Party, days: u16, positions: Pools },
    Check { party: Party },
    Withdraw { by: Key, party: Party, to: Wallet },
    Close { by: Key, party: Party, to: Wallet, rent: Key },
    OpenCredit { party: Party, beneficiary: Key },
    Claim { by: Key, party: Party, beneficiary: Key, to: Wallet },
    CloseCredit { party: Party, beneficiary: Key, rent: Key },
}

impl StakeAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let token = cast.token(Mint::Stake);
        let owner = |party| cast.key(party_owner(party));
        let by_key = |instruction, by| signed_by(instruction, cast, by);
        let with = |instruction, party, positions: Pools| {
            let mints: Vec<_> = positions.mints().map(|mint| cast.token(mint).mint).collect();
            rewards::with_positions(instruction, &owner(party), &mints)
        };
        match *self {
            Self::Open { party } => stake::open_stake(owner(party), cast.key(PAYER), token),
            Self::Stake { by, party, from, amount, positions } => {
                let tokens = stake::StakeTokens { owner: owner(party), source: cast.wallet(from), token, amount };
                by_key(with(stake::stake(tokens), party, positions), by)
            }
            Self::Allocate { by, party, market, amount } => {
                by_key(stake::allocate(owner(party), cast.market(market), amount), by)
            }
            Self::Deallocate { by, party, market, amount } => {
                by_key(stake::deallocate(owner(party), cast.market(market), amount), by)
            }
            Self::Unstake { by, party, amount, positions } => {
                by_key(with(stake::request_unstake(owner(party), amount), party, positions), by)
            }
            Self::Restake { by, party, amount, positions } => {
                by_key(with(stake::restake(owner(party), amount), party, positions), by)
            }
            Self::ExtendLock { by, party, days, positions } => {
                by_key(with(stake::extend_lock(owner(party), days), party, positions), by)
            }
            Self::Check { party } => stake::check_stake(cast.stake(party)),
            Self::Withdraw { by, party, to } => {
                by_key(stake::withdraw_stake(owner(party), token, cast.wallet(to)), by)
            }
            Self::Close { by, party, to, rent } => {
                let close = stake::CloseStake {
                    owner: owner(party),
                    token,
                    destination: cast.wallet(to),
                    rent_payer: cast.key(rent),
                };
                by_key(stake::close_stake(close), by)
            }
            Self::OpenCredit { party, beneficiary } => {
                stake::open_credit(cast.key(PAYER), cast.stake(party), cast.key(beneficiary))
            }
            Self::Claim { by, party, beneficiary, to } => stake::claim_credit(stake::ClaimCredit {
                caller: cast.key(by),
                beneficiary: cast.key(beneficiary),
                stake: cast.stake(party),
                token,
                destination: cast.wallet(to),
            }),
            Self::CloseCredit { party, beneficiary, rent } => {
                stake::close_credit(cast.stake(party), cast.key(beneficiary), cast.key(rent))
            }
        }
    }
}
