use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, AttestorBondRaised, AttestorLeft, AttestorVacated},
        instructions::{key, now, same},
        state::{AttestorSet, Stake},
    },
    anchor_lang::prelude::*,
};

/// An attestor of a set, named by its stake: a stake has one place in a set.
#[derive(Accounts)]
pub struct ChangeAttestor {
    /// Who may do what: see each instruction.
    pub authority: Signer,
    #[account(mut)]
    pub set: Account<AttestorSet>,
    #[account(mut)]
    pub stake: Account<Stake>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl ChangeAttestor {
    fn place(&self) -> Result<u8> {
        Ok(self.set.find_stake(self.stake.address())?)
    }

    fn is_stake_owner(&self) -> bool {
        same(&self.stake.owner, self.authority.address())
    }

    fn left(&self, place: u8, removed: bool) -> Result<AttestorLeft> {
        Ok(AttestorLeft {
            set: key(&self.set),
            stake: key(&self.stake),
            leaving_at: self.set.slot(place)?.leaving_at,
            removed: removed.into(),
        })
    }
}

/// The owner of the stake raises the bond, for example to what the set asks by now.
pub fn raise_bond(ctx: &mut Context<ChangeAttestor>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    require!(accounts.is_stake_owner(), MarketError::NotStakeOwner);
    let place = accounts.place()?;
    accounts.set.raise_bond(place, &mut accounts.stake, amount)?;
    accounts.stake.books()?;
    let event = AttestorBondRaised {
        set: key(&accounts.set),
        stake: key(&accounts.stake),
        amount,
        bond: accounts.set.slot(place)?.bond,
        allocated: accounts.stake.allocated,
    };
    emit_cpi!(ctx, event);
    Ok(())
}

/// The attestor or the owner of its stake leaves the set.
pub fn leave_set(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let place = accounts.place()?;
    let is_attestor = same(&accounts.set.slot(place)?.key, accounts.authority.address());
    require!(is_attestor || accounts.is_stake_owner(), MarketError::NotYourPlace);
    accounts.set.leave(place, now)?;
    let event = accounts.left(place, false)?;
    emit_cpi!(ctx, event);
    Ok(())
}

/// The set's creator removes an attestor.
pub fn remove_attestor(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    require!(same(&accounts.set.creator, accounts.authority.address()), MarketError::NotSetCreator);
    let place = accounts.place()?;
    accounts.set.remove(place, now)?;
    let event = accounts.left(place, true)?;
    emit_cpi!(ctx, event);
    Ok(())
}

/// Anyone frees the place and the bond of an attestor that left, once nothing binds them.
pub fn vacate_attestor(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let place = accounts.place()?;
    let bond = accounts.set.vacate(place, &mut accounts.stake, now)?;
    accounts.stake.books()?;
    let event = AttestorVacated {
        set: key(&accounts.set),
        stake: key(&accounts.stake),
        bond,
        allocated: accounts.stake.allocated,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
