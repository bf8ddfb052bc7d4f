use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::EARNINGS_SEED,
        error::MarketError,
        events::{emit_cpi, ReferrerSet},
        instructions::{bump_of, key, same},
        state::{Client, Host},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetReferrer {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub client: Account<Client>,
    /// The host that referred the client; none for nobody. Anybody can register as a host.
    pub host: Option<Account<Host>>,
    /// CHECK: the host's earnings vault of the client's mint, by the seeds in the handler; need not be open yet.
    pub earnings: Option<UncheckedAccount>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl SetReferrer {
    fn referrer(&self) -> Result<Address> {
        match (&self.host, &self.earnings) {
            (Some(host), Some(earnings)) => {
                let seeds = [EARNINGS_SEED, host.address().as_ref(), self.client.mint.as_ref()];
                bump_of(earnings.address(), &seeds)?;
                Ok(*earnings.address())
            }
            (None, None) => Ok(Address::default()),
            _ => Err(MarketError::WrongReferrer.into()),
        }
    }
}

pub fn set_referrer(ctx: &mut Context<SetReferrer>) -> Result<()> {
    let referrer = ctx.accounts.referrer()?;
    let client = &mut ctx.accounts.client;
    let old_referrer = client.referrer;
    client.set_referrer(referrer)?;
    let event = ReferrerSet { client: key(client), old_referrer, referrer };
    emit_cpi!(ctx, event);
    Ok(())
}
