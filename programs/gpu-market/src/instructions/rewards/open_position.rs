use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        error::MarketError,
        events::{emit_cpi, PositionOpened},
        instructions::{key, now, same},
        state::{RewardPool, RewardPosition, Stake},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenPosition {
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    #[account(mut)]
    pub pool: Account<RewardPool>,
    #[account(
        init,
        payer = payer,
        seeds = [POSITION_SEED, pool.address().as_ref(), stake.address().as_ref()],
        bump
    )]
    pub position: Account<RewardPosition>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn open_position(ctx: &mut Context<OpenPosition>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let (pool, position) = (&mut accounts.pool, &mut accounts.position);
    accounts.stake.position_opened()?;
    pool.advance(now)?;
    position.open(pool, accounts.stake.weight()?)?;
    position.pool = key(pool);
    position.stake = key(&accounts.stake);
    position.rent_payer = *accounts.payer.address();
    position.version = ACCOUNT_VERSION;
    position.bump = ctx.bumps.position;
    let event = PositionOpened {
        position: key(position),
        pool: position.pool,
        stake: position.stake,
        rent_payer: position.rent_payer,
        position_weight: position.weight,
        weight: pool.weight,
        accumulated: pool.accumulated,
        positions: accounts.stake.positions.into(),
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
