use {
    crate::{
        constants::*,
        events::{emit_cpi, TreasuryOpened},
        instructions::key,
        state::Treasury,
        token::{self, TokenContext},
        typed_account::Account,
    },
    anchor_lang::prelude::*,
    anchor_spl::token_interface::TokenInterface,
};

/// Anybody may open the treasury of a mint, so that fees can be swept and clients can close.
#[event_cpi]
#[derive(Accounts)]
pub struct OpenTreasury {
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [TREASURY_SEED, mint.address().as_ref()], bump)]
    pub treasury: Account<Treasury>,
    /// CHECK: created here, at the address that its seeds fix.
    #[account(mut, seeds = [TREASURY_VAULT_SEED, mint.address().as_ref()], bump)]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` refuses mints that are not allowed.
    pub mint: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

impl OpenTreasury {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        token::require_supported_mint(self.tokens())
    }
}

pub fn open_treasury(ctx: &mut Context<OpenTreasury>) -> Result<()> {
    ctx.accounts.validate()?;
    let vault_bump = ctx.bumps.vault;
    token::open_vault(
        ctx.accounts.tokens(),
        ctx.accounts.vault.account(),
        [TREASURY_VAULT_SEED, ctx.accounts.mint.address().as_ref(), &[vault_bump]],
        ctx.accounts.payer.account(),
    )?;

    let accounts = &mut ctx.accounts;
    let treasury = &mut accounts.treasury;
    treasury.mint = *accounts.mint.address();
    treasury.vault = *accounts.vault.address();
    treasury.rent_payer = *accounts.payer.address();
    treasury.version = ACCOUNT_VERSION;
    treasury.bump = ctx.bumps.treasury;
    treasury.vault_bump = vault_bump;
    let event = TreasuryOpened {
        treasury: key(treasury),
        mint: treasury.mint,
        vault: treasury.vault,
        rent_payer: treasury.rent_payer,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
