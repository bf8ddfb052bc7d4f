use {
    super::seating::*,
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MemberResigned},
        instructions::{key, now, same},
        state::Host,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Resign {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(constraint(same(&seating.member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    pub seating: Nested<Seating>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The way out for the collateral under the floor: the place is given up, and only what the host does from the next window
/// on earns it one again, no sooner than after the fall that a review of its open windows would find.
pub fn resign(ctx: &mut Context<Resign>) -> Result<()> {
    let at = now()?.unix;
    let Seating { market, terms, member } = &mut *ctx.accounts.seating;
    market.require_in_force(terms, at)?;
    member.resign(market, &terms.policy, at)?;
    let event = MemberResigned {
        member: key(member),
        market: member.market,
        host: member.host,
        at,
        barred_until: member.standing.barred_until,
        probation_until: member.standing.probation_until,
        fresh_from: member.standing.fresh_from.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
