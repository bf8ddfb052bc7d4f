// The derive binds `params` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        events::{emit_cpi, MarketCreated, TermsAnnounced},
        instructions::{key, now},
        state::{Config, Market, MarketParams, Terms, TermsParams, Tier},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Number of a market's first terms.
pub const FIRST_TERMS: u32 = 1;

/// Anybody may open a market; who signs as its authority has it.
#[derive(Accounts)]
#[instruction(params: MarketParams)]
pub struct CreateMarket {
    /// The market's authority; part of its address.
    pub authority: Signer,
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub config: Account<Config>,
    /// CHECK: `validate` refuses mints that are not allowed.
    pub payment_mint: UncheckedAccount,
    /// Community market that hosts are promoted from; `validate` refuses another kind. None for a community market.
    pub feeder: Option<Account<Market>>,
    #[account(
        init,
        payer = payer,
        seeds = [MARKET_SEED, authority.address().as_ref(), &params.id.to_le_bytes()],
        bump
    )]
    pub market: Account<Market>,
    #[account(
        init,
        payer = payer,
        seeds = [TERMS_SEED, market.address().as_ref(), &FIRST_TERMS.to_le_bytes()],
        bump
    )]
    pub terms: Account<Terms>,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CreateMarket {
    fn validate(&self, params: &MarketParams, terms: &TermsParams, now: i64) -> Result<()> {
        token::require_supported_mint(TokenContext {
            mint: self.payment_mint.account(),
            program: self.token_program.account(),
        })?;
        Market::check_params(params, self.payment_mint.address(), self.feeder.as_deref(), now)?;
        terms.check(Tier::from_u8(params.tier)?, self.config.min_bond)?;
        Ok(())
    }
}

/// The first terms are in force at once.
pub fn create_market(
    ctx: &mut Context<CreateMarket>,
    params: MarketParams,
    terms_params: TermsParams,
) -> Result<()> {
    let now = now()?.unix;
    ctx.accounts.validate(&params, &terms_params, now)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;
    market.authority = *accounts.authority.address();
    market.payment_mint = *accounts.payment_mint.address();
    market.feeder = accounts.feeder.as_ref().map(key).unwrap_or_default();
    market.gpu_class = params.gpu_class;
    market.rent_payer = *accounts.payer.address();
    market.access_mint = params.access_mint;
    market.genesis_end = params.genesis_end;
    market.admission = terms_params.policy.admission;
    market.current_terms = FIRST_TERMS;
    market.open_terms = 1;
    market.id = params.id;
    market.gpus_per_seat = params.gpus_per_seat;
    market.tier = params.tier;
    market.version = ACCOUNT_VERSION;
    market.bump = ctx.bumps.market;

    let terms = &mut accounts.terms;
    terms.market = key(market);
    terms.rent_payer = *accounts.payer.address();
    terms.effective_at = now;
    terms.number = FIRST_TERMS;
    terms.set(&terms_params);
    terms.version = ACCOUNT_VERSION;
    terms.bump = ctx.bumps.terms;

    accounts.config.market_opened()?;
    market.invariant()?;
    let created = MarketCreated {
        market: key(market),
        authority: market.authority,
        payment_mint: market.payment_mint,
        feeder: market.feeder,
        gpu_class: market.gpu_class,
        rent_payer: market.rent_payer,
        access_mint: market.access_mint,
        genesis_end: market.genesis_end,
        id: market.id,
        gpus_per_seat: market.gpus_per_seat,
        tier: market.tier.into(),
    };
    let announced = TermsAnnounced::of(key(terms), terms);
    emit_cpi!(ctx, created);
    emit_cpi!(ctx, announced);
    Ok(())
}
