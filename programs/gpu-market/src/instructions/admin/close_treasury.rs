use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::TREASURY_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, TreasuryClosed},
        instructions::{key, same},
        state::{Config, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseTreasury {
    #[account(constraint(same(&config.admin, admin.address()) @ MarketError::NotAdmin))]
    pub admin: Signer,
    pub config: Account<Config>,
    #[account(mut, close = rent_payer)]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, constraint(same(&treasury.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: whoever paid the rent of both accounts.
    #[account(unsafe(dup), constraint(same(&treasury.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the mint that the treasury records.
    #[account(constraint(same(&treasury.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CloseTreasury {
    fn validate(&self) -> Result<()> {
        require!(token::amount(self.vault.account())? == 0, MarketError::TreasuryNotEmpty);
        Ok(())
    }
}

pub fn close_treasury(ctx: &mut Context<CloseTreasury>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let rent_payer = accounts.rent_payer.account();
    token::close_vault(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [TREASURY_VAULT_SEED, accounts.mint.address().as_ref(), &[accounts.treasury.vault_bump]],
        // Nothing goes there: the vault is empty.
        rent_payer,
        rent_payer,
    )?;
    let event = TreasuryClosed { treasury: key(&accounts.treasury), mint: accounts.treasury.mint };
    emit_cpi!(ctx, event);
    Ok(())
}
