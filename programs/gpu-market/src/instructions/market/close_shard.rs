use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        error::MarketError,
        events::{emit_cpi, ShardClosed},
        instructions::{key, same},
        state::Market,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseShard {
    #[account(constraint(same(&market.authority, authority.address()) @ MarketError::NotMarketAuthority))]
    pub authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        close = rent_payer,
        constraint(same(&shard.market, market.address()) @ MarketError::WrongMarket)
    )]
    pub shard: ShardAccount,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&shard.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CloseShard {
    fn validate(&self) -> Result<()> {
        require!(self.shard.used() == 0, MarketError::ShardNotEmpty);
        Ok(())
    }
}

pub fn close_shard(ctx: &mut Context<CloseShard>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let index = accounts.shard.index;
    accounts.market.shard_closed(index)?;
    accounts.market.invariant()?;
    let event = ShardClosed { shard: key(&accounts.shard), market: key(&accounts.market), index };
    emit_cpi!(ctx, event);
    Ok(())
}
