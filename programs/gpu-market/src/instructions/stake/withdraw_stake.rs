use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, StakeWithdrawn},
        instructions::{key, now, same},
        state::Stake,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct WithdrawStake {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, constraint(same(&stake.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(constraint(same(&stake.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn withdraw_stake(ctx: &mut Context<WithdrawStake>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.stake);
    let amount = accounts.stake.withdraw(now()?.unix)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [STAKE_VAULT_SEED, address.as_ref(), &[accounts.stake.vault_bump]],
        accounts.destination.account(),
        amount,
    )?;
    accounts.stake.invariant(token::amount(accounts.vault.account())?)?;
    let event = StakeWithdrawn {
        stake: address,
        destination: *accounts.destination.address(),
        amount,
        cooling: accounts.stake.cooling.total()?,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
