use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        error::MarketError,
        events::{emit_cpi, TermsAnnounced},
        instructions::{key, now, same},
        state::{Config, Market, Terms, TermsParams},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AnnounceTerms {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    /// Pays the rent of the terms and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub config: Account<Config>,
    #[account(mut)]
    pub market: Account<Market>,
    /// The terms in force, whose seat lifetime is the notice; the market refuses others.
    #[account(constraint(same(&in_force.market, market.address()) @ MarketError::WrongMarket))]
    pub in_force: Account<Terms>,
    #[account(
        init,
        payer = payer,
        seeds = [TERMS_SEED, market.address().as_ref(), &market.next_terms_number()?.to_le_bytes()],
        bump
    )]
    pub terms: Account<Terms>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl AnnounceTerms {
    fn validate(&self, params: &TermsParams) -> Result<()> {
        Ok(params.check(self.market.tier()?, self.config.min_bond)?)
    }
}

/// Zero for `effective_at` means as soon as the notice allows.
pub fn announce_terms(ctx: &mut Context<AnnounceTerms>, params: TermsParams, effective_at: i64) -> Result<()> {
    let now = now()?.unix;
    ctx.accounts.validate(&params)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;
    let number = market.next_terms_number()?;
    let effective_at = market.announce(number, &params, &accounts.in_force, effective_at, now)?;

    let terms = &mut accounts.terms;
    terms.market = key(market);
    terms.rent_payer = *accounts.payer.address();
    terms.effective_at = effective_at;
    terms.number = number;
    terms.set(&params);
    terms.version = ACCOUNT_VERSION;
    terms.bump = ctx.bumps.terms;

    market.invariant()?;
    let event = TermsAnnounced::of(key(terms), terms);
    emit_cpi!(ctx, event);
    Ok(())
}
