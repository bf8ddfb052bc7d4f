use {
    crate::{
        error::MarketError,
        events::{emit_cpi, HostUpdated},
        instructions::{key, same},
        state::{Host, HostParams},
        typed_account::Account,
    },
    anchor_lang::prelude::*,
};

#[event_cpi]
#[derive(Accounts)]
pub struct UpdateHost {
    #[account(constraint(same(&host.owner, owner.address()) @ MarketError::NotHostOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub host: Account<Host>,
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
