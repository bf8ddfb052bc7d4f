use {
    crate::{
        account_types::{EventAuthority, ShardAccount},
        constants::*,
        error::MarketError,
        events::{emit_cpi, ShardGrown},
        instructions::key,
        state::{Node, NIL},
    },
    anchor_lang::prelude::*,
};

/// Nodes that one step adds.
pub const GROWTH_NODES: usize = SHARD_GROWTH / core::mem::size_of::<Node>();

// A step is whole nodes, and no index of a fully grown shard is the one that stands for no node.
const _: () = assert!(
    GROWTH_NODES * core::mem::size_of::<Node>() == SHARD_GROWTH && MAX_SHARD_NODES + GROWTH_NODES < NIL as usize
);

/// Anybody may grow a shard. The rent is a gift to the shard's rent payer.
#[derive(Accounts)]
pub struct GrowShard {
    #[account(unsafe(dup))]
    pub payer: Signer,
    // The handler zeroes the new nodes; asked to as well, the framework would do it a second time.
    #[account(
        mut,
        constraint(shard.capacity() < MAX_SHARD_NODES @ MarketError::ShardFullyGrown),
        realloc = shard.current_space().saturating_add(SHARD_GROWTH),
        realloc_payer = payer,
        realloc_zero = false
    )]
    pub shard: ShardAccount,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn grow_shard(ctx: &mut Context<GrowShard>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let shard = &mut accounts.shard;
    let old_capacity = u32::try_from(shard.count()).map_err(|_| MarketError::MathOverflow)?;
    let capacity = shard.fill()?;
    let event = ShardGrown {
        shard: key(shard),
        market: shard.market,
        payer: *accounts.payer.address(),
        old_capacity,
        capacity,
        index: shard.index.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
