use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, MemberClosed},
        instructions::{key, now, same},
        state::{Host, Market, Member},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseMember {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(mut, constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut, constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(mut, close = rent_payer)]
    pub member: Account<Member>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&member.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_member(ctx: &mut Context<CloseMember>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.member.require_closable(now()?.unix)?;
    accounts.market.member_closed()?;
    accounts.host.member_closed()?;
    let event =
        MemberClosed { member: key(&accounts.member), market: key(&accounts.market), host: key(&accounts.host) };
    emit_cpi!(ctx, event);
    Ok(())
}
