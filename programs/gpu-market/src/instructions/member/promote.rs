use {
    super::seating::*,
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MemberPromoted},
        instructions::{key, now, same},
        state::{Host, Member},
    },
    anchor_lang::prelude::*,
};

/// Nobody signs: the rules decide, and whoever sends this only asks them.
#[derive(Accounts)]
pub struct Promote {
    pub seating: Nested<Seating>,
    #[account(constraint(same(&seating.member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    /// The host's member of the feeder market, whose record is read. Its earnings vault shows that the feeder is paid in the
    /// same mint: a market that was closed and opened anew at its address could be paid in anything.
    #[account(
        constraint(same(&feeder.market, &seating.market.feeder) @ MarketError::WrongMarket),
        constraint(same(&feeder.host, host.address()) @ MarketError::WrongHost),
        constraint(same(&feeder.earnings, &seating.member.earnings) @ MarketError::WrongMint)
    )]
    pub feeder: Account<Member>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Succeeds exactly when every rule of the policy in force is met.
pub fn promote(ctx: &mut Context<Promote>) -> Result<()> {
    let at = now()?.unix;
    let accounts = &mut ctx.accounts;
    let Seating { market, terms, member } = &mut *accounts.seating;
    market.require_in_force(terms, at)?;
    member.promote(market, &accounts.host, &accounts.feeder, &terms.policy, at)?;
    let event = MemberPromoted {
        member: key(member),
        market: member.market,
        host: member.host,
        collateral_floor: member.collateral_floor,
        at,
        terms: terms.number.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
