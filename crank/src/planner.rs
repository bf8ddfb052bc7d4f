//! What is due, kept up to date one account at a time.

use {
    crate::{
        Action, ActionId, Index, Policy, Subject, Tip,
        agenda::{Agenda, Times},
        look::{Caller, Outlook, Step, View},
        rest::Rests,
    },
    gpu_market_sdk::{Address, decode::Account, error::DecodeError, gpu_market::state::Now},
    std::{
        cmp::Reverse,
        collections::{BTreeSet, HashMap},
    },
};

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded: what it changed is to be applied next.
    Done,
    /// The program refused it, for example because somebody was quicker. The accounts that it writes are to be read again.
    Refused,
    /// It did not reach the chain.
    Lost,
}

/// When something will be due next, if nothing changes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Unix seconds.
    pub unix: Option<i64>,
    /// Slot.
    pub slot: Option<u64>,
}

/// Place of an action in the queue of what is due: the largest tips first, then what others are stuck without.
type Rank = (Reverse<u64>, ActionId);

/// The index of live accounts, the deadlines in them, and what is due.
///
/// An account that changes costs the subjects that read it a look each, and a look a few lookups; nothing is scanned. A
/// market whose rules change costs a look at each of its members and assignments.
#[derive(Clone, Debug, Default)]
pub struct Planner {
    index: Index,
    caller: Caller,
    policy: Policy,
    agenda: Agenda,
    /// Changed since they were looked at.
    stale: BTreeSet<Subject>,
    /// What is due, by subject; and the same by rank.
    due: HashMap<Subject, Vec<Rank>>,
    queue: BTreeSet<Rank>,
    /// Who has to be looked at when an account or a mint becomes known or changes, and what each has read.
    readers: HashMap<Address, BTreeSet<Subject>>,
    reads: HashMap<Subject, Vec<Address>>,
    mints: BTreeSet<Address>,
    rests: Rests,
}

impl Planner {
    /// Plans for `caller`, who signs and gets the tips.
    pub fn new(caller: Address, policy: Policy) -> Self {
        let caller = Caller { key: caller, ..Caller::default() };
        Self { caller, policy, ..Self::default() }
    }

    /// Has tips in `mint` paid to `wallet`, a token account. Without it they go to the caller's associated one.
    pub fn set_wallet(&mut self, mint: Address, wallet: Address) {
        self.caller.wallets.insert(mint, wallet);
    }

    /// The accounts.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Takes in an account as it is now: its data, or none if there is none any more.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the account is of an unknown type or layout; it is left as it was.
    pub fn apply(&mut self, address: Address, data: Option<&[u8]>) -> Result<(), DecodeError> {
        let account = data.map(Account::decode).transpose()?;
        let touched = self.index.apply(address, account);
        self.stale.extend(touched.subjects);
        if touched.readers {
            self.wake_readers(&address);
        }
        Ok(())
    }

    /// Mints of which it has to be told the token program before it can plan what moves them.
    pub fn unknown_mints(&self) -> Vec<Address> {
        self.mints.iter().copied().collect()
    }

    /// Tells the token program that owns a mint.
    pub fn set_token_program(&mut self, mint: Address, program: Address) {
        self.mints.remove(&mint);
        self.index.set_token_program(mint, program);
        self.wake_readers(&mint);
    }

    fn wake_readers(&mut self, address: &Address) {
        self.stale.extend(self.readers.get(address).into_iter().flatten());
    }

    /// What is due at `now`, at most `room` actions, the largest tips first. They count as on their way until
    /// [`Self::report`] says what became of them.
    pub fn plan(&mut self, now: Now, room: usize) -> Vec<Action> {
        self.refresh(now);
        let mut actions = Vec::new();
        while actions.len() < room {
            let Some((_, id)) = self.queue.pop_first() else { break };
            actions.extend(self.take(id, now));
        }
        actions
    }

    /// Actions that are due at `now` and not on their way.
    pub fn due(&mut self, now: Now) -> usize {
        self.refresh(now);
        self.queue.len()
    }

    /// When something will be due next. Something may be due already, see [`Self::due`].
    pub fn next(&self) -> Wake {
        let Times { unix, slot } = self.agenda.next();
        Wake { unix, slot }
    }

    /// Deadlines that are waited for.
    pub fn waiting(&self) -> usize {
        self.agenda.len()
    }

    /// Says what became of an action.
    pub fn report(&mut self, id: &ActionId, outcome: Outcome, now: Now) {
        let again = match outcome {
            Outcome::Done => self.rests.done(*id, now.unix),
            Outcome::Refused => self.rests.refused(*id, now.unix),
            Outcome::Lost => self.rests.lost(*id, now.unix),
        };
        self.agenda.no_later_than(id.subject, again);
    }

    /// Looks at everything that changed or whose time has come.
    fn refresh(&mut self, now: Now) {
        while let Some(subject) = self.stale.pop_first() {
            self.rests.changed(&subject);
            self.look(subject, now);
        }
        while let Some(subject) = self.agenda.pop(now) {
            self.look(subject, now);
        }
    }

    fn look(&mut self, subject: Subject, now: Now) {
        let view = View::new(&self.index, &self.caller, &self.policy, now, false);
        let Outlook { steps, mut times } = view.look(&subject);
        let (reads, mints) = view.into_reads();
        self.mints.extend(mints);
        self.record_reads(subject, reads);

        let due: Vec<Rank> = steps
            .iter()
            .filter(|step| self.policy.wants(step.kind, step.tip.as_ref()))
            .map(|step| rank(subject, step))
            .collect();
        self.due.remove(&subject).iter().flatten().for_each(|rank| {
            self.queue.remove(rank);
        });
        self.rests
            .retain(&subject, |kind, number| due.iter().any(|(_, id)| (id.kind, id.number) == (kind, number)));
        for (rank, id) in &due {
            match self.rests.ready(id, now.unix) {
                Ok(()) => {
                    self.queue.insert((*rank, *id));
                }
                Err(Some(until)) => times.at(until),
                Err(None) => {}
            }
        }
        if !due.is_empty() {
            self.due.insert(subject, due);
        }
        self.agenda.set(subject, times);
    }

    fn record_reads(&mut self, subject: Subject, mut reads: Vec<Address>) {
        reads.sort_unstable();
        reads.dedup();
        for address in self.reads.remove(&subject).into_iter().flatten() {
            let emptied = self.readers.get_mut(&address).is_some_and(|readers| {
                readers.remove(&subject);
                readers.is_empty()
            });
            if emptied {
                self.readers.remove(&address);
            }
        }
        for address in &reads {
            self.readers.entry(*address).or_default().insert(subject);
        }
        if !reads.is_empty() {
            self.reads.insert(subject, reads);
        }
    }

    /// An action with its instructions, as on its way. None if it is not due at this very moment.
    fn take(&mut self, id: ActionId, now: Now) -> Option<Action> {
        let view = View::new(&self.index, &self.caller, &self.policy, now, true);
        let steps = view.look(&id.subject).steps;
        let step = steps.into_iter().find(|step| (step.kind, step.number) == (id.kind, id.number))?;
        self.rests.sent(id);
        Some(Action { id, instructions: step.instructions, tip: step.tip, why: step.why })
    }
}

fn rank(subject: Subject, step: &Step) -> Rank {
    let id = ActionId { kind: step.kind, subject, number: step.number };
    (Reverse(step.tip.map_or(0, |tip: Tip| tip.amount)), id)
}
