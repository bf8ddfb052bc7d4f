use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::CLIENT_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, FeesSwept},
        instructions::{key, now, required, same},
        state::{Client, Config, RewardPool, Treasury},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may sweep: what a client owes can only go to the stakers, the treasury and the referrer of its mint.
#[derive(Accounts)]
pub struct SweepFees {
    pub config: Account<Config>,
    #[account(mut)]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, client_vault.address()) @ MarketError::WrongVault))]
    pub client_vault: UncheckedAccount,
    #[account(mut, constraint(same(&treasury.mint, &client.mint) @ MarketError::WrongTreasury))]
    pub treasury: Account<Treasury>,
    /// CHECK: the vault that the treasury records.
    #[account(mut, constraint(same(&treasury.vault, treasury_vault.address()) @ MarketError::WrongVault))]
    pub treasury_vault: UncheckedAccount,
    /// Needed as soon as the stakers have a share.
    #[account(mut, constraint(same(&pool.mint, &client.mint) @ MarketError::WrongPool))]
    pub pool: Option<Account<RewardPool>>,
    /// CHECK: the vault that the pool records, by the handler.
    #[account(mut)]
    pub pool_vault: Option<UncheckedAccount>,
    /// CHECK: the referrer's earnings vault, which the client records; needed as soon as the referrer has a share.
    #[account(mut, constraint(same(&client.referrer, earnings.address()) @ MarketError::WrongReferrer))]
    pub earnings: Option<UncheckedAccount>,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl SweepFees {
    fn pay(&self, to: &AccountView, amount: u64) -> Result<()> {
        token::transfer_out(
            TokenContext { mint: self.mint.account(), program: self.token_program.account() },
            self.client_vault.account(),
            [CLIENT_VAULT_SEED, self.client.address().as_ref(), &[self.client.vault_bump]],
            to,
            amount,
        )
    }

    fn pay_stakers(&mut self, amount: u64, now: i64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let vault = *required(&mut self.pool_vault)?.account();
        self.pay(&vault, amount)?;
        let pool = required(&mut self.pool)?;
        require!(same(&pool.vault, vault.address()), MarketError::WrongVault);
        pool.receive(amount, now)?;
        Ok(pool.invariant(token::amount(&vault)?)?)
    }

    /// Pays the referrer, or keeps its share where its vault is closed or frozen. Returns what was paid.
    fn pay_referrer(&mut self, amount: u64) -> Result<u64> {
        if amount == 0 {
            return Ok(0);
        }
        let vault = *required(&mut self.earnings)?.account();
        if !token::can_receive(&vault, self.token_program.account()) {
            self.client.keep_for_referrer(amount)?;
            return Ok(0);
        }
        self.pay(&vault, amount)?;
        Ok(amount)
    }
}

pub fn sweep_fees(ctx: &mut Context<SweepFees>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let (amount, kept) = accounts.client.take_fees()?;
    let shares = accounts.config.split(now).shares(amount, accounts.client.has_referrer())?;
    let treasury_vault = *accounts.treasury_vault.account();
    accounts.pay(&treasury_vault, shares.treasury)?;
    accounts.treasury.receive(shares.treasury)?;
    accounts.pay_stakers(shares.stakers, now)?;
    let owed = kept.checked_add(shares.referrer).ok_or(MarketError::MathOverflow)?;
    let referrer = accounts.pay_referrer(owed)?;
    accounts.client.invariant(token::amount(accounts.client_vault.account())?)?;
    let event = FeesSwept {
        client: key(&accounts.client),
        treasury: key(&accounts.treasury),
        amount,
        stakers: shares.stakers,
        referrer,
        referral_owed: accounts.client.referral_owed,
        received: accounts.treasury.received,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
