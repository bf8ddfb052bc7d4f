//! When the phases of a round end, and whether the chain was there for them.

use {
    super::{Challenge, Job, Now},
    crate::{constants::*, error::Rule, math::Checked},
};

impl Challenge {
    /// Deadlines of the phases, unix seconds. They count from the opening: seconds later the hash of the round's slot is
    /// public, and with it the seed, so that whoever draws late gives the host no more time.
    pub fn answer_deadline(&self) -> Rule<i64> {
        self.opened_at.plus(ANSWER_WINDOW)
    }

    pub fn reading_deadline(&self) -> Rule<i64> {
        self.opened_at.plus(const { ANSWER_WINDOW + READING_WINDOW })
    }

    pub fn reveal_deadline(&self) -> Rule<i64> {
        self.opened_at.plus(const { ANSWER_WINDOW + READING_WINDOW + REVEAL_WINDOW })
    }

    pub fn opening_deadline(&self) -> Rule<i64> {
        self.opened_at.plus(const { ANSWER_WINDOW + READING_WINDOW + REVEAL_WINDOW + OPENING_WINDOW })
    }

    /// No more commitments: all of the panel committed, or their time is over.
    pub fn commitments_are_over(&self, now: i64) -> Rule<bool> {
        Ok(self.answered > 0 && (self.committed == self.panel || now > self.reading_deadline()?))
    }

    /// No more reveals: everybody who committed revealed, or their time is over.
    pub fn reveals_are_over(&self, now: i64) -> Rule<bool> {
        Ok(self.commitments_are_over(now)? && (self.revealed == self.committed || now > self.reveal_deadline()?))
    }

    /// Whether the chain made a slot for each second from the round's last step to `deadline`, or to now if that is earlier.
    /// From the last step, because slots made before it say nothing about the time after.
    pub(super) fn was_live(&self, deadline: i64, now: Now) -> bool {
        let seconds = deadline.min(now.unix).saturating_sub(self.step_at).max(0);
        u32::try_from(seconds).is_ok_and(|seconds| Job::chain_was_live(self.step_slot, seconds, now))
    }

    /// Whether somebody who did nothing until `deadline` is punished for it.
    pub(super) fn punishes_absence(&self, deadline: i64, now: Now) -> bool {
        self.halted == 0 && self.was_live(deadline, now)
    }

    /// Records a step of the round. If a deadline has passed since the last one, and the chain stood still, somebody could not
    /// keep it.
    #[inline(never)]
    pub(super) fn step(&mut self, now: Now) -> Rule<()> {
        let reveals = self.reveal_deadline()?;
        for deadline in [self.reading_deadline()?, reveals, self.opening_deadline()?.plus(HOST_GRACE)?] {
            let has_passed = self.step_at <= deadline && deadline < now.unix;
            if has_passed && !self.was_live(deadline, now) {
                self.halted = 1;
            }
        }
        (self.step_at, self.step_slot) = (now.unix, now.slot);
        Ok(())
    }
}
