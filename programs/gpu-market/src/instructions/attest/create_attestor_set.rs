// The derive binds `id` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        events::{emit_cpi, AttestorSetCreated},
        instructions::{key, now},
        state::{AttestorSet, SetParams},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
#[instruction(id: u16)]
pub struct CreateAttestorSet {
    pub creator: Signer,
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(
        init,
        payer = payer,
        seeds = [ATTESTOR_SET_SEED, creator.address().as_ref(), &id.to_le_bytes()],
        bump
    )]
    pub set: Account<AttestorSet>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn create_attestor_set(ctx: &mut Context<CreateAttestorSet>, id: u16, params: &SetParams) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let set = &mut accounts.set;
    set.open(id, params, now)?;
    set.creator = *accounts.creator.address();
    set.rent_payer = *accounts.payer.address();
    set.version = ACCOUNT_VERSION;
    set.bump = ctx.bumps.set;
    let event = AttestorSetCreated {
        set: key(set),
        creator: set.creator,
        rent_payer: set.rent_payer,
        params: *params,
        created_at: now,
        id: id.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
