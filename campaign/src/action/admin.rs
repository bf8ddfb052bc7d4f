//! The protocol's settings and treasuries.

use {
    crate::{
        cast::{Cast, PAYER},
        ids::{ClientId, Key, Mint, Party, Spot, Wallet},
    },
    gpu_market::state::{ConfigSettings, Split},
    gpu_market_sdk::{
        Address, Instruction,
        instructions::{admin, treasury},
    },
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum AdminAction {
    /// Asks for a config by a key that may not; there is one anyway.
    CreateConfig {
        by: Key,
    },
    Update {
        by: Key,
        pauser: Option<Key>,
        treasury: Option<Key>,
        unbonding: i64,
        min_bond: u64,
    },
    Pause {
        by: Key,
        bits: u8,
    },
    Propose {
        by: Key,
        successor: Option<Key>,
    },
    Accept {
        by: Key,
    },
    CloseConfig {
        by: Key,
        rent: Key,
    },
    OpenTreasury {
        mint: Mint,
    },
    AnnounceSplit {
        by: Key,
        stakers_bps: u16,
        referral_bps: u16,
    },
    /// With the pool of the stakers, and the earnings vault of the host that referred the client.
    SweepFees {
        client: ClientId,
        stakers: bool,
        referrer: Option<Party>,
    },
    SweepSlashes {
        party: Party,
    },
    WithdrawTreasury {
        by: Key,
        mint: Mint,
        to: Wallet,
        amount: u64,
    },
    CloseTreasury {
        by: Key,
        mint: Mint,
        rent: Key,
    },
}

impl AdminAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let key_or_none = |key: Option<Key>| key.map_or(Address::default(), |key| cast.key(key));
        match *self {
            Self::CreateConfig { by } => admin::create_config(admin::CreateConfig {
                payer: cast.key(PAYER),
                upgrade_authority: cast.key(by),
                stake: cast.token(Mint::Stake),
                admin: cast.key(by),
                settings: ConfigSettings {
                    pauser: cast.key(by),
                    treasury: cast.key(by),
                    unbonding: 10 * 86_400,
                    min_bond: 1,
                },
            }),
            Self::Update { by, pauser, treasury, unbonding, min_bond } => {
                let (pauser, treasury) = (key_or_none(pauser), key_or_none(treasury));
                admin::update_config(cast.key(by), ConfigSettings { pauser, treasury, unbonding, min_bond })
            }
            Self::Pause { by, bits } => admin::set_pause(cast.key(by), bits),
            Self::Propose { by, successor } => admin::propose_admin(cast.key(by), key_or_none(successor)),
            Self::Accept { by } => admin::accept_admin(cast.key(by)),
            Self::CloseConfig { by, rent } => admin::close_config(cast.key(by), cast.key(rent)),
            Self::OpenTreasury { mint } => treasury::open_treasury(cast.key(PAYER), cast.token(mint)),
            Self::AnnounceSplit { by, stakers_bps, referral_bps } => {
                admin::announce_split(cast.key(by), Split { stakers_bps, referral_bps })
            }
            Self::SweepFees { client, stakers, referrer } => treasury::sweep_fees(treasury::SweepFees {
                client: cast.client(client),
                token: cast.token(client.mint),
                stakers,
                referrer: referrer.map(|party| cast.at(Spot::Earnings(party, client.mint))),
            }),
            Self::SweepSlashes { party } => treasury::sweep_slashes(cast.stake(party), cast.token(Mint::Stake)),
            Self::WithdrawTreasury { by, mint, to, amount } => {
                treasury::withdraw_treasury(treasury::WithdrawTreasury {
                    admin: cast.key(by),
                    token: cast.token(mint),
                    destination: cast.wallet(to),
                    amount,
                })
            }
            Self::CloseTreasury { by, mint, rent } => {
                treasury::close_treasury(cast.key(by), cast.token(mint), cast.key(rent))
            }
        }
    }
}
