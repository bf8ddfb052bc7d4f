use {
    super::ChangeStake,
    crate::{
        events::{emit_cpi, LockExtended},
        instructions::{key, now},
    },
    anchor_lang::prelude::*,
};

pub fn extend_lock(ctx: &mut Context<ChangeStake>, days: u16) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let old_days = accounts.stake.lock_days;
    accounts.positions.change(&mut accounts.stake, now, |stake| stake.extend_lock(days))?;
    let event = LockExtended { stake: key(&accounts.stake), old_days: old_days.into(), days: days.into(), at: now };
    emit_cpi!(ctx, event);
    Ok(())
}
