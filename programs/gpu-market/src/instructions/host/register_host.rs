use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        events::{emit_cpi, HostRegistered},
        instructions::key,
        state::{Host, HostParams},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct RegisterHost {
    pub owner: Signer,
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [HOST_SEED, owner.address().as_ref()], bump)]
    pub host: Account<Host>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn register_host(ctx: &mut Context<RegisterHost>, params: HostParams) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let host = &mut accounts.host;
    host.set(&params)?;
    host.owner = *accounts.owner.address();
    host.rent_payer = *accounts.payer.address();
    host.version = ACCOUNT_VERSION;
    host.bump = ctx.bumps.host;
    let event = HostRegistered {
        host: key(host),
        owner: host.owner,
        operator: host.operator,
        sealing_key: host.sealing_key,
        metadata_hash: host.metadata_hash,
        rent_payer: host.rent_payer,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
