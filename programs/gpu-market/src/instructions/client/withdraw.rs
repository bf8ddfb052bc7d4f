use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::CLIENT_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, EscrowWithdrawn},
        instructions::{key, same},
        state::Client,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Withdraw {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn withdraw(ctx: &mut Context<Withdraw>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.client);
    accounts.client.withdraw(amount)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [CLIENT_VAULT_SEED, address.as_ref(), &[accounts.client.vault_bump]],
        accounts.destination.account(),
        amount,
    )?;
    accounts.client.invariant(token::amount(accounts.vault.account())?)?;
    let event = EscrowWithdrawn { client: address, amount, available: accounts.client.available };
    emit_cpi!(ctx, event);
    Ok(())
}
