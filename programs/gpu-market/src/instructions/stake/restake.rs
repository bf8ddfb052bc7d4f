use {
    super::ChangeStake,
    crate::{
        events::{emit_cpi, Restaked},
        instructions::key,
    },
    anchor_lang::prelude::*,
};

pub fn restake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    let stake = &mut ctx.accounts.stake;
    stake.restake(amount)?;
    stake.books()?;
    let event = Restaked { stake: key(stake), amount, staked: stake.amount, cooling: stake.cooling.total()? };
    emit_cpi!(ctx, event);
    Ok(())
}
