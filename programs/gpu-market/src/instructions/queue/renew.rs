use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::pause,
        error::MarketError,
        events::{emit_cpi, SeatRenewed},
        instructions::{member::require_access, now, same},
        queue::Seat,
        state::{Config, Host, Market, Member, NodeKind, Terms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Renew {
    #[account(constraint(same(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    pub config: Account<Config>,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(constraint(same(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut, constraint(same(&shard.market, market.address()) @ MarketError::WrongMarket))]
    pub shard: ShardAccount,
    /// CHECK: a token account with a token of the market's access mint; only where the market has one.
    pub access: Option<UncheckedAccount>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Extends a waiting seat by one lifetime, with the bond that the terms in force ask. It keeps its place in line.
pub fn renew(ctx: &mut Context<Renew>, node: u16, min_rate: u64) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    require!(
        !accounts.config.is_paused(pause::JOINING) && !accounts.market.is_paused(pause::JOINING),
        MarketError::JoiningPaused
    );
    accounts.market.require_in_force(&accounts.terms, now.unix)?;
    require!(accounts.terms.rate >= min_rate, MarketError::RateBelowMinimum);
    require_access(&accounts.market, &accounts.host.keys(), &accounts.access)?;

    let bond = accounts.terms.bond;
    let seat = Seat {
        member: *accounts.member.address(),
        valid_until: accounts.member.seat_end(
            &accounts.market,
            accounts.market.seat_valid_until(accounts.terms.seat_lifetime, min_rate, now.unix)?,
            now.unix,
        )?,
        min_rate,
        bond,
        epoch: accounts.member.epoch,
    };
    let mut queue = accounts.shard.queue();
    let current = queue.node(node)?;
    require!(current.is(NodeKind::Waiting), MarketError::SeatNotWaiting);
    require!(same(&current.member, &seat.member), MarketError::WrongMember);
    // A seat that a missed acknowledgement made evictable stays so.
    require!(current.epoch == seat.epoch, MarketError::JoinBarred);
    let old_bond = current.bond;
    queue.renew(node, &seat)?;
    accounts.member.renew_seat(&accounts.market, old_bond, bond, now.unix)?;
    accounts.member.invariant()?;
    let event = SeatRenewed {
        member: seat.member,
        shard: *accounts.shard.address(),
        valid_until: seat.valid_until,
        min_rate,
        bond,
        at: now.unix,
        node: node.into(),
        terms: accounts.terms.number,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
