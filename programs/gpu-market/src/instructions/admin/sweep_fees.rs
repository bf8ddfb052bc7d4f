use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::CLIENT_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, FeesSwept},
        instructions::{key, same},
        state::{Client, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may sweep: what a client owes can only go to the treasury of its mint.
#[derive(Accounts)]
pub struct SweepFees {
    #[account(mut)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, client_vault.address()) @ MarketError::WrongVault))]
    pub client_vault: UncheckedAccount,
    #[account(mut, constraint(same(&treasury.mint, &client.mint) @ MarketError::WrongTreasury))]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, constraint(same(&treasury.vault, treasury_vault.address()) @ MarketError::WrongVault))]
    pub treasury_vault: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn sweep_fees(ctx: &mut Context<SweepFees>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.client);
    let amount = accounts.client.take_fees()?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.client_vault.account(),
        [CLIENT_VAULT_SEED, address.as_ref(), &[accounts.client.vault_bump]],
        accounts.treasury_vault.account(),
        amount,
    )?;
    accounts.treasury.receive(amount)?;
    accounts.client.invariant(token::amount(accounts.client_vault.account())?)?;
    let event = FeesSwept {
        client: address,
        treasury: key(&accounts.treasury),
        amount,
        received: accounts.treasury.received,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
