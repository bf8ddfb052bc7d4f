//! Markets, their terms and their shards.

use {
    crate::{
        cast::{Cast, MARKETS, PAYER},
        ids::{Key, MarketId, Mint, Spot},
        terms::TermsChoice,
    },
    gpu_market::state::MarketParams,
    gpu_market_sdk::{
        Address, Instruction,
        instructions::{market, shard},
    },
    serde::{Deserialize, Serialize},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum MarketAction {
    /// Creates one of [`MARKETS`] with the first terms.
    Create {
        market: MarketId,
        gpus_per_seat: u16,
        genesis_end: i64,
        feeder: Option<MarketId>,
        terms: TermsChoice,
    },
    Announce {
        by: Key,
        market: MarketId,
        in_force: u32,
        number: u32,
        terms: TermsChoice,
        effective_at: i64,
    },
    CloseTerms {
        by: Key,
        market: MarketId,
        number: u32,
        rent: Key,
    },
    Pause {
        by: Key,
        market: MarketId,
        bits: u8,
    },
    List {
        by: Key,
        market: MarketId,
        listed: bool,
    },
    Propose {
        by: Key,
        market: MarketId,
        successor: Option<Key>,
    },
    Accept {
        by: Key,
        market: MarketId,
    },
    Close {
        by: Key,
        market: MarketId,
        rent: Key,
    },
    CreateShard {
        by: Key,
        market: MarketId,
        index: u8,
    },
    Grow {
        market: MarketId,
        index: u8,
    },
    CloseShard {
        by: Key,
        market: MarketId,
        index: u8,
        rent: Key,
    },
}

/// Name of the GPU class of every market here.
pub const GPU_CLASS: [u8; 32] = *b"rtx-4090\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

impl MarketAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        let at = |market| cast.market(market);
        match *self {
            Self::Create { market, gpus_per_seat, genesis_end, feeder, terms } => {
                let place = &MARKETS[usize::from(market.0) % MARKETS.len()];
                let access_mint = if place.private { cast.token(Mint::Pass).mint } else { Address::default() };
                market::create_market(market::CreateMarket {
                    authority: cast.key(place.creator),
                    payer: cast.key(PAYER),
                    payment: cast.token(place.mint),
                    feeder: feeder.map(at),
                    market: MarketParams {
                        id: place.id,
                        gpus_per_seat,
                        tier: place.premium.into(),
                        gpu_class: GPU_CLASS,
                        genesis_end,
                        access_mint,
                    },
                    terms: terms.params(place.premium, cast.at(Spot::Set(1))),
                })
            }
            Self::Announce { by, market, in_force, number, terms, effective_at } => {
                let premium = MARKETS[usize::from(market.0) % MARKETS.len()].premium;
                market::announce_terms(market::AnnounceTerms {
                    authority: cast.key(by),
                    payer: cast.key(PAYER),
                    market: at(market),
                    in_force,
                    number,
                    terms: terms.params(premium, cast.at(Spot::Set(1))),
                    effective_at,
                })
            }
            Self::CloseTerms { by, market, number, rent } => {
                market::close_terms(cast.key(by), at(market), number, cast.key(rent))
            }
            Self::Pause { by, market, bits } => market::set_market_pause(cast.key(by), at(market), bits),
            Self::List { by, market, listed } => market::list_market(cast.key(by), at(market), listed),
            Self::Propose { by, market, successor } => {
                let successor = successor.map_or(Address::default(), |key| cast.key(key));
                market::propose_market_authority(cast.key(by), at(market), successor)
            }
            Self::Accept { by, market } => market::accept_market_authority(cast.key(by), at(market)),
            Self::Close { by, market, rent } => market::close_market(cast.key(by), at(market), cast.key(rent)),
            Self::CreateShard { by, market, index } => {
                shard::create_shard(cast.key(by), cast.key(PAYER), at(market), index)
            }
            Self::Grow { market, index } => shard::grow_shard(cast.key(PAYER), at(market), index),
            Self::CloseShard { by, market, index, rent } => {
                shard::close_shard(cast.key(by), at(market), index, cast.key(rent))
            }
        }
    }
}
