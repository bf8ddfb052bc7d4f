use {
    super::is_of,
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::REWARD_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, RewardsClaimed},
        instructions::{key, now, same},
        state::{RewardPool, RewardPosition, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ClaimRewards {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    pub stake: Account<Stake>,
    #[account(mut)]
    pub pool: Account<RewardPool>,
    #[account(mut, constraint(is_of(&position, &pool, &stake) @ MarketError::WrongPosition))]
    pub position: Account<RewardPosition>,
    /// CHECK: the vault that the pool records.
    #[account(mut, constraint(same(&pool.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the mint that the pool records.
    #[account(constraint(same(&pool.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn claim_rewards(ctx: &mut Context<ClaimRewards>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let (pool, position) = (&mut accounts.pool, &mut accounts.position);
    let weight = accounts.stake.weight()?;
    pool.advance(now)?;
    position.settle(pool, weight)?;
    position.reweigh(pool, weight)?;
    let amount = position.claim(pool)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [REWARD_VAULT_SEED, accounts.mint.address().as_ref(), &[pool.vault_bump]],
        accounts.destination.account(),
        amount,
    )?;
    pool.invariant(token::amount(accounts.vault.account())?)?;
    let event = RewardsClaimed {
        position: key(position),
        pool: position.pool,
        stake: position.stake,
        destination: *accounts.destination.address(),
        position_weight: position.weight,
        weight: pool.weight,
        accumulated: pool.accumulated,
        amount,
        claimed: pool.claimed,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
