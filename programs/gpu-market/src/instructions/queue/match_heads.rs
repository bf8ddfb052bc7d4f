use {
    crate::{
        account_types::{EventAuthority, ShardAccount},
        events::{emit_cpi, JobMatched},
        instructions::now,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct MatchHeads {
    #[account(mut)]
    pub shard: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// A post looks past a few lapsed seats only. Where more stood before a waiting one, the job queued behind them; this
/// brings the two together.
pub fn match_heads(ctx: &mut Context<MatchHeads>) -> Result<()> {
    let now = now()?;
    let shard = &mut ctx.accounts.shard;
    let node = shard.queue().match_heads(now)?;
    let event = JobMatched {
        job: *shard.job_in(node),
        member: *shard.member_in(node),
        shard: *shard.address(),
        from_shard: *shard.address(),
        at: now.unix,
        slot: now.slot,
        node: node.map_or(u32::MAX, u32::from),
        reserved: 0,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
