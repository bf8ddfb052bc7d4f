//! How long an action is left alone after it was tried.

use {
    crate::{ActionId, Kind, Subject},
    std::collections::{BTreeMap, HashMap},
};

/// Seconds that an action rests after its first refusal. Each further one in a row doubles it.
const FIRST_REST: i64 = 2;
/// The longest rest, seconds.
const LONGEST_REST: i64 = 600;
/// Seconds within which a successful action shows in the accounts that are read.
const SETTLING: i64 = 10;

/// Where an action is that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// On its way; whether what it is done to has changed since.
    InFlight { changed: bool },
    /// Until this second, unless what it is done to changes.
    Settling(i64),
    /// Until this second.
    Resting(i64),
    /// Can be tried again.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Try {
    state: State,
    refusals: u32,
}

/// The actions that were tried and are not known to be over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rests {
    tries: HashMap<Subject, BTreeMap<(Kind, u16), Try>>,
}

impl Rests {
    fn get(&self, id: &ActionId) -> Option<&Try> {
        self.tries.get(&id.subject)?.get(&(id.kind, id.number))
    }

    fn set(&mut self, id: ActionId, state: State, refusals: u32) {
        let tries = self.tries.entry(id.subject).or_default();
        tries.insert((id.kind, id.number), Try { state, refusals });
    }

    fn refusals(&self, id: &ActionId) -> u32 {
        self.get(id).map_or(0, |tried| tried.refusals)
    }

    /// The action is on its way.
    pub fn sent(&mut self, id: ActionId) {
        self.set(id, State::InFlight { changed: false }, self.refusals(&id));
    }

    /// It succeeded. Returns until when it is left alone.
    pub fn done(&mut self, id: ActionId, now: i64) -> i64 {
        let shows = matches!(self.get(&id), Some(Try { state: State::InFlight { changed: true }, .. }));
        let until = if shows { now } else { now.saturating_add(SETTLING) };
        self.set(id, State::Settling(until), 0);
        until
    }

    /// It was refused. Returns until when it is left alone.
    pub fn refused(&mut self, id: ActionId, now: i64) -> i64 {
        let refusals = self.refusals(&id).saturating_add(1);
        let until = now.saturating_add(rest(refusals));
        self.set(id, State::Resting(until), refusals);
        until
    }

    /// It did not reach the chain. Returns until when it is left alone.
    pub fn lost(&mut self, id: ActionId, now: i64) -> i64 {
        let until = now.saturating_add(FIRST_REST);
        self.set(id, State::Resting(until), self.refusals(&id));
        until
    }

    /// A subject has changed: whether an action succeeded shows now, and a first refusal is worth another try.
    pub fn changed(&mut self, subject: &Subject) {
        for tried in self.tries.get_mut(subject).into_iter().flat_map(BTreeMap::values_mut) {
            tried.state = match tried.state {
                State::InFlight { .. } => State::InFlight { changed: true },
                State::Settling(_) => State::Over,
                State::Resting(_) if tried.refusals <= 1 => State::Over,
                state => state,
            };
        }
    }

    /// Forgets what is not due any more about a subject, but for what is on its way.
    pub fn retain(&mut self, subject: &Subject, due: impl Fn(Kind, u16) -> bool) {
        let Some(tries) = self.tries.get_mut(subject) else { return };
        tries.retain(|(kind, number), tried| matches!(tried.state, State::InFlight { .. }) || due(*kind, *number));
        if tries.is_empty() {
            self.tries.remove(subject);
        }
    }

    /// Whether it can be tried at `now`; if not, from when on, none while it is on its way.
    pub fn ready(&self, id: &ActionId, now: i64) -> Result<(), Option<i64>> {
        match self.get(id).map(|tried| tried.state) {
            Some(State::InFlight { .. }) => Err(None),
            Some(State::Settling(until) | State::Resting(until)) if now < until => Err(Some(until)),
            _ => Ok(()),
        }
    }
}

/// Seconds of rest after so many refusals in a row.
fn rest(refusals: u32) -> i64 {
    let factor = 1i64.checked_shl(refusals.saturating_sub(1).min(32)).unwrap_or(i64::MAX);
    FIRST_REST.saturating_mul(factor).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market_sdk::Address};

    const ID: ActionId =
        ActionId { kind: Kind::Leave, subject: Subject::Seat(Address::new_from_array([1; 32]), 2), number: 0 };

    #[test]
    fn an_action_on_its_way_is_not_tried_again() {
        let mut rests = Rests::default();
        assert_eq!(rests.ready(&ID, 0), Ok(()));
        rests.sent(ID);
        rests.changed(&ID.subject);
        rests.retain(&ID.subject, |_, _| false);
        assert_eq!(rests.ready(&ID, i64::MAX), Err(None));
    }

    #[test]
    fn rests_double_with_each_refusal_in_a_row_up_to_ten_minutes() {
        let mut rests = Rests::default();
        let ends: Vec<i64> = (0..11).map(|_| rests.refused(ID, 0)).collect();
        assert_eq!(ends, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        assert_eq!((rests.ready(&ID, 599), rests.ready(&ID, 600)), (Err(Some(600)), Ok(())));
        rests.done(ID, 600);
        assert_eq!(rests.refused(ID, 700), 702);
    }

    #[test]
    fn a_change_ends_the_rest_after_one_refusal_and_not_after_more() {
        let mut rests = Rests::default();
        rests.refused(ID, 0);
        rests.changed(&ID.subject);
        assert_eq!(rests.ready(&ID, 0), Ok(()));
        rests.sent(ID);
        rests.refused(ID, 0);
        rests.changed(&ID.subject);
        assert_eq!(rests.ready(&ID, 0), Err(Some(4)));
    }

    #[test]
    fn a_success_is_waited_for_until_it_shows() {
        let mut rests = Rests::default();
        rests.done(ID, 0);
        assert_eq!(rests.ready(&ID, 9), Err(Some(10)));
        rests.changed(&ID.subject);
        assert_eq!(rests.ready(&ID, 0), Ok(()));
    }

    #[test]
    fn a_success_that_shows_before_it_is_reported_is_not_waited_for() {
        let mut rests = Rests::default();
        rests.sent(ID);
        rests.changed(&ID.subject);
        assert_eq!((rests.done(ID, 0), rests.ready(&ID, 0)), (0, Ok(())));
    }

    #[test]
    fn what_did_not_reach_the_chain_is_no_refusal() {
        let mut rests = Rests::default();
        for _ in 0..9 {
            assert_eq!(rests.lost(ID, 0), 2);
        }
        assert_eq!(rests.refused(ID, 0), 2);
    }

    #[test]
    fn what_is_not_due_any_more_is_forgotten() {
        let mut rests = Rests::default();
        rests.refused(ID, 0);
        rests.retain(&ID.subject, |_, _| false);
        assert_eq!(rests, Rests::default());
    }
}
