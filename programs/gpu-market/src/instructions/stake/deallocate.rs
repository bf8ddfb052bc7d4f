use {
    super::Allocate,
    crate::{
        events::{emit_cpi, CollateralDeallocated},
        instructions::key,
    },
    anchor_lang::prelude::*,
};

pub fn deallocate(ctx: &mut Context<Allocate>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.stake.deallocate(&mut accounts.member, amount)?;
    accounts.stake.books()?;
    accounts.member.invariant()?;
    let event = CollateralDeallocated {
        stake: key(&accounts.stake),
        member: key(&accounts.member),
        amount,
        collateral: accounts.member.collateral,
        allocated: accounts.stake.allocated,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
