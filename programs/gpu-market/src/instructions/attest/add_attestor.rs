use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AttestorAdded},
        instructions::{key, now, same},
        state::{AttestorSet, Stake},
    },
    anchor_lang::prelude::*,
};

/// The set's creator chooses who judges; whose stake is bound has to agree.
#[derive(Accounts)]
pub struct AddAttestor {
    #[account(constraint(same(&set.creator, creator.address()) @ MarketError::NotSetCreator))]
    pub creator: Signer,
    #[account(constraint(same(&stake.owner, owner.address()) @ MarketError::NotStakeOwner))]
    pub owner: Signer,
    #[account(mut)]
    pub set: Account<AttestorSet>,
    #[account(mut)]
    pub stake: Account<Stake>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn add_attestor(ctx: &mut Context<AddAttestor>, attestor: &Address) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.stake);
    let active_at = accounts.set.add(attestor, &address, &mut accounts.stake, now()?.unix)?;
    accounts.stake.books()?;
    let event = AttestorAdded {
        set: key(&accounts.set),
        attestor: *attestor,
        stake: address,
        bond: accounts.set.params.bond,
        allocated: accounts.stake.allocated,
        active_at,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
