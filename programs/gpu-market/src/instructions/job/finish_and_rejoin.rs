use {
    super::finish::*,
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::pause,
        error::{MarketError, Rule},
        events::{emit_cpi, HostRejoined},
        instructions::{key, member::require_access, now},
        queue::Seat,
        state::{Config, Market, Now, Terms},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct FinishAndRejoin {
    pub settle: Nested<Settle>,
    pub config: Account<Config>,
    #[account(constraint(address_eq(&settle.member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    #[account(constraint(address_eq(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut, constraint(address_eq(&shard.market, market.address()) @ MarketError::WrongMarket))]
    pub shard: ShardAccount,
    /// CHECK: a token account with a token of the market's access mint; only where the market has one.
    pub access: Option<UncheckedAccount>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl FinishAndRejoin {
    /// Takes a seat again. On refusal nothing has changed.
    #[inline]
    fn rejoin(&mut self, min_rate: u64, now: Now) -> Rule<(Seat, u16)> {
        let paused = self.config.is_paused(pause::JOINING) || self.market.is_paused(pause::JOINING);
        if paused {
            return Err(MarketError::JoiningPaused);
        }
        self.market.require_in_force(&self.terms, now.unix)?;
        if self.terms.rate < min_rate {
            return Err(MarketError::RateBelowMinimum);
        }
        require_access(&self.market, &self.settle.host.keys(), &self.access)?;
        let bond = self.terms.bond;
        let member = &mut self.settle.member;
        let until = self.market.seat_valid_until(self.terms.seat_lifetime, min_rate, now.unix)?;
        let valid_until = member.seat_end(&self.market, until, now.unix)?;
        member.take_seat(&self.market, bond, now.unix)?;
        let seat = Seat { member: key(member), valid_until, min_rate, bond, epoch: member.epoch };
        match self.shard.queue().join(&seat, now) {
            Ok(node) => Ok((seat, node)),
            Err(refusal) => {
                self.settle.member.release_seat(bond)?;
                Err(refusal)
            }
        }
    }
}

/// A rejoin that is refused is skipped, with its reason in the event: finishing never fails for it.
pub fn finish_and_rejoin(
    ctx: &mut Context<FinishAndRejoin>,
    outcome: u8,
    result_hash: [u8; 32],
    min_rate: u64,
) -> Result<()> {
    let now = now()?;
    let finished = ctx.accounts.settle.settle(outcome, result_hash, now)?;
    let rejoined = ctx.accounts.rejoin(min_rate, now);
    ctx.accounts.settle.member.invariant()?;

    let accounts = &ctx.accounts;
    let mut event = HostRejoined {
        finished: accounts.settle.event(&finished, now),
        shard: key(&accounts.shard),
        next_job: Address::default(),
        valid_until: 0,
        min_rate,
        bond: 0,
        slot: now.slot,
        node: u32::MAX,
        refusal: 0,
        terms: accounts.terms.number,
        reserved: 0,
    };
    match rejoined {
        Ok((seat, node)) => {
            event.next_job = *accounts.shard.job_in(Some(node));
            event.valid_until = seat.valid_until;
            event.bond = seat.bond;
            event.node = node.into();
        }
        // A queue that does not add up is no refusal: nothing of it may be kept. `finish` does not read it.
        Err(broken @ (MarketError::MathOverflow | MarketError::NodeOutOfRange | MarketError::NodeMismatch)) => {
            return Err(broken.into())
        }
        Err(refusal) => event.refusal = refusal.code(),
    }
    emit_cpi!(ctx, event);
    Ok(())
}
