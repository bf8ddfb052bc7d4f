use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        events::{emit_cpi, PoolOpened},
        instructions::{key, now},
        state::RewardPool,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may open the reward pool of a mint, so that fees can be swept.
#[derive(Accounts)]
pub struct OpenPool {
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [REWARD_POOL_SEED, mint.address().as_ref()], bump)]
    pub pool: Account<RewardPool>,
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

impl OpenPool {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        token::require_supported_mint(self.tokens())
    }
}

pub fn open_pool(ctx: &mut Context<OpenPool>) -> Result<()> {
    ctx.accounts.validate()?;
    let now = now()?.unix;
    let vault_bump = token::open_vault(
        ctx.accounts.tokens(),
        ctx.accounts.vault.account(),
        &[REWARD_VAULT_SEED, ctx.accounts.mint.address().as_ref()],
        ctx.accounts.payer.account(),
    )?;

    let accounts = &mut ctx.accounts;
    let pool = &mut accounts.pool;
    pool.mint = *accounts.mint.address();
    pool.vault = *accounts.vault.address();
    pool.rent_payer = *accounts.payer.address();
    pool.open(now);
    pool.version = ACCOUNT_VERSION;
    pool.bump = ctx.bumps.pool;
    pool.vault_bump = vault_bump;
    let event =
        PoolOpened { pool: key(pool), mint: pool.mint, vault: pool.vault, rent_payer: pool.rent_payer, at: now };
    emit_cpi!(ctx, event);
    Ok(())
}
