use {
    super::{open_member, require_entry, Entry},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        error::MarketError,
        events::{emit_cpi, MemberAdmitted},
        instructions::{key, now, same},
        math::Checked,
        state::{Config, Host, Market, Member, Tier},
        token::TokenContext,
    },
    anchor_lang::prelude::*,
};

/// The host's owner does not sign: it brings collateral, or closes the member.
#[derive(Accounts)]
pub struct Admit {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
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

impl Admit {
    fn validate(&self, gpus: u16) -> Result<()> {
        require!(self.market.tier()? == Tier::Premium, MarketError::NotPremium);
        require!(now()?.unix < self.market.genesis_end, MarketError::GenesisOver);
        require!(gpus >= self.market.gpus_per_seat, MarketError::TooFewGpus);
        let tokens = TokenContext { mint: self.mint.account(), program: self.token_program.account() };
        require_entry(&self.config, &self.market, &self.host, tokens, self.earnings.account())
    }
}

pub fn admit(ctx: &mut Context<Admit>, gpus: u16, evidence_hash: [u8; 32]) -> Result<()> {
    ctx.accounts.validate(gpus)?;
    let accounts = &mut ctx.accounts;
    let entry = Entry {
        market: key(&accounts.market),
        host: key(&accounts.host),
        earnings: *accounts.earnings.address(),
        rent_payer: *accounts.payer.address(),
        bump: ctx.bumps.member,
    };
    open_member(&mut accounts.member, &mut accounts.market, &mut accounts.host, &entry)?;
    let member = &mut accounts.member;
    member.attested_gpus = gpus;
    member.attested_until = accounts.market.genesis_end.plus(GENESIS_ATTESTATION)?;
    member.evidence_hash = evidence_hash;
    member.invariant()?;
    let event = MemberAdmitted {
        member: key(member),
        market: entry.market,
        host: entry.host,
        earnings: entry.earnings,
        rent_payer: entry.rent_payer,
        authority: *accounts.authority.address(),
        attested_gpus: gpus.into(),
        attested_until: member.attested_until,
        evidence_hash,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
