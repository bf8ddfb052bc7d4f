use {
    crate::prelude::*,
    crate::{error::Rule, math::Checked},
};

/// How many tranches an account keeps apart.
pub const TRANCHES: usize = 4;

/// An amount that is locked until a time. Unused if the amount is zero.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "program", derive(IdlType))]
pub struct Tranche {
    /// Base units.
    pub amount: u64,
    /// Unix seconds.
    pub unlock_at: i64,
}

/// Amounts that unlock at different times, at most [`TRANCHES`] of them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "program", derive(IdlType))]
pub struct Tranches {
    pub slots: [Tranche; TRANCHES],
}

impl Tranches {
    /// Sum of all tranches.
    pub fn total(&self) -> Rule<u64> {
        self.slots.iter().try_fold(0u64, |sum, slot| sum.plus(slot.amount))
    }

    /// Adds an amount. Without a free slot it joins the tranche that unlocks last, so that no other is delayed.
    pub fn add(&mut self, amount: u64, unlock_at: i64) -> Rule<()> {
        let free = self.slots.iter_mut().find(|slot| slot.amount == 0);
        let slot = match free {
            Some(slot) => {
                slot.unlock_at = unlock_at;
                Some(slot)
            }
            None => self.slots.iter_mut().max_by_key(|slot| slot.unlock_at),
        };
        if let Some(slot) = slot {
            slot.amount = slot.amount.plus(amount)?;
            slot.unlock_at = slot.unlock_at.max(unlock_at);
        }
        Ok(())
    }

    /// Removes and returns what has unlocked by `now`.
    pub fn take_unlocked(&mut self, now: i64) -> Rule<u64> {
        let mut taken = 0u64;
        for slot in self.slots.iter_mut().filter(|slot| slot.unlock_at <= now) {
            taken = taken.plus(slot.amount)?;
            *slot = Tranche::default();
        }
        Ok(taken)
    }

    /// Removes up to `amount`, from the tranche that unlocks last first. Returns what was removed.
    pub fn take_latest(&mut self, amount: u64) -> Rule<u64> {
        let mut left = amount;
        while left > 0 {
            let Some(slot) = self.slots.iter_mut().filter(|slot| slot.amount > 0).max_by_key(|slot| slot.unlock_at)
            else {
                break;
            };
            let part = slot.amount.min(left);
            slot.amount = slot.amount.minus(part)?;
            left = left.minus(part)?;
            if slot.amount == 0 {
                *slot = Tranche::default();
            }
        }
        amount.minus(left)
    }

    /// Removes up to `amount`, from every tranche in proportion, and returns what was removed: all of `amount`
    /// unless the tranches hold less.
    pub fn take_pro_rata(&mut self, amount: u64) -> Rule<u64> {
        let total = self.total()?;
        let wanted = amount.min(total);
        if wanted == 0 {
            return Ok(0);
        }
        let mut taken = 0u64;
        for slot in self.slots.iter_mut() {
            let part = crate::settlement::proportion(slot.amount, wanted, total)?;
            slot.amount = slot.amount.minus(part)?;
            taken = taken.plus(part)?;
        }
        // The proportions are rounded down, which leaves fewer base units than there are tranches.
        let rest = self.take_latest(wanted.minus(taken)?)?;
        taken.plus(rest)
    }
}
