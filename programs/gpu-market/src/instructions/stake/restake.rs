use {
    super::ChangeStake,
    crate::{
        events::{emit_cpi, Restaked},
        instructions::{key, now},
    },
    anchor_lang::prelude::*,
};

pub fn restake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let stake = &mut accounts.stake;
    accounts.positions.change(stake, now, |stake| stake.restake(amount))?;
    stake.books()?;
    let event =
        Restaked { stake: key(stake), amount, staked: stake.amount, cooling: stake.cooling.total()?, at: now };
    emit_cpi!(ctx, event);
    Ok(())
}
