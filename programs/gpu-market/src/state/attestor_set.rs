use {
    super::{ensure, Stake},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::{is_zero, Checked},
        settlement::share,
    },
    solana_address::address_eq,
};

/// How a set judges.
///
/// A panel reaches its verdict wrongly only if `quorum` of its members are dishonest. With `quorum` more than half of the
/// panel, no round has two verdicts. 24 bytes.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SetParams {
    /// Base units of the stake mint behind each attestor.
    pub bond: u64,
    /// Base units of the stake mint that a round costs.
    pub fee: u64,
    /// Attestors drawn for a round.
    pub panel: u8,
    /// Readings that have to agree.
    pub quorum: u8,
    pub reserved: [u8; 6],
}

impl SetParams {
    /// # Errors
    ///
    /// [`MarketError::SetOutOfRange`].
    pub fn check(&self) -> Rule<()> {
        ensure(
            usize::from(self.panel) <= MAX_PANEL
                && self.quorum <= self.panel
                && self.quorum.times(2)? > self.panel
                && self.bond >= MIN_ATTESTOR_BOND
                && self.fee >= self.bond.div_ceil(MAX_BOND_PER_FEE)
                && self.reserved == [0; 6],
            MarketError::SetOutOfRange,
        )
    }
}

/// One attestor of a set. An unused place has no key. 96 bytes.
#[cfg_attr(feature = "program", derive(IdlType))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Attestor {
    pub key: Address,
    /// The attestor's stake account, which its bond is part of and its pay goes to.
    pub stake: Address,
    /// Base units of the stake mint, recorded as allocated in that stake.
    pub bond: u64,
    /// Judges rounds opened from then on.
    pub active_at: i64,
    /// When it left or was removed; zero if it did not. It judges no round opened since.
    pub leaving_at: i64,
    /// Rounds it was drawn for and not settled.
    pub open_rounds: u32,
    pub reserved: [u8; 4],
}

impl Attestor {
    pub fn is_vacant(&self) -> bool {
        is_zero(self.key.as_array())
    }
}

/// Attestors that judge rounds together. 1,696 bytes.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct AttestorSet {
    pub creator: Address,
    pub rent_payer: Address,
    /// How the set judges, unless `pending` has taken effect.
    pub params: SetParams,
    /// Announced parameters; they take effect by themselves.
    pub pending: SetParams,
    /// When `pending` takes effect; zero if nothing was announced.
    pub pending_at: i64,
    pub created_at: i64,
    /// When the creator last removed an attestor; zero if never.
    pub last_removal_at: i64,
    /// When an attestor last left or was removed; zero if none did.
    pub last_left_at: i64,
    /// Challenge accounts of this set that exist.
    pub rounds: u32,
    /// Number that the creator gives the set; part of its address.
    pub id: u16,
    /// Attestors in the set, leaving ones included.
    pub attestors: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 7],
    pub slots: [Attestor; MAX_ATTESTORS],
}

const _: () = assert!(core::mem::size_of::<AttestorSet>() == 64 + 48 + 32 + 16 + 16 * 96);

impl AttestorSet {
    /// Makes a fresh account a set.
    pub fn open(&mut self, id: u16, params: &SetParams, now: i64) -> Rule<()> {
        params.check()?;
        self.id = id;
        self.params = *params;
        self.created_at = now;
        Ok(())
    }

    /// Lets announced parameters take effect whose time has come. Every change and every round begins with this, so that
    /// nobody chooses the moment.
    pub fn refresh(&mut self, now: i64) {
        if self.pending_at != 0 && now >= self.pending_at {
            self.params = self.pending;
            self.pending = SetParams::default();
            self.pending_at = 0;
        }
    }

    /// Changes the parameters in 14 days, whichever way: a greater bond or a smaller panel at once would leave only those
    /// eligible who were told before. Only another announcement drops one that has not taken effect, and waits anew. Returns
    /// when they take effect.
    ///
    /// # Errors
    ///
    /// [`MarketError::SetOutOfRange`].
    pub fn announce(&mut self, params: &SetParams, now: i64) -> Rule<i64> {
        params.check()?;
        self.refresh(now);
        self.pending = *params;
        self.pending_at = now.plus(LOOSENING_DELAY)?;
        Ok(self.pending_at)
    }

    /// The place of the attestor with this key.
    pub fn find(&self, key: &Address) -> Rule<u8> {
        self.position(|slot| address_eq(&slot.key, key))
    }

    /// The place of the attestor with this stake.
    pub fn find_stake(&self, stake: &Address) -> Rule<u8> {
        self.position(|slot| address_eq(&slot.stake, stake))
    }

    #[inline(always)]
    fn position(&self, is_it: impl Fn(&Attestor) -> bool) -> Rule<u8> {
        let place = self.slots.iter().position(|slot| is_it(slot) && !slot.is_vacant());
        place.and_then(|place| u8::try_from(place).ok()).ok_or(MarketError::NotAttestor)
    }

    pub fn slot(&self, place: u8) -> Rule<&Attestor> {
        self.slots.get(usize::from(place)).ok_or(MarketError::NotAttestor)
    }

    pub fn slot_mut(&mut self, place: u8) -> Rule<&mut Attestor> {
        self.slots.get_mut(usize::from(place)).ok_or(MarketError::NotAttestor)
    }

    /// Adds an attestor with the bond of the set out of its own stake. It judges rounds from 14 days on, or at once while
    /// the set is founded. Returns from when on.
    ///
    /// # Errors
    ///
    /// [`MarketError::AlreadyAttestor`], [`MarketError::AttestorSetFull`], [`MarketError::InsufficientStake`].
    pub fn add(&mut self, key: &Address, stake_key: &Address, stake: &mut Stake, now: i64) -> Rule<i64> {
        self.refresh(now);
        ensure(!is_zero(key.as_array()), MarketError::KeyMissing)?;
        let known = self
            .slots
            .iter()
            .any(|slot| !slot.is_vacant() && (address_eq(&slot.key, key) || address_eq(&slot.stake, stake_key)));
        ensure(!known, MarketError::AlreadyAttestor)?;
        let founding = now < self.created_at.plus(FOUNDING_WINDOW)?;
        let active_at = if founding { now } else { now.plus(LOOSENING_DELAY)? };
        let bond = self.params.bond;
        let slot = self.slots.iter_mut().find(|slot| slot.is_vacant()).ok_or(MarketError::AttestorSetFull)?;
        stake.lock_bond(bond)?;
        stake.tie()?;
        *slot = Attestor { key: *key, stake: *stake_key, bond, active_at, ..Attestor::zeroed() };
        self.attestors = self.attestors.plus(1)?;
        Ok(active_at)
    }

    /// Raises an attestor's bond out of its stake, for example to what the set asks by now.
    pub fn raise_bond(&mut self, place: u8, stake: &mut Stake, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        let slot = self.slot_mut(place)?;
        stake.lock_bond(amount)?;
        slot.bond = slot.bond.plus(amount)?;
        Ok(())
    }

    /// The attestor leaves: it judges no round opened from now on.
    pub fn leave(&mut self, place: u8, now: i64) -> Rule<()> {
        let slot = self.slot_mut(place)?;
        if slot.leaving_at == 0 {
            slot.leaving_at = now;
            self.last_left_at = now;
        }
        Ok(())
    }

    /// The creator removes an attestor, at once for new rounds. One in 14 days: removing the honest ones would leave a panel
    /// of one's own sooner than adding to it could.
    ///
    /// # Errors
    ///
    /// [`MarketError::RemovalTooSoon`].
    pub fn remove(&mut self, place: u8, now: i64) -> Rule<()> {
        ensure(
            self.last_removal_at == 0 || now >= self.last_removal_at.plus(LOOSENING_DELAY)?,
            MarketError::RemovalTooSoon,
        )?;
        self.leave(place, now)?;
        self.last_removal_at = now;
        Ok(())
    }

    /// Frees the place and the bond of an attestor that left. Returns the bond.
    ///
    /// # Errors
    ///
    /// [`MarketError::AttestorBound`] until a day after it left, by when no earlier round can still draw it, and until the
    /// rounds that drew it are settled, which anyone may do.
    pub fn vacate(&mut self, place: u8, stake: &mut Stake, now: i64) -> Rule<u64> {
        let slot = self.slot_mut(place)?;
        ensure(
            slot.leaving_at != 0 && slot.open_rounds == 0 && now >= slot.leaving_at.plus(ATTESTOR_NOTICE)?,
            MarketError::AttestorBound,
        )?;
        let bond = slot.bond;
        stake.unlock_bond(bond)?;
        stake.untie()?;
        *slot = Attestor::zeroed();
        self.attestors = self.attestors.minus(1)?;
        Ok(bond)
    }

    /// Which places may be drawn for a round opened now, one bit each: active, fully bonded, and with another stake than
    /// the parties of the round.
    ///
    /// However many rounds an attestor judges already. If that left it out, cheap rounds could keep the honest ones busy until
    /// only friends, whose bonds carry more rounds, are left to be drawn.
    pub fn eligible(&self, host_stake: &Address, payer_stake: &Address, now: i64) -> u16 {
        let mut mask = 0u16;
        for (place, slot) in (0u32..).zip(self.slots.iter()) {
            let is_party = address_eq(&slot.stake, host_stake) || address_eq(&slot.stake, payer_stake);
            let is_ready = slot.active_at <= now && slot.leaving_at == 0 && slot.bond >= self.params.bond;
            if !slot.is_vacant() && is_ready && !is_party {
                mask |= 1u16.wrapping_shl(place);
            }
        }
        mask
    }

    /// Takes `bps` of `at_stake` from the bond of the attestor at `place`, for the treasury: a slash pays nobody who votes,
    /// so no majority gains by outvoting. Returns what was taken.
    pub fn slash(&mut self, place: u8, stake: &mut Stake, at_stake: u64, bps: u16) -> Rule<u64> {
        let slot = self.slot_mut(place)?;
        let amount = share(at_stake, bps)?.min(slot.bond);
        stake.slash_bond(amount)?;
        slot.bond = slot.bond.minus(amount)?;
        Ok(amount)
    }

    /// A set closes without attestors and rounds, and as long after its last attestor left as an announcement takes: its
    /// creator may found another under the same address, which markets name.
    ///
    /// # Errors
    ///
    /// [`MarketError::SetNotEmpty`], [`MarketError::SetCoolingOff`].
    pub fn require_closable(&self, now: i64) -> Rule<()> {
        ensure(self.attestors == 0 && self.rounds == 0, MarketError::SetNotEmpty)?;
        ensure(
            self.last_left_at == 0 || now >= self.last_left_at.plus(LOOSENING_DELAY)?,
            MarketError::SetCoolingOff,
        )
    }
}

/// Bonds of attestors and fees of rounds. I3 with them: allocated = Σ member collateral + Σ attestor bonds; owed = Σ Credits
/// and fees of rounds that are not over.
impl Stake {
    /// Makes free stake the bond of an attestor.
    pub fn lock_bond(&mut self, amount: u64) -> Rule<()> {
        ensure(amount <= self.free()?, MarketError::InsufficientStake)?;
        self.allocated = self.allocated.plus(amount)?;
        Ok(())
    }

    pub fn unlock_bond(&mut self, amount: u64) -> Rule<()> {
        self.allocated = self.allocated.minus(amount)?;
        Ok(())
    }

    /// Slashes a bond: the treasury sweeps it.
    pub fn slash_bond(&mut self, amount: u64) -> Rule<()> {
        self.allocated = self.allocated.minus(amount)?;
        self.amount = self.amount.minus(amount)?;
        self.treasury_owed = self.treasury_owed.plus(amount)?;
        Ok(())
    }

    /// Something needs this stake to exist, even with nothing in it.
    fn tie(&mut self) -> Rule<()> {
        self.ties = self.ties.plus(1)?;
        Ok(())
    }

    fn untie(&mut self) -> Rule<()> {
        self.ties = self.ties.minus(1)?;
        Ok(())
    }

    /// Sets the fee of a round aside, out of free stake.
    pub fn reserve_fee(&mut self, fee: u64) -> Rule<()> {
        ensure(fee <= self.free()?, MarketError::InsufficientStake)?;
        self.amount = self.amount.minus(fee)?;
        self.owed = self.owed.plus(fee)?;
        self.tie()
    }

    /// The round is over: what of its fee nobody earned is stake again.
    pub fn refund_fee(&mut self, amount: u64) -> Rule<()> {
        self.owed = self.owed.minus(amount)?;
        self.amount = self.amount.plus(amount)?;
        self.untie()
    }

    /// Pays part of a fee into the stake of an attestor; the tokens have to move from this vault to the other in the same
    /// instruction.
    pub fn pay_fee(&mut self, attestor: &mut Stake, amount: u64) -> Rule<()> {
        self.owed = self.owed.minus(amount)?;
        attestor.amount = attestor.amount.plus(amount)?;
        Ok(())
    }
}
