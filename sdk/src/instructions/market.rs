//! Markets and their terms.

use {
    super::{
        Token, config, instruction, optional_readonly, paying_signer, readonly, signer, system_program, writable,
    },
    crate::{Address, Instruction, address},
    gpu_market::state::{MarketParams, TermsParams},
};

/// Number of a market's first terms.
pub const FIRST_TERMS: u32 = 1;

/// See [`create_market`].
#[derive(Clone, Copy, Debug)]
pub struct CreateMarket {
    /// Authority of the market; signs.
    pub authority: Address,
    /// Pays the rent of market and terms.
    pub payer: Address,
    /// Mint that jobs are paid in.
    pub payment: Token,
    /// Community market that a premium market promotes from.
    pub feeder: Option<Address>,
    /// What never changes.
    pub market: MarketParams,
    /// First terms, in force at once.
    pub terms: TermsParams,
}

/// Anyone: opens a market with its first terms. Its queue shards come with `shard::create_shard`.
pub fn create_market(params: CreateMarket) -> Instruction {
    let market = address::market(&params.authority, params.market.id).0;
    instruction(
        80,
        &(params.market, params.terms),
        [
            signer(params.authority),
            paying_signer(params.payer),
            writable(address::config().0),
            readonly(params.payment.mint),
            optional_readonly(params.feeder),
            writable(market),
            writable(address::terms(&market, FIRST_TERMS).0),
            readonly(params.payment.program),
            system_program(),
        ],
    )
}

/// See [`announce_terms`].
#[derive(Clone, Copy, Debug)]
pub struct AnnounceTerms {
    /// Authority of the market; signs.
    pub authority: Address,
    /// Pays the rent of the terms.
    pub payer: Address,
    /// The market.
    pub market: Address,
    /// Number of the terms now in force, see `Market::terms_in_force`.
    pub in_force: u32,
    /// Number of the new terms, see `Market::next_terms_number`.
    pub number: u32,
    /// The new terms.
    pub terms: TermsParams,
    /// Unix seconds; zero means as soon as the notice allows.
    pub effective_at: i64,
}

/// Authority: announces terms.
pub fn announce_terms(params: AnnounceTerms) -> Instruction {
    instruction(
        81,
        &(params.terms, params.effective_at),
        [
            signer(params.authority),
            paying_signer(params.payer),
            config(),
            writable(params.market),
            readonly(address::terms(&params.market, params.in_force).0),
            writable(address::terms(&params.market, params.number).0),
            system_program(),
        ],
    )
}

/// Authority: closes superseded terms, or the last ones of a market that is being closed.
pub fn close_terms(authority: Address, market: Address, number: u32, rent_payer: Address) -> Instruction {
    instruction(
        82,
        &(),
        [signer(authority), writable(market), writable(address::terms(&market, number).0), writable(rent_payer)],
    )
}

/// Authority: replaces the market's pause bits, see `gpu_market::constants::pause`.
pub fn set_market_pause(authority: Address, market: Address, bits: u8) -> Instruction {
    instruction(83, &bits, [signer(authority), writable(market)])
}

/// Admin: lists or unlists a market, for display and emissions only.
pub fn list_market(admin: Address, market: Address, listed: bool) -> Instruction {
    instruction(84, &listed, [signer(admin), config(), writable(market)])
}

/// Authority: proposes a successor; all zeros takes a proposal back.
pub fn propose_market_authority(authority: Address, market: Address, successor: Address) -> Instruction {
    instruction(85, &successor, [signer(authority), writable(market)])
}

/// The proposed successor: becomes the authority. The market keeps its address.
pub fn accept_market_authority(successor: Address, market: Address) -> Instruction {
    instruction(86, &(), [signer(successor), writable(market)])
}

/// Authority: closes a market of which nothing is left.
pub fn close_market(authority: Address, market: Address, rent_payer: Address) -> Instruction {
    instruction(87, &(), [signer(authority), writable(address::config().0), writable(market), writable(rent_payer)])
}
