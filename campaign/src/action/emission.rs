//! Emissions: tokens that somebody gives to stakers or hosts.

use {
    super::job,
    crate::{
        cast::{Cast, PAYER},
        ids::{Around, EmissionId, Key, MarketId, Mint, Wallet},
    },
    gpu_market::state::EmissionParams,
    gpu_market_sdk::{
        Instruction,
        instructions::rewards::{self, Recipients},
    },
    serde::{Deserialize, Serialize},
};

/// An emission to open.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gift {
    pub emission: EmissionId,
    pub from: Wallet,
    pub mint: Mint,
    /// The market whose hosts get it; none if it is for stakers.
    pub market: Option<MarketId>,
    /// Base units.
    pub amount: u64,
    /// Unix seconds; zero means now.
    pub start: i64,
    /// Unix seconds.
    pub end: i64,
    /// Micro base units per evidenced second.
    pub rate: u64,
    /// Base units a week.
    pub window_cap: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum EmissionAction {
    Open(Gift),
    Release { emission: EmissionId, mint: Mint },
    Incentive { emission: EmissionId, around: Around },
    Close { by: Key, emission: EmissionId, stakers: bool, mint: Mint, to: Wallet, rent: Key },
}

impl EmissionAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        match *self {
            Self::Open(gift) => rewards::open_emission(rewards::OpenEmission {
                funder: cast.key(gift.emission.funder),
                payer: cast.key(PAYER),
                source: cast.wallet(gift.from),
                token: cast.token(gift.mint),
                recipients: gift
                    .market
                    .map_or(Recipients::Stakers, |market| Recipients::Hosts(cast.market(market))),
                id: gift.emission.id,
                params: EmissionParams {
                    amount: gift.amount,
                    start: gift.start,
                    end: gift.end,
                    rate: gift.rate,
                    window_cap: gift.window_cap,
                },
            }),
            Self::Release { emission, mint } => {
                rewards::release_emission(cast.emission(emission), cast.token(mint))
            }
            Self::Incentive { emission, around } => {
                let token = cast.token(around.client.mint);
                rewards::pay_incentive(cast.emission(emission), job::parties(cast, &around), token)
            }
            Self::Close { by, emission, stakers, mint, to, rent } => {
                rewards::close_emission(rewards::CloseEmission {
                    caller: cast.key(by),
                    emission: cast.emission(emission),
                    for_stakers: stakers,
                    token: cast.token(mint),
                    destination: cast.wallet(to),
                    rent_payer: cast.key(rent),
                })
            }
        }
    }
}
