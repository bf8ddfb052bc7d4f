use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, StakeClosed},
        instructions::{key, same},
        state::Stake,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseStake {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut, close = rent_payer)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, constraint(same(&stake.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; gets gifts to the vault, because nothing else is left in it.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&stake.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(constraint(same(&stake.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn close_stake(ctx: &mut Context<CloseStake>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.stake.require_empty()?;
    let address = key(&accounts.stake);
    let returned = token::amount(accounts.vault.account())?;
    token::close_vault(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [STAKE_VAULT_SEED, address.as_ref(), &[accounts.stake.vault_bump]],
        accounts.destination.account(),
        accounts.rent_payer.account(),
    )?;
    let event = StakeClosed { stake: address, returned };
    emit_cpi!(ctx, event);
    Ok(())
}
