use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::pause,
        error::MarketError,
        events::{emit_cpi, SeatJoined},
        instructions::{key, member::require_access, now},
        queue::Seat,
        state::{Config, Host, Market, Member, Now, Terms},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct Join {
    #[account(constraint(address_eq(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    pub config: Account<Config>,
    #[account(constraint(address_eq(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(address_eq(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(constraint(address_eq(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut, constraint(address_eq(&shard.market, market.address()) @ MarketError::WrongMarket))]
    pub shard: ShardAccount,
    /// CHECK: a token account with a token of the market's access mint; only where the market has one.
    pub access: Option<UncheckedAccount>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl Join {
    fn validate(&self, min_rate: u64, now: Now) -> Result<()> {
        require!(
            !self.config.is_paused(pause::JOINING) && !self.market.is_paused(pause::JOINING),
            MarketError::JoiningPaused
        );
        self.market.require_in_force(&self.terms, now.unix)?;
        require!(self.terms.rate >= min_rate, MarketError::RateBelowMinimum);
        Ok(require_access(&self.market, &self.host.keys(), &self.access)?)
    }
}

/// The job is not named: the assignment is written in the queue node, so joins never race.
pub fn join(ctx: &mut Context<Join>, min_rate: u64) -> Result<()> {
    let now = now()?;
    ctx.accounts.validate(min_rate, now)?;
    let accounts = &mut ctx.accounts;
    let bond = accounts.terms.bond;
    accounts.member.take_seat(&accounts.market, bond, now.unix)?;
    let seat = Seat {
        member: key(&accounts.member),
        valid_until: accounts.member.seat_end(
            &accounts.market,
            accounts.market.seat_valid_until(accounts.terms.seat_lifetime, min_rate, now.unix)?,
            now.unix,
        )?,
        min_rate,
        bond,
        epoch: accounts.member.epoch,
    };
    let node = accounts.shard.queue().join(&seat, now)?;
    accounts.member.invariant()?;
    let event = SeatJoined {
        member: seat.member,
        shard: *accounts.shard.address(),
        job: *accounts.shard.job_in(Some(node)),
        valid_until: seat.valid_until,
        min_rate,
        bond,
        at: now.unix,
        slot: now.slot,
        node: node.into(),
        terms: accounts.terms.number,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
