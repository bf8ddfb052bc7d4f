use {
    crate::{
        error::MarketError,
        events::{emit_cpi, SeatLeft},
        instructions::{key, now, same},
        queue::{with_queue, ShardAccount},
        state::{Host, Member, Node, NodeKind, Now},
        typed_account::Account,
    },
    anchor_lang::{address_eq, prelude::*},
};

#[event_cpi]
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
}

impl Leave {
    fn require_may_remove(&self, node: &Node, now: Now) -> core::result::Result<(), MarketError> {
        let caller = self.caller.address();
        let own = address_eq(caller, &self.host.operator) || address_eq(caller, &self.host.owner);
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
    let member = key(&accounts.member);
    let current = accounts.shard.get(usize::from(node)).copied().ok_or(MarketError::NodeOutOfRange)?;
    require!(current.is(NodeKind::Waiting) || current.is(NodeKind::Lapsed), MarketError::SeatNotWaiting);
    require!(address_eq(&current.member, &member), MarketError::WrongMember);
    accounts.require_may_remove(&current, now)?;

    let seat = with_queue(&mut accounts.shard, |queue| queue.remove_seat(node))?;
    accounts.member.release_seat(seat.bond)?;
    accounts.member.invariant()?;
    let event = SeatLeft {
        member,
        shard: key(&accounts.shard),
        caller: *accounts.caller.address(),
        bond: seat.bond,
        at: now.unix,
        node: node.into(),
        lapsed: u32::from(current.is(NodeKind::Lapsed)),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
