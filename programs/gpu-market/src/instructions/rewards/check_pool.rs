use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, SolvencyChecked},
        instructions::{key, same},
        state::RewardPool,
        token,
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: it only compares.
#[derive(Accounts)]
pub struct CheckPool {
    #[account(mut)]
    pub pool: Account<RewardPool>,
    /// CHECK: the vault that the pool records.
    #[account(constraint(same(&pool.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Stops entries while the vault holds less than is booked, and nothing else; a position or an emission is not opened then.
pub fn check_pool(ctx: &mut Context<CheckPool>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let held = token::amount(accounts.vault.account())?;
    let booked = accounts.pool.booked()?;
    accounts.pool.halted = u8::from(held < booked);
    let event = SolvencyChecked {
        account: key(&accounts.pool),
        vault: *accounts.vault.address(),
        held,
        booked,
        halted: accounts.pool.halted.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
