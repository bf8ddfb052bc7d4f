use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        error::MarketError,
        events::{emit_cpi, SeatLeft},
        instructions::{now, same},
        state::{Host, Member, Node, NodeKind, Now},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Leave {
    /// Operator or owner of the host; anyone once the seat is lapsed or evictable.
    pub caller: Signer,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut, constraint(same(&shard.market, &member.market) @ MarketError::WrongMarket))]
    pub shard: ShardAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl Leave {
    fn require_may_remove(&self, node: &Node, now: Now) -> core::result::Result<(), MarketError> {
        let caller = self.caller.address();
        let own = same(caller, &self.host.operator) || same(caller, &self.host.owner);
        let lapsed = node.is(NodeKind::Lapsed) || now.unix >= node.valid_until;
        let evictable = node.epoch != self.member.epoch;
        if own || lapsed || evictable {
            Ok(())
        } else {
            Err(MarketError::NotYours)
        }
    }
}

/// Removes a waiting or lapsed seat and frees its bond.
pub fn leave(ctx: &mut Context<Leave>, node: u16) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let seat = accounts.shard.node(node)?;
    let lapsed = seat.is(NodeKind::Lapsed);
    require!(seat.is(NodeKind::Waiting) || lapsed, MarketError::SeatNotWaiting);
    require!(same(&seat.member, accounts.member.address()), MarketError::WrongMember);
    accounts.require_may_remove(seat, now)?;

    let bond = seat.bond;
    accounts.shard.queue().remove_seat(node)?;
    accounts.member.release_seat(bond)?;
    accounts.member.invariant()?;
    let event = SeatLeft {
        member: *accounts.member.address(),
        shard: *accounts.shard.address(),
        caller: *accounts.caller.address(),
        bond,
        at: now.unix,
        node: node.into(),
        lapsed: lapsed.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
