use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, SlashesSwept},
        instructions::{key, same},
        state::{Stake, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may sweep: the treasury's share of what was slashed can only go to the treasury of the stake's mint.
#[derive(Accounts)]
pub struct SweepSlashes {
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, constraint(same(&stake.vault, stake_vault.address()) @ MarketError::WrongVault))]
    pub stake_vault: UncheckedAccount,
    #[account(mut, constraint(same(&treasury.mint, &stake.mint) @ MarketError::WrongTreasury))]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, constraint(same(&treasury.vault, treasury_vault.address()) @ MarketError::WrongVault))]
    pub treasury_vault: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(constraint(same(&stake.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn sweep_slashes(ctx: &mut Context<SweepSlashes>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.stake);
    let amount = accounts.stake.take_treasury_share()?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.stake_vault.account(),
        [STAKE_VAULT_SEED, address.as_ref(), &[accounts.stake.vault_bump]],
        accounts.treasury_vault.account(),
        amount,
    )?;
    accounts.treasury.receive(amount)?;
    accounts.stake.invariant(token::amount(accounts.stake_vault.account())?)?;
    let event = SlashesSwept {
        stake: address,
        treasury: key(&accounts.treasury),
        amount,
        received: accounts.treasury.received,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
