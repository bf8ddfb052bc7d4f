use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::CLIENT_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, ClientClosed},
        instructions::{key, same},
        state::Client,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseClient {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut, close = rent_payer)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; gets what is left, gifts included.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&client.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_client(ctx: &mut Context<CloseClient>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.client.require_closable()?;
    let address = key(&accounts.client);
    let returned = token::amount(accounts.vault.account())?;
    token::close_vault(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [CLIENT_VAULT_SEED, address.as_ref(), &[accounts.client.vault_bump]],
        accounts.destination.account(),
        accounts.rent_payer.account(),
    )?;
    let event = ClientClosed { client: address, returned };
    emit_cpi!(ctx, event);
    Ok(())
}
