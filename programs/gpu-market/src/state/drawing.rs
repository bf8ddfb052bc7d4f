//! The draw of a round's seed and panel.

use {
    super::{digest, ensure, AttestorSet, Challenge, JudgeState, Now, RoundResult, RoundState, Sha256},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::Checked,
    },
};

impl Challenge {
    /// Last slot in which the round can be drawn.
    pub fn draw_until(&self) -> u64 {
        self.slot.saturating_add(DRAW_WINDOW_SLOTS)
    }

    /// Refuses a draw before its time or after it.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotOpen`], [`MarketError::SlotNotReached`], [`MarketError::DrawOver`].
    pub fn require_drawable(&self, now: Now) -> Rule<()> {
        ensure(self.is(RoundState::Open), MarketError::RoundNotOpen)?;
        ensure(now.slot > self.slot, MarketError::SlotNotReached)?;
        ensure(now.slot <= self.draw_until(), MarketError::DrawOver)
    }

    /// Draws seed and panel from the hash of the round's slot. Anyone may, and everyone draws the same: a program that
    /// undoes a draw that it dislikes only leaves it to the next caller.
    ///
    /// # Errors
    ///
    /// As [`Self::require_drawable`].
    pub fn draw<H: Sha256>(
        &mut self,
        address: &Address,
        set: &mut AttestorSet,
        slot_hash: &[u8; 32],
        now: Now,
    ) -> Rule<()> {
        self.require_drawable(now)?;
        let mut seed = [0; 32];
        digest::seed::<H>(slot_hash, address, &self.member, &self.host, &mut seed);
        self.seed = seed;
        self.draw_panel(set)?;
        self.state = RoundState::Running as u8;
        // The host's time runs since the opening.
        self.halted = u8::from(!self.was_live(now.unix, now));
        self.step(now)
    }

    /// Draws `panel` of the eligible places without replacement, two bytes of the seed each, so that no place is likelier
    /// than another by more than 1 in 4,096.
    fn draw_panel(&mut self, set: &mut AttestorSet) -> Rule<()> {
        let mut left = self.eligible;
        let panel = usize::from(self.panel);
        for (judge, bytes) in self.judges.iter_mut().take(panel).zip(self.seed.chunks_exact(2)) {
            let number = bytes.first_chunk().map_or(0, |pair| u16::from_le_bytes(*pair));
            let count = u16::try_from(left.count_ones()).map_err(|_| MarketError::MathOverflow)?;
            let skip = number.checked_rem(count).ok_or(MarketError::TooFewAttestors)?;
            let place = nth_set_bit(left, skip);
            left &= !1u16.wrapping_shl(place);
            judge.place = u8::try_from(place).map_err(|_| MarketError::MathOverflow)?;
            judge.state = JudgeState::Drawn as u8;
            let slot = set.slot_mut(judge.place)?;
            // A place can change hands only on a chain that stood still for a day since the round opened.
            if slot.is_vacant() || slot.active_at > self.opened_at {
                judge.state = JudgeState::Settled as u8;
                self.settled = self.settled.plus(1)?;
            } else {
                slot.open_rounds = slot.open_rounds.plus(1)?;
            }
        }
        Ok(())
    }

    /// Ends a round that nobody drew while the slot's hash was kept: the fee goes back, and the member waits before it
    /// opens another, so that leaving a draw to lapse is no way to choose a panel.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotOpen`], [`MarketError::DeadlineNotReached`].
    pub fn expire(&mut self, now: Now) -> Rule<()> {
        ensure(self.is(RoundState::Open), MarketError::RoundNotOpen)?;
        ensure(now.slot > self.draw_until(), MarketError::DeadlineNotReached)?;
        // Nobody was drawn.
        self.panel = 0;
        self.conclude_as(RoundResult::Undrawn, now.unix);
        Ok(())
    }
}

/// Position of the set bit that has `skip` set bits below it.
fn nth_set_bit(mask: u16, skip: u16) -> u32 {
    let mut left = mask;
    for _ in 0..skip {
        // Clears the lowest set bit.
        left &= left.wrapping_sub(1);
    }
    left.trailing_zeros()
}

/// The hash that a round drawn from `slot` reads in the slot hashes sysvar: that of the first slot from `slot` on that has a
/// block, since a leader may leave its slot out.
///
/// `data` is the sysvar: a u64 count, then for each slot, newest first, the slot as u64 and 32 bytes of hash.
///
/// # Errors
///
/// [`MarketError::SlotHashMissing`] if the data is no such list or its oldest slot is later than `slot`, so that an earlier
/// hash may have dropped out; [`MarketError::SlotNotReached`] if its newest is earlier.
pub fn slot_hash_from(data: &[u8], slot: u64) -> Rule<&[u8; 32]> {
    let (count, list) = data.split_first_chunk::<8>().ok_or(MarketError::SlotHashMissing)?;
    let count = usize::try_from(u64::from_le_bytes(*count)).map_err(|_| MarketError::SlotHashMissing)?;
    let (entries, _) = list.as_chunks::<40>();
    let entries = entries.get(..count).ok_or(MarketError::SlotHashMissing)?;
    let slot_of = |entry: &[u8; 40]| entry.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let oldest = entries.last().ok_or(MarketError::SlotHashMissing)?;
    ensure(slot_of(oldest) <= slot, MarketError::SlotHashMissing)?;
    let newer = entries.partition_point(|entry| slot_of(entry) >= slot);
    let entry = newer.checked_sub(1).and_then(|index| entries.get(index)).ok_or(MarketError::SlotNotReached)?;
    entry.last_chunk().ok_or(MarketError::SlotHashMissing)
}
