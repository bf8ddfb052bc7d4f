use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::REWARD_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, PoolClosed},
        instructions::{key, same},
        state::{RewardPool, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may close a pool that nobody earns from.
#[derive(Accounts)]
pub struct ClosePool {
    #[account(mut, close = rent_payer)]
    pub pool: Account<RewardPool>,
    /// CHECK: the vault that the pool records.
    #[account(mut, constraint(same(&pool.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    #[account(mut, constraint(same(&treasury.mint, &pool.mint) @ MarketError::WrongTreasury))]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records; gets the rests of divisions.
    #[account(mut, constraint(same(&treasury.vault, treasury_vault.address()) @ MarketError::WrongVault))]
    pub treasury_vault: UncheckedAccount,
    /// CHECK: whoever paid the rent of both accounts.
    #[account(mut, constraint(same(&pool.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the mint that the pool records.
    #[account(constraint(same(&pool.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_pool(ctx: &mut Context<ClosePool>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.pool.require_closable()?;
    let left = token::amount(accounts.vault.account())?;
    token::close_vault(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [REWARD_VAULT_SEED, accounts.mint.address().as_ref(), &[accounts.pool.vault_bump]],
        accounts.treasury_vault.account(),
        accounts.rent_payer.account(),
    )?;
    accounts.treasury.receive(left)?;
    let event = PoolClosed { pool: key(&accounts.pool), mint: accounts.pool.mint, left };
    emit_cpi!(ctx, event);
    Ok(())
}
