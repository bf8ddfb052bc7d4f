use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, SolvencyChecked},
        instructions::{key, same},
        state::Stake,
        token,
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: it only compares.
#[derive(Accounts)]
pub struct CheckStake {
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(constraint(same(&stake.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Stops entries while the vault holds less than is booked, and nothing else; nothing is staked, allocated or begins to earn then.
pub fn check_stake(ctx: &mut Context<CheckStake>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let held = token::amount(accounts.vault.account())?;
    let booked = accounts.stake.booked()?;
    accounts.stake.halted = u8::from(held < booked);
    let event = SolvencyChecked {
        account: key(&accounts.stake),
        vault: *accounts.vault.address(),
        held,
        booked,
        halted: accounts.stake.halted.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
