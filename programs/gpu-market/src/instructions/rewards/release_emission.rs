use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EMISSION_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, EmissionReleased},
        instructions::{key, now, same},
        state::{Emission, RewardPool},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: what is due to stakers only moves to their pool.
#[derive(Accounts)]
pub struct ReleaseEmission {
    #[account(mut)]
    pub emission: Account<Emission>,
    /// CHECK: the vault that the emission records.
    #[account(mut, constraint(same(&emission.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    #[account(mut, constraint(same(&emission.target, pool.address()) @ MarketError::WrongEmission))]
    pub pool: Account<RewardPool>,
    /// CHECK: the vault that the pool records.
    #[account(mut, constraint(same(&pool.vault, pool_vault.address()) @ MarketError::WrongVault))]
    pub pool_vault: UncheckedAccount,
    /// CHECK: the mint that the emission records.
    #[account(constraint(same(&emission.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn release_emission(ctx: &mut Context<ReleaseEmission>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let emission = &mut accounts.emission;
    let address = key(emission);
    let amount = emission.release(now)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [EMISSION_VAULT_SEED, address.as_ref(), &[emission.vault_bump]],
        accounts.pool_vault.account(),
        amount,
    )?;
    accounts.pool.receive(amount, now)?;
    accounts.pool.invariant(token::amount(accounts.pool_vault.account())?)?;
    emission.invariant(token::amount(accounts.vault.account())?)?;
    let event = EmissionReleased {
        emission: address,
        pool: emission.target,
        amount,
        released: emission.released,
        received: accounts.pool.received,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
