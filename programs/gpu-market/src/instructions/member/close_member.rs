use {
    crate::{
        typed_account::Account,
        error::MarketError,
        events::{emit_cpi, MemberClosed},
        instructions::{key, now},
        state::{Host, Market, Member},
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseMember {
    #[account(address = host.owner @ MarketError::NotHostOwner)]
    pub owner: Signer,
    #[account(mut, address = member.host @ MarketError::WrongHost)]
    pub host: Account<Host>,
    #[account(mut, address = member.market @ MarketError::WrongMarket)]
    pub market: Account<Market>,
    #[account(mut, close = rent_payer)]
    pub member: Account<Member>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), address = member.rent_payer @ MarketError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
}

pub fn close_member(ctx: &mut Context<CloseMember>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.member.require_closable(now()?.unix)?;
    accounts.market.member_closed()?;
    accounts.host.member_closed()?;
    let event = MemberClosed {
        member: key(&accounts.member),
        market: key(&accounts.market),
        host: key(&accounts.host),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
