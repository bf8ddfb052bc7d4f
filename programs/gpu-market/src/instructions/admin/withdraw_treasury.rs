use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::TREASURY_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, TreasuryWithdrawn},
        instructions::{key, same},
        state::{Config, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct WithdrawTreasury {
    #[account(constraint(same(&config.admin, admin.address()) @ MarketError::NotAdmin))]
    pub admin: Signer,
    pub config: Account<Config>,
    #[account(mut)]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, constraint(same(&treasury.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` refuses all but a token account of the config's treasury owner.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the mint that the treasury records.
    #[account(constraint(same(&treasury.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl WithdrawTreasury {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self, amount: u64) -> Result<()> {
        require!(amount > 0, MarketError::AmountZero);
        require!(amount <= token::amount(self.vault.account())?, MarketError::InsufficientTreasury);
        token::require_owned_by(self.destination.account(), self.tokens(), &self.config.treasury)
    }
}

/// Whatever the vault holds is the treasury's, gifts included.
pub fn withdraw_treasury(ctx: &mut Context<WithdrawTreasury>, amount: u64) -> Result<()> {
    ctx.accounts.validate(amount)?;
    let accounts = &mut ctx.accounts;
    token::transfer_out(
        accounts.tokens(),
        accounts.vault.account(),
        [TREASURY_VAULT_SEED, accounts.mint.address().as_ref(), &[accounts.treasury.vault_bump]],
        accounts.destination.account(),
        amount,
    )?;
    accounts.treasury.pay_out(amount)?;
    let event = TreasuryWithdrawn {
        treasury: key(&accounts.treasury),
        destination: *accounts.destination.address(),
        amount,
        withdrawn: accounts.treasury.withdrawn,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
