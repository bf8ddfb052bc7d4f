use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, DelegateSet},
        instructions::{key, same},
        state::Client,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetDelegate {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub client: Account<Client>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// A delegate of all zeros revokes the current one.
pub fn set_delegate(ctx: &mut Context<SetDelegate>, delegate: Address, cap: u64, expires_at: i64) -> Result<()> {
    ctx.accounts.client.set_delegate(delegate, cap, expires_at)?;
    let event = DelegateSet { client: key(&ctx.accounts.client), delegate, cap, expires_at };
    emit_cpi!(ctx, event);
    Ok(())
}
