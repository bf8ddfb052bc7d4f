//! Which transactions a stream of events has missed: pure bookkeeping, without a network.
//!
//! After every connection the history is read back to the oldest transaction that is remembered, and what was
//! delivered already is left out. So a notification that came out of order or not at all is made up for.

use {
    solana_signature::Signature,
    std::collections::{HashSet, VecDeque},
};

/// Transactions that are asked for at once; the most that endpoints give.
pub const PAGE: usize = 1_000;
/// Delivered transactions that are remembered.
const MEMORY: usize = 512;

/// A transaction of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its first signature.
    pub signature: Signature,
    /// Slot that it was executed in.
    pub slot: u64,
    /// Whether it failed: then it changed and emitted nothing.
    pub failed: bool,
}

/// What was delivered of late, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    order: VecDeque<(Signature, u64)>,
    known: HashSet<Signature>,
}

impl Seen {
    /// Remembers a transaction. False if it is remembered already.
    pub fn admit(&mut self, signature: Signature, slot: u64) -> bool {
        if !self.known.insert(signature) {
            return false;
        }
        self.order.push_back((signature, slot));
        if self.order.len() > MEMORY {
            self.forget_oldest();
        }
        true
    }

    /// Whether a transaction is remembered.
    pub fn knows(&self, signature: &Signature) -> bool {
        self.known.contains(signature)
    }

    fn forget_oldest(&mut self) {
        if let Some((oldest, _)) = self.order.pop_front() {
            self.known.remove(&oldest);
        }
    }
}

/// What to read next of a history that is given newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The page before this transaction.
    Before(Signature),
    /// Nothing: the gap is known.
    Complete,
}

/// A gap that is being read, page by page, from the newest transaction back.
#[derive(Clone, Debug)]
pub struct Gap {
    until: Option<Signature>,
    oldest_slot: u64,
    entries: Vec<Entry>,
}

impl Gap {
    /// The gap after what is remembered; the whole history if nothing is.
    pub fn after(seen: &Seen) -> Self {
        let oldest = seen.order.front();
        Self {
            until: oldest.map(|(signature, _)| *signature),
            oldest_slot: oldest.map_or(0, |(_, slot)| *slot),
            entries: Vec::new(),
        }
    }

    /// The transaction to read back to, itself excluded.
    pub fn until(&self) -> Option<Signature> {
        self.until
    }

    /// Adds a page. An entry from before the slot of the oldest remembered transaction ends the gap too: that
    /// transaction may have been on a fork that was given up.
    pub fn add(&mut self, page: &[Entry]) -> Step {
        let within = page.iter().filter(|entry| entry.slot >= self.oldest_slot);
        let before = self.entries.len();
        self.entries.extend(within);
        let added = self.entries.len().saturating_sub(before);
        match page.last() {
            Some(last) if page.len() >= PAGE && added == page.len() => Step::Before(last.signature),
            _ => Step::Complete,
        }
    }

    /// What was missed, the oldest first.
    pub fn missed(self, seen: &Seen) -> Vec<Entry> {
        let is_missed = |entry: &Entry| !entry.failed && !seen.knows(&entry.signature);
        self.entries.into_iter().rev().filter(is_missed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(n: u64) -> Signature {
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&n.to_le_bytes());
        bytes.into()
    }

    /// Transaction number `n`, in slot `n`.
    fn entry(n: u64) -> Entry {
        Entry { signature: signature(n), slot: n, failed: false }
    }

    /// Transactions from `newest` down to `oldest`.
    fn page(newest: u64, oldest: u64) -> Vec<Entry> {
        (oldest..=newest).rev().map(entry).collect()
    }

    fn seen(range: std::ops::RangeInclusive<u64>) -> Seen {
        let mut seen = Seen::default();
        range.for_each(|n| assert!(seen.admit(signature(n), n)));
        seen
    }

    fn slots(missed: &[Entry]) -> Vec<u64> {
        missed.iter().map(|entry| entry.slot).collect()
    }

    #[test]
    fn a_transaction_is_delivered_once() {
        let mut seen = seen(1..=1);
        assert!(!seen.admit(signature(1), 1));
        assert!(seen.admit(signature(2), 2));
    }

    #[test]
    fn what_came_while_the_connection_was_down_is_missed_in_order() {
        let seen = seen(1..=3);
        let mut gap = Gap::after(&seen);
        assert_eq!(gap.until(), Some(signature(1)));
        assert_eq!(gap.add(&page(6, 2)), Step::Complete);
        assert_eq!(slots(&gap.missed(&seen)), [4, 5, 6]);
    }

    #[test]
    fn a_notification_that_was_lost_between_two_others_is_missed_too() {
        let mut seen = seen(1..=2);
        seen.admit(signature(4), 4);
        let mut gap = Gap::after(&seen);
        gap.add(&page(5, 2));
        assert_eq!(slots(&gap.missed(&seen)), [3, 5]);
    }

    #[test]
    fn a_failed_transaction_is_not_delivered() {
        let seen = seen(1..=1);
        let mut gap = Gap::after(&seen);
        gap.add(&[entry(3), Entry { failed: true, ..entry(2) }]);
        assert_eq!(slots(&gap.missed(&seen)), [3]);
    }

    #[test]
    fn a_full_page_is_followed_by_the_page_before_it() {
        let seen = seen(1..=1);
        let mut gap = Gap::after(&seen);
        assert_eq!(gap.add(&page(2_001, 1_002)), Step::Before(signature(1_002)));
        assert_eq!(gap.add(&page(1_001, 2)), Step::Before(signature(2)));
        assert_eq!(gap.add(&[]), Step::Complete);
        assert_eq!(slots(&gap.missed(&seen)), (2..=2_001).collect::<Vec<_>>());
    }

    #[test]
    fn history_from_before_the_oldest_remembered_slot_is_not_read() {
        // The endpoint does not know transaction 1,500, which was on a fork, and so does not stop at it.
        let seen = seen(1_500..=1_500);
        let mut gap = Gap::after(&seen);
        assert_eq!(gap.add(&page(2_000, 1_001)), Step::Complete);
        assert_eq!(slots(&gap.missed(&seen)), (1_501..=2_000).collect::<Vec<_>>());
    }

    #[test]
    fn without_memory_the_whole_history_is_the_gap() {
        let mut gap = Gap::after(&Seen::default());
        assert_eq!((gap.until(), gap.add(&page(2, 0))), (None, Step::Complete));
        assert_eq!(slots(&gap.missed(&Seen::default())), [0, 1, 2]);
    }

    #[test]
    fn only_so_much_is_remembered() {
        let seen = seen(1..=600);
        assert_eq!((seen.order.len(), seen.known.len()), (MEMORY, MEMORY));
        assert_eq!(Gap::after(&seen).until(), Some(signature(89)));
        assert!(seen.knows(&signature(600)) && !seen.knows(&signature(88)));
    }
}
