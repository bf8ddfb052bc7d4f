use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, CreditClaimed},
        instructions::{key, now, same},
        state::{Credit, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ClaimCredit {
    /// The beneficiary; anyone else may only send the tokens to an account of the beneficiary, so that a credit that
    /// nobody claims binds neither the stake nor the rent.
    pub caller: Signer,
    #[account(mut)]
    pub credit: Account<Credit>,
    #[account(mut, constraint(same(&credit.stake, stake.address()) @ MarketError::WrongCredit))]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, constraint(same(&stake.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the beneficiary's choice, or an account of the beneficiary; see `validate`.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(constraint(same(&stake.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl ClaimCredit {
    fn validate(&self) -> Result<()> {
        if same(&self.credit.beneficiary, self.caller.address()) {
            return Ok(());
        }
        let tokens = TokenContext { mint: self.mint.account(), program: self.token_program.account() };
        token::require_owned_by(self.destination.account(), tokens, &self.credit.beneficiary)
            .map_err(|_| MarketError::NotCreditOwner.into())
    }
}

pub fn claim_credit(ctx: &mut Context<ClaimCredit>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.stake);
    let amount = accounts.credit.claim(now()?.unix)?;
    accounts.stake.credit_paid(amount)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [STAKE_VAULT_SEED, address.as_ref(), &[accounts.stake.vault_bump]],
        accounts.destination.account(),
        amount,
    )?;
    accounts.stake.invariant(token::amount(accounts.vault.account())?)?;
    let event = CreditClaimed {
        credit: key(&accounts.credit),
        stake: address,
        beneficiary: accounts.credit.beneficiary,
        destination: *accounts.destination.address(),
        amount,
        left: accounts.credit.claims.total()?,
        owed: accounts.stake.owed,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
