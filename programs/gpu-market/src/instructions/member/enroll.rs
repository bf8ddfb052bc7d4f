use {
    super::{open_member, require_entry, Entry},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        error::MarketError,
        events::{emit_cpi, MemberEnrolled},
        instructions::{key, same},
        state::{Config, Host, Market, Member, Tier},
        token::TokenContext,
    },
    anchor_lang::prelude::*,
};

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
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl Enroll {
    fn validate(&self) -> Result<()> {
        require!(self.market.tier()? == Tier::Community, MarketError::EnrollInPremium);
        let tokens = TokenContext { mint: self.mint.account(), program: self.token_program.account() };
        require_entry(&self.config, &self.market, &self.host, tokens, self.earnings.account())
    }
}

pub fn enroll(ctx: &mut Context<Enroll>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let entry = Entry {
        market: key(&accounts.market),
        host: key(&accounts.host),
        earnings: *accounts.earnings.address(),
        rent_payer: *accounts.payer.address(),
        bump: ctx.bumps.member,
    };
    open_member(&mut accounts.member, &mut accounts.market, &mut accounts.host, &entry)?;
    accounts.member.invariant()?;
    let event = MemberEnrolled {
        member: key(&accounts.member),
        market: entry.market,
        host: entry.host,
        earnings: entry.earnings,
        rent_payer: entry.rent_payer,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
