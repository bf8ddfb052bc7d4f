use {
    super::require_access,
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::{pause, ACCOUNT_VERSION, EARNINGS_SEED, MEMBER_SEED},
        error::MarketError,
        events::{emit_cpi, MemberApplied, MemberEnrolled},
        instructions::{bump_of, key, same},
        state::{Config, Host, Market, Member, MemberState, Tier},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// For both ways into a market: [`enroll`] and [`apply`].
#[derive(Accounts)]
pub struct Enroll {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub config: Account<Config>,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut)]
    pub host: Account<Host>,
    /// CHECK: the host's vault of the payment mint, open; `validate` asks for both.
    pub earnings: UncheckedAccount,
    /// CHECK: the mint that the market records.
    #[account(constraint(same(&market.payment_mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    #[account(
        init,
        payer = payer,
        seeds = [MEMBER_SEED, market.address().as_ref(), host.address().as_ref()],
        bump
    )]
    pub member: Account<Member>,
    /// CHECK: a token account with a token of the market's access mint; only where the market has one.
    pub access: Option<UncheckedAccount>,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl Enroll {
    /// Nothing is paused, the host has access, and its vault that jobs will pay into is open.
    fn validate(&self) -> Result<()> {
        require!(
            !self.config.is_paused(pause::ENROLLING) && !self.market.is_paused(pause::ENROLLING),
            MarketError::EnrollingPaused
        );
        // Not the operator's: an owner can name anybody who holds a token as its operator.
        require_access(&self.market, &[&self.host.owner], &self.access)?;
        let tokens = TokenContext { mint: self.mint.account(), program: self.token_program.account() };
        let seeds = [EARNINGS_SEED, self.host.address().as_ref(), tokens.mint.address().as_ref()];
        bump_of(self.earnings.address(), &seeds)?;
        token::require_owned_by(self.earnings.account(), tokens, self.earnings.address())
    }

    /// Writes the new member and counts it in its market and host.
    fn open(&mut self, state: MemberState, bump: u8) -> Result<MemberEnrolled> {
        self.validate()?;
        let event = MemberEnrolled {
            member: key(&self.member),
            market: key(&self.market),
            host: key(&self.host),
            earnings: *self.earnings.address(),
            rent_payer: *self.payer.address(),
        };
        let member = &mut self.member;
        member.market = event.market;
        member.host = event.host;
        member.earnings = event.earnings;
        member.rent_payer = event.rent_payer;
        member.state = state as u8;
        member.version = ACCOUNT_VERSION;
        member.bump = bump;
        self.market.member_opened()?;
        self.host.member_opened()?;
        Ok(event)
    }
}

/// Into a community market, which is open at once.
pub fn enroll(ctx: &mut Context<Enroll>) -> Result<()> {
    require!(ctx.accounts.market.tier()? == Tier::Community, MarketError::EnrollInPremium);
    let event = ctx.accounts.open(MemberState::Active, ctx.bumps.member)?;
    emit_cpi!(ctx, event);
    Ok(())
}

/// For a place in a premium market. A candidate has no rights but to bring collateral, to have its GPUs attested, and to be
/// promoted when it meets the rules.
pub fn apply(ctx: &mut Context<Enroll>) -> Result<()> {
    require!(ctx.accounts.market.tier()? == Tier::Premium, MarketError::NotPremium);
    let event = MemberApplied { application: ctx.accounts.open(MemberState::Candidate, ctx.bumps.member)? };
    emit_cpi!(ctx, event);
    Ok(())
}
