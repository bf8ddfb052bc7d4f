use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        error::MarketError,
        events::{emit_cpi, EscrowDeposited},
        instructions::{key, same},
        state::Client,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may deposit for a client.
#[derive(Accounts)]
pub struct Deposit {
    pub depositor: Signer,
    /// CHECK: the token program checks that the depositor may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn deposit(ctx: &mut Context<Deposit>, amount: u64) -> Result<()> {
    require!(amount > 0, MarketError::AmountZero);
    let accounts = &mut ctx.accounts;
    let tokens = TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() };
    let received = token::transfer_in(
        tokens,
        accounts.source.account(),
        accounts.depositor.account(),
        accounts.vault.account(),
        amount,
    )?;
    accounts.client.deposit(received)?;
    accounts.client.invariant(token::amount(accounts.vault.account())?)?;
    let event = EscrowDeposited {
        client: key(&accounts.client),
        depositor: *accounts.depositor.address(),
        amount: received,
        available: accounts.client.available,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
