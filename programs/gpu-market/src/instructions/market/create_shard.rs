// The derive binds `index` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::*,
        error::MarketError,
        events::{emit_cpi, ShardCreated},
        instructions::{key, same},
        state::Market,
    },
    anchor_lang::prelude::*,
};

/// Nodes of a new shard: as many as fit into what one instruction may create.
pub const NEW_SHARD_NODES: usize = 78;

const _: () = assert!(
    ShardAccount::space_for(NEW_SHARD_NODES) <= SHARD_GROWTH
        && ShardAccount::space_for(NEW_SHARD_NODES + 1) > SHARD_GROWTH
);

#[derive(Accounts)]
#[instruction(index: u8)]
pub struct CreateShard {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    /// Pays the rent of the shard and gets it back, growth that others paid for included.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        init,
        payer = payer,
        space = ShardAccount::space_for(NEW_SHARD_NODES),
        seeds = [SHARD_SEED, market.address().as_ref(), &[index]],
        bump
    )]
    pub shard: ShardAccount,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Shards are created in the order of their index.
pub fn create_shard(ctx: &mut Context<CreateShard>, index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.market.shard_opened(index)?;
    let shard = &mut accounts.shard;
    shard.open(key(&accounts.market), index, *accounts.payer.address());
    shard.version = ACCOUNT_VERSION;
    shard.bump = ctx.bumps.shard;
    let capacity = shard.fill()?;
    accounts.market.invariant()?;
    let event = ShardCreated {
        shard: key(shard),
        market: shard.market,
        rent_payer: shard.rent_payer,
        capacity,
        index: index.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
