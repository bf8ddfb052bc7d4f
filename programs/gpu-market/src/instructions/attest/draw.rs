use {
    super::Syscall,
    crate::{
        account_types::{Account, EventAuthority},
        constants::{MAX_PANEL, SLOT_HASHES},
        error::MarketError,
        events::{emit_cpi, RoundDrawn},
        instructions::{key, now, same},
        state::{slot_hash_from, AttestorSet, Challenge},
    },
    anchor_lang::prelude::*,
};

/// Anybody may draw, and everybody draws the same.
#[derive(Accounts)]
pub struct Draw {
    #[account(mut)]
    pub challenge: Account<Challenge>,
    #[account(mut, constraint(same(&challenge.set, set.address()) @ MarketError::WrongAttestorSet))]
    pub set: Account<AttestorSet>,
    /// CHECK: the slot hashes sysvar, by its address.
    #[account(constraint(same(&SLOT_HASHES, slot_hashes.address()) @ MarketError::SlotHashMissing))]
    pub slot_hashes: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn draw(ctx: &mut Context<Draw>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.challenge);
    let challenge = &mut accounts.challenge;
    challenge.require_drawable(now)?;
    {
        let sysvar = accounts.slot_hashes.account().try_borrow()?;
        let slot_hash = slot_hash_from(&sysvar, challenge.slot)?;
        challenge.draw::<Syscall>(&address, &mut accounts.set, slot_hash, now)?;
    }
    let mut places = [0; MAX_PANEL];
    for (place, judge) in places.iter_mut().zip(challenge.judges.iter()) {
        *place = judge.place;
    }
    let event = RoundDrawn {
        challenge: address,
        seed: challenge.seed,
        drawn_at: now.unix,
        drawn_slot: now.slot,
        settled: challenge.settled.into(),
        places,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
