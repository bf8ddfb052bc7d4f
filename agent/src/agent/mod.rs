//! The agent: looks at the chain, plans, acts.

mod act;
mod documents;
#[cfg(feature = "private")]
mod private;
#[cfg(not(feature = "private"))]
#[path = "public.rs"]
mod private;
mod work;

use {
    crate::{
        AgentError, Alarm, Config, Report,
        chain::{Chain, ChainError},
        executor::Executors,
        plan::{self, Action, Local},
        state::State,
        view::{self, View},
    },
    gpu_market_jobspec::store::Store,
    gpu_market_sdk::Address,
    std::{
        collections::{BTreeMap, BTreeSet},
        hash::{BuildHasher, RandomState},
        sync::Arc,
        time::{SystemTime, UNIX_EPOCH},
    },
    work::Works,
};

/// Seconds on chain until an action that failed is tried again.
const RETRY: i64 = 15;
/// Seconds within which a transaction that was sent can still be executed: longer than any blockhash lives.
const IN_FLIGHT: i64 = 150;
/// Steps without a rest between them, so that a mistake in a plan costs no more than these.
const STEPS: u32 = 50;

/// Bytes of a result beside its output: addresses, hashes, and the note.
const BESIDE_OUTPUT: usize = 64 << 10;

/// Bytes of output whose result the store takes: four for three of them, and what is beside it.
fn most_output(store: &dyn Store) -> u64 {
    let encoded = store.largest().saturating_sub(BESIDE_OUTPUT);
    u64::try_from(encoded.saturating_mul(3) / 4).unwrap_or(u64::MAX)
}

/// What an agent works with.
pub struct Parts<C> {
    /// The chain.
    pub chain: C,
    /// Where specs and results lie.
    pub store: Arc<dyn Store>,
    /// What runs the work of jobs, in order of preference.
    pub executors: Executors,
    /// This machine's clock, unix seconds.
    pub clock: Box<dyn Fn() -> i64>,
}

/// The clock of this machine, unix seconds.
fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl<C> Parts<C> {
    /// With the clock of this machine.
    pub fn new(chain: C, store: Arc<dyn Store>, executors: Executors) -> Self {
        Self { chain, store, executors, clock: Box::new(system_clock) }
    }
}

/// An agent that is driven step by step. Where it is dropped, the work of its jobs goes on, and the next agent with the
/// same state takes it up.
pub struct Agent<C> {
    config: Config,
    parts: Parts<C>,
    state: State,
    works: Works,
    /// Actions that failed, and when they are tried again; seconds on chain.
    quiet: BTreeMap<Action, i64>,
    alarms: BTreeSet<Alarm>,
    /// Jobs whose last start or heartbeat is known to be executed.
    confirmed: BTreeSet<Address>,
    /// Jobs that run and that this agent did not start.
    foreign: BTreeSet<Address>,
    draining: bool,
    drained: bool,
    is_lost: bool,
    slot: u64,
    reports: Vec<Report>,
}

impl<C: Chain> Agent<C> {
    /// Opens the state. Nothing is asked of the chain yet.
    ///
    /// # Errors
    ///
    /// [`AgentError::StateInUse`] if another agent has the state; others if it cannot be used.
    pub fn open(mut config: Config, parts: Parts<C>) -> Result<Self, AgentError> {
        let state = State::open(&config.state, config.host)?;
        config.limits.output = config.limits.output.min(most_output(parts.store.as_ref()));
        Ok(Self {
            config,
            parts,
            state,
            works: Works::default(),
            quiet: BTreeMap::new(),
            alarms: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            foreign: BTreeSet::new(),
            draining: false,
            drained: false,
            is_lost: false,
            slot: 0,
            reports: Vec::new(),
        })
    }

    /// From now on no new jobs are taken and waiting seats are given up.
    pub fn drain(&mut self) {
        if !self.draining {
            self.draining = true;
            self.reports.push(Report::Draining);
        }
    }

    /// Whether an agent that drains has nothing left to do.
    pub fn is_drained(&self) -> bool {
        self.drained
    }

    /// What happened since this was called last.
    pub fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    /// What is remembered of the jobs.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Waits until some job's work ends; forever if none is going on.
    pub async fn work_ended(&mut self) {
        self.works.ended().await;
    }

    /// Whether work is going on, or has ended and no step has looked at it.
    pub fn is_working(&self) -> bool {
        !self.works.jobs().is_empty()
    }

    /// Whether some job's work has ended that no step has looked at.
    pub fn has_ended(&mut self) -> bool {
        self.works.has_ended()
    }

    /// Looks at the chain once and does what is to be done. Returns whether anything changed, so that there may be more to
    /// do at once. A chain that cannot be reached is reported and waited out.
    ///
    /// # Errors
    ///
    /// What the agent cannot go on with: a host, member or key that is not there, a disk that is full.
    pub async fn step(&mut self) -> Result<bool, AgentError> {
        let ended = self.take_results().await?;
        let view = match self.look().await {
            Ok(view) => view,
            Err(error) if error.is_transient() => {
                self.report_lost(error.to_string());
                return Ok(ended);
            }
            Err(error) => return Err(error),
        };
        let Some(view) = view else { return Ok(ended) };
        self.check_clock(view.now);
        let actions = plan::plan(&view, &self.local());
        let changed = self.act(&view, actions).await?;
        self.drained = self.draining && !changed && plan::is_drained(&view, &self.local());
        self.note_processes().await?;
        Ok(changed || ended)
    }

    /// Reads the chain; nothing if the endpoint is behind what it said before.
    async fn look(&mut self) -> Result<Option<View>, AgentError> {
        let known = self.state.rows().keys().chain(&self.foreign).copied().collect();
        let view = view::read(&self.parts.chain, self.config.host, &self.config.venues, &known).await?;
        let operator = self.parts.chain.operator();
        if view.host.operator != operator {
            return Err(AgentError::NotOperator { given: operator, expected: view.host.operator });
        }
        if std::mem::take(&mut self.is_lost) {
            self.reports.push(Report::Back);
        }
        if view.slot < self.slot {
            return Ok(None);
        }
        self.slot = view.slot;
        Ok(Some(view))
    }

    fn local(&self) -> Local<'_> {
        let contests = |alarm: &Alarm| !matches!(alarm, Alarm::ClockOff(_));
        Local {
            rows: self.state.rows(),
            working: self.works.jobs(),
            draining: self.draining,
            contested: self.alarms.iter().any(contests),
            heartbeat_margin: self.config.heartbeat_margin,
            take_over: self.config.take_over,
            random: RandomState::new().hash_one(self.slot),
        }
    }

    /// Does what was planned, as far as the chain answers. Returns whether anything changed.
    async fn act(&mut self, view: &View, actions: Vec<Action>) -> Result<bool, AgentError> {
        self.quiet.retain(|_, until| view.now < *until);
        let mut changed = false;
        for action in actions {
            if self.quiet.contains_key(&action) {
                continue;
            }
            match self.perform(view, &action).await {
                Ok(did) => changed |= did,
                Err(AgentError::Chain(ChainError::Lost(reason))) => {
                    self.report_lost(reason);
                    return Ok(changed);
                }
                Err(error @ (AgentError::Chain(_) | AgentError::Store(_) | AgentError::Letter(_))) => {
                    self.quiet.insert(action.clone(), view.now.saturating_add(RETRY));
                    self.reports.push(Report::Failed { what: act::describe(&action), reason: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(changed)
    }

    fn report_lost(&mut self, reason: String) {
        if !std::mem::replace(&mut self.is_lost, true) {
            self.reports.push(Report::Lost(reason));
        }
    }

    /// Names a clock that is off, once until it is right again. Nothing depends on it.
    fn check_clock(&mut self, now: i64) {
        let off = (self.parts.clock)().saturating_sub(now);
        let is_off = off.saturating_abs() > self.config.clock_tolerance;
        let was_off = self.alarms.iter().any(|alarm| matches!(alarm, Alarm::ClockOff(_)));
        if is_off && !was_off {
            self.raise(Alarm::ClockOff(off));
        } else if !is_off {
            self.alarms.retain(|alarm| !matches!(alarm, Alarm::ClockOff(_)));
        }
    }

    /// Says something once.
    fn raise(&mut self, alarm: Alarm) {
        if self.alarms.insert(alarm.clone()) {
            self.reports.push(Report::Alarm(alarm));
        }
    }
}

/// Runs an agent until `stop` is ready and then until it is drained: waiting seats are given up, an unstarted job is
/// declined, a running one finished. `on_report` hears of everything that happens.
///
/// # Errors
///
/// See [`Agent::open`] and [`Agent::step`].
pub async fn run<C: Chain>(
    config: Config,
    parts: Parts<C>,
    stop: impl Future<Output = ()>,
    mut on_report: impl FnMut(Report),
) -> Result<(), AgentError> {
    let poll = config.poll;
    let mut agent = Agent::open(config, parts)?;
    let mut stop = std::pin::pin!(stop);
    let mut steps = 0;
    loop {
        let stepped = agent.step().await;
        agent.reports().into_iter().for_each(&mut on_report);
        let changed = stepped?;
        if agent.is_drained() {
            return Ok(());
        }
        steps = if changed && steps < STEPS { steps.saturating_add(1) } else { 0 };
        if steps > 0 {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(poll) => {}
            () = agent.work_ended() => {}
            () = &mut stop, if !agent.draining => agent.drain(),
        }
    }
}
