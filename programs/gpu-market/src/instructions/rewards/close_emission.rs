use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EMISSION_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, EmissionClosed},
        instructions::{key, now, required, same},
        state::{Emission, EmissionKind, RewardPool},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseEmission {
    /// The funder; anyone if the emission is spent.
    pub caller: Signer,
    #[account(mut, close = rent_payer)]
    pub emission: Account<Emission>,
    /// The pool that the emission is for; none if it is for hosts.
    #[account(mut, constraint(same(&emission.target, pool.address()) @ MarketError::WrongEmission))]
    pub pool: Option<Account<RewardPool>>,
    /// CHECK: the vault that the emission records.
    #[account(mut, constraint(same(&emission.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` asks for an account of the funder.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&emission.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    /// CHECK: the mint that the emission records.
    #[account(constraint(same(&emission.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CloseEmission {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self, now: i64) -> Result<()> {
        let by_funder = same(&self.emission.funder, self.caller.address());
        self.emission.require_closable(by_funder, now)?;
        token::require_owned_by(self.destination.account(), self.tokens(), &self.emission.funder)
    }
}

pub fn close_emission(ctx: &mut Context<CloseEmission>) -> Result<()> {
    ctx.accounts.validate(now()?.unix)?;
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.emission);
    if accounts.emission.is(EmissionKind::Stakers) {
        required(&mut accounts.pool)?.emission_closed()?;
    }
    let returned = token::amount(accounts.vault.account())?;
    token::close_vault(
        accounts.tokens(),
        accounts.vault.account(),
        [EMISSION_VAULT_SEED, address.as_ref(), &[accounts.emission.vault_bump]],
        accounts.destination.account(),
        accounts.rent_payer.account(),
    )?;
    let event = EmissionClosed { emission: address, funder: accounts.emission.funder, returned };
    emit_cpi!(ctx, event);
    Ok(())
}
