//! A host's way into a market, its standing there, and its way out.

use {
    super::signed_by,
    crate::{
        cast::{Cast, PAYER, party_owner},
        ids::{Key, MarketId, Mint, Party, Wallet},
    },
    gpu_market_sdk::{Instruction, instructions::member},
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum MemberAction {
    /// Enrolls, or applies.
    Enter {
        by: Key,
        party: Party,
        market: MarketId,
        mint: Mint,
        applies: bool,
        access: Option<Wallet>,
    },
    Admit {
        by: Key,
        market: MarketId,
        terms: u32,
        host: Party,
        gpus: u16,
    },
    Close {
        by: Key,
        party: Party,
        market: MarketId,
        rent: Key,
    },
    Promote {
        market: MarketId,
        terms: u32,
        feeder: MarketId,
        host: Party,
    },
    Review {
        market: MarketId,
        terms: u32,
        host: Party,
    },
    Resign {
        by: Key,
        party: Party,
        market: MarketId,
        terms: u32,
    },
}

impl MemberAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let owner = |party| cast.key(party_owner(party));
        let by_key = |instruction, by| signed_by(instruction, cast, by);
        match *self {
            Self::Enter { by, party, market, mint, applies, access } => {
                let enroll = member::Enroll {
                    owner: owner(party),
                    payer: cast.key(PAYER),
                    market: cast.market(market),
                    token: cast.token(mint),
                    access: access.map(|wallet| cast.wallet(wallet)),
                };
                by_key(if applies { member::apply(enroll) } else { member::enroll(enroll) }, by)
            }
            Self::Admit { by, market, terms, host, gpus } => member::admit(member::Admit {
                authority: cast.key(by),
                market: cast.market(market),
                terms,
                host: cast.host(host),
                gpus,
                evidence_hash: [9; 32],
            }),
            Self::Close { by, party, market, rent } => {
                by_key(member::close_member(owner(party), cast.market(market), cast.key(rent)), by)
            }
            Self::Promote { market, terms, feeder, host } => member::promote(member::Promote {
                market: cast.market(market),
                terms,
                feeder: cast.market(feeder),
                host: cast.host(host),
            }),
            Self::Review { market, terms, host } => member::review(cast.market(market), terms, cast.host(host)),
            Self::Resign { by, party, market, terms } => {
                by_key(member::resign(owner(party), cast.market(market), terms), by)
            }
        }
    }
}
