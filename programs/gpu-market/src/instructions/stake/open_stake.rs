use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        error::MarketError,
        events::{emit_cpi, StakeOpened},
        instructions::{key, same},
        state::{Config, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenStake {
    pub owner: Signer,
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub config: Account<Config>,
    #[account(init, payer = payer, seeds = [STAKE_SEED, owner.address().as_ref()], bump)]
    pub stake: Account<Stake>,
    /// CHECK: created here, at the address that the seeds in the handler fix.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: the stake mint, which was checked when the config was created.
    #[account(constraint(same(&config.stake_mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn open_stake(ctx: &mut Context<OpenStake>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.stake);
    let vault_bump = token::open_vault(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        &[STAKE_VAULT_SEED, address.as_ref()],
        accounts.payer.account(),
    )?;

    let stake = &mut accounts.stake;
    stake.owner = *accounts.owner.address();
    stake.mint = *accounts.mint.address();
    stake.vault = *accounts.vault.address();
    stake.rent_payer = *accounts.payer.address();
    stake.unbonding = accounts.config.unbonding;
    stake.version = ACCOUNT_VERSION;
    stake.bump = ctx.bumps.stake;
    stake.vault_bump = vault_bump;
    let event = StakeOpened {
        stake: address,
        owner: stake.owner,
        mint: stake.mint,
        vault: stake.vault,
        rent_payer: stake.rent_payer,
        unbonding: stake.unbonding,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
