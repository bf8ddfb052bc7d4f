use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::pause,
        error::MarketError,
        events::{emit_cpi, Staked},
        instructions::{key, now, rewards::positions::*, same},
        state::{Config, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct StakeTokens {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    /// CHECK: the token program checks that the owner may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// Its stake mint has to be the one that the stake was opened for.
    #[account(constraint = config.stake_mint == stake.mint @ MarketError::WrongMint)]
    pub config: Account<Config>,
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the stake records.
    #[account(mut, constraint(same(&stake.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the mint that the stake records.
    #[account(constraint(same(&stake.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
    pub positions: Nested<Positions>,
}

impl StakeTokens {
    fn validate(&self, amount: u64) -> Result<()> {
        require!(!self.config.is_paused(pause::STAKING), MarketError::StakingPaused);
        require!(amount > 0, MarketError::AmountZero);
        Ok(())
    }
}

pub fn stake_tokens(ctx: &mut Context<StakeTokens>, amount: u64) -> Result<()> {
    ctx.accounts.validate(amount)?;
    let accounts = &mut ctx.accounts;
    let received = token::transfer_in(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.source.account(),
        accounts.owner.account(),
        accounts.vault.account(),
        amount,
    )?;
    let now = now()?.unix;
    let unbonding = accounts.config.unbonding;
    accounts.positions.change(&mut accounts.stake, now, |stake| stake.stake(received, unbonding))?;
    accounts.stake.invariant(token::amount(accounts.vault.account())?)?;
    let event = Staked {
        stake: key(&accounts.stake),
        amount: received,
        staked: accounts.stake.amount,
        unbonding: accounts.stake.unbonding,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
