use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EARNINGS_SEED,
        error::MarketError,
        events::{emit_cpi, EarningsWithdrawn},
        instructions::{bump_of, key},
        state::Host,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// The operator may withdraw too, because the tokens only go to the owner.
#[derive(Accounts)]
pub struct WithdrawEarnings {
    #[account(
        constraint = *authority.address() == host.owner || *authority.address() == host.operator
            @ MarketError::NotHostOwner
    )]
    pub authority: Signer,
    pub host: Account<Host>,
    /// CHECK: the host's vault of this mint, by the seeds in the handler.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` asks for an account of the host's owner.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: part of the vault's address.
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl WithdrawEarnings {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        token::require_owned_by(self.destination.account(), self.tokens(), &self.host.owner)
    }
}

/// [`u64::MAX`] withdraws everything.
pub fn withdraw_earnings(ctx: &mut Context<WithdrawEarnings>, amount: u64) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &ctx.accounts;
    let held = token::amount(accounts.vault.account())?;
    let amount = if amount == u64::MAX { held } else { amount };
    require!(amount > 0, MarketError::AmountZero);
    require!(amount <= held, MarketError::InsufficientEarnings);
    let host = key(&accounts.host);
    let mint = *accounts.mint.address();
    let bump = bump_of(accounts.vault.address(), &[EARNINGS_SEED, host.as_ref(), mint.as_ref()])?;
    token::transfer_out(
        accounts.tokens(),
        accounts.vault.account(),
        [EARNINGS_SEED, host.as_ref(), mint.as_ref(), &[bump]],
        accounts.destination.account(),
        amount,
    )?;
    let event = EarningsWithdrawn {
        host,
        mint,
        authority: *accounts.authority.address(),
        destination: *accounts.destination.address(),
        amount,
        left: token::amount(accounts.vault.account())?,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
