use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MemberResigned},
        instructions::{key, now, same},
        state::{Host, Market, Member},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Resign {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(mut)]
    pub member: Account<Member>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// The way out for the collateral under the floor: the place is given up, and only what the host does from the next window
/// on earns it one again.
pub fn resign(ctx: &mut Context<Resign>) -> Result<()> {
    let at = now()?.unix;
    let accounts = &mut ctx.accounts;
    let member = &mut accounts.member;
    member.resign(&accounts.market, at)?;
    let event = MemberResigned {
        member: key(member),
        market: member.market,
        host: member.host,
        at,
        fresh_from: member.standing.fresh_from.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
