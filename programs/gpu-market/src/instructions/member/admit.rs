use {
    super::seating::*,
    crate::{
        account_types::EventAuthority,
        error::MarketError,
        events::{emit_cpi, MemberAdmitted},
        instructions::{key, now, same},
    },
    anchor_lang::prelude::*,
};

/// The host's owner has consented by applying, so nobody makes a host own a member that it does not want.
#[derive(Accounts)]
pub struct Admit {
    #[account(constraint(same(&seating.market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    pub seating: Nested<Seating>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The one way to Premium by hand, and only until genesis ends, which was fixed when the market was created.
pub fn admit(ctx: &mut Context<Admit>, gpus: u16, evidence_hash: [u8; 32]) -> Result<()> {
    let at = now()?.unix;
    let Seating { market, terms, member } = &mut *ctx.accounts.seating;
    market.require_in_force(terms, at)?;
    member.admit(market, &terms.policy, gpus, at)?;
    member.evidence_hash = evidence_hash;
    let event = MemberAdmitted {
        member: key(member),
        market: member.market,
        host: member.host,
        authority: *ctx.accounts.authority.address(),
        attested_until: member.attested_until,
        evidence_hash,
        collateral_floor: member.collateral_floor,
        at,
        attested_gpus: gpus.into(),
        terms: terms.number,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
