use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, CreditClosed},
        instructions::{key, same},
        state::{Credit, Stake},
    },
    anchor_lang::prelude::*,
};

/// Anybody may close an empty credit.
#[derive(Accounts)]
pub struct CloseCredit {
    #[account(mut, close = rent_payer)]
    pub credit: Account<Credit>,
    #[account(mut, constraint(same(&credit.stake, stake.address()) @ MarketError::WrongCredit))]
    pub stake: Account<Stake>,
    /// CHECK: whoever paid the rent.
    #[account(mut, constraint(same(&credit.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CloseCredit {
    fn validate(&self) -> Result<()> {
        require!(self.credit.is_empty()?, MarketError::CreditNotEmpty);
        Ok(())
    }
}

pub fn close_credit(ctx: &mut Context<CloseCredit>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    accounts.stake.credit_closed()?;
    let event = CreditClosed {
        credit: key(&accounts.credit),
        stake: key(&accounts.stake),
        credits: accounts.stake.credits,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
