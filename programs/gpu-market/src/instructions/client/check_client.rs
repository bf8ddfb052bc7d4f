use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, SolvencyChecked},
        instructions::{key, same},
        state::Client,
        token,
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: it only compares.
#[derive(Accounts)]
pub struct CheckClient {
    #[account(mut)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Stops entries while the vault holds less than is booked, and nothing else; nothing is deposited or reserved then.
pub fn check_client(ctx: &mut Context<CheckClient>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let held = token::amount(accounts.vault.account())?;
    let booked = accounts.client.booked()?;
    accounts.client.halted = u8::from(held < booked);
    let event = SolvencyChecked {
        account: key(&accounts.client),
        vault: *accounts.vault.address(),
        held,
        booked,
        halted: accounts.client.halted.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
