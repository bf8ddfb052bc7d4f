use {
    crate::{
        error::MarketError,
        events::{emit_cpi, DelegateSet},
        instructions::{key, same},
        state::Client,
        typed_account::Account,
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct SetDelegate {
    #[account(constraint(same(&client.owner, owner.address()) @ MarketError::NotClientOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub client: Account<Client>,
}

/// A delegate of all zeros revokes the current one.
pub fn set_delegate(ctx: &mut Context<SetDelegate>, delegate: Address, cap: u64, expires_at: i64) -> Result<()> {
    ctx.accounts.client.set_delegate(delegate, cap, expires_at)?;
    let event = DelegateSet { client: key(&ctx.accounts.client), delegate, cap, expires_at };
    emit_cpi!(ctx, event);
    Ok(())
}
