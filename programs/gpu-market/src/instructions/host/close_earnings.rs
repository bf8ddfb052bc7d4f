use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EARNINGS_SEED,
        error::MarketError,
        events::{emit_cpi, EarningsClosed},
        instructions::{bump_of, key, same},
        state::Host,
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseEarnings {
    /// Paid the rent of the vault and gets it back.
    #[account(mut, constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    pub host: Account<Host>,
    /// CHECK: the host's vault of this mint, by the seeds in the handler.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: `validate` asks for an account of the owner; it gets what is left.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: part of the vault's address.
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CloseEarnings {
    fn tokens(&self) -> TokenContext<'_> {
        TokenContext { mint: self.mint.account(), program: self.token_program.account() }
    }

    fn validate(&self) -> Result<()> {
        // A member records the vault, and its jobs pay into it.
        self.host.require_no_members()?;
        token::require_owned_by(self.destination.account(), self.tokens(), &self.host.owner)
    }
}

pub fn close_earnings(ctx: &mut Context<CloseEarnings>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &ctx.accounts;
    let host = key(&accounts.host);
    let mint = *accounts.mint.address();
    let bump = bump_of(accounts.vault.address(), &[EARNINGS_SEED, host.as_ref(), mint.as_ref()])?;
    let returned = token::amount(accounts.vault.account())?;
    token::close_vault(
        accounts.tokens(),
        accounts.vault.account(),
        [EARNINGS_SEED, host.as_ref(), mint.as_ref(), &[bump]],
        accounts.destination.account(),
        accounts.owner.account(),
    )?;
    let event = EarningsClosed { host, mint, vault: *accounts.vault.address(), returned };
    emit_cpi!(ctx, event);
    Ok(())
}
