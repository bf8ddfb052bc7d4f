use {
    crate::{
        account_types::Account,
        error::MarketError,
        instructions::same,
        state::{Market, Member, Terms},
    },
    anchor_lang::prelude::*,
};

/// A premium market, the terms in force there, and a member of it: what a change of standing reads and writes.
#[derive(Accounts)]
pub struct Seating {
    pub market: Account<Market>,
    /// The terms in force, whose policy counts; the market refuses others.
    #[account(constraint(same(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut, constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub member: Account<Member>,
}
