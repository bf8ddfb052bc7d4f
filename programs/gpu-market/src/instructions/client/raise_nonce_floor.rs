use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, NonceFloorRaised},
        instructions::{key, same},
        state::Client,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct RaiseNonceFloor {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub client: Account<Client>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn raise_nonce_floor(ctx: &mut Context<RaiseNonceFloor>, floor: u64) -> Result<()> {
    ctx.accounts.client.raise_nonce_floor(floor)?;
    let event = NonceFloorRaised { client: key(&ctx.accounts.client), floor };
    emit_cpi!(ctx, event);
    Ok(())
}
