use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, CollateralAllocated},
        instructions::{key, same},
        state::{Host, Member, Stake},
    },
    anchor_lang::prelude::*,
};

/// Stake and member of one and the same host owner. No tokens move: collateral stays in the stake's vault.
#[derive(Accounts)]
pub struct Allocate {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    #[account(
        constraint(same(&member.host, host.address()) @ MarketError::WrongHost),
        constraint = host.owner == *owner.address() @ MarketError::NotHostOwner
    )]
    pub host: Account<Host>,
    #[account(mut)]
    pub member: Account<Member>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn allocate(ctx: &mut Context<Allocate>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.stake.allocate(&mut accounts.member, amount)?;
    accounts.stake.books()?;
    accounts.member.invariant()?;
    let event = CollateralAllocated {
        stake: key(&accounts.stake),
        member: key(&accounts.member),
        amount,
        collateral: accounts.member.collateral,
        allocated: accounts.stake.allocated,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
