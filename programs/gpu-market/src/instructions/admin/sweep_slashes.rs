use {
    crate::{
        typed_account::Account,
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, SlashesSwept},
        instructions::key,
        state::{Stake, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::{address_eq, prelude::*},
    anchor_spl::token_interface::TokenInterface,
};

/// Anybody may sweep: the treasury's share of what was slashed can only go to the treasury of the stake's mint.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepSlashes {
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, address = stake.vault @ MarketError::WrongVault)]
    pub stake_vault: UncheckedAccount,
    #[account(mut, constraint(address_eq(&treasury.mint, &stake.mint) @ MarketError::WrongTreasury))]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, address = treasury.vault @ MarketError::WrongVault)]
    pub treasury_vault: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(address = stake.mint @ MarketError::WrongMint)]
    pub mint: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
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
