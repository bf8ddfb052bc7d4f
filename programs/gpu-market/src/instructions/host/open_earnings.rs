use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EARNINGS_SEED,
        error::MarketError,
        events::{emit_cpi, EarningsOpened},
        instructions::{key, same},
        state::Host,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenEarnings {
    /// Pays the rent of the vault and gets it back.
    #[account(mut, constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    pub host: Account<Host>,
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
        &[EARNINGS_SEED, host.as_ref(), mint.as_ref()],
        accounts.owner.account(),
    )?;
    let event = EarningsOpened { host, mint, vault: *accounts.vault.address() };
    emit_cpi!(ctx, event);
    Ok(())
}
