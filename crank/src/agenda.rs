//! When to look at what again: a queue of times, each of which can be moved.

use {
    crate::Subject,
    gpu_market_sdk::gpu_market::state::Now,
    std::collections::{BTreeSet, HashMap},
};

/// Times of one subject. It is looked at when either is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// Unix seconds.
    pub unix: Option<i64>,
    /// Slot.
    pub slot: Option<u64>,
}

impl Times {
    /// Adds a time: the earlier one counts.
    pub fn at(&mut self, unix: i64) {
        self.unix = Some(self.unix.map_or(unix, |earlier| earlier.min(unix)));
    }

    /// Adds a slot: the earlier one counts.
    pub fn at_slot(&mut self, slot: u64) {
        self.slot = Some(self.slot.map_or(slot, |earlier| earlier.min(slot)));
    }
}

/// The times of all subjects, the earliest first. Setting and taking one costs the logarithm of their number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agenda {
    times: HashMap<Subject, Times>,
    unix: BTreeSet<(i64, Subject)>,
    slots: BTreeSet<(u64, Subject)>,
}

impl Agenda {
    /// Replaces the times of a subject.
    pub fn set(&mut self, subject: Subject, times: Times) {
        self.remove(&subject);
        if times == Times::default() {
            return;
        }
        self.times.insert(subject, times);
        self.unix.extend(times.unix.map(|at| (at, subject)));
        self.slots.extend(times.slot.map(|at| (at, subject)));
    }

    /// Brings a subject's time forward to `unix`, if it is later.
    pub fn no_later_than(&mut self, subject: Subject, unix: i64) {
        let mut times = self.times.get(&subject).copied().unwrap_or_default();
        times.at(unix);
        self.set(subject, times);
    }

    fn remove(&mut self, subject: &Subject) {
        if let Some(times) = self.times.remove(subject) {
            times.unix.map(|at| self.unix.remove(&(at, *subject)));
            times.slot.map(|at| self.slots.remove(&(at, *subject)));
        }
    }

    /// Takes a subject whose time has come.
    pub fn pop(&mut self, now: Now) -> Option<Subject> {
        let by_time = self.unix.first().filter(|(at, _)| *at <= now.unix).map(|(_, subject)| *subject);
        let by_slot = || self.slots.first().filter(|(at, _)| *at <= now.slot).map(|(_, subject)| *subject);
        let subject = by_time.or_else(by_slot)?;
        self.remove(&subject);
        Some(subject)
    }

    /// The earliest time and the earliest slot.
    pub fn next(&self) -> Times {
        Times { unix: self.unix.first().map(|(at, _)| *at), slot: self.slots.first().map(|(at, _)| *at) }
    }

    /// Subjects that have a time.
    pub fn len(&self) -> usize {
        self.times.len()
    }
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market_sdk::Address};

    fn subject(n: u8) -> Subject {
        Subject::Job(Address::new_from_array([n; 32]))
    }

    fn now(unix: i64, slot: u64) -> Now {
        Now { unix, slot }
    }

    #[test]
    fn subjects_come_in_the_order_of_their_times() {
        let mut agenda = Agenda::default();
        for (n, unix) in [(1, 30), (2, 10), (3, 20)] {
            agenda.set(subject(n), Times { unix: Some(unix), slot: None });
        }
        assert_eq!(agenda.pop(now(9, 0)), None);
        let due: Vec<Subject> = std::iter::from_fn(|| agenda.pop(now(20, 0))).collect();
        assert_eq!(due, [subject(2), subject(3)]);
        assert_eq!(agenda.next(), Times { unix: Some(30), slot: None });
    }

    #[test]
    fn a_time_that_is_set_again_replaces_the_earlier_one() {
        let mut agenda = Agenda::default();
        agenda.set(subject(1), Times { unix: Some(10), slot: Some(5) });
        agenda.set(subject(1), Times { unix: Some(50), slot: None });
        assert_eq!(agenda.pop(now(49, 1_000)), None);
        assert_eq!(agenda.pop(now(50, 0)), Some(subject(1)));
        assert_eq!((agenda.pop(now(i64::MAX, u64::MAX)), agenda.len()), (None, 0));
    }

    #[test]
    fn a_subject_comes_once_for_whichever_of_its_two_times_is_first() {
        for at in [now(10, 0), now(0, 5)] {
            let mut agenda = Agenda::default();
            agenda.set(subject(1), Times { unix: Some(10), slot: Some(5) });
            assert_eq!(agenda.pop(at), Some(subject(1)));
            assert_eq!(agenda, Agenda::default());
        }
    }

    #[test]
    fn a_time_is_brought_forward_and_never_put_off() {
        let mut agenda = Agenda::default();
        agenda.no_later_than(subject(1), 30);
        agenda.no_later_than(subject(1), 40);
        assert_eq!(agenda.next().unix, Some(30));
        agenda.no_later_than(subject(1), 20);
        assert_eq!(agenda.next().unix, Some(20));
    }
}
