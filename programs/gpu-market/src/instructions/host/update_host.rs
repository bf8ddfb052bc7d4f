use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, HostUpdated},
        instructions::{key, same},
        state::{Host, HostParams},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct UpdateHost {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub host: Account<Host>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn update_host(ctx: &mut Context<UpdateHost>, params: HostParams) -> Result<()> {
    let host = &mut ctx.accounts.host;
    host.set(&params)?;
    let event = HostUpdated {
        host: key(host),
        operator: host.operator,
        sealing_key: host.sealing_key,
        metadata_hash: host.metadata_hash,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
