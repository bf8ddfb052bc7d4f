use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        events::{emit_cpi, TreasuryOpened},
        instructions::key,
        state::Treasury,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may open the treasury of a mint, so that fees can be swept and clients can close.
#[derive(Accounts)]
pub struct OpenTreasury {
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [TREASURY_SEED, mint.address().as_ref()], bump)]
    pub treasury: Account<Treasury>,
    /// CHECK: created here, at the address that the seeds in the handler fix.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` refuses mints that are not allowed.
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
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
    let vault_bump = token::open_vault(
        ctx.accounts.tokens(),
        ctx.accounts.vault.account(),
        &[TREASURY_VAULT_SEED, ctx.accounts.mint.address().as_ref()],
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
