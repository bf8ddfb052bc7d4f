use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        events::{emit_cpi, ClientOpened},
        instructions::key,
        state::Client,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenClient {
    pub owner: Signer,
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [CLIENT_SEED, owner.address().as_ref(), mint.address().as_ref()], bump)]
    pub client: Account<Client>,
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

impl OpenClient {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        token::require_supported_mint(self.tokens())
    }
}

pub fn open_client(ctx: &mut Context<OpenClient>) -> Result<()> {
    ctx.accounts.validate()?;
    let address = key(&ctx.accounts.client);
    let vault_bump = token::open_vault(
        ctx.accounts.tokens(),
        ctx.accounts.vault.account(),
        &[CLIENT_VAULT_SEED, address.as_ref()],
        ctx.accounts.payer.account(),
    )?;

    let accounts = &mut ctx.accounts;
    let client = &mut accounts.client;
    client.owner = *accounts.owner.address();
    client.mint = *accounts.mint.address();
    client.vault = *accounts.vault.address();
    client.rent_payer = *accounts.payer.address();
    client.version = ACCOUNT_VERSION;
    client.bump = ctx.bumps.client;
    client.vault_bump = vault_bump;
    let event =
        ClientOpened { client: address, owner: client.owner, mint: client.mint, rent_payer: client.rent_payer };
    emit_cpi!(ctx, event);
    Ok(())
}
