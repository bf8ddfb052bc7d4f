use {
    crate::{
        events::{emit_cpi, JobMatched},
        instructions::{key, now},
        queue::{with_queue, ShardAccount},
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct MatchHeads {
    #[account(mut)]
    pub shard: ShardAccount,
}

/// A post looks past a few lapsed seats only. Where more stood before a waiting one, the job queued behind them; this
/// brings the two together.
pub fn match_heads(ctx: &mut Context<MatchHeads>) -> Result<()> {
    let now = now()?;
    let assignment = with_queue(&mut ctx.accounts.shard, |queue| queue.match_heads(now))?;
    let shard = key(&ctx.accounts.shard);
    let event = JobMatched {
        job: assignment.map(|made| made.job).unwrap_or_default(),
        member: assignment.map(|made| made.member).unwrap_or_default(),
        shard,
        from_shard: shard,
        at: now.unix,
        slot: now.slot,
        node: assignment.map_or(u32::MAX, |made| made.node.into()),
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
