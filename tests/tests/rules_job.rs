//! The life of a job: any sequence of its methods keeps to the edges of the state machine, and no base unit is made,
//! lost, or paid without evidence.

mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::EVIDENCE_INTERVALS,
        error::MarketError,
        settlement,
        state::{Actor, Client, Job, JobState, Now, Outcome, Settled, Terms, TipTo},
    },
    proptest::prelude::*,
    rules::*,
};

/// One method of a job, with the instruction that calls it.
#[derive(Clone, Debug)]
enum Step {
    Reprice(u64),
    Extend(u32),
    Start(u32),
    Heartbeat,
    Collect,
    CollectDue,
    ForfeitDue,
    Finish(Outcome, bool),
    End(bool),
    ExpireRunning(bool),
    Cancel(TipTo),
    ExpireOpen(TipTo),
    AttemptFailed(bool),
    SpecUnavailable(u32),
    Dispute,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop::sample::select(vec![Outcome::Success, Outcome::ClientFault, Outcome::HostFault]);
    let tip_to = || prop::sample::select(vec![TipTo::Client, TipTo::Caller, TipTo::Host]);
    prop_oneof![
        1 => (1..u64::MAX >> 20).prop_map(Step::Reprice),
        2 => (1..40_000u32).prop_map(Step::Extend),
        2 => any::<u32>().prop_map(Step::Start),
        6 => Just(Step::Heartbeat),
        3 => Just(Step::Collect),
        1 => Just(Step::CollectDue),
        1 => Just(Step::ForfeitDue),
        1 => (outcome, any::<bool>()).prop_map(|(outcome, frozen)| Step::Finish(outcome, frozen)),
        1 => any::<bool>().prop_map(Step::End),
        1 => any::<bool>().prop_map(Step::ExpireRunning),
        1 => tip_to().prop_map(Step::Cancel),
        1 => tip_to().prop_map(Step::ExpireOpen),
        1 => any::<bool>().prop_map(Step::AttemptFailed),
        1 => (1..4u32).prop_map(Step::SpecUnavailable),
        1 => Just(Step::Dispute),
        8 => prop_oneof![0..200i64, 0..40_000i64].prop_map(Step::Wait),
    ]
}

/// A job in its client's escrow.
#[derive(Clone)]
struct Life {
    job: Job,
    client: Client,
    /// What the client's vault holds.
    vault: u64,
    terms: Terms,
    now: Now,
    /// Seconds that evidence was given for, by the clock.
    lived: i64,
}

impl Life {
    fn new(terms: Terms, duration: u32, queue_fee: u64) -> Result<Self, MarketError> {
        let funds = u64::MAX >> 1;
        let now = Now { unix: 1_000, slot: 1 };
        let mut life = Self { job: Job::zeroed(), client: Client::zeroed(), vault: funds, terms, now, lived: 0 };
        life.client.deposit(funds)?;
        let deposit = life.job.open(&post_params(duration), &terms, queue_fee, now.unix)?;
        life.client.reserve(deposit, 0, Actor::Owner)?;
        life.client.job_opened()?;
        Ok(life)
    }

    /// Books a settlement as every instruction does.
    fn book(&mut self, settled: Settled) -> Result<(), MarketError> {
        self.client.settle(&settled, 0)?;
        self.vault -= settled.pay + settled.tip;
        Ok(())
    }

    fn apply(&mut self, step: &Step) -> Result<(), MarketError> {
        let now = self.now;
        match *step {
            Step::Reprice(rate) => {
                let mut terms = self.terms;
                (terms.number, terms.rate) = (self.job.terms + 1, rate);
                let (old, new) = self.job.reprice(&terms, u64::MAX)?;
                if new > old {
                    self.client.reserve(new - old, 0, Actor::Owner)?;
                } else {
                    self.client.unreserve(old - new, 0)?;
                }
            }
            Step::Extend(seconds) => {
                let more = self.job.extend(seconds, now.unix)?;
                self.client.reserve(more, 0, Actor::Owner)?;
            }
            Step::Start(maximum) => self.job.start(&key(9), 5, maximum, now)?,
            Step::Heartbeat => self.job.heartbeat(now)?,
            Step::Collect => {
                let settled = self.job.collect_running()?;
                self.book(settled)?;
            }
            Step::CollectDue => {
                let due = self.job.collect_due()?;
                self.client.due_paid(due)?;
                self.vault -= due;
            }
            Step::ForfeitDue => {
                let due = self.job.forfeit_due()?;
                self.client.due_forfeited(due)?;
            }
            Step::Finish(outcome, frozen) => {
                self.job.heartbeat(now)?;
                let state = if outcome == Outcome::Success { JobState::Completed } else { JobState::Failed };
                let settled = self.job.settle(state, outcome, TipTo::Client, frozen, now.unix)?;
                self.book(settled)?;
            }
            Step::End(frozen) => {
                let settled = self.job.end(frozen, now)?;
                self.book(settled)?;
            }
            Step::ExpireRunning(frozen) => {
                let (deadline, state) = self.job.running_deadline()?;
                self.job.require_running()?;
                Job::require_past(deadline, now.unix)?;
                let settled = self.job.settle(state, Outcome::Success, TipTo::Caller, frozen, now.unix)?;
                self.book(settled)?;
            }
            Step::Cancel(tip_to) => {
                let settled = self.job.settle_unstarted(JobState::Cancelled, tip_to, now.unix)?;
                self.book(settled)?;
            }
            Step::ExpireOpen(tip_to) => {
                let settled = self.job.settle_unstarted(JobState::Expired, tip_to, now.unix)?;
                self.book(settled)?;
            }
            Step::AttemptFailed(counts) => {
                self.job.attempt_failed(counts)?;
            }
            Step::SpecUnavailable(member) => {
                self.job.spec_unavailable(&key(member))?;
            }
            Step::Dispute => {
                self.job.dispute(now.unix)?;
            }
            Step::Wait(seconds) => {
                self.now.unix += seconds;
                self.now.slot += seconds.unsigned_abs();
            }
        }
        Ok(())
    }

    /// I1, I2 and I4.
    fn check(&self) {
        let job = &self.job;
        let booked = [job.paid, job.fee, job.tip_paid, job.refunded, job.due].into_iter().sum::<u64>();
        let reserved = job.still_reserved().expect("no more is booked than was deposited");
        assert_eq!(job.deposit, booked + reserved, "I1");
        let terminal = job.state().expect("a state").is_terminal();
        assert!(!terminal || reserved == 0, "I1: an ended job reserves nothing");
        assert_eq!((self.client.reserved, self.client.due), (reserved, job.due), "I2");
        assert_eq!(self.client.booked(), Ok(self.vault), "I2: the vault holds what is booked, to the unit");
        assert!(job.evidenced <= job.duration, "I4");
        assert!(i64::from(job.evidenced) <= self.lived, "I4: no evidence for time that did not pass");
        let most = settlement::pay(job.rate, job.evidenced).expect("an amount");
        let pay = if job.has(gpu_market::state::job_flags::DUE_IS_TIP) { job.paid } else { job.paid + job.due };
        assert!(pay <= most, "I4: paid {pay} for evidence worth {most}");
        assert!(job.started_at != 0 || job.paid == 0, "I4: nothing is paid for time before the start");
        job.invariant().expect("the books add up");
    }
}

/// The edges of the state machine.
fn is_edge(from: JobState, to: JobState) -> bool {
    use JobState::*;
    match from {
        Open => matches!(to, Running | Cancelled | Expired),
        Running => matches!(to, Completed | Failed | Ended | TimedOut | HostLost),
        _ => false,
    }
}

/// Which step may take which edge.
fn takes(step: &Step, to: JobState) -> bool {
    matches!(
        (step, to),
        (Step::Start(_), JobState::Running)
            | (Step::Finish(Outcome::Success, _), JobState::Completed)
            | (Step::Finish(Outcome::ClientFault | Outcome::HostFault, _), JobState::Failed)
            | (Step::End(_), JobState::Ended)
            | (Step::ExpireRunning(_), JobState::TimedOut | JobState::HostLost)
            | (Step::Cancel(_), JobState::Cancelled)
            | (Step::ExpireOpen(_), JobState::Expired)
    )
}

/// Applies a step; a refused one is reverted. Returns the states before and after.
fn try_step(life: &mut Life, step: &Step) -> (JobState, JobState) {
    let before = life.clone();
    let from = life.job.state().expect("a state");
    if life.apply(step).is_err() {
        *life = before;
    } else if life.job.evidenced > before.job.evidenced {
        life.lived = life.now.unix - life.job.started_at;
        let interval = i64::from(life.job.heartbeat_interval);
        let gained = i64::from(life.job.evidenced - before.job.evidenced);
        let most = if matches!(step, Step::End(_)) { interval } else { interval * i64::from(EVIDENCE_INTERVALS) };
        assert!(gained <= most.min(life.now.unix - before.job.last_at), "evidence is bounded by silence");
    }
    (from, life.job.state().expect("a state"))
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn no_sequence_of_steps_leaves_the_state_machine_or_its_books(
        terms in terms(), duration in 60..=20_000u32, queue_fee in 0..=1_000_000u64,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let Ok(mut life) = Life::new(terms, duration, queue_fee) else { return Ok(()) };
        for step in &steps {
            let (from, to) = try_step(&mut life, step);
            if from != to {
                prop_assert!(is_edge(from, to) && takes(step, to), "{:?} led from {:?} to {:?}", step, from, to);
            }
            life.check();
        }
    }

    #[test]
    fn nothing_leaves_a_terminal_state(
        terms in terms(), last in 3..=9u8, steps in prop::collection::vec(step(), 1..40),
    ) {
        let Ok(mut life) = Life::new(terms, 3_600, 7) else { return Ok(()) };
        let (start, long) = (Step::Start(u32::MAX), Step::Wait(200_000));
        let way: Vec<Step> = match last {
            3 => vec![start, Step::Finish(Outcome::Success, true)],
            4 => vec![start, Step::Finish(Outcome::HostFault, true)],
            5 => vec![start, Step::End(false)],
            6 | 7 => vec![start, long, Step::ExpireRunning(true)],
            8 => vec![Step::Cancel(TipTo::Host)],
            _ => vec![Step::ExpireOpen(TipTo::Caller)],
        };
        for step in &way {
            try_step(&mut life, step);
        }
        let ended = life.job.state().unwrap();
        prop_assert!(ended.is_terminal());
        let (duration, evidenced) = (life.job.duration, life.job.evidenced);
        for step in &steps {
            try_step(&mut life, step);
            prop_assert_eq!(life.job.state(), Ok(ended));
            prop_assert_eq!((life.job.duration, life.job.evidenced), (duration, evidenced));
            life.check();
        }
    }

    #[test]
    fn collecting_often_pays_what_collecting_once_pays(
        terms in terms(), gaps in prop::collection::vec((1..400i64, any::<bool>()), 1..60),
    ) {
        let Ok(mut often) = Life::new(terms, 20_000, 0) else { return Ok(()) };
        try_step(&mut often, &Step::Start(u32::MAX));
        let mut once = often.clone();
        for (gap, collect) in gaps {
            for life in [&mut often, &mut once] {
                try_step(life, &Step::Wait(gap));
                try_step(life, &Step::Heartbeat);
            }
            if collect {
                try_step(&mut often, &Step::Collect);
            }
        }
        for life in [&mut often, &mut once] {
            try_step(life, &Step::Finish(Outcome::Success, false));
            life.check();
        }
        prop_assert_eq!((often.job.paid, often.job.fee), (once.job.paid, once.job.fee));
        prop_assert_eq!(often.client, once.client);
    }

    #[test]
    fn a_running_job_ends_the_same_way_whenever_it_is_enforced(
        terms in terms(), duration in 60..=20_000u32, beats in 0..20u32, late in 61..1_000_000i64,
    ) {
        let Ok(mut life) = Life::new(terms, duration, 0) else { return Ok(()) };
        try_step(&mut life, &Step::Start(u32::MAX));
        for _ in 0..beats {
            try_step(&mut life, &Step::Wait(terms.heartbeat_interval.into()));
            try_step(&mut life, &Step::Heartbeat);
        }
        let (deadline, state) = life.job.running_deadline().unwrap();
        let mut early = life.clone();
        early.now.unix = deadline + 60;
        prop_assert_eq!(early.apply(&Step::ExpireRunning(false)), Err(MarketError::DeadlineNotReached));
        let mut first = life.clone();
        (first.now.unix, life.now.unix) = (deadline + 61, deadline + late);
        first.apply(&Step::ExpireRunning(false)).unwrap();
        life.apply(&Step::ExpireRunning(false)).unwrap();
        prop_assert_eq!((first.job.state(), life.job.state()), (Ok(state), Ok(state)));
        prop_assert_eq!((first.job.paid, first.job.refunded), (life.job.paid, life.job.refunded));
    }
}

#[test]
fn a_host_that_fell_silent_as_the_time_ran_out_is_lost() {
    let mut terms = Terms::zeroed();
    (terms.number, terms.rate, terms.heartbeat_interval, terms.max_duration) = (1, 1, 60, 600);
    let mut life = Life::new(terms, 180, 0).unwrap();
    life.apply(&Step::Start(600)).unwrap();
    assert_eq!(life.job.running_deadline(), Ok((1_180, JobState::HostLost)));
    life.apply(&Step::Extend(60)).unwrap();
    assert_eq!(life.job.running_deadline(), Ok((1_180, JobState::HostLost)));
    life.apply(&Step::Wait(61)).unwrap();
    life.apply(&Step::Heartbeat).unwrap();
    assert_eq!(life.job.running_deadline(), Ok((1_240, JobState::TimedOut)));
}

#[test]
fn every_number_is_a_state_or_refused_and_only_the_first_two_live() {
    for number in 0..=u8::MAX {
        let state = JobState::from_u8(number);
        assert_eq!(state.is_ok(), (1..=9).contains(&number));
        assert!(state.is_err() || state.map(JobState::is_terminal) == Ok(number > 2));
        assert_eq!(Outcome::from_u8(number).is_ok(), number < 3);
    }
}

#[test]
fn seconds_that_a_clock_runs_twice_are_evidenced_once() {
    let mut job = Job::zeroed();
    (job.state, job.duration, job.heartbeat_interval) = (JobState::Running as u8, 600, 60);
    let at = |unix| Now { unix, slot: 0 };
    job.heartbeat(at(90)).unwrap();
    assert_eq!(job.evidenced, 90);
    job.heartbeat(at(10)).unwrap();
    job.heartbeat(at(90)).unwrap();
    assert_eq!(job.evidenced, 90);
    job.heartbeat(at(100)).unwrap();
    assert_eq!(job.evidenced, 100);
}
