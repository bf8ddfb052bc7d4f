use {
    crate::{
        constants::pause,
        error::MarketError,
        events::{emit_cpi, SeatRenewed},
        instructions::{key, now, same},
        queue::{with_queue, Seat, ShardAccount},
        state::{Config, Host, Market, Member, NodeKind, Terms},
        typed_account::Account,
    },
    anchor_lang::{address_eq, prelude::*},
};

#[event_cpi]
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
    require!(accounts.member.is_fit(&accounts.market, now.unix)?, MarketError::MemberNotActive);

    let member = key(&accounts.member);
    let bond = accounts.terms.bond;
    let seat = Seat {
        member,
        valid_until: accounts.member.seat_end(
            &accounts.market,
            accounts.market.seat_valid_until(accounts.terms.seat_lifetime, min_rate, now.unix)?,
        )?,
        min_rate,
        bond,
        epoch: accounts.member.epoch,
    };
    let old_bond = with_queue(&mut accounts.shard, |queue| {
        let current = *queue.node(node)?;
        if !current.is(NodeKind::Waiting) {
            return Err(MarketError::SeatNotWaiting);
        }
        if !address_eq(&current.member, &member) {
            return Err(MarketError::WrongMember);
        }
        // A seat that a missed acknowledgement made evictable stays so.
        if current.epoch != seat.epoch {
            return Err(MarketError::JoinBarred);
        }
        queue.renew(node, &seat)?;
        Ok(current.bond)
    })?;
    accounts.member.rebond(old_bond, bond)?;
    accounts.member.invariant()?;
    let event = SeatRenewed {
        member,
        shard: key(&accounts.shard),
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
