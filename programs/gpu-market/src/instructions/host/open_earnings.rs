use {
    crate::{
        constants::EARNINGS_SEED,
        error::MarketError,
        events::{emit_cpi, EarningsOpened},
        instructions::{key, same},
        state::Host,
        token::{self, TokenContext},
        typed_account::Account,
    },
    anchor_lang::prelude::*,
    anchor_spl::token_interface::TokenInterface,
};

#[event_cpi]
#[derive(Accounts)]
pub struct OpenEarnings {
    /// Pays the rent of the vault and gets it back.
    #[account(mut, constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    pub host: Account<Host>,
    /// CHECK: created here, at the address that its seeds fix.
    #[account(mut, seeds = [EARNINGS_SEED, host.address().as_ref(), mint.address().as_ref()], bump)]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` refuses mints that are not allowed.
    pub mint: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

impl OpenEarnings {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        token::require_supported_mint(self.tokens())
    }
}

pub fn open_earnings(ctx: &mut Context<OpenEarnings>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &ctx.accounts;
    let host = key(&accounts.host);
    let mint = *accounts.mint.address();
    token::open_vault(
        accounts.tokens(),
        accounts.vault.account(),
        [EARNINGS_SEED, host.as_ref(), mint.as_ref(), &[ctx.bumps.vault]],
        accounts.owner.account(),
    )?;
    let event = EarningsOpened { host, mint, vault: *accounts.vault.address() };
    emit_cpi!(ctx, event);
    Ok(())
}
